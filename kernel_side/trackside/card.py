"""The run card: what one run has to say, chosen and shortened, as JSON, HTML and text. Pure.

`collect_card` decides what is shown and `card_bundle` gives it the three forms a notebook front end chooses from.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from trackside.card_html import format_html
from trackside.card_text import format_text
from trackside.card_words import plain
from trackside.compare import input_rows
from trackside.format import FORMAT
from trackside.metrics import downsample
from trackside.run import number_from_json, same_value

if TYPE_CHECKING:
    from trackside.contract import CardMetric, CardParam, CardStep, Record, RunCard, Value, WarningFact

CARD_MIME: Final = "application/vnd.trackside.run+json"
CardState = Literal["open", "sealing", "sealed", "kept", "discarded"]

#: Bytes: a card is stored in the notebook with every run, so each form of it stays below this.
LARGEST: Final = 30_000
_MOST: Final = 20
_SPARK_POINTS: Final = 32
_MOST_WARNINGS: Final = 5
_MOST_INPUTS: Final = 5
_NAME: Final = 80
_TEXT: Final = 300


def collect_card(
    record: Record,
    *,
    state: CardState,
    previous: Record | None = None,
    baseline: Record | None = None,
    oid: str | None = None,
    trouble: tuple[str, str] | None = None,
) -> RunCard:
    """Choose what the card of `record` shows.

    Parameters are told against the `previous` run, when it is of the same notebook, and metrics against the `baseline`
    run, when it has some of them. `trouble` is the sentence and
    the hint that say why a run stays in the journal (`state` "kept").
    """
    if previous and None not in (places := {previous["notebook"], record["notebook"]}) and len(places) > 1:
        # What differs between two notebooks is their subject; nobody changed it from one run to the next.
        previous = None
    if baseline is not None and not baseline["metrics"].keys() & record["metrics"].keys():
        baseline = None
    params, same = _params(record, previous)
    metrics = [_metric(name, fact, baseline) for name, fact in record["metrics"].items()]
    warnings = _warnings(record)
    name = plain(record["name"], _NAME)
    sentence, hint = _sentence(state, oid, trouble)
    card: RunCard = {
        "format": FORMAT,
        "state": state,
        "status": record["status"],
        "run": plain(record["run"], _NAME),
        "name": name,
        "title": plain(record["title"], 160),
        "oid": oid,
        "notebook": plain(record["notebook"], 200) if record["notebook"] else None,
        "branch": plain(record["branch"], _NAME) if record["branch"] else None,
        "started": record["started"],
        "duration": record["duration"],
        "previous": plain(previous["name"], _NAME) if previous else None,
        "baseline": plain(baseline["name"], _NAME) if baseline else None,
        "params": params,
        "same_params": same,
        "metrics": metrics,
        "cells": record["cells"],
        "figures": len(record["figures"]),
        "artifacts": len(record["artifacts"]),
        "warnings": warnings,
        "more": {"params": 0, "metrics": 0, "warnings": 0},
        "sentence": sentence,
        "hint": hint,
        "next": _next(state, name, previous, baseline),
    }
    inputs = record.get("inputs")
    if inputs is not None:
        card["inputs"] = len(inputs)
        card["changed_inputs"] = _changed_inputs(record, baseline or previous)
    return _shortened(card, _MOST)


def card_bundle(card: RunCard) -> dict[str, Any]:
    """Return the card by MIME type, each form of it within `LARGEST` bytes."""
    most = _MOST
    while True:
        bundle = {CARD_MIME: card, "text/html": format_html(card), "text/plain": format_text(card)}
        if most == 0 or all(_size(form) <= LARGEST for form in bundle.values()):
            return bundle
        # Only names and values of the greatest length in scripts of many bytes come this far.
        most = most * 2 // 3
        card = _shortened(card, most)


def _size(form: object) -> int:
    return len(json.dumps(form, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _shortened(card: RunCard, most: int) -> RunCard:
    shorter = dict(card)
    more = dict(card["more"])
    for part, limit in (("params", most), ("metrics", most), ("warnings", min(most, _MOST_WARNINGS))):
        items = cast("Mapping[str, list[Any]]", card)[part]
        shorter[part] = items[:limit]
        more[cast("Any", part)] += len(items) - len(items[:limit])
    shorter["more"] = more
    return cast("RunCard", shorter)


def _params(record: Record, previous: Record | None) -> tuple[list[CardParam], int]:
    """Return the parameters to show and how many are the same as in the previous run."""
    now = {name: fact["value"] for name, fact in record["params"].items() if fact["box"] == "params"}
    if previous is None:
        return [_param(name, value, None, "only") for name, value in now.items()], 0
    was = {name: fact["value"] for name, fact in previous["params"].items() if fact["box"] == "params"}
    changed = [name for name in now if name in was and not same_value(now[name], was[name])]
    shown = [_param(name, now[name], was[name], "changed") for name in changed]
    shown += [_param(name, value, None, "added") for name, value in now.items() if name not in was]
    shown += [_param(name, None, value, "removed") for name, value in was.items() if name not in now]
    return shown, sum(name in was for name in now) - len(changed)


def _changed_inputs(record: Record, other: Record | None) -> list[str]:
    """Name the inputs that are not surely those of the other run."""
    rows = input_rows([other, record]) if other is not None else []
    return [plain(row["path"], 160) for row in rows if row["differs"]][:_MOST_INPUTS]


def _param(name: str, value: Value, was: Value, change: Literal["only", "added", "changed", "removed"]) -> CardParam:
    return {"name": plain(name, _NAME), "value": _short(value), "was": _short(was), "change": change}


def _short(value: Value) -> Value:
    """Keep what a chip can show of a value; JSON cannot write NaN."""
    if isinstance(value, list):
        return [cast("Any", _short(item)) for item in value[:12]]
    if type(value) is str:
        return value if len(value) <= 64 else f"{value[:63]}…"
    if type(value) is float and not math.isfinite(value):
        return str(_json_number(value))
    return value


def _metric(name: str, fact: Any, baseline: Record | None) -> CardMetric:
    last = number_from_json(fact["last"])
    other = baseline["metrics"].get(name) if baseline else None
    against = number_from_json(other["last"]) if other else math.nan
    delta = last - against
    direction = fact["direction"]
    if direction == "unknown" and other:
        direction = other["direction"]
    return {
        "name": plain(name, _NAME),
        "last": cast("Any", _json_number(last)),
        "count": fact["count"],
        "direction": direction,
        "origin": fact["origin"],
        "spark": _spark(fact["spark"]),
        "against": against if math.isfinite(against) else None,
        "delta": delta if math.isfinite(delta) else None,
        "verdict": _verdict(delta, direction),
    }


def _spark(values: Sequence[object]) -> list[float | None]:
    points = [
        (step, cast("float", value) if type(value) in (int, float) else math.nan, 0.0)
        for step, value in enumerate(values)
    ]
    return [
        float(f"{value:.4g}") if math.isfinite(value) else None for _, value, _ in downsample(points, _SPARK_POINTS)
    ]


def _verdict(delta: float, direction: str) -> Literal["better", "worse", "same", "unknown"]:
    if delta == 0:
        return "same"
    if not math.isfinite(delta) or direction == "unknown":
        return "unknown"
    return "better" if (delta > 0) == (direction == "higher") else "worse"


def _json_number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _warnings(record: Record) -> list[WarningFact]:
    """Return what matters in review: the run's warnings, then the flags on the order of its cells."""
    found = [(warning["code"], warning["message"], warning["hint"]) for warning in record["warnings"]]
    found += [(flag["kind"], flag["message"], "") for flag in record["order"] if flag["level"] == "warning"]
    return [
        {"code": plain(code, _NAME), "message": plain(message, _TEXT), "hint": plain(hint, _TEXT)}
        for code, message, hint in found
    ]


