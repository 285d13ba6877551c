"""A run card as text, for a terminal or a front end that shows nothing richer. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackside.card_words import count, format_delta, format_duration, format_number, format_value, plain
from trackside.metrics import sparkline
from trackside.run import number_from_json

if TYPE_CHECKING:
    from trackside.contract import CardMetric, CardParam, RunCard

_WIDTH = 28


def format_text(card: RunCard) -> str:
    """Lay the card out as lines; no colours, no control characters."""
    lines = [_head(card), f"  {_facts(card)}"]
    lines += [f"  {line}" for line in (card["sentence"], card["hint"]) if line]
    if card["state"] != "discarded":
        lines += _params(card)
        lines += _metrics(card)
        lines += [f"  {line}" for line in filter(None, [data_words(card)])]
        lines += _warnings(card)
    if card["next"]:
        width = max(len(step["command"]) for step in card["next"])
        lines.append("  Next")
        lines += [f"    {step['command'].ljust(width)}   {step['does']}" for step in card["next"]]
    return "\n".join(line.rstrip() for line in lines)


def verdict_word(card: RunCard) -> str:
    """Say in one word where the run stands: how it ended, or what it is still doing."""
    if card["state"] == "open":
        return "live"
    if card["state"] in ("sealing", "discarded"):
        return card["state"]
    return card["status"] if card["status"] != "open" else "finished"


def facts(card: RunCard) -> list[str]:
    """List the small print: cells, figures, inputs, files kept; what is none is left out."""
    cells = card["cells"]
    found = [count(cells["executed"], "cell")] if cells["executed"] else []
    if cells["failed"]:
        found.append(f"{cells['failed']} failed")
    if card["figures"]:
        found.append(count(card["figures"], "figure"))
    if card.get("inputs"):
        found.append(count(card["inputs"], "input"))
    if card["artifacts"]:
        found.append(count(card["artifacts"], "file kept", "files kept"))
    return found


def data_words(card: RunCard) -> str:
    """Say that the data is not that of the run it is compared with; empty when it is, or nobody knows."""
    changed = card.get("changed_inputs") or []
    other = card["baseline"] or card["previous"]
    return f"Data differs from {other}: {', '.join(plain(path, 160) for path in changed)}" if changed and other else ""


def arrow(metric: CardMetric) -> str:
    """Point where the value went, whether that is good or not; empty when there is nothing to compare with."""
    delta = metric["delta"]
    if delta is None:
        return ""
    return "=" if delta == 0 else "▲" if delta > 0 else "▼"


def _head(card: RunCard) -> str:
    title = f" · {card['title']}" if card["title"] else ""
    return f"● {verdict_word(card)}  {card['name']}{title}  {format_duration(card['duration'])}"


def _facts(card: RunCard) -> str:
    place = [card["notebook"] or "", f"on {card['branch']}" if card["branch"] else ""]
    return " · ".join([" ".join(filter(None, place)), *facts(card)]).strip(" ·")


def _params(card: RunCard) -> list[str]:
    shown = [_param(param) for param in card["params"]]
    if card["more"]["params"]:
        shown.append(f"and {card['more']['params']} more")
    if card["previous"] is None:
        return [f"  Parameters  {', '.join(shown)}"] if shown else []
    same = f" ({card['same_params']} the same)" if card["same_params"] else ""
    return [f"  Changed since {card['previous']}: {', '.join(shown) or 'no parameter'}{same}"]


def _param(param: CardParam) -> str:
    name, value, was = plain(param["name"], 48), format_value(param["value"], 40), format_value(param["was"], 40)
    if param["change"] == "changed":
        return f"{name} {was} → {value}"
    if param["change"] == "removed":
        return f"− {name} (was {was})"
    return f"+ {name} {value}" if param["change"] == "added" else f"{name} {value}"


def _metrics(card: RunCard) -> list[str]:
    if not card["metrics"]:
        return []
    names = [plain(metric["name"], _WIDTH) for metric in card["metrics"]]
    values = [format_number(number_from_json(metric["last"])) for metric in card["metrics"]]
    width, wide = max(map(len, names)), max(map(len, values))
    heading = f"  Metrics, against {card['baseline']}" if card["baseline"] else "  Metrics"
    lines = [heading]
    for metric, name, value in zip(card["metrics"], names, values):
        curve = sparkline(metric["spark"]).ljust(12)
        lines.append(f"    {name.ljust(width)}  {curve}  {value.rjust(wide)}  {_change(metric)}")
    if card["more"]["metrics"]:
        lines.append(f"    and {card['more']['metrics']} more")
    return lines


def _change(metric: CardMetric) -> str:
    if metric["delta"] is None:
        return ""
    if metric["delta"] == 0:
        return "= same"
    word = "" if metric["verdict"] == "unknown" else f" {metric['verdict']}"
    return f"{arrow(metric)} {format_delta(metric['delta'])}{word}"


def _warnings(card: RunCard) -> list[str]:
    lines = []
    for warning in card["warnings"]:
        lines.append(f"  ! {warning['message']}")
        if warning["hint"]:
            lines.append(f"    {warning['hint']}")
    if card["more"]["warnings"]:
        lines.append(f"  ! and {card['more']['warnings']} more")
    return lines
