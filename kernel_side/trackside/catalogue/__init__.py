"""The runs of one clone for a panel that stays open: held in memory, read again only when something changed.

A `Catalogue` serves many threads. Reading runs nothing that the repository's configuration names; finishing the run of
a dead process, and what a person asks to change, goes through `owner`.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trackside.catalogue.journals import Journals
from trackside.catalogue.page import MOST_ROWS, Selected, Table, build_page
from trackside.catalogue.signals import ref_signal
from trackside.catalogue.warm import Sealed, Shelves, State
from trackside.errors import NotFoundError
from trackside.git.repository import open_repository
from trackside.refs import EXPERIMENTS, NOTES
from trackside.row import Row
from trackside.settings import read_settings
from trackside.store import Store
from trackside.travelled import Travelled, clock_of, read_travelled

if TYPE_CHECKING:
    from trackside.contract import Groups, Page
    from trackside.reading import OpenRun

#: Seconds between listings of refs that no clock asked for.
_LIST_EVERY: Final = 10.0
_FORM: Final = "--format=%(objectname) %(refname)"
_OURS: Final = (EXPERIMENTS, NOTES)


class Change:
    """What a look found: a new revision, which of the runs moved, and what those ask their editors, since when."""

    def __init__(
        self, revision: str, *, runs: bool, opened: Sequence[str], asked: Mapping[str, tuple[str, float]]
    ) -> None:
        self.revision, self.has_runs, self.opened, self.asked = revision, runs, list(opened), asked


class Catalogue:
    """The runs of one clone."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.reader = open_repository(folder, trust="reader")
        self.owner = open_repository(folder, trust="owner")
        self._lock = threading.RLock()
        self._local = threading.local()
        self._journals = Journals(self.owner)
        self._shelves = Shelves()
        self._sealed = Sealed([])
        self._travelled = Travelled()
        self._state: State | None = None
        self._count = 0
        self._token = os.urandom(3).hex()
        self._signals: tuple[Any, ...] = ()
        self._is_steady = False
        #: When refs are listed next whatever clocks say, and what the last such listing gave.
        self._list_at, self._listed = time.monotonic() + _LIST_EVERY, b""
        self._wanted: tuple[tuple[int, int], str] = ((0, 0), "")
        #: Hears of every change after the first reading, in the thread that found it.
        self.on_change: Callable[[Change], None] = lambda _: None

    @property
    def store(self) -> Store:
        """The store of this thread, for reading."""
        return self._own("reader", lambda: Store(self.reader))

    @property
    def writing(self) -> Store:
        """The store of this thread, for what a person asks to change."""
        return self._own("owner", lambda: Store(self.owner))

    def _own(self, name: str, make: Callable[[], Store]) -> Store:
        found: Store | None = getattr(self._local, name, None)
        if found is None:
            found = make()
            setattr(self._local, name, found)
        return found

    # Looking ----------------------------------------------------------------------------------------

    def look(self, *, closely: bool = False) -> Change | None:
        """Read again what changed since the last look; None when nothing did. `closely` lists refs whatever clocks say.

        Raises the TracksideError that fits when Git cannot list.
        """
        with self._lock:
            refs, is_steady = ref_signal(self.owner.common_dir)
            journals = self._journals.signal()
            marks = clock_of(self.owner.own_dir)
            has_marks = self._signals[2:] != (marks,)
            has_refs = closely or not self._is_steady or self._signals[:1] != (refs,)
            has_journals = self._signals[1:2] != (journals,) or self._journals.has_left()
            if self._state is not None and not has_refs and not has_journals and not has_marks:
                return None
            self._is_steady = is_steady
            return self._read(
                (refs, journals, marks), has_refs=has_refs, has_journals=has_journals, has_marks=has_marks
            )

    def look_whatever_clocks_say(self) -> None:
        """List refs now and then, and look closely when they are not what they were: clocks of network disks lie.

        For who looks all the time anyway; a request must not wait for the listing of a hundred thousand refs.
        """
        begun = time.monotonic()
        if begun < self._list_at:
            return
        listed = hashlib.sha256(self.reader.git.run("for-each-ref", _FORM, *_OURS)).digest()
        self._list_at = time.monotonic() + max(_LIST_EVERY, 20 * (time.monotonic() - begun))
        before, self._listed = self._listed, listed
        if before and before != listed:
            self.look(closely=True)

    def _read(self, signals: tuple[Any, ...], *, has_refs: bool, has_journals: bool, has_marks: bool) -> Change | None:
        before = self._state
        opened = list(before.open_runs.values()) if before is not None else []
        if has_journals or before is None:
            # Journals first: a run that is sealed meanwhile is then in both, and never in none.
            opened = self._journals.read()
            has_refs = True if self._has_gone(before, opened) else has_refs
        sealed = None
        if has_refs or before is None:
            sealed = self._shelves.read(self.store)
        self._signals = signals
        moved = _moved(before, opened)
        if before is not None and sealed is None and not moved and not has_marks:
            return None
        self._count += 1
        if sealed is not None:
            self._sealed = sealed
        said, self._journals.said = self._journals.said, []
        revision = f"{self._token}-{self._count:06d}"
        if has_marks or before is None:
            self._travelled = read_travelled(self.owner.own_dir)
        self._state = State(revision, self._sealed, opened, self._shelves.shelf, said, self._travelled)
        has_runs = sealed is not None or has_marks or bool(moved - self._state.open_runs.keys())
        asked = {
            str(item.run.id): item.run.editor_asked
            for item in opened
            if item.run.id in moved and item.run.editor_asked is not None
        }
        change = Change(revision, runs=has_runs, opened=sorted(moved), asked=asked)
        if before is not None:
            self.on_change(change)
        return change

    @staticmethod
    def _has_gone(before: State | None, opened: Sequence[OpenRun]) -> bool:
        return before is not None and bool(before.open_runs.keys() - {item.run.id for item in opened})

    @property
    def is_open(self) -> bool:
        """Whether a run was open at the last look."""
        return self._state is not None and bool(self._state.open_runs)

    def state(self) -> State:
        """Look, and return what there is."""
        self.look()
        assert self._state is not None
        return self._state

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold off other looks: the folded journal of an open run changes with them."""
        with self._lock:
            yield

    # Tables -----------------------------------------------------------------------------------------

    def page(
        self,
        *,
        query: str = "",
        sort: str = "",
        offset: int = 0,
        limit: int = 50,
        archived: bool = False,
        baseline: str = "",
    ) -> Page:
        """Return a page of the runs that match; UsageError when the filter or the order is none."""
        state = self.state()
        selected = Selected(state, query, sort, archived=archived)
        table = Table(state, baseline=baseline, main_metric=self.main_metric())
        limit = max(0, min(limit, MOST_ROWS))
        return build_page(table, selected, self.store, offset=max(0, offset), limit=limit)

    def groups(self, by: str, *, query: str = "", archived: bool = False) -> Groups:
        """Group the runs that match; UsageError when there is no such field."""
        from trackside.catalogue.groups import build_groups

        state = self.state()
        return build_groups(state, Selected(state, query, "", archived=archived), by)

    def main_metric(self) -> str:
        """Return the metric the repository's settings name, '' when they name none."""
        path = (self.owner.toplevel or Path()) / "trackside.toml"
        try:
            status = os.stat(path)
            clock = (status.st_mtime_ns, status.st_size)
        except OSError:
            clock = (0, 0)
        if clock != self._wanted[0]:
            self._wanted = (clock, read_settings(self.owner.toplevel).main_metric)
        return self._wanted[1]

    # One run ----------------------------------------------------------------------------------------

    def find(self, handle: str) -> tuple[State, int]:
        """Find a run by its handle; NotFoundError `unknown-run`."""
        state = self.state()
        place = state.place(handle)
        if place is None:
            # It may have come by a way that moved no clock.
            self.look(closely=True)
            assert self._state is not None
            state = self._state
            place = state.place(handle)
        if place is None:
            raise NotFoundError(
                "That run is not here any more.",
                hint="It may have been deleted; the trash keeps it.",
                code="unknown-run",
            )
        return state, place

    def row(self, handle: str) -> Row:
        """Return the row of a run."""
        state, place = self.find(handle)
        return state.rows[place]


def _moved(before: State | None, opened: Sequence[OpenRun]) -> set[str]:
    """Return the ids of open runs that came, went or grew."""
    was = {handle: id(item) for handle, item in before.open_runs.items()} if before is not None else {}
    now = {str(item.run.id): id(item) for item in opened}
    return {handle for handle in was.keys() | now.keys() if was.get(handle) != now.get(handle)}


__all__ = ["Catalogue", "Change"]
