"""Would the notebook, run from the top, give what this run gave? Flags where it would not. Pure.

For each cell as it ran last, every name it takes from other cells is traced twice: to the cell which provided
it when it ran, and to the cell which provides it in the document. Cells run in document order raise no warning.
"""

from __future__ import annotations

import ast
import builtins
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from trackside.capture.cellcode import parse_cell
from trackside.capture.dataflow import Flow, flow_of

Kind = Literal["out-of-order", "edited", "deleted", "hidden-state", "count-gap"]

#: Names a kernel or a hosted notebook has from the start.
_GIVEN: Final = frozenset(dir(builtins)) | frozenset(
    "display get_ipython In Out exit quit spark sc dbutils sqlContext displayHTML".split()
)
_MOST_NAMES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutedCell:
    """One execution: our number in the run, the front end's id and count where known, and the outcome."""

    cell: int
    id: str | None
    source: str
    count: int | None
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCell:
    """One code cell of the notebook as it stands, in order."""

    id: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFlag:
    """One finding about the execution `cell`; a warning is worth a reviewer's look, a fact is only told."""

    kind: Kind
    level: Literal["fact", "warning"]
    cell: int
    names: tuple[str, ...]
    message: str


def order_flags(executed: Sequence[ExecutedCell], document: Sequence[DocumentCell] | None) -> list[OrderFlag]:
    """Compare what ran with the document; without a document nothing is claimed but gaps in the counts.

    `executed` is in order of execution and holds code cells only, like `document`. Cells are matched by id where
    the front end's ids are those of the document, by source otherwise (nbclient gives none, VS Code others).
    """
    if not executed:
        return []
    if document is None:
        return _count_gap(list(executed))
    return _Comparison(executed, document).flags()


