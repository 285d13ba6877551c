"""A run card as one piece of HTML: no script, no address, readable also where a front end strips its style. Pure.

Colours come from the theme of JupyterLab (`--jp-*`) or VS Code (`--vscode-*`); elsewhere from the reader's system.
"""

from __future__ import annotations

import html
import time
from typing import TYPE_CHECKING, Final

from trackside.card_text import arrow, data_words, facts, verdict_word
from trackside.card_words import (
    count,
    format_delta,
    format_duration,
    format_moment,
    format_number,
    format_value,
    plain,
)
from trackside.metrics import sparkline
from trackside.run import number_from_json

if TYPE_CHECKING:
    from trackside.contract import CardMetric, CardParam, RunCard

_SPARK_WIDTH: Final = 112
_SPARK_HEIGHT: Final = 24
_MOST_VALUE: Final = 48
#: A name longer than this may not fit its column.
_WIDE: Final = 24
_PILL: Final = {
    "finished": "good", "live": "live", "sealing": "live", "failed": "bad", "interrupted": "warn", "discarded": "dim",
}  # fmt: skip

#: `div.tk.tk.tk` outweighs the rules JupyterLab has for tables and code in outputs. Old engines keep the first
#: value of each colour, which is legible on both grounds; `light-dark` follows `color-scheme`, set from the host's
#: own mark where it has one, for the system may be dark while the notebook is light.
_STYLE: Final = """
div.tk.tk.tk{--good:#1a8f5a;--bad:#d1434b;--warn:#b7791f;--live:#3b82f6;--tint:rgba(128,136,148,.13);
--line:rgba(128,136,148,.28);--ink:var(--jp-ui-font-color1,var(--vscode-foreground,currentcolor));
--soft:var(--jp-ui-font-color2,var(--vscode-descriptionForeground,#808894));
--code:var(--jp-code-font-family,var(--vscode-editor-font-family,ui-monospace,SFMono-Regular,Menlo,Consolas,monospace));
color-scheme:light dark;container-type:inline-size;box-sizing:border-box;max-width:760px;margin:6px 2px;
padding:14px 18px 15px;border:1px solid var(--vscode-contrastBorder,var(--line));border-radius:10px;
background:var(--jp-layout-color1,var(--vscode-editor-background,Canvas));color:var(--ink);
font:13px/1.5 var(--jp-ui-font-family,var(--vscode-font-family,system-ui,-apple-system,"Segoe UI",sans-serif));
font-variant-numeric:tabular-nums;text-align:left}
@supports (color:light-dark(#000,#fff)){div.tk.tk.tk{--good:light-dark(#12794a,#4cc38a);
--bad:light-dark(#c02f38,#ff8b8b);--warn:light-dark(#8f5a00,#f0b84a);--live:light-dark(#2563eb,#7cb0ff);
--ink:var(--jp-ui-font-color1,var(--vscode-foreground,light-dark(#1d2126,#e7e9ec)));
--soft:var(--jp-ui-font-color2,var(--vscode-descriptionForeground,light-dark(#5f6875,#9aa3af)))}}
[data-jp-theme-light=true] div.tk.tk.tk,.vscode-light div.tk.tk.tk{color-scheme:light}
[data-jp-theme-light=false] div.tk.tk.tk,.vscode-dark div.tk.tk.tk,
.vscode-high-contrast:not(.vscode-high-contrast-light) div.tk.tk.tk,[theme=dark] div.tk.tk.tk{color-scheme:dark}
div.tk.tk.tk *{box-sizing:border-box}
div.tk.tk.tk div,div.tk.tk.tk p{margin:0;padding:0;color:inherit;font-size:inherit;line-height:inherit}
div.tk.tk.tk .tk-head{display:flex;flex-wrap:wrap;align-items:center;gap:3px 10px}
div.tk.tk.tk .tk-name{font-size:15px;font-weight:600;letter-spacing:-.005em;overflow-wrap:anywhere}
div.tk.tk.tk .tk-title{color:var(--soft);overflow-wrap:anywhere}
div.tk.tk.tk .tk-time{margin-left:auto;color:var(--soft);white-space:nowrap}
div.tk.tk.tk .tk-pill{display:inline-flex;align-items:center;gap:6px;padding:0 9px 0 8px;border-radius:99px;
font-size:12px;line-height:20px;font-weight:500;color:var(--c);background:var(--tint);
background:color-mix(in srgb,var(--c) 13%,transparent)}
div.tk.tk.tk .tk-pill::before{content:"";width:7px;height:7px;border-radius:50%;background:currentcolor}
div.tk.tk.tk .tk-good{--c:var(--good)}div.tk.tk.tk .tk-bad{--c:var(--bad)}div.tk.tk.tk .tk-warn{--c:var(--warn)}
div.tk.tk.tk .tk-live{--c:var(--live)}div.tk.tk.tk .tk-dim{--c:var(--soft)}
@media (prefers-reduced-motion:no-preference){
div.tk.tk.tk .tk-live.tk-pill::before{animation:tk 1.6s ease-in-out infinite}
@keyframes tk{50%{opacity:.25}}}
div.tk.tk.tk .tk-sub{margin-top:3px;color:var(--soft);font-size:12px;overflow-wrap:anywhere}
div.tk.tk.tk .tk-say{margin-top:9px;overflow-wrap:anywhere}
div.tk.tk.tk .tk-hint{color:var(--soft)}
div.tk.tk.tk .tk-part{margin-top:14px}
div.tk.tk.tk .tk-cap{margin-bottom:5px;color:var(--soft);font-size:12px}
div.tk.tk.tk .tk-chips{display:flex;flex-wrap:wrap;gap:5px 6px}
div.tk.tk.tk .tk-chip{display:inline-block;max-width:100%;padding:1px 8px;border-radius:6px;background:var(--tint);
overflow-wrap:anywhere}
div.tk.tk.tk .tk-chip .tk-k,div.tk.tk.tk .tk-was{color:var(--soft)}
div.tk.tk.tk .tk-v{font-family:var(--code);font-size:12px}
div.tk.tk.tk s.tk-was{font-family:var(--code);font-size:12px;text-decoration-color:var(--soft)}
div.tk.tk.tk .tk-rest{align-self:center;color:var(--soft);font-size:12px}
div.tk.tk.tk table{width:100%;margin:0;border:0;border-collapse:collapse;table-layout:auto;font-size:inherit}
div.tk.tk.tk tr{background:none;border:0}
div.tk.tk.tk td,div.tk.tk.tk th{height:30px;padding:2px 0 2px 18px;border:0;text-align:left;vertical-align:middle;
white-space:nowrap;color:inherit;font-weight:400;max-width:none}
div.tk.tk.tk tr+tr>*{border-top:1px solid var(--tint)}
div.tk.tk.tk th.tk-m{width:100%;max-width:0;padding-left:0;overflow:hidden;text-overflow:ellipsis}
div.tk.tk.tk td.tk-n{text-align:right;font-weight:600}
div.tk.tk.tk td.tk-d{color:var(--c,var(--soft))}
div.tk.tk.tk td.tk-w{padding-left:8px;color:var(--c,var(--soft));font-size:12px}
div.tk.tk.tk .tk-o{margin-left:7px;color:var(--soft);font-size:11px}
div.tk.tk.tk svg{display:block;width:112px;height:24px;max-width:none;color:var(--soft);overflow:visible;
stroke-linejoin:round;stroke-linecap:round}
div.tk.tk.tk svg+.tk-t{display:none}
@container (max-width:430px){div.tk.tk.tk td.tk-s{display:none}
div.tk.tk.tk td,div.tk.tk.tk th{padding-left:10px}}
div.tk.tk.tk .tk-alert{display:flex;gap:8px;padding:5px 10px;border-radius:6px;overflow-wrap:anywhere;
background:var(--tint);background:color-mix(in srgb,var(--warn) 10%,transparent)}
div.tk.tk.tk .tk-alert+.tk-alert{margin-top:5px}
div.tk.tk.tk .tk-alert>b{color:var(--warn);font-weight:600}
div.tk.tk.tk .tk-next{display:grid;grid-template-columns:fit-content(70%) 1fr;gap:5px 12px;align-items:baseline}
div.tk.tk.tk .tk-next>div{display:contents}
div.tk.tk.tk code{padding:2px 7px;border:0;border-radius:5px;background:var(--tint);color:var(--ink);
font-family:var(--code);font-size:12px;white-space:normal;overflow-wrap:anywhere;justify-self:start}
@container (max-width:430px){div.tk.tk.tk .tk-next{grid-template-columns:1fr;gap:2px}
div.tk.tk.tk .tk-next code{margin-top:4px}}
""".strip().replace("\n", "")


