"""The rows of one clone held in memory: what is on the shelf, what is open, and columns to filter and sort by.

`Sealed` changes when refs or annotations do, and then only rows that changed are read; `State` puts open runs in front.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from trackside.encode import json_bytes
from trackside.reading import OpenRun
from trackside.row import (
    LAST,
    Row,
    baseline_of,
    entry_of,
    handles_of,
    metric_number,
    newest_first,
    rows_of,
    without_collection,
)
from trackside.store import Shelf, Store
from trackside.travelled import Travelled

if TYPE_CHECKING:
    from trackside.contract import Direction

MISSING: Final = object()
#: More rows than this are read from the index in one go.
_MANY: Final = 800
Key = tuple[str, str, str]


class Sealed:
    """Every experiment of a moment, newest first."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = newest_first(rows)
        self.ids = handles_of(self.rows)
        self.places = {handle: place for place, handle in enumerate(self.ids)}
        self.matches: dict[tuple[str, bool], list[int]] = {}
        self.orders: dict[tuple[str, bool, str], list[int]] = {}
        #: What was found out about a remembered order of rows (`page`).
        self.found: dict[int, Any] = {}
        self._columns: dict[tuple[str, str], list[Any]] = {}
        self._numeric: dict[str, bool] = {}
        self._same: dict[tuple[str, str], bool] = {}

    @cached_property
    def shown(self) -> list[int]:
        """Places of the rows that are not archived."""
        return [place for place, row in enumerate(self.rows) if not row.archived]

    @cached_property
    def baseline(self) -> int | None:
        """The place of the row others are compared with."""
        return self.baseline_beside(None)

    def baseline_beside(self, oid: str | None) -> int | None:
        """The place of the row a run is compared with: once promoted it would be the baseline of all, itself too."""
        others = [place for place in self.shown if oid is None or self.rows[place].oid != oid]
        found = baseline_of([self.rows[place] for place in others])
        return None if found is None else next(place for place in others if self.rows[place] is found)

    @cached_property
    def names(self) -> dict[str, dict[str, int]]:
        """How many rows have each metric, parameter and hidden parameter."""
        counts: dict[str, dict[str, int]] = {"metric": {}, "param": {}, "hidden": {}}
        # Most clones have few different sets of names; counting sets first saves nine in ten of the look-ups.
        for kind, of in (("metric", 0), ("param", 1), ("hidden", 2)):
            sets: dict[tuple[str, ...], int] = {}
            for row in self.rows:
                key = tuple((row.metrics, row.params, row.hidden)[of])
                sets[key] = sets.get(key, 0) + 1
            for key, count in sets.items():
                for name in key:
                    counts[kind][name] = counts[kind].get(name, 0) + count
        return counts

    @cached_property
    def directions(self) -> dict[str, Direction]:
        """Which way is better for each metric, where some run says it."""
        found: dict[str, Direction] = {}
        wanted = set(self.names["metric"])
        for row in self.rows:
            if not wanted:
                break
            for name in [name for name in row.metrics if name in wanted]:
                if row.metrics[name][4] != "unknown":
                    found[name] = row.metrics[name][4]
                    wanted.discard(name)
        return found

    def column(self, kind: str, name: str) -> list[Any]:
        """Return the value of a metric (its last) or parameter for each row, MISSING where there is none."""
        known = self._columns.get((kind, name))
        if known is None:
            known = self._columns[kind, name] = column_of(self.rows, kind, name)
        return known

    def is_same(self, kind: str, name: str) -> bool:
        """Tell whether all experiments have one value of a metric or parameter."""
        known = self._same.get((kind, name))
        if known is None:
            values = self.column(kind, name)
            known = values.count(values[0]) == len(values) and len(set(map(type, values))) == 1
            self._same[kind, name] = known
        return known

    def is_numeric(self, metric: str) -> bool:
        """Tell whether every experiment has a finite value of a metric."""
        known = self._numeric.get(metric)
        if known is None:
            known = self._numeric[metric] = {*map(type, self.column("metric", metric))} <= {int, float}
        return known

    @cached_property
    def texts(self) -> list[str]:
        """What people wrote of each row, in small letters, pieces apart by NUL: words are looked for in it."""
        return [
            "\0".join([row.name, row.note, row.title, row.notebook or "", *row.tags]).casefold() for row in self.rows
        ]

    @cached_property
    def twins(self) -> dict[Key, list[int]]:
        """Places by code, baseline and parameters, of runs whose code is known."""
        found: dict[Key, list[int]] = {}
        for place, row in enumerate(self.rows):
            if row.code:
                found.setdefault(twin_key(row), []).append(place)
        return found


