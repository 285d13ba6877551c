"""A report as one HTML page that needs nothing else: no script, no address, and a policy that allows neither."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Final

from trackside.card_words import count, format_delta, format_duration, format_moment, plain
from trackside.review.report.page_curve import drawing
from trackside.review.report.page_style import STYLE, policy
from trackside.review.report.report import CurvePair, FileChange, MetricChange, Report
from trackside.review.report.wording import UPDATED, VERDICTS, WAYS, cells_words, change_words, number, title

_MOST_LINES: Final = 400
_MOST_CURVES: Final = 12
_LONGEST_LINE: Final = 500
_MANY: Final = 3
_TONES: Final = {"better": "good", "worse": "bad", "mixed": "warn", "unclear": "warn", "not-comparable": "warn"}
_LINES: Final = {"+": "p", "-": "m", "@": "h"}
_SIGNS: Final = {True: ("✓", "good"), False: ("✗", "bad"), None: ("–", "dim")}


def page(report: Report) -> str:
    """Lay the report out as a page; every text of it is escaped."""
    parts = [_head(report), _verdict(report), *_metrics(report), *_params(report), *_data(report)]
    parts += [*_curves(report), *_files(report)]
    parts += [*_notices(report), *_facts(report), *_steps(report), *_packages(report)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy())}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{_e(title(report))}</title><style>{STYLE}</style></head><body>"
        f"<main>{''.join(parts)}</main><footer>Made by trackside report from the run's record.</footer>"
        "</body></html>\n"
    )


def _e(text: str, most: int = 400) -> str:
    return html.escape(plain(text, most))


def _head(report: Report) -> str:
    run, base = report.run, report.base
    facts = [f'<b class="v">{_e(run.name)}</b>' + (f' against <b class="v">{_e(_named(report))}</b>' if base else "")]
    facts += [_e(part) for part in (run.notebook or "", format_moment(run.started), run.author) if part]
    facts.append(format_duration(run.duration))
    if run.status != "finished":
        facts.append(f"<b>{_e(run.status)}</b>")
    return f'<h1>{_e(run.title or run.name)}</h1><p class="facts">{" · ".join(facts)}</p>'


def _named(report: Report) -> str:
    base = report.base
    if base is None:
        return ""
    return base.name if base.is_experiment or base.name == base.asked else f"{base.name} ({base.asked})"


def _verdict(report: Report) -> str:
    sign, word = VERDICTS[report.verdict.judgement]
    tone = _TONES.get(report.verdict.judgement, "dim")
    notes = "".join(f'<p class="note">{_e(reason)}</p>' for reason in report.verdict.reasons)
    updated = f"<p><b>{UPDATED}</b></p>" if report.updated else ""
    body = f"<p><strong>{sign} {word}</strong></p><p>{_e(report.verdict.sentence)}</p>{notes}{updated}"
    return f'<section class="card verdict {tone}">{_tile(report)}{body}</section>'


def _tile(report: Report) -> str:
    item = report.main_metric
    if item is None or item.after is None:
        return ""
    was = f'<span class="was">{number(item.before)} →</span>' if item.before is not None else ""
    delta = f'<span class="d {_tone(item)}">{format_delta(item.delta)}</span>' if item.delta else ""
    what = f'<span class="what">{_e(item.name, 120)}</span>'
    return f'<div class="tiles">{what}{was}<span class="big">{number(item.after)}</span>{delta}</div>'


def _tone(item: MetricChange) -> str:
    return _TONES.get(item.change, "dim") if item.change in ("better", "worse") else "dim"


def _metrics(report: Report) -> Iterator[str]:
    moved = [item for item in report.metrics if item.change != "same" or item.name == report.main]
    same = [item for item in report.metrics if item not in moved]
    if moved:
        yield f'<h2>Metrics</h2><div class="card table">{_metric_table(moved, report)}</div>'
    if same:
        yield _folded(count(len(same), "unchanged metric"), _metric_table(same, report))


def _metric_table(items: Sequence[MetricChange], report: Report) -> str:
    has_base = report.base is not None
    rows = []
    for item in items:
        way = f"<small>{WAYS[item.direction]}</small>" if WAYS[item.direction] else ""
        cells = f'<th scope="row" class="v">{_e(item.name, 120)}{way}</th>'
        cells += f'<td class="n">{number(item.before)}</td>' if has_base else ""
        cells += f'<td class="n">{number(item.after)}</td>'
        if has_base:
            noise = f"±{number(item.spread)}" if item.spread is not None else ""
            cells += f'<td class="d {_tone(item)}">{change_words(item)}</td><td class="n s">{noise}</td>'
        rows.append(f"<tr{' class=main' if item.name == report.main else ''}>{cells}</tr>")
    head = '<th scope="col">metric</th>' + ('<th class="n" scope="col">base</th>' if has_base else "")
    head += '<th class="n" scope="col">run</th>'
    head += '<th scope="col">change</th><th class="n s" scope="col">noise</th>' if has_base else ""
    return f'<table class="metrics"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _params(report: Report) -> Iterator[str]:
    differing = [item for item in report.params if item.differs]
    same = [item for item in report.params if not item.differs]
    if differing:
        rows = [[item.name, item.before, item.after] for item in differing]
        yield "<h2>Parameters that differ</h2>"
        yield f'<div class="card table">{_table(["parameter", "base", "run"], rows)}</div>'
    if same:
        word = "unchanged parameter" if report.base else "parameter"
        rows = [[item.name, item.after] for item in same]
        yield _folded(count(len(same), word), _table(["parameter", "value"], rows))


def _data(report: Report) -> Iterator[str]:
    if report.data:
        rows = [[item.path, item.before, item.after] for item in report.data]
        yield f'<h2>Data that differs</h2><div class="card table">{_table(["data", "base", "run"], rows)}</div>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    names = "".join(f'<th scope="col">{name}</th>' for name in head)
    lines = []
    for first, *rest in rows:
        cells = "".join(f'<td class="v">{"–" if value is None else _e(value)}</td>' for value in rest)
        lines.append(f'<tr><th scope="row" class="v">{_e(first or "", 120)}</th>{cells}</tr>')
    return f"<table><thead><tr>{names}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _folded(name: str, body: str) -> str:
    return f'<details class="card"><summary>{name}</summary><div class="table">{body}</div></details>'


def _curves(report: Report) -> Iterator[str]:
    if report.curves:
        drawn = "".join(_figure(pair, report) for pair in report.curves[:_MOST_CURVES])
        yield f'<h2>Curves</h2><div class="curves">{drawn}</div>'


def _figure(pair: CurvePair, report: Report) -> str:
    keys = [f'<span class="key b">{_e(report.base.name, 40)}</span>'] if report.base and pair.before else []
    keys += [f'<span class="key">{_e(report.run.name, 40)}</span>'] if pair.after else []
    return (
        f'<figure class="card"><figcaption><code>{_e(pair.name, 80)}</code>{"".join(keys)}</figcaption>'
        f"{drawing(pair)}</figure>"
    )


def _files(report: Report) -> Iterator[str]:
    if not report.files:
        return
    yield f"<h2>Code, compared with {_e(report.compared)}</h2>"
    left = _MOST_LINES
    for file in report.files:
        body, used = _diff(file, left)
        left -= used
        name = f"<code>{_e(file.path)}</code><small>{_e(cells_words(file))}</small>"
        opened = " open" if len(report.files) <= _MANY else ""
        yield f'<details class="card"{opened}><summary>{name}</summary>{body}</details>'


def _diff(file: FileChange, left: int) -> tuple[str, int]:
    """Return a file's differences as HTML, at most `left` lines, and how many lines it took."""
    pieces = [(f"{cell.kind} cell {cell.number}, {cell.change}", cell.diff) for cell in file.cells or ()]
    parts, used = [], 0
    for name, diff in pieces or [("", file.diff)]:
        lines = [line for line in diff.splitlines() if line]
        shown = lines[: max(0, left - used)]
        used += len(shown)
        body = "".join(f"<span{_kind(line)}>{html.escape(_visible(line[:_LONGEST_LINE]))}</span>" for line in shown)
        head = f'<p class="cell">{_e(name)}</p>' if name else ""
        more = count(len(lines) - len(shown), "more line")
        rest = f'<p class="cell">{more}</p>' if len(shown) < len(lines) else ""
        parts.append(head + (f'<pre class="diff">{body}</pre>' if shown else "") + rest)
    return "".join(parts), used


