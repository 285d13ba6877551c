"""A comparison on a terminal: one column a run, metrics with their change against the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from trackside.card_words import format_delta, format_number, format_value
from trackside.cli import words
from trackside.compare import describe_input
from trackside.row import metric_number

if TYPE_CHECKING:
    from trackside.contract import Comparison, MetricRow, TextRow


def show_comparison(found: Comparison, *, everything: bool) -> None:
    """Print a comparison; sections in which nothing differs are counted, not shown."""
    console = Console(highlight=False, markup=False, emoji=False)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    for run in found["runs"]:
        table.add_column(words.safe(run["name"]), overflow="fold")
    for metric in found["metrics"]:
        if metric["differs"] or everything:
            table.add_row(words.safe(metric["name"]), *_metric(metric))
    for param in found["params"]:
        if param["differs"] or everything:
            values = zip(param["values"], param["present"])
            cells = [format_value(value, 40) if there else "–" for value, there in values]
            table.add_row(words.safe(param["name"]), *cells, style="" if param["box"] == "params" else "dim")
    for data in found["inputs"]:
        if data["differs"] or everything:
            told = [words.safe(describe_input(value) or "–") for value in data["values"]]
            table.add_row(Text.assemble(("data ", "dim"), words.safe(data["path"])), *told)
    for row in (*found["facts"], *found["packages"]):
        if row["differs"] or everything:
            table.add_row(words.safe(row["name"]), *_texts(row), style="dim")
    console.print(table if table.row_count else "Nothing differs.")
    same = sum(
        not row["differs"]
        for rows in (found["metrics"], found["params"], found["inputs"], found["facts"], found["packages"])
        for row in rows
    )
    if same and not everything:
        console.print(f"same in all: {same} (--all shows them)", style="dim")


def _metric(row: MetricRow) -> list[Text]:
    cells = []
    for place, value in enumerate(row["values"]):
        number, delta = metric_number([value]), row["deltas"][place]
        text = Text("–" if number is None else format_number(number), style="bold" if row["best"] == place else "")
        if delta:
            known = row["direction"] != "unknown"
            is_better = (delta > 0) == (row["direction"] == "higher")
            style = "dim" if not known else "green" if is_better else "red"
            text.append(f" {format_delta(delta)} {'▲' if delta > 0 else '▼'}", style=style)
        cells.append(text)
    return cells


def _texts(row: TextRow) -> list[str]:
    return [words.safe(value) if value is not None else "–" for value in row["values"]]
