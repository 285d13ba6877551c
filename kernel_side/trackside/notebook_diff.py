"""Two notebooks → what differs, cell by cell; outputs, counts and metadata are left out. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from trackside.contract import CellDiff

#: Cells this alike are one cell that was edited.
_ALIKE: Final = 0.5
_LONGEST_CELL: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookCell:
    """What is compared of a cell."""

    number: int
    kind: str
    id: str | None
    source: str


def parse_cells(data: bytes | None) -> list[NotebookCell] | None:
    """Read the cells of an .ipynb file; None when it is none, [] for a file that is not there."""
    if data is None:
        return []
    try:
        cells = json.loads(data)["cells"]
        return [
            NotebookCell(
                number=number,
                kind=str(cell.get("cell_type", "")),
                id=cell.get("id"),
                source="".join(cell.get("source", "")),
            )
            for number, cell in enumerate(cells, 1)
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def compare_cells(before: Sequence[NotebookCell], after: Sequence[NotebookCell]) -> list[CellDiff]:
    """Return every cell of both sides in reading order, with a unified diff of those that changed."""
    matcher = SequenceMatcher(
        None,
        [(cell.kind, cell.source) for cell in before],
        [(cell.kind, cell.source) for cell in after],
        autojunk=False,
    )
    found: list[CellDiff] = []
    for tag, low, high, start, stop in matcher.get_opcodes():
        if tag == "equal":
            found += [_cell("same", *pair) for pair in zip(before[low:high], after[start:stop])]
        else:
            found += [_cell(_change(*pair), *pair) for pair in _pairs(before[low:high], after[start:stop])]
    return found


def _pairs(
    before: Sequence[NotebookCell], after: Sequence[NotebookCell]
) -> Iterator[tuple[NotebookCell | None, NotebookCell | None]]:
    """Pair the cells of a block that differs: by id where both have one, else by likeness, never crosswise."""
    rest = list(after)
    for cell in before:
        place = next((place for place, other in enumerate(rest) if _is_same_cell(cell, other)), None)
        if place is None:
            yield cell, None
            continue
        yield from ((None, other) for other in rest[:place])
        yield cell, rest[place]
        rest = rest[place + 1 :]
    yield from ((None, other) for other in rest)


def _is_same_cell(left: NotebookCell, right: NotebookCell) -> bool:
    if left.kind != right.kind:
        return False
    if left.id and left.id == right.id:
        return True
    matcher = SequenceMatcher(None, left.source[:_LONGEST_CELL], right.source[:_LONGEST_CELL], autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _change(before: NotebookCell | None, after: NotebookCell | None) -> Literal["same", "changed", "added", "removed"]:
    return "added" if before is None else "removed" if after is None else "changed"


def _cell(
    change: Literal["same", "changed", "added", "removed"], before: NotebookCell | None, after: NotebookCell | None
) -> CellDiff:
    lines = [] if change == "same" else _diff(before.source if before else "", after.source if after else "")
    shown = after or before
    return {
        "change": change,
        "kind": shown.kind if shown else "",
        "before": before.number if before else None,
        "after": after.number if after else None,
        "diff": "\n".join(lines),
    }


def _diff(before: str, after: str) -> list[str]:
    """Return the lines of a unified diff without its file header."""
    return list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3))[2:]