class _Comparison:
    def __init__(self, executed: Sequence[ExecutedCell], document: Sequence[DocumentCell]) -> None:
        self.executed = executed
        self.document = document
        self.ran = [flow_of(cell.source) for cell in executed]
        self.written = [flow_of(cell.source) for cell in document]
        self.by_id = {cell.id: at for at, cell in enumerate(document) if cell.id}
        self.ids_match = any(cell.id in self.by_id for cell in executed if cell.id)
        #: Executions whose source stands in several cells: which of them ran cannot be told, so nothing is claimed.
        self.ambiguous: set[int] = set()
        self.twins: set[int] = set()
        self.place = self._matched()
        self.last = self._last_executions()
        self.binders = _index(self.ran, _bound_by(self.ran))
        self.definers = _index(self.written, _bound_by(self.written))
        self.found: dict[tuple[Kind, Literal["fact", "warning"], int, str], list[str]] = defaultdict(list)

    def flags(self) -> list[OrderFlag]:
        early: dict[str, int] = {}
        for at in sorted(self.last):
            place = self.place[at]
            if place is not None:
                for name in sorted(self._taken(at)):
                    self._check(name, at, place, early)
            self._added_again(at)
        self._changed_cells()
        flags = [
            OrderFlag(kind=kind, level=level, cell=cell, names=tuple(names), message=message.format(_listed(names)))
            for (kind, level, cell, message), names in self.found.items()
        ]
        if early:
            names = tuple(sorted(early))
            text = f"{_listed(list(names))} had been defined before the run began."
            cell = self.executed[min(early.values())].cell
            flags.append(OrderFlag(kind="hidden-state", level="fact", cell=cell, names=names, message=text))
        in_place = sorted((self.place[at], at) for at in self.last if self.place[at] is not None)
        return flags + _count_gap([self.executed[at] for _, at in in_place])

    def _matched(self) -> list[int | None]:
        places: list[int | None] = []
        by_source: dict[str, list[int]] = defaultdict(list)
        for at, written in enumerate(self.document):
            by_source[written.source.strip()].append(at)
        taken: set[int] = set()
        previous = -1
        for cell in self.executed:
            if cell.id in self.by_id:
                place: int | None = self.by_id[cell.id]
            else:
                same = by_source.get(cell.source.strip(), [])
                if len(same) > 1:
                    self.ambiguous.add(len(places))
                    self.twins.update(same)
                # Of identical cells the next one down is meant, as when the notebook is run from the top.
                place = next((at for at in same if at > previous and at not in taken), None)
                if place is None and same:
                    place = next((at for at in same if at >= previous), same[0])
            places.append(place)
            if place is not None:
                taken.add(place)
                previous = place
        return places

    def _last_executions(self) -> set[int]:
        last: dict[object, int] = {}
        for at, cell in enumerate(self.executed):
            last[self._identity(at, cell)] = at
        return set(last.values())

    def _identity(self, at: int, cell: ExecutedCell) -> object:
        place = self.place[at]
        if place is not None:
            return place
        return cell.id or cell.source.strip()

    def _taken(self, at: int) -> set[str]:
        """Collect the names an execution took from outside, through the functions it used as well."""
        flow = self.ran[at]
        names = set(flow.uses)
        queue = list(flow.loads)
        seen: set[str] = set()
        while queue:
            name = queue.pop()
            if name in seen:
                continue
            seen.add(name)
            reads = flow.reads.get(name) if name in flow.binds else None
            if reads is None:
                provider, _ = self._provider(name, at)
                reads = set() if provider is None else self.ran[provider].reads.get(name, set())
            for read in reads:
                if read not in flow.binds:
                    names.add(read)
                queue.append(read)
        return {name for name in names if name not in _GIVEN and not name.startswith("_")}

    def _provider(self, name: str, at: int) -> tuple[int | None, list[int]]:
        """Find the execution which gave `name` its value before `at`, and failed ones since which may have."""
        times = self.binders.get(name, [])
        doubtful: list[int] = []
        for index in range(bisect_left(times, at) - 1, -1, -1):
            time = times[index]
            if self._is_same_cell(time, at):
                continue
            if self.executed[time].ok:
                return time, doubtful
            doubtful.append(time)
        return None, doubtful

    def _is_same_cell(self, one: int, other: int) -> bool:
        return self.executed[one].source == self.executed[other].source and self.place[one] == self.place[other]

    def _definer(self, name: str, place: int) -> int | None:
        places = self.definers.get(name, [])
        index = bisect_left(places, place)
        return places[index - 1] if index else None

    def _check(self, name: str, at: int, place: int, early: dict[str, int]) -> None:
        provider, doubtful = self._provider(name, at)
        if provider in self.ambiguous or at in self.ambiguous:
            return
        definer = self._definer(name, place)
        if any(self.place[time] == definer and definer is not None for time in doubtful):
            return
        if provider is None:
            if not doubtful:
                self._check_earlier(name, at, definer, early)
            return
        source, home = self.executed[provider].source, self.place[provider]
        if definer is not None and self._gives_the_same(name, provider, definer):
            if home == definer:
                self._check_changes(name, at, place, provider, definer)
            return
        here = self._label(at)
        if home is None:
            self._gone(name, at, provider, definer)
        elif home == definer or (definer is None and home < place):
            if not _equivalent(source, self.document[home].source):
                text = f"Cell {here} used {{}} from cell {self._label(provider)} before that was edited."
                self._flag("edited", "warning", at, text, name)
        elif home > place:
            text = f"Cell {here} used {{}} from cell {self._label(provider)}, which stands further down."
            self._flag("out-of-order", "warning", at, text, name)
        else:
            text = (
                f"Cell {here} used {{}} from cell {self._label(provider)}; "
                f"run from the top, it would come from {self._written_label(definer)}."
            )
            self._flag("out-of-order", "warning", at, text, name)

    def _gone(self, name: str, at: int, provider: int, definer: int | None) -> None:
        here = self._label(at)
        if definer is not None and (not self.ids_match or not self.executed[provider].id):
            text = f"Cell {here} used {{}} from a version of a cell that was edited afterwards."
            self._flag("edited", "warning", at, text, name)
        elif definer is None:
            text = f"Cell {here} used {{}} from a cell that is no longer in the notebook."
            self._flag("hidden-state", "warning", at, text, name)
        else:
            text = (
                f"Cell {here} used {{}} from a cell that is no longer in the notebook; "
                f"run from the top, it would come from {self._written_label(definer)}."
            )
            self._flag("hidden-state", "warning", at, text, name)

    def _gives_the_same(self, name: str, provider: int, definer: int) -> bool:
        imported = self.ran[provider].imports.get(name)
        if imported is not None and imported == self.written[definer].imports.get(name):
            return True
        return _equivalent(self.executed[provider].source, self.document[definer].source)

    def _check_changes(self, name: str, at: int, place: int, provider: int, definer: int) -> None:
        """Both ways lead to the same definition; compare what changed the object in between."""
        if name in self.ran[provider].imports:
            return
        between = range(provider + 1, at)
        happened = {self.place[time] for time in between if name in self.ran[time].changes | self.ran[time].touches}
        for time in between:
            flow = self.ran[time]
            if (name not in flow.changes and name not in flow.touches) or time in self.ambiguous:
                continue
            home = self.place[time]
            if self._is_same_cell(time, at) or (home is not None and definer <= home < place):
                continue
            if name not in flow.changes and any(self._is_same_cell(before, at) for before in range(at)):
                continue  # an identical cell run again; a method alone is too weak a sign
            where = "is no longer in the notebook" if home is None else "stands further down"
            if home is not None and home < definer:
                where = "stands above its definition"
            text = f"Cell {self._label(at)} used {{}} as changed by cell {self._label(time)}, which {where}."
            self._flag("out-of-order", "warning", at, text, name)
            return
        for skipped in range(definer + 1, place):
            flow = self.written[skipped]
            if name in flow.changes and skipped not in happened and skipped not in self.twins:
                text = f"Cell {self._label(at)} used {{}} before {self._written_label(skipped)} had changed it."
                self._flag("out-of-order", "warning", at, text, name)
                return

    def _check_earlier(self, name: str, at: int, definer: int | None, early: dict[str, int]) -> None:
        """Nothing in the run defined the name: it is older than the run, or comes from where no reader sees."""
        if not self.executed[at].ok or name not in self.ran[at].sure:
            return
        if any(flow.opaque for flow in self.ran[:at]) or any(flow.opaque for flow in self.written):
            return
        if self.ran[at].opaque:
            return
        fresh = self._began_fresh()
        if definer is not None or (name in self.definers and not fresh):
            early.setdefault(name, at)
        elif not fresh:
            text = f"Cell {self._label(at)} used {{}}, which no cell of the notebook defines."
            self._flag("hidden-state", "warning", at, text, name)

    def _added_again(self, at: int) -> None:
        """`x += 1` run twice: the same source, and a value no run from the top gives."""
        for name in sorted(self.ran[at].adds_to & self.ran[at].uses):
            provider, _ = self._provider(name, at)
            times = sum(self._is_same_cell(time, at) for time in range((provider or 0), at + 1))
            if provider is not None and times > 1:
                text = f"Cell {self._label(at)} ran {times} times and adds to {{}} each time."
                self._flag("hidden-state", "fact", at, text, name)

    def _began_fresh(self) -> bool:
        """Whether the run may hold all the session ran: then an unknown name comes from the kernel's own start."""
        first = self.executed[0].count
        place = self.place[0]
        return first is None or first <= 1 or (place is not None and first <= place + 1)

    def _changed_cells(self) -> None:
        for at in sorted(self.last):
            cell, place = self.executed[at], self.place[at]
            if self.ran[at].empty:
                continue
            if place is None:
                if cell.id and self.ids_match:
                    self._flag("deleted", "fact", at, f"Cell {self._label(at)} was deleted after it ran.", "")
                else:
                    text = f"Cell {self._label(at)} was edited or deleted after it ran."
                    self._flag("edited", "fact", at, text, "")
            elif not _equivalent(cell.source, self.document[place].source):
                self._flag("edited", "fact", at, f"Cell {self._label(at)} was edited after it ran.", "")

    def _flag(self, kind: Kind, level: Literal["fact", "warning"], at: int, message: str, name: str) -> None:
        names = self.found[(kind, level, self.executed[at].cell, message)]
        if name:
            names.append(name)

    def _label(self, at: int) -> str:
        count = self.executed[at].count
        return f"[{count}]" if count is not None else str(self.executed[at].cell)

    def _written_label(self, place: int | None) -> str:
        for at in sorted(self.last):
            if place is not None and self.place[at] == place:
                return f"cell {self._label(at)}"
        return f"code cell {place + 1} of the notebook, which has not run" if place is not None else "nowhere"