def format_html(card: RunCard) -> str:
    """Lay the card out as HTML; every text of it is escaped."""
    word = verdict_word(card)
    parts = [_head(card, word), _say(card)]
    if card["state"] != "discarded":
        parts += [_params(card), _metrics(card), _data(card), _warnings(card)]
    parts.append(_next(card))
    label = _e(f"Run {card['name']}, {word}", 120)
    return f'<div class="tk" role="group" aria-label="{label}"><style>{_STYLE}</style>{"".join(parts)}</div>'


def _e(text: str, most: int = 300) -> str:
    return html.escape(plain(text, most))


def _head(card: RunCard, word: str) -> str:
    where = _e(card["notebook"] or "", 200)
    if card["branch"]:
        where += f" on {_e(card['branch'])}"
    small = [part for part in (where.strip(), _moment(card["started"]), *map(_e, facts(card))) if part]
    title = f'<span class="tk-title">{_e(card["title"], 160)}</span>' if card["title"] else ""
    return (
        f'<div class="tk-head"><span class="tk-pill tk-{_PILL.get(word, "dim")}">{_e(word)}</span> '
        f'<span class="tk-name">{_e(card["name"])}</span> {title} '
        f'<span class="tk-time">{format_duration(card["duration"])}</span></div>'
        f'<div class="tk-sub">{" · ".join(small)}</div>'
    )


