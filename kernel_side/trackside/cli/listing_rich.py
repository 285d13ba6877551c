"""The table of `trackside list` on a terminal: what varies, coloured against the baseline run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from trackside.card_words import format_number, format_value
from trackside.cli import words
from trackside.columns import Columns, columns_of
from trackside.metrics import sparkline
from trackside.query import FIELDS
from trackside.row import DIRECTION, LAST, Row, metric_number, rows_of

if TYPE_CHECKING:
    from trackside.contract import Experiment
    from trackside.reading import Selection

STYLES: Final = {"open": "cyan", "finished": "green", "failed": "red", "interrupted": "yellow"}
_GLYPHS: Final = {"open": "●", "finished": "✓", "failed": "✗", "interrupted": "◌"}
_GAP: Final = 2
#: A column takes at least a character and the gap after it, so that more than these need not be tried.
_NARROWEST: Final = 1 + _GAP
_WIDEST_PARAM: Final = 24
#: A name of ours has no more characters; others may have annotated anything.
_LONGEST_ALIAS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One column with all its cells, so that its width is known before the table is drawn."""

    kind: Literal["name", "field", "curve", "metric", "param"]
    title: str
    cells: list[Text]
    is_right: bool = False

    @property
    def width(self) -> int:
        return max(cell_len(self.title), *(cell.cell_len for cell in self.cells))


def show_table(selection: Selection, asked: Sequence[str]) -> None:
    """Print the selection."""
    console = Console(highlight=False, markup=False, emoji=False)
    rows = selection.rows()
    baseline = rows_of([selection.baseline])[0] if selection.baseline else None
    if not rows:
        nothing = "No run matches." if selection.every else "No runs yet: `%track` in a notebook starts one."
        console.print(nothing, style="dim")
        return
    columns = columns_of(rows, asked)
    whole = {item["ref"]: item for item in selection.experiments()} if not asked else {}
    most = None if asked else console.width // _NARROWEST
    drawn = _columns(rows, baseline, columns, whole, is_asked=bool(asked), most=most)
    left_out = len(columns.metrics) + len(columns.params) - sum(one.kind in ("metric", "param") for one in drawn)
    if not asked:
        before = len(drawn)
        drawn = _fitting(drawn, console.width)
        left_out += before - len(drawn)
    console.print(_table(rows, drawn))
    for line in _below(rows, selection.total, columns, left_out):
        console.print(line, style="dim")


def _columns(
    rows: Sequence[Row],
    baseline: Row | None,
    columns: Columns,
    whole: dict[str | None, Experiment],
    *,
    is_asked: bool,
    most: int | None,
) -> list[_Column]:
    """Make the columns: fields, the curve of the first metric, then at most so many metrics and parameters each."""
    now = time.time()
    made = [
        _Column(
            kind="name" if name == "name" else "field",
            title=name,
            cells=[_field(row, name, now) for row in rows],
            is_right=name in ("age", "duration"),
        )
        for name in (columns.fields if is_asked else ["name", "age", "duration"])
    ]
    curves = [_curve(row, columns.metrics[0], whole) for row in rows] if columns.metrics and not is_asked else []
    if any(curve.plain for curve in curves):
        made.append(_Column(kind="curve", title="", cells=curves))
    for name in columns.metrics[:most]:
        best = _best(rows, name)
        cells = [_metric(row, name, baseline, best) for row in rows]
        made.append(_Column(kind="metric", title=words.safe(name), cells=cells, is_right=True))
    for name in columns.params[:most]:
        made.append(_Column(kind="param", title=words.safe(name), cells=[_param(row, name) for row in rows]))
    return made


def _fitting(columns: list[_Column], width: int) -> list[_Column]:
    """Drop columns until the others have the room they need: a value cut short tells less than none."""
    kept = list(columns)
    while sum(column.width + _GAP for column in kept) - _GAP > width:
        dropped = _least(kept)
        if dropped is None:
            break
        kept = [column for column in kept if column is not dropped]
    return kept