def _kind(line: str) -> str:
    kind = _LINES.get(line[:1])
    return f' class="{kind}"' if kind else ""


def _visible(line: str) -> str:
    return "".join(char if char.isprintable() or char == "\t" else f"\\u{ord(char):04x}" for char in line)


def _notices(report: Report) -> Iterator[str]:
    if report.notices:
        items = "".join(
            f'<li class="card">{_e(item.message)}{f"<span>{_e(item.hint)}</span>" if item.hint else ""}</li>'
            for item in report.notices
        )
        yield f'<h2>Warnings</h2><ul class="notices">{items}</ul>'


def _facts(report: Report) -> Iterator[str]:
    if report.repeatable:
        rows = "".join(
            f'<div class="{_SIGNS[fact.ok][1]}"><dt><b>{_SIGNS[fact.ok][0]}</b>{_e(fact.name)}</dt>'
            f"<dd>{_e(fact.said)}</dd></div>"
            for fact in report.repeatable
        )
        yield f'<h2>Can it be repeated?</h2><dl class="card">{rows}</dl>'


def _steps(report: Report) -> Iterator[str]:
    if report.commands:
        lines = "\n".join(html.escape(_visible(command)) for command in report.commands)
        yield f'<h2>Check out and run again</h2><pre class="card steps">{lines}</pre>'


def _packages(report: Report) -> Iterator[str]:
    if report.packages:
        rows = [[item.name, item.before, item.after] for item in report.packages]
        yield _folded(
            f"{count(len(report.packages), 'package')} of another version", _table(["package", "base", "run"], rows)
        )