def _sentence(state: CardState, oid: str | None, trouble: tuple[str, str] | None) -> tuple[str, str]:
    if state == "open":
        return "Every cell from here on belongs to this run.", ""
    if state == "sealing":
        return "The run is being written to Git; nothing is lost if the kernel stops now.", ""
    if state == "discarded":
        return "The run was discarded; nothing of it was kept.", ""
    if state == "kept":
        message, hint = trouble or ("The run could not be sealed yet.", "`trackside recover` tries again.")
        return f"Kept in the journal. {plain(message, _TEXT)}", plain(hint, _TEXT)
    return (f"Sealed as {oid[:10]}." if oid else "Sealed."), ""


def _next(state: CardState, name: str, previous: Record | None, baseline: Record | None) -> list[CardStep]:
    if state == "open":
        return [{"command": "%track end", "does": "seal it now and see how it did"}]
    if state == "sealing":
        return [{"command": "%track status", "does": "see whether it is done"}]
    if state == "kept":
        return [{"command": "trackside recover", "does": "finish it, once that is mended"}]
    if state == "discarded":
        return [{"command": "%track", "does": "start the next run"}]
    other = baseline or previous
    steps: list[CardStep] = []
    if other:
        steps.append(
            {"command": f"%track compare {plain(other['name'], _NAME)} {name}", "does": "see both side by side"}
        )
    else:
        steps.append({"command": f"%track show {name}", "does": "see all of it"})
    return [*steps, {"command": f"trackside branch {name}", "does": "make it a branch to review"}]
