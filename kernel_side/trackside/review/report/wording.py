"""Words of a report that every form shares. Pure."""

from __future__ import annotations

from typing import Final

from trackside.card_words import count, format_delta, format_number, plain
from trackside.review.report.report import FileChange, Judgement, MetricChange, Report

UPDATED: Final = "The metrics are from the run, not re-run after the merge."
#: Judgement → (sign, word).
VERDICTS: Final[dict[Judgement, tuple[str, str]]] = {
    "better": ("▲", "Better"),
    "worse": ("▼", "Worse"),
    "mixed": ("◆", "Mixed"),
    "noise": ("≈", "Within noise"),
    "same": ("=", "Unchanged"),
    "unclear": ("?", "Unclear"),
    "not-comparable": ("∅", "Not comparable"),
    "no-data": ("∅", "Nothing to compare with"),
}
_WORDS: Final = {
    "better": "better",
    "worse": "worse",
    "same": "same",
    "noise": "within noise",
    "unknown": "changed",
    "new": "new",
    "gone": "gone",
}
WAYS: Final = {"higher": "higher is better", "lower": "lower is better", "unknown": ""}
_LONGEST_TITLE: Final = 160


def title(report: Report) -> str:
    """Return the report's title: the main metric and its change, then the run; one line of plain text."""
    side, main = report.run, report.main_metric
    name = plain(side.title or side.name, 80)
    if main is None or main.after is None:
        return name
    noise = ", within noise" if main.change == "noise" else ""
    is_told = main.delta and report.verdict.judgement not in ("not-comparable", "no-data")
    change = f" ({format_delta(main.delta or 0)}{noise})" if is_told else ""
    return plain(f"{plain(main.name, 50)} {format_number(main.after)}{change}: {name}", _LONGEST_TITLE)


def change_words(item: MetricChange) -> str:
    """Word a change with an arrow for where it went: `▲ +0.0081 better`."""
    word = _WORDS[item.change]
    if item.delta is None or item.delta == 0:
        return word
    arrow = "▲" if item.delta > 0 else "▼"
    share = f" ({item.share:.1%})" if item.share is not None and 0.0005 <= item.share < 10 else ""
    return f"{arrow} {format_delta(item.delta)}{share} {word}"


def number(value: float | None) -> str:
    """Word a value, a dash where there is none."""
    return "–" if value is None else format_number(value)


def cells_words(file: FileChange) -> str:
    """Word what became of a file: `2 cells changed, 1 added`."""
    if file.is_binary:
        return f"{file.change}, binary"
    if file.cells is None:
        return file.change
    if not file.cells:
        return "same cells"
    counts = {word: sum(cell.change == word for cell in file.cells) for word in ("changed", "added", "removed")}
    words = [f"{amount} {word}" for word, amount in counts.items() if amount]
    first, _, rest = words[0].partition(" ")
    return ", ".join([f"{count(int(first), 'cell')} {rest}", *words[1:]])
