"""A report as Markdown for one forge: what it cannot show is left out, what is too long is cut in a stated order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from trackside.card_words import count, format_duration
from trackside.review.remote import Forge
from trackside.review.report.escape import code, escape, fence
from trackside.review.report.forms import Form, form_of, length
from trackside.review.report.mermaid import bars, chart
from trackside.review.report.report import CurvePair, FileChange, MetricChange, Report
from trackside.review.report.wording import UPDATED, VERDICTS, WAYS, cells_words, change_words, number, title

_LONGEST_LINE: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much of each part is shown; `lines` of a diff, the rest counted in rows."""

    lines: int = 400
    curves: int = 6
    packages: int = 100
    unchanged: int = 200
    files: int = 100
    params: int = 100
    data: int = 100
    metrics: int = 100
    notices: int = 50
    steps: bool = True
    facts: bool = True


#: The order in which a report that is too long gets shorter: (what is then left out, how much room is left).
CUTS: Final[tuple[tuple[str, dict[str, int | bool]], ...]] = (
    ("long differences of code", {"lines": 100}),
    ("differences of code", {"lines": 0}),
    ("packages", {"packages": 0}),
    ("curves beside the first", {"curves": 1}),
    ("unchanged metrics and parameters", {"unchanged": 0}),
    ("curves", {"curves": 0}),
    ("some files", {"files": 10}),
    ("some warnings", {"notices": 5}),
    ("some parameters", {"params": 10}),
    ("some data", {"data": 5}),
    ("some metrics", {"metrics": 10}),
    ("files", {"files": 0}),
    ("parameters", {"params": 0}),
    ("data", {"data": 0}),
    ("warnings", {"notices": 0}),
    ("metrics beside the main one", {"metrics": 1}),
    ("whether it can be repeated", {"facts": False}),
    ("how to run it again", {"steps": False}),
)


def markdown(report: Report, forge: Forge | None = None, limit: int | None = None) -> str:
    """Write the report for a forge (None: a place that shows what GitHub does), at most `limit` UTF-16 units long."""
    form = form_of(forge)
    limit = form.limit if limit is None else min(limit, form.limit)
    room = Room()
    left_out: list[str] = []
    text = _compose(report, form, room, left_out)
    for what, change in CUTS:
        if length(text) <= limit:
            return text
        room = replace(room, **change)  # type: ignore[arg-type]  # the fields of Room
        left_out.append(what)
        text = _compose(report, form, room, left_out)
    while length(text) > limit:
        # Nothing but the head is left, of bounded length: only who asks for a few hundred characters comes here.
        text = text[: max(0, len(text) - (length(text) - limit) - 1)]
    return text


def comment_of(marker: str, form: Form) -> str:
    """Write what finds a comment again and nobody sees."""
    return f"<!-- {marker} -->" if form.html else f"[//]: # ({marker})"