def twin_key(row: Row) -> Key:
    """Return what twins have in common."""
    return row.code, row.baseline, json_bytes(sorted({**row.hidden, **row.params}.items())).decode()


def column_of(rows: Sequence[Row], kind: str, name: str) -> list[Any]:
    """Return a metric's last value or a parameter's value of each row; "number" is a metric as Python's number."""
    if kind == "number":
        return [metric_number(row.metrics.get(name)) for row in rows]
    if kind == "metric":
        return [row.metrics[name][LAST] if name in row.metrics else MISSING for row in rows]
    return [row.params.get(name, MISSING) for row in rows]


def numbers_of(values: Sequence[Any]) -> list[float | None]:
    """Turn a metric's column into finite numbers, None for all else."""
    found: list[float | None] = []
    for value in values:
        number = None if value is MISSING else metric_number([value])
        found.append(number if number is not None and number - number == 0 else None)
    return found


class Shelves:
    """Reads the shelf of a clone again, as little of it as changed."""

    def __init__(self) -> None:
        self.shelf = Shelf({})
        self._by_ref: dict[str, tuple[str, Row]] = {}
        self._notes: dict[str, bytes] = {}

    def read(self, store: Store) -> Sealed | None:
        """Return all rows when something changed since the last reading, else None."""
        shelf = store.shelf()
        notes = store.notes(shelf) if shelf.notes_tip != self.shelf.notes_tip else self._notes
        there = {str(ref): oid for ref, oid in shelf.named()}
        noted = {oid for oid in notes.keys() | self._notes.keys() if notes.get(oid) != self._notes.get(oid)}
        changed = {oid for ref, oid in there.items() if oid in noted or self._by_ref.get(ref, ("", None))[0] != oid}
        gone = [ref for ref in self._by_ref if ref not in there]
        is_first = not self._by_ref
        self.shelf, self._notes = shelf, notes
        if not changed and not gone and not is_first:
            return None
        for ref in gone:
            del self._by_ref[ref]
        for row in self._rows(store, shelf, changed):
            self._by_ref[row.ref or ""] = (row.oid or "", row)
        with without_collection():
            return Sealed([row for _, row in self._by_ref.values()])

    def _rows(self, store: Store, shelf: Shelf, oids: set[str]) -> list[Row]:
        if len(oids) > _MANY:
            return store.rows(shelf)
        part = Shelf({oid: shelf.refs[oid] for oid in oids}, shelf.notes_tip)
        return rows_of([entry_of(experiment) for experiment in store.read(part, list(oids))])


class State:
    """All rows of a moment: open runs first, then experiments; places count over both."""

    def __init__(
        self, revision: str, sealed: Sealed, opened: Sequence[OpenRun], shelf: Shelf, said: list[str],
        travelled: Travelled,
    ) -> None:  # fmt: skip
        self.revision, self.sealed, self.shelf, self.said = revision, sealed, shelf, said
        self.travelled = travelled
        known = [item for item in opened if item.run.id not in sealed.places]
        self.open_runs: Mapping[str, OpenRun] = {item.run.id: item for item in reversed(known)}
        self.open_rows = rows_of([entry_of(item.experiment) for item in self.open_runs.values()])
        self.ahead = len(self.open_rows)
        self.rows = [*self.open_rows, *sealed.rows]
        self.ids = [*self.open_runs, *sealed.ids]

    def place(self, handle: str) -> int | None:
        """Return where the run of a handle is, None when it is not there."""
        if handle in self.open_runs:
            return list(self.open_runs).index(handle)
        found = self.sealed.places.get(handle)
        return None if found is None else found + self.ahead

    def column(self, kind: str, name: str) -> list[Any]:
        """Return a column over all rows."""
        sealed = self.sealed.column(kind, name)
        return [*column_of(self.open_rows, kind, name), *sealed] if self.ahead else sealed

    def names(self, kind: str) -> dict[str, int]:
        """Return how many rows have each metric ("metric") or parameter ("param", "hidden")."""
        counts = self.sealed.names[kind]
        if not self.ahead:
            return counts
        counts = dict(counts)
        for row in self.open_rows:
            facts: Mapping[str, Mapping[str, object]] = {
                "metric": row.metrics,
                "param": row.params,
                "hidden": row.hidden,
            }
            for name in facts[kind]:
                counts[name] = counts.get(name, 0) + 1
        return counts

    def direction(self, metric: str) -> Direction:
        """Return which way is better for a metric, "unknown" when no run says it."""
        found = self.sealed.directions.get(metric)
        if found is not None:
            return found
        open_ones: list[Direction] = [row.metrics[metric][4] for row in self.open_rows if metric in row.metrics]
        return next((known for known in open_ones if known != "unknown"), "unknown")
