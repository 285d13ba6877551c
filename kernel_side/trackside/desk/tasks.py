"""Long work: started, looked at, cancelled; remembered for ten minutes after its end.

Three threads: what talks to remotes may wait for a silent server, what looks at a large clone takes its time, and
neither must hold up a promotion.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Container
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from trackside.desk.failures import describe
from trackside.errors import NotFoundError, StateError
from trackside.format import FORMAT

if TYPE_CHECKING:
    from trackside.contract import Task

KEPT: Final = 600.0
_MOST: Final = 100
_SHARING: Final = frozenset({"push", "pull"})
_LOOKING: Final = frozenset({"storage"})
_UNDER_WAY: Final = frozenset({"waiting", "running"})
_CANCELLED: Final = "It was cancelled."
Kind = Any


class Progress:
    """What the work tells of itself, and how it hears that nobody wants it any more."""

    def __init__(self, task: Task, told: Callable[[], None]) -> None:
        self._task, self._told = task, told
        self.is_cancelled = False
        #: How many asked for it and did not let go.
        self.waiting = 1

    def tell(self, message: str, progress: float | None = None) -> None:
        """Say how far it is; raises StateError `cancelled` when it was cancelled."""
        if self.is_cancelled:
            raise StateError(_CANCELLED, code="cancelled")
        if (message, progress) != (self._task["message"], self._task["progress"]):
            self._task["message"], self._task["progress"] = message, progress
            self._told()


class Tasks:
    """The long work of one server, in the order asked for. `on_change` hears the place."""

    def __init__(self, on_change: Callable[[str], None] = lambda _: None) -> None:
        self.on_change = on_change
        self._pool = ThreadPoolExecutor(1, "trackside-task")
        self._sharing = ThreadPoolExecutor(1, "trackside-share")
        self._looking = ThreadPoolExecutor(1, "trackside-look")
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._tasks: dict[str, tuple[Task, Progress, list[float]]] = {}
        self._places: dict[str, str] = {}

    def start(self, kind: Kind, place: str, work: Callable[[Progress], Any], message: str) -> Task:
        """Begin `work` in its thread; StateError when too much waits already."""
        with self._lock:
            self._forget()
            waiting = sum(task["state"] in _UNDER_WAY for task, _, _ in self._tasks.values())
            if waiting >= _MOST:
                raise StateError("Too much is waiting to be done.", hint="Try again in a moment.", code="busy")
            task: Task = {
                "format": FORMAT, "id": f"t-{next(self._numbers):06d}", "kind": kind, "state": "waiting",
                "progress": None, "message": message, "result": None, "error": None,
            }  # fmt: skip
            progress = Progress(task, lambda: self.on_change(place))
            ended: list[float] = []
            self._tasks[task["id"]] = (task, progress, ended)
            self._places[task["id"]] = place
        pool = self._sharing if kind in _SHARING else self._looking if kind in _LOOKING else self._pool
        pool.submit(self._work, task, progress, work, ended, place)
        return _copy(task)

    def _work(
        self, task: Task, progress: Progress, work: Callable[[Progress], Any], ended: list[float], place: str
    ) -> None:
        if task["state"] == "waiting":
            task["state"] = "running"
            try:
                task["result"] = work(progress)
                task["state"], task["progress"] = "done", 1.0
                message = task["result"].get("message") if isinstance(task["result"], dict) else None
                task["message"] = str(message) if message else task["message"]
            except BaseException as error:
                _, failure = describe(error)
                is_cancelled = failure["code"] == "cancelled"
                task["error"] = None if is_cancelled else failure
                task["state"], task["message"] = "cancelled" if is_cancelled else "failed", failure["message"]
        ended.append(time.monotonic())
        self.on_change(place)

    def get(self, name: str) -> Task:
        """Return one task; NotFoundError `unknown-task`."""
        with self._lock:
            self._forget()
            if name not in self._tasks:
                raise NotFoundError("That task is not known any more.", code="unknown-task")
            return _copy(self._tasks[name][0])

    def every(self) -> list[Task]:
        """Return all tasks, the newest last."""
        with self._lock:
            self._forget()
            return [_copy(task) for task, _, _ in self._tasks.values()]

    def sharing(self, place: str) -> Task | None:
        """Return the push or pull of a place that waits or runs, None when there is none."""
        with self._lock:
            return next((_copy(task) for task, _ in self._under_way(place, _SHARING)), None)

    def join_look(self, place: str) -> Task | None:
        """Return the look at a place that waits or runs, which one more waits for now; None when there is none."""
        with self._lock:
            for task, progress in self._under_way(place, _LOOKING):
                if not progress.is_cancelled:
                    progress.waiting += 1
                    return _copy(task)
        return None

    def _under_way(self, place: str, kinds: Container[str]) -> list[tuple[Task, Progress]]:
        return [
            (task, progress)
            for task, progress, _ in self._tasks.values()
            if self._places[task["id"]] == place and task["kind"] in kinds
            if task["state"] in _UNDER_WAY
        ]

    def cancel(self, name: str) -> Task:
        """Stop a task that waits; one that runs stops where it next says how far it is.

        While others wait for it too, it goes on for them: who lets go is told that it is cancelled.
        """
        with self._lock:
            if name not in self._tasks:
                raise NotFoundError("That task is not known any more.", code="unknown-task")
            task, progress, ended = self._tasks[name]
            if progress.waiting > 1 and task["state"] in _UNDER_WAY:
                progress.waiting -= 1
                return {**task, "state": "cancelled", "message": _CANCELLED}
            progress.is_cancelled = True
            if task["state"] == "waiting":
                task["state"], task["message"] = "cancelled", _CANCELLED
                ended.append(time.monotonic())
            return _copy(task)

    def close(self) -> None:
        """Take no more work and let what runs end."""
        for pool in (self._pool, self._sharing, self._looking):
            pool.shutdown(wait=False, cancel_futures=True)

    def _forget(self) -> None:
        now = time.monotonic()
        for name in [name for name, (_, _, ended) in self._tasks.items() if ended and now - ended[0] > KEPT]:
            del self._tasks[name], self._places[name]


def _copy(task: Task) -> Task:
    return {**task}
