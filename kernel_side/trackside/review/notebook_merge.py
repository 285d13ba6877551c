"""Merge two descendants of a notebook cell by cell. Pure.

Sources merge by cell and line, outputs never: they are taken out first, and those of the run are put back where its
source is unchanged by the merge. Nothing that does not merge is ever written: it is told by cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from trackside.notebook_diff import NotebookCell, compare_cells
from trackside.review.threeway import Clash, merge_sequences

#: Differs between machines without anybody meaning it: the run's is kept.
_NOISE: Final = frozenset({"kernelspec", "language_info", "execution", "ExecuteTime", "collapsed", "scrolled"})
_MISSING: Final = object()
Cell = dict[str, Any]


@dataclass(slots=True)
class CellMerge:
    """A merged notebook, or the cells that do not merge: (number in the run's notebook from 1 or None, sentence)."""

    data: bytes | None = None
    clashes: list[tuple[int | None, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Side:
    """One version: its document, its cells by key and the order of the keys."""

    document: dict[str, Any]
    cells: Mapping[str, Cell]
    keys: Sequence[str]


def merge_notebooks(base: bytes | None, ours: bytes, theirs: bytes, *, keep: bool = False) -> CellMerge | None:
    """Merge notebooks; None when one of the three is none. `keep` puts the run's (our) outputs back.

    Without a base everything was added by both sides.
    """
    documents = [_parse(data) for data in (base if base is not None else b'{"cells": []}', ours, theirs)]
    if any(document is None for document in documents):
        return None
    first, mine, yours = (_keyed(documents[0], document, name) for document, name in zip(documents, ("b", "o", "t")))
    merged = _Merging(first, mine, yours, keep=keep)
    cells = merged.cells()
    if merged.clashes:
        return CellMerge(clashes=merged.clashes)
    whole = dict(mine.document)
    whole["metadata"] = merged.mapping((first.document, mine.document, yours.document), None, "the notebook's metadata")
    for name in ("nbformat", "nbformat_minor"):
        numbers = [number for side in (mine, yours) if type(number := side.document.get(name)) is int]
        if numbers:
            whole[name] = max(numbers)
    whole["cells"] = cells
    if merged.clashes:
        return CellMerge(clashes=merged.clashes)
    return CellMerge(_written(whole, ours))


class _Merging:
    """Merges two sides and gathers what does not merge."""

    def __init__(self, base: _Side, ours: _Side, theirs: _Side, *, keep: bool) -> None:
        self.base, self.ours, self.theirs, self.keep = base, ours, theirs, keep
        self.clashes: list[tuple[int | None, str]] = []

    def cells(self) -> list[Cell]:
        """Merge order and cells."""
        keys: list[str] = []
        for part in merge_sequences(self.base.keys, self.ours.keys, self.theirs.keys):
            keys += part if isinstance(part, list) else self._order(part)
        for key in self.base.keys:
            if key not in keys:
                self._check_removed(key)
        # A cell one side moved stands at its new place, and is taken from its old one by the other side's order.
        twice = {key for key in keys if keys.count(key) > 1}
        for key in sorted(twice, key=self._number):
            self.clash(key, "both sides moved it, to different places")
        return [self._cell(key) for key in keys]

    def _order(self, clash: Clash[str]) -> list[str]:
        """Decide a place where both sides added, removed or moved cells."""
        ours, theirs = list(clash.ours), list(clash.theirs)
        kept = [key for key in clash.base if key in ours and key in theirs]
        added = [key for key in ours if key not in clash.base], [key for key in theirs if key not in clash.base]
        if not (added[0] and added[1]) and not _moved(kept, ours) and not _moved(kept, theirs):
            return self._mixed(clash)
        place = next((key for key in [*added[0], *ours, *clash.base] if key in self.ours.cells), "")
        self.clash(place, "both sides added or moved cells at this place")
        return ours

    def _mixed(self, clash: Clash[str]) -> list[str]:
        """Join removals of both sides with what one side added."""
        gone = {key for key in clash.base if key not in clash.ours or key not in clash.theirs}
        longer = clash.ours if any(key not in clash.base for key in clash.ours) else clash.theirs
        return [key for key in longer if key not in gone]

    def _check_removed(self, key: str) -> None:
        """A cell one side removed and the other edited does not merge."""
        base = self.base.cells.get(key)
        for side, who in ((self.ours, "the run edited it, the other side removed it"), (self.theirs, "")):
            cell = side.cells.get(key)
            if base is not None and cell is not None and _source(cell) != _source(base):
                self.clash(key, who or "the run removed it, the other side edited it")

    def _cell(self, key: str) -> Cell:
        base, ours, theirs = (side.cells.get(key) for side in (self.base, self.ours, self.theirs))
        if ours is None or theirs is None:
            return self._bare(ours or theirs or {}, ours)
        was = base or {}
        merged = dict(ours)
        source = self._merged_source(key, _source(was), _source(ours), _source(theirs))
        if source != _source(ours):
            merged["source"] = source.splitlines(keepends=True) if type(ours.get("source")) is list else source
        merged["metadata"] = self.mapping((was, ours, theirs), key, "its metadata")
        if ours.get("cell_type") != theirs.get("cell_type"):
            if ours.get("cell_type") == was.get("cell_type"):
                merged["cell_type"] = theirs.get("cell_type")
            elif theirs.get("cell_type") != was.get("cell_type"):
                self.clash(key, "both sides changed its kind")
        if "attachments" in theirs and ours.get("attachments") == was.get("attachments"):
            merged["attachments"] = theirs["attachments"]
        return self._bare(merged, ours)

    def _bare(self, cell: Cell, ours: Cell | None) -> Cell:
        """Take outputs out, and put the run's back where they were made by this very source."""
        cell = dict(cell)
        if cell.get("cell_type") != "code":
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
            return cell
        is_ours = self.keep and ours is not None and _source(ours) == _source(cell)
        cell["execution_count"] = ours.get("execution_count") if is_ours and ours else None
        cell["outputs"] = ours.get("outputs", []) if is_ours and ours else []
        return cell

    def _merged_source(self, key: str, base: str, ours: str, theirs: str) -> str:
        if ours == theirs or theirs == base:
            return ours
        if ours == base:
            return theirs
        lines: list[str] = []
        # The last line of a cell has no end; with one, a line added behind it is no change of it.
        for part in merge_sequences(*(_lines(text) for text in (base, ours, theirs))):
            if isinstance(part, Clash):
                self.clash(key, "both sides changed the same lines")
                return ours
            lines += part
        return "\n".join(lines)

    def mapping(self, holders: Sequence[Mapping[str, Any]], key: str | None, what: str) -> dict[str, Any]:
        """Merge metadata by name; for what differs between machines the run's is kept."""
        base, ours, theirs = (_mapping(holder.get("metadata")) for holder in holders)
        merged = dict(ours)
        for name in [*ours, *(name for name in theirs if name not in ours), *base]:
            was, mine, yours = (side.get(name, _MISSING) for side in (base, ours, theirs))
            if mine == yours or yours == was or name in _NOISE:
                continue
            if mine != was:
                self.clash(key, f"both sides changed {what} ({name})")
            elif yours is _MISSING:
                merged.pop(name, None)
            else:
                merged[name] = yours
        return merged

    def _number(self, key: str) -> int:
        return self.ours.keys.index(key) + 1 if key in self.ours.cells else 0

    def clash(self, key: str | None, what: str) -> None:
        """Note a cell that does not merge."""
        clash = (self._number(key) or None if key else None, what)
        if clash not in self.clashes:
            self.clashes.append(clash)


def _moved(kept: Sequence[str], side: Sequence[str]) -> bool:
    return [key for key in side if key in kept] != list(kept)


def _parse(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
        cells = found["cells"]
        is_one = type(cells) is list and all(type(cell) is dict and _source(cell) is not None for cell in cells)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return found if is_one else None


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source)


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if type(value) is dict else {}


def _keyed(base: dict[str, Any] | None, document: dict[str, Any] | None, name: str) -> _Side:
    """Give each cell a key that both sides share: its id, else that of the cell of the base it was made from."""
    assert base is not None and document is not None
    cells, known = document["cells"], _base_keys(base["cells"])
    keys = known if name == "b" else _ids(cells)
    if name != "b" and not set(known) & set(keys):
        keys = _likened(base["cells"], known, cells, keys)
    named = [key or f"{name}{number}" for number, key in enumerate(keys)]
    return _Side(document, dict(zip(named, cells)), named)


def _base_keys(cells: Sequence[Cell]) -> list[str]:
    return [key or f"b{number}" for number, key in enumerate(_ids(cells))]


def _ids(cells: Sequence[Cell]) -> list[str]:
    """Return the ids of cells, empty where one has none of its own."""
    ids = [cell.get("id") for cell in cells]
    return [f"#{key}" if type(key) is str and ids.count(key) == 1 else "" for key in ids]


def _likened(base: Sequence[Cell], known: Sequence[str], cells: Sequence[Cell], keys: Sequence[str]) -> list[str]:
    """Pair the cells of a notebook without ids with those of its base, by their source."""
    pairs = compare_cells(_compared(base), _compared(cells))
    found = {pair["after"]: known[pair["before"] - 1] for pair in pairs if pair["after"] and pair["before"]}
    return [found.get(number) or key for number, key in enumerate(keys, 1)]


def _compared(cells: Sequence[Cell]) -> list[NotebookCell]:
    return [
        NotebookCell(number=number, kind=str(cell.get("cell_type", "")), id=None, source=_source(cell))
        for number, cell in enumerate(cells, 1)
    ]


def _written(document: dict[str, Any], like: bytes) -> bytes:
    """Write a notebook in the form of another: indentation, escapes, what ends it."""
    text = like.decode("utf-8", "replace")
    indent = re.match(r"\s*\{(\r?\n)([ \t]*)", text)
    spaces = indent.group(2) if indent else None
    is_ascii = text.isascii() and "\\u" in text
    written = json.dumps(
        document,
        indent=spaces,
        ensure_ascii=is_ascii,
        separators=(",", ": ") if indent or '": ' in text[:200] else (",", ":"),
    )
    if not indent and ", " in text[:200]:
        written = json.dumps(document, ensure_ascii=is_ascii)
    if indent and indent.group(1) == "\r\n":
        written = written.replace("\n", "\r\n")
    return (written + text[len(text.rstrip()) :]).encode("utf-8", "surrogatepass")


__all__ = ["CellMerge", "merge_notebooks"]