def _moment(started: float) -> str:
    words = format_moment(started)
    if not words:
        return ""
    return f'<time datetime="{time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started))}">{words}</time>'


def _say(card: RunCard) -> str:
    if not card["sentence"]:
        return ""
    hint = f' <span class="tk-hint">{_e(card["hint"])}</span>' if card["hint"] else ""
    return f'<div class="tk-say">{_e(card["sentence"], 340)}{hint}</div>'


def _params(card: RunCard) -> str:
    chips = [_chip(param) for param in card["params"]]
    if card["previous"] is None:
        caption = "Parameters"
        if not chips:
            return ""
    else:
        same = f" · {card['same_params']} the same" if card["same_params"] else ""
        changed = "Changed" if chips else "No parameter changed"
        caption = f"{changed} since <b>{_e(card['previous'])}</b>{same}"
    if card["more"]["params"]:
        chips.append(f'<span class="tk-rest">and {card["more"]["params"]} more</span>')
    return _part(caption, f'<div class="tk-chips">{" ".join(chips)}</div>' if chips else "")


def _chip(param: CardParam) -> str:
    name = f'<span class="tk-k">{_e(param["name"], 48)}</span>'
    value = f'<span class="tk-v">{_e(format_value(param["value"], _MOST_VALUE))}</span>'
    was = _e(format_value(param["was"], _MOST_VALUE))
    if param["change"] == "removed":
        return f'<span class="tk-chip">− {name} <s class="tk-was">{was}</s></span>'
    if param["change"] == "changed":
        return f'<span class="tk-chip">{name} <span class="tk-v tk-was">{was}</span> → {value}</span>'
    return f'<span class="tk-chip">{"+ " if param["change"] == "added" else ""}{name} {value}</span>'


def _metrics(card: RunCard) -> str:
    if not card["metrics"]:
        return ""
    caption = f"Metrics, change against <b>{_e(card['baseline'])}</b>" if card["baseline"] else "Metrics"
    drawn = any(len(metric["spark"]) > 1 for metric in card["metrics"])
    compared = any(metric["delta"] is not None for metric in card["metrics"])
    rows = "".join(_row(metric, drawn=drawn, compared=compared) for metric in card["metrics"])
    more = f'<div class="tk-rest">and {card["more"]["metrics"]} more</div>' if card["more"]["metrics"] else ""
    return _part(caption, f"<table><tbody>{rows}</tbody></table>{more}")


