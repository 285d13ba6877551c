"""The runs that are open in one clone, followed while their journals grow; those of dead processes are finished."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from trackside.catalogue.signals import Signal, journal_signal
from trackside.errors import TracksideError
from trackside.git.repository import Repository
from trackside.journal.places import journal_folder, list_journals
from trackside.journal.reader import Tail
from trackside.reading import OpenRun, open_experiment
from trackside.recovery import is_in, is_left, is_sealed, recover

#: Seconds before a run that could not be sealed is tried again, and between looks whether writers live.
_AGAIN: Final = 5.0
_LIFE: Final = 1.0


class Journals:
    """Follows the journals of a clone; used by one thread at a time. `owner` may write: sealing needs it."""

    def __init__(self, owner: Repository) -> None:
        self._owner = owner
        self._folders = (journal_folder(owner), journal_folder(None))
        self._tails: dict[Path, Tail] = {}
        self._sealed: set[Path] = set()
        self._told: dict[Path, tuple[int, OpenRun]] = {}
        self._reasons: dict[Path, TracksideError] = {}
        self._tried = (0.0, frozenset[Path]())
        self._looked = 0.0
        #: Sentences about runs that were recovered or have to wait.
        self.said: list[str] = []

    def signal(self) -> tuple[Signal, ...]:
        """Return what changes whenever a journal does."""
        return tuple(journal_signal(folder) for folder in self._folders)

    def has_left(self) -> bool:
        """Tell whether a process of an open run has gone since the last reading; looks at most once a second."""
        if not self._tails or time.monotonic() - self._looked < _LIFE:
            return False
        self._looked = time.monotonic()
        left = self._left()
        return bool(left) and self._may_try(left)

    def read(self) -> list[OpenRun]:
        """Return the open runs, oldest first; finishes first what dead processes left."""
        self._follow()
        left = self._left()
        if left and self._may_try(left):
            self._tried = (time.monotonic(), left)
            done = recover(self._owner)
            self._reasons = dict(done.waiting)
            self.said = [f"Recovered the run {sealed.name}." for sealed in done.sealed]
            self._told.clear()
            self._follow()
        self._looked = time.monotonic()
        found = [self._open_run(path, tail) for path, tail in self._tails.items() if self._is_ours(path, tail)]
        return sorted(found, key=lambda item: item.run.id)

    def _may_try(self, left: frozenset[Path]) -> bool:
        when, before = self._tried
        return left != before or time.monotonic() - when > _AGAIN

    def _follow(self) -> None:
        there = [path for folder in self._folders for path in list_journals(folder)]
        for path in there:
            if path in self._sealed:
                continue
            tail = self._tails.get(path)
            if tail is None:
                if is_sealed(path):
                    self._sealed.add(path)
                    continue
                tail = self._tails[path] = Tail(path)
            tail.update()
            if tail.run.sealed is not None:
                self._sealed.add(path)
        for path in [path for path in self._tails if path in self._sealed or path not in there]:
            del self._tails[path]
            self._told.pop(path, None)
        self._sealed.intersection_update(there)

    def _is_ours(self, path: Path, tail: Tail) -> bool:
        return bool(tail.run.id) and (path.parent == self._folders[0] or is_in(tail.run, self._owner))

    def _left(self) -> frozenset[Path]:
        return frozenset(
            path for path, tail in self._tails.items() if self._is_ours(path, tail) and is_left(tail.run, path)
        )

    def _open_run(self, path: Path, tail: Tail) -> OpenRun:
        try:
            size = os.stat(path).st_size
        except OSError:
            size = -1
        known = self._told.get(path)
        if known is not None and known[0] == size:
            return known[1]
        opened = OpenRun(path, tail.run, open_experiment(self._owner, tail.run, self._reasons.get(path)))
        self._told[path] = (size, opened)
        return opened
