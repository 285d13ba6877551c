"""The table that stays: what an output holds of a view when it is saved, and shows where nothing interactive can run.

The columns of `trackside list`; every cell is text.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trackside.card_words import count, format_duration, format_moment, format_number, format_value, plain
from trackside.columns import columns_of
from trackside.metrics import sparkline
from trackside.row import DIRECTION, LAST, metric_number, rows_of

if TYPE_CHECKING:
    from trackside.columns import Columns
    from trackside.contract import Experiment
    from trackside.reading import Selection
    from trackside.row import Row

#: Rows, and columns of each kind: a saved notebook stays small.
ROWS: Final = 20
_WIDE: Final = 6
_LONGEST: Final = 48
_GLYPHS: Final = {"open": "●", "finished": "✓", "failed": "✗", "interrupted": "◌"}
_CELL: Final = "padding:2px 14px 2px 0;white-space:nowrap;text-align:"
_BEST: Final = "font-weight:600;background:rgba(64,160,96,.16)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell."""

    text: str
    is_right: bool = False
    is_best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """A table with the lines below it."""

    head: list[Cell]
    body: list[list[Cell]]
    below: list[str]

    def text(self) -> str:
        """Write it for a terminal; the best values carry a star."""
        if not self.body:
            return "\n".join(self.below)
        marked = {at for row in self.body for at, cell in enumerate(row) if cell.is_best}
        lines = [
            [cell.text + ((" *" if cell.is_best else "  ") if at in marked else "") for at, cell in enumerate(row)]
            for row in [self.head, *self.body]
        ]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.head))]
        table = [
            "  ".join(
                text.rjust(width) if cell.is_right else text.ljust(width)
                for text, width, cell in zip(line, widths, self.head)
            ).rstrip()
            for line in lines
        ]
        return "\n".join([*table, *self.below])

    def markup(self) -> str:
        """Write it as HTML, of which every text is escaped."""
        below = "".join(f'<div style="opacity:.7">{html.escape(line)}</div>' for line in self.below)
        if not self.body:
            return below
        head = "".join(_markup(cell, "th") for cell in self.head)
        body = "".join(f"<tr>{''.join(_markup(cell, 'td') for cell in row)}</tr>" for row in self.body)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f'<div style="overflow-x:auto">{table}</div>{below}'


def _markup(cell: Cell, tag: str) -> str:
    style = f"{_CELL}{'right' if cell.is_right else 'left'}{';' + _BEST if cell.is_best else ''}"
    return f'<{tag} style="{style}">{html.escape(cell.text)}</{tag}>'


def still_of_runs(selection: Selection) -> Still:
    """Make the table of the first runs of a selection; at most `ROWS` are read."""
    entries = selection.entries[:ROWS]
    shown = rows_of(entries)
    if not shown:
        nothing = "No run matches." if selection.every else "No runs yet: %track starts one."
        return Still(head=[], body=[], below=[nothing])
    columns = columns_of(shown)
    curves = _curves(selection, columns.metrics[:1])
    metrics, params = columns.metrics[:_WIDE], columns.params[:_WIDE]
    best = {name: _best(shown, name) for name in metrics}
    head = [Cell(text=name) for name in ("run", "started", "duration")]
    head += [Cell(text="")] * bool(curves)
    head += [Cell(text=plain(name, _LONGEST), is_right=True) for name in metrics]
    head += [Cell(text=plain(name, _LONGEST)) for name in params]
    body = [
        [
            Cell(text=_named(row)),
            Cell(text=format_moment(row.started)),
            Cell(text=format_duration(row.duration)),
            *([Cell(text=curves.get((row.ref, row.name), ""))] if curves else []),
            *(_metric(row, name, best[name]) for name in metrics),
            *(Cell(text=format_value(row.params[name], 24) if name in row.params else "–") for name in params),
        ]
        for row in shown
    ]
    return Still(head=head, body=body, below=_below(selection, len(shown), columns))


def _named(row: Row) -> str:
    also = f" also {plain(row.alias, _LONGEST)}" if row.alias and row.alias != row.name else ""
    return f"{_GLYPHS.get(row.status, ' ')} {plain(row.name, _LONGEST)}{also}{' ★' if row.star else ''}"


def _below(selection: Selection, shown: int, columns: Columns) -> list[str]:
    same = columns.same
    lines = [f"{shown} of {count(selection.total, 'run')}"] if selection.total > shown else []
    if same:
        names = ", ".join(plain(name, _LONGEST) for name in same[:_WIDE])
        lines.append(f"same in all: {len(same)} ({names}{', …' if len(same) > _WIDE else ''})")
    left = max(0, len(columns.metrics) - _WIDE) + max(0, len(columns.params) - _WIDE)
    if left:
        lines.append(f"{count(left, 'more column')}: trackside list shows all")
    return lines


def _curves(selection: Selection, metrics: Sequence[str]) -> dict[tuple[str | None, str], str]:
    if not metrics:
        return {}
    whole = {(item["ref"], item["name"]): item for item in selection.experiments()}
    drawn = {key: _spark(item, metrics[0]) for key, item in whole.items()}
    return drawn if any(drawn.values()) else {}


def _spark(item: Experiment, metric: str) -> str:
    fact = item["record"]["metrics"].get(metric)
    return sparkline(fact["spark"], 10) if fact else ""


def _metric(row: Row, name: str, best: float | None) -> Cell:
    number = metric_number(row.metrics.get(name))
    return Cell(
        text="" if number is None else format_number(number),
        is_right=True,
        is_best=number is not None and number == best,
    )


def _best(rows: Sequence[Row], name: str) -> float | None:
    """Return the best value of a metric; None where nobody knows which way is up, or there is one run."""
    known = [row.metrics[name] for row in rows if name in row.metrics]
    numbers = [number for fact in known if (number := metric_number(fact, LAST)) is not None and number == number]
    directions = {fact[DIRECTION] for fact in known}
    if len(numbers) < 2 or len(directions) != 1:
        return None
    direction = directions.pop()
    return max(numbers) if direction == "higher" else min(numbers) if direction == "lower" else None