def _least(columns: Sequence[_Column]) -> _Column | None:
    """Choose the column to miss first: the last of the more numerous kind, but no curve without its metric."""
    metrics = [column for column in columns if column.kind == "metric"]
    params = [column for column in columns if column.kind == "param"]
    if params and len(params) >= len(metrics):
        return params[-1]
    if len(metrics) > 1:
        return metrics[-1]
    others = [column for column in columns if column.kind in ("curve", "field")]
    return others[-1] if others else next(iter(metrics), None)


def _table(rows: Sequence[Row], columns: Sequence[_Column]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, _GAP, 0, 0))
    for column in columns:
        table.add_column(column.title, no_wrap=True, justify="right" if column.is_right else "left")
    for row, cells in zip(rows, zip(*(column.cells for column in columns))):
        table.add_row(*cells, style="dim" if row.archived else "")
    return table


def _field(row: Row, name: str, now: float) -> Text:
    if name == "name":
        text = Text()
        text.append(f"{_GLYPHS.get(row.status, ' ')} ", style=STYLES.get(row.status, ""))
        text.append(words.safe(row.name))
        if row.alias and row.alias != row.name:
            text.append(f" also {words.safe(row.alias[:_LONGEST_ALIAS])}", style="dim")
        if row.star:
            text.append(" ★", style="yellow")
        if row.warnings:
            text.append(" !", style="yellow")
        if row.problem:
            text.append(" ?", style="red")
        return text
    if name == "age":
        return Text(words.age(max(0.0, now - row.started)) if row.started else "", style="dim")
    if name == "duration":
        from trackside.card_words import format_duration

        return Text(format_duration(row.duration), style="dim")
    if name == "started":
        return Text(words.moment(row.started))
    return Text(words.cell(FIELDS[name](row, now)))


def _curve(row: Row, metric: str, whole: dict[str | None, Experiment]) -> Text:
    found = whole.get(row.ref)
    fact = found["record"]["metrics"].get(metric) if found else None
    return Text(sparkline(fact["spark"], 10) if fact else "", style="cyan")


def _metric(row: Row, name: str, baseline: Row | None, best: float | None) -> Text:
    number = metric_number(row.metrics.get(name))
    if number is None:
        return Text("")
    text = Text(format_number(number), style="bold" if number == best else "")
    against = metric_number(baseline.metrics.get(name)) if baseline is not None and baseline.ref != row.ref else None
    direction = row.metrics[name][DIRECTION]
    if against is None or direction == "unknown" or number == against or number != number or against != against:
        return text.append("  ")
    is_better = (number > against) == (direction == "higher")
    return text.append(" ▲" if number > against else " ▼", style="green" if is_better else "red")


def _param(row: Row, name: str) -> Text:
    value = row.params.get(name, row.hidden.get(name))
    there = name in row.params or name in row.hidden
    return Text(format_value(value, _WIDEST_PARAM) if there else "–", style="" if there else "dim")


def _best(rows: Sequence[Row], name: str) -> float | None:
    """Return the best value of a metric over the rows, None when nobody knows which way is up or there is one row."""
    known = [row.metrics[name] for row in rows if name in row.metrics]
    numbers = [number for metric in known if (number := metric_number(metric, LAST)) is not None and number == number]
    directions = {metric[DIRECTION] for metric in known}
    if len(numbers) < 2 or len(directions) != 1:
        return None
    return {"higher": max, "lower": min}.get(directions.pop(), lambda _: None)(numbers)


def _below(rows: Sequence[Row], total: int, columns: Columns, left_out: int) -> list[str]:
    lines = []
    if total > len(rows):
        lines.append(f"{len(rows)} of {total} runs; --all shows the rest")
    if columns.same:
        shown = ", ".join(words.safe(name) for name in columns.same[:8])
        lines.append(f"same in all: {len(columns.same)} ({shown}{', …' if len(columns.same) > 8 else ''})")
    if left_out:
        more = "1 more column" if left_out == 1 else f"{left_out} more columns"
        lines.append(f"{more}: --columns name,metrics.X,params.Y chooses")
    problems = [row for row in rows if row.problem]
    lines += [f"? {words.safe(row.name)}: {words.safe(row.problem or '')}" for row in problems[:5]]
    return lines
