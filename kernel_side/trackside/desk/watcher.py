"""Looks at the places in use and says when one changed; panels ask again then.

Looking costs a few `stat`s, so it is done ten times a second while somebody uses the place, once a second for the rest
of the day, and not at all after that. Folding a journal and listing refs happen only when a clock moved.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, Final, Literal

from trackside.catalogue import Catalogue, Change
from trackside.desk.places import PlaceHeld, Places
from trackside.errors import TracksideError
from trackside.run import EDITOR_PATIENCE

if TYPE_CHECKING:
    from trackside.contract import Changed, EditorAsked

_OFTEN: Final = 0.1
_SELDOM: Final = 1.0
#: Seconds since somebody last asked, or something last changed.
_IN_USE: Final = 300.0
_FORGOTTEN: Final = 86_400.0
#: Seconds for which a kernel waits for its editor at most.
_WAITED_FOR: Final = max(EDITOR_PATIENCE.values())
#: Seconds between two looks at most while a run is open: its kernel may wait for the editor.
_OPEN: Final = 0.3
_OCCASIONS: Final[dict[str, Literal["start", "end", "next"]]] = {"start": "start", "end": "end", "next": "next"}


def _look_at(catalogue: Catalogue) -> None:
    catalogue.look()
    catalogue.look_whatever_clocks_say()


class Watcher:
    """One task on the loop of who carries the questions."""

    def __init__(self, places: Places, pool: Executor, emit: Callable[[Changed], None]) -> None:
        self._places, self._pool, self._emit = places, pool, emit
        self._next: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin on the running loop; more than once does nothing."""
        if self._task is None:
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._run())

    async def stop(self) -> None:
        """End."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def tell_tasks(self, place: str) -> None:
        """Say from any thread that the long work of a place moved."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        held = next((held for held in self._places.held() if held.id == place), None)
        if held is not None:
            changed: Changed = {"place": place, "revision": "", "what": ["tasks"], "runs": []}
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._emit, changed)

    async def _run(self) -> None:
        while True:
            for held in self._places.held():
                if self._is_due(held):
                    await self._look(held)
            await asyncio.sleep(_OFTEN)

    def _is_due(self, held: PlaceHeld) -> bool:
        now = time.monotonic()
        idle = now - held.used
        if idle > _FORGOTTEN or now < self._next.get(held.id, 0.0):
            return False
        self._next[held.id] = now + (0.0 if idle < _IN_USE else _SELDOM)
        return True

    async def _look(self, held: PlaceHeld) -> None:
        begun = time.monotonic()
        held.catalogue.on_change = lambda change: self._heard(held, change)
        try:
            await asyncio.get_running_loop().run_in_executor(self._pool, _look_at, held.catalogue)
        except (TracksideError, OSError):
            # The repository went away or is locked: who asks for a page is told why.
            self._next[held.id] = time.monotonic() + _SELDOM
            return
        # A look that took long (a network disk, a hundred thousand refs) must not be all this thread does.
        now = time.monotonic()
        pause = 2 * (now - begun)
        self._next[held.id] = max(self._next[held.id], now + (min(pause, _OPEN) if held.catalogue.is_open else pause))

    def _heard(self, held: PlaceHeld, change: Change) -> None:
        """Tell of a change, whoever found it: a look of ours or somebody's request."""
        loop = self._loop
        held.used = max(held.used, time.monotonic() - _IN_USE / 2)
        what: list[Any] = [*(["runs"] if change.has_runs else []), *(["open"] if change.opened else [])]
        changed: Changed = {
            "place": held.id, "revision": change.revision, "what": what or ["runs"], "runs": change.opened,
        }  # fmt: skip
        asked = _asked(change)
        if asked:
            changed["asked"] = asked
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._emit, changed)


def _asked(change: Change) -> list[EditorAsked]:
    """Return what the kernels of runs that moved wait for now; a reader that comes late finds old questions."""
    since = time.time() - _WAITED_FOR
    return [
        {"ask": "notebook", "run": run, "at": _OCCASIONS[at]}
        for run, (at, when) in change.asked.items()
        if when > since and at in _OCCASIONS
    ]