def _row(metric: CardMetric, *, drawn: bool, compared: bool) -> str:
    name = _e(metric["name"])
    origin = '<span class="tk-o">printed</span>' if metric["origin"] == "printed" else ""
    whole = f' title="{name}"' if len(metric["name"]) > _WIDE else ""
    cells = f'<th scope="row" class="tk-m"{whole}>{name}{origin}</th>'
    if drawn:
        cells += f'<td class="tk-s">{_spark(metric)}</td>'
    cells += f'<td class="tk-n">{format_number(number_from_json(metric["last"]))}</td>'
    if compared:
        cells += _change(metric)
    return f"<tr>{cells}</tr>"


def _change(metric: CardMetric) -> str:
    if metric["delta"] is None:
        return '<td class="tk-d"></td><td class="tk-w"></td>'
    tone = {"better": " tk-good", "worse": " tk-bad"}.get(metric["verdict"], "")
    delta = "" if metric["delta"] == 0 else f" {format_delta(metric['delta'])}"
    word = "" if metric["verdict"] == "unknown" else metric["verdict"]
    return f'<td class="tk-d{tone}">{arrow(metric)}{delta}</td><td class="tk-w{tone}">{word}</td>'


def _spark(metric: CardMetric) -> str:
    """Draw the curve, with a gap where it was not finite and a dashed line where the baseline run ended."""
    values = metric["spark"]
    finite = [value for value in values if value is not None]
    if len(values) < 2 or not finite:
        return ""
    low, high = min(finite), max(finite)
    # Halves, because the span of two huge numbers overflows.
    span = high / 2 - low / 2
    across = _SPARK_WIDTH / (len(values) - 1)

    def height(value: float) -> float:
        share = (value / 2 - low / 2) / span if span > 0 else 0.5
        return round(_SPARK_HEIGHT - 3 - share * (_SPARK_HEIGHT - 6), 1)

    path, pen_up = [], True
    for index, value in enumerate(values):
        if value is not None:
            path.append(f"{'M' if pen_up else ' '}{index * across:.0f} {height(value):g}")
        pen_up = value is None
    against, end = metric["against"], values[-1]
    line = ""
    if against is not None and low <= against <= high:
        y = height(against)
        line = f'<path d="M0 {y:g}H{_SPARK_WIDTH}" stroke-dasharray="2 3" opacity=".7"/>'
    dot = (
        f'<circle cx="{_SPARK_WIDTH}" cy="{height(end):g}" r="2.2" fill="var(--ink)" stroke="none"/>'
        if end is not None
        else ""
    )
    label = f"{count(metric['count'], 'point')} from {format_number(low)} to {format_number(high)}"
    return (
        f'<svg role="img" aria-label="{label}" width="{_SPARK_WIDTH}" height="{_SPARK_HEIGHT}" fill="none" '
        f'stroke="currentcolor">{line}'
        f'<path d="{"".join(path)}" stroke="var(--ink)" stroke-width="1.5"/>{dot}</svg>'
        # Shown where a sanitizer takes the drawing out: JupyterLab does, in notebooks it does not trust.
        f'<span class="tk-t" aria-hidden="true">{sparkline(values)}</span>'
    )


def _data(card: RunCard) -> str:
    words = data_words(card)
    return f'<div class="tk-sub">{_e(words, 1_000)}</div>' if words else ""


def _warnings(card: RunCard) -> str:
    alerts = [
        f'<div class="tk-alert"><b aria-label="Warning">!</b><span>{_e(warning["message"])}'
        + (f' <span class="tk-hint">{_e(warning["hint"])}</span>' if warning["hint"] else "")
        + "</span></div>"
        for warning in card["warnings"]
    ]
    if card["more"]["warnings"]:
        alerts.append(f'<div class="tk-rest">and {card["more"]["warnings"]} more</div>')
    return _part("", "".join(alerts)) if alerts else ""


def _next(card: RunCard) -> str:
    steps = [
        f"<div><code>{_e(step['command'])}</code> <span class='tk-hint'>{_e(step['does'])}</span></div>"
        for step in card["next"]
    ]
    return _part("", f'<div class="tk-next">{"".join(steps)}</div>') if steps else ""


def _part(caption: str, body: str) -> str:
    cap = f'<div class="tk-cap">{caption}</div>' if caption else ""
    return f'<div class="tk-part">{cap}{body}</div>'
