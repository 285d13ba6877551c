"""The table of `trackside list` on a terminal: what varies, coloured against the baseline run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

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
_NARROWEST: Final = 9


def show_table(selection: Selection, asked: Sequence[str]) -> None:
    """Print the selection."""
    console = Console(highlight=False, markup=False, emoji=False)
    rows = selection.rows()
    baseline = rows_of([selection.baseline])[0] if selection.baseline else None
    if not rows:
        nothing = "No run matches." if selection.every else "No runs yet: `%track` in a notebook starts one."
        console.print(nothing, style="dim")
        return
    columns, hidden = _fitting(columns_of(rows, asked), console.width, is_asked=bool(asked))
    whole = {item["ref"]: item for item in selection.experiments()} if not asked else {}
    console.print(_table(rows, baseline, columns, whole, is_asked=bool(asked)))
    for line in _below(rows, selection.total, columns, hidden):
        console.print(line, style="dim")


def _fitting(columns: Columns, width: int, *, is_asked: bool) -> tuple[Columns, int]:
    """Keep the columns there is room for: metrics first, parameters after them."""
    if is_asked:
        return columns, 0
    room = max(2, (width - 46) // (_NARROWEST + 2))
    metrics = columns.metrics[: max(1, room - min(len(columns.params), room // 2))]
    params = columns.params[: max(0, room - len(metrics))]
    hidden = len(columns.metrics) + len(columns.params) - len(metrics) - len(params)
    return Columns(fields=columns.fields, metrics=metrics, params=params, same=columns.same), hidden


def _table(
    rows: Sequence[Row],
    baseline: Row | None,
    columns: Columns,
    whole: dict[str | None, Experiment],
    *,
    is_asked: bool,
) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    now = time.time()
    main = columns.metrics[0] if columns.metrics and not is_asked else None
    fields = columns.fields if is_asked else ["name", "age", "duration"]
    for name in fields:
        table.add_column(name, no_wrap=True, justify="right" if name in ("age", "duration") else "left")
    if main is not None:
        table.add_column("", no_wrap=True)
    for name in columns.metrics:
        table.add_column(words.safe(name), no_wrap=True, justify="right")
    for name in columns.params:
        table.add_column(words.safe(name), no_wrap=True, max_width=24)
    best = {name: _best(rows, name) for name in columns.metrics}
    for row in rows:
        cells: list[Text] = [_field(row, name, now) for name in fields]
        if main is not None:
            cells.append(_curve(row, main, whole))
        cells += [_metric(row, name, baseline, best[name]) for name in columns.metrics]
        cells += [_param(row, name) for name in columns.params]
        table.add_row(*cells, style="dim" if row.archived else "")
    return table


def _field(row: Row, name: str, now: float) -> Text:
    if name == "name":
        text = Text()
        text.append(f"{_GLYPHS.get(row.status, ' ')} ", style=STYLES.get(row.status, ""))
        text.append(words.safe(row.name))
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
    return Text(format_value(value, 24) if there else "–", style="" if there else "dim")


def _best(rows: Sequence[Row], name: str) -> float | None:
    """Return the best value of a metric over the rows, None when nobody knows which way is up or there is one row."""
    known = [row.metrics[name] for row in rows if name in row.metrics]
    numbers = [number for metric in known if (number := metric_number(metric, LAST)) is not None and number == number]
    directions = {metric[DIRECTION] for metric in known}
    if len(numbers) < 2 or len(directions) != 1:
        return None
    return {"higher": max, "lower": min}.get(directions.pop(), lambda _: None)(numbers)


def _below(rows: Sequence[Row], total: int, columns: Columns, hidden: int) -> list[str]:
    lines = []
    if total > len(rows):
        lines.append(f"{len(rows)} of {total} runs; --all shows the rest")
    if columns.same:
        shown = ", ".join(words.safe(name) for name in columns.same[:8])
        lines.append(f"same in all: {len(columns.same)} ({shown}{', …' if len(columns.same) > 8 else ''})")
    if hidden:
        lines.append(f"{hidden} more columns: --columns name,metrics.X,params.Y chooses")
    problems = [row for row in rows if row.problem]
    lines += [f"? {words.safe(row.name)}: {words.safe(row.problem or '')}" for row in problems[:5]]
    return lines