def _compose(report: Report, form: Form, room: Room, left_out: Sequence[str]) -> str:
    parts = [comment_of(report.marker, form), f"## {escape(title(report), form)}", *_head(report, form)]
    parts += _metrics(report, form, room)
    parts += _params(report, form, room)
    parts += _data(report, form, room)
    parts += _files(report, form, room)
    parts += _first_curve(report, form, room)
    parts += _notices(report, form, room)
    parts += _facts(report, form, room)
    parts += _steps(report, room)
    parts += _folded(report, form, room)
    if left_out:
        parts.append(f"Left out, since it would not fit here: {', '.join(left_out)}. `trackside report` shows all.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(report: Report, form: Form) -> Iterator[str]:
    sign, word = VERDICTS[report.verdict.judgement]
    yield f"**{sign} {word}.** {escape(report.verdict.sentence, form, 400)}"
    for reason in report.verdict.reasons:
        yield f"*Note:* {escape(reason, form, 400)}"
    if report.updated:
        yield f"**{UPDATED}**"
    run, base = report.run, report.base
    told = f"Run {code(run.name, form, 80)}"
    if base is not None:
        named = base.name if base.name == base.asked or base.is_experiment else f"{base.name} ({base.asked})"
        told += f" against {code(named, form, 160)}"
    facts = [told]
    if run.notebook:
        facts.append(code(run.notebook, form, 120))
    facts += [format_duration(run.duration), *([f"by {escape(run.author, form, 60)}"] if run.author else [])]
    if run.status != "finished":
        facts.append(f"**{escape(run.status, form, 20)}**")
    yield " · ".join(facts)


def _metrics(report: Report, form: Form, room: Room) -> Iterator[str]:
    shown = [item for item in report.metrics if item.change != "same" or item.name == report.main]
    if not shown:
        return
    yield "### Metrics"
    yield _metric_table(shown[: room.metrics], report, form)
    yield _more(len(shown) - room.metrics, "metric")


def _metric_table(items: Sequence[MetricChange], report: Report, form: Form) -> str:
    if report.base is None:
        return _table(["metric", "value"], [[code(item.name, form, 80), number(item.after)] for item in items], right=1)
    rows = [
        [
            f"**{code(item.name, form, 80)}**" if item.name == report.main else code(item.name, form, 80),
            number(item.before),
            number(item.after),
            change_words(item),
            f"±{number(item.spread)}" if item.spread is not None else "",
            WAYS[item.direction],
        ]
        for item in items
    ]
    return _table(["metric", "base", "run", "change", "noise", ""], rows, right=2)


def _params(report: Report, form: Form, room: Room) -> Iterator[str]:
    differing = [item for item in report.params if item.differs]
    if not differing or not room.params:
        return
    yield "### Parameters that differ"
    rows = [[code(item.name, form, 80), _value(item.before, form), _value(item.after, form)] for item in differing]
    yield _table(["parameter", "base", "run"], rows[: room.params])
    yield _more(len(differing) - room.params, "parameter")


def _data(report: Report, form: Form, room: Room) -> Iterator[str]:
    if not report.data or not room.data:
        return
    yield "### Data that differs"
    rows = [[code(item.path, form, 160), _value(item.before, form), _value(item.after, form)] for item in report.data]
    yield _table(["data", "base", "run"], rows[: room.data])
    yield _more(len(report.data) - room.data, "input")


def _value(value: str | None, form: Form) -> str:
    return "–" if value is None else code(value, form, 80) or "(empty)"


def _files(report: Report, form: Form, room: Room) -> Iterator[str]:
    if not report.files or not room.files:
        return
    yield f"### Code, compared with {escape(report.compared, form, 120)}"
    shown = report.files[: room.files]
    yield "\n".join(f"- {code(file.path, form, 160)}: {cells_words(file)}" for file in shown)
    yield _more(len(report.files) - room.files, "file")
    if form.html:
        yield _differences(report, form, room)


def _differences(report: Report, form: Form, room: Room) -> str:
    """Fold the differences of code; where nothing folds, they stand at the end."""
    diffs = list(_diffs(report.files[: room.files], form, room.lines))
    return _fold("Differences", "\n\n".join(diffs), form) if diffs else ""


def _diffs(files: Sequence[FileChange], form: Form, most: int) -> Iterator[str]:
    left = most
    for file in files:
        pieces = [(f"{cell.kind} cell {cell.number}, {cell.change}", cell.diff) for cell in file.cells or ()]
        for what, diff in pieces or [(file.change, file.diff)]:
            lines = [line[:_LONGEST_LINE] for line in diff.splitlines() if line[:1] in ("+", "-", " ", "@")]
            if not lines or left <= 0:
                continue
            part = lines[: min(left, max(20, most // 4))]
            left -= len(part)
            tail = f"\n\n{count(len(lines) - len(part), 'more line')}" if len(part) < len(lines) else ""
            yield f"**{code(file.path, form, 160)}** {escape(what, form, 60)}\n\n{fence(part, 'diff')}{tail}"


def _first_curve(report: Report, form: Form, room: Room) -> Iterator[str]:
    if report.curves and room.curves:
        yield "### Curves"
        yield _curve(report.curves[0], report, form, form.mermaid)


def _curve(pair: CurvePair, report: Report, form: Form, left: int) -> str:
    drawn = chart(pair) if left else ""
    head = f"{code(pair.name, form, 80)} by step"
    if drawn and length(drawn) <= left:
        both = ": the base in grey, the run in blue" if pair.before and pair.after else ""
        return f"{head}{both}.\n\n{drawn}"
    rows = [("base", pair.before), ("run", pair.after)]
    lines = [f"- {name} `{bars(curve)}`" for name, curve in rows if curve and bars(curve)]
    return f"{head}\n\n" + "\n".join(lines) if report.base else f"{head} `{bars(pair.after)}`"


def _notices(report: Report, form: Form, room: Room) -> Iterator[str]:
    shown = report.notices[: room.notices]
    if shown:
        yield "### Warnings"
        yield "\n".join(f"- {escape(' '.join([item.message, item.hint]).strip(), form, 400)}" for item in shown)
        yield _more(len(report.notices) - len(shown), "warning")


def _facts(report: Report, form: Form, room: Room) -> Iterator[str]:
    if report.repeatable and room.facts:
        sign = {True: "✓", False: "✗", None: "–"}
        yield "### Can it be repeated?"
        yield " · ".join(f"{sign[fact.ok]} {fact.name}: {escape(fact.said, form)}" for fact in report.repeatable)


def _steps(report: Report, room: Room) -> Iterator[str]:
    if report.commands and room.steps:
        yield "### Check out and run again"
        # The first word of each line is ours, so no line of it can be a quick action.
        yield fence(list(report.commands), "sh")


def _folded(report: Report, form: Form, room: Room) -> Iterator[str]:
    left = form.mermaid - (length(chart(report.curves[0])) if report.curves and form.mermaid else 0)
    drawn = []
    for pair in report.curves[1 : room.curves]:
        drawn.append(_curve(pair, report, form, max(0, left)))
        left -= length(chart(pair))
    if not form.html:
        yield _differences(report, form, room)
    if drawn:
        yield _fold("More curves", "\n\n".join(drawn), form)
    same = [item for item in report.metrics if item.change == "same" and item.name != report.main][: room.unchanged]
    if same:
        rows = [[code(item.name, form, 80), number(item.after)] for item in same]
        yield _fold(f"{count(len(same), 'unchanged metric')}", _table(["metric", "value"], rows, right=1), form)
    params = [item for item in report.params if not item.differs][: room.unchanged]
    if params:
        rows = [[code(item.name, form, 80), _value(item.after, form)] for item in params]
        word = "unchanged parameter" if report.base else "parameter"
        yield _fold(count(len(params), word), _table(["parameter", "value"], rows), form)
    packages = report.packages[: room.packages]
    if packages:
        rows = [[code(item.name, form, 60), _value(item.before, form), _value(item.after, form)] for item in packages]
        table = _table(["package", "base", "run"], rows)
        more = _more(len(report.packages) - len(packages), "package")
        yield _fold(f"{count(len(report.packages), 'package')} of another version", f"{table}\n\n{more}".strip(), form)


def _fold(name: str, body: str, form: Form) -> str:
    """Fold a part; `name` is ours, since text inside of HTML is not escaped as Markdown is."""
    if form.html:
        return f"<details><summary>{name}</summary>\n\n{body}\n\n</details>"
    return f"#### {name}\n\n{body}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: int = 0) -> str:
    """Write a table whose columns 1 to `right` hold numbers."""
    rule = ["---:" if 0 < place <= right else "---" for place in range(len(head))]
    lines = [head, rule, *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _more(left: int, word: str) -> str:
    return f"… and {count(left, word)} more" if left > 0 else ""


__all__ = ["CUTS", "comment_of", "markdown"]