def _bound_by(flows: Sequence[Flow]) -> list[set[str]]:
    """Return what each cell binds, with the globals set by functions it uses."""
    writes: dict[str, set[str]] = defaultdict(set)
    for flow in flows:
        for function, names in flow.writes.items():
            writes[function] |= names
    if not any(writes.values()):
        return [flow.binds for flow in flows]
    return [flow.binds.union(*(writes.get(name, set()) for name in flow.loads)) for flow in flows]


def _index(flows: Sequence[Flow], bound: list[set[str]]) -> dict[str, list[int]]:
    index: dict[str, list[int]] = defaultdict(list)
    for at in range(len(flows)):
        for name in bound[at]:
            index[name].append(at)
    return dict(index)


def _equivalent(one: str, other: str) -> bool:
    """Tell whether two sources are the same code, comments and layout aside."""
    if one.strip() == other.strip():
        return True
    left, right = parse_cell(one), parse_cell(other)
    return left is not None and right is not None and ast.dump(left) == ast.dump(right) and _has_no_magic(one, other)


def _has_no_magic(one: str, other: str) -> bool:
    return not any(sign in text for sign in "%!" for text in (one, other))


def _count_gap(cells: list[ExecutedCell]) -> list[OrderFlag]:
    counts = [(cell.count, cell.cell) for cell in cells if cell.count is not None]
    for (before, _), (after, cell) in pairwise(counts):
        if after != before + 1:
            text = "The execution counts of the notebook's cells are not consecutive."
            return [OrderFlag(kind="count-gap", level="fact", cell=cell, names=(), message=text)]
    return []


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    rest = len(names) - _MOST_NAMES
    return f"{shown} and {rest} more" if rest > 0 else shown
