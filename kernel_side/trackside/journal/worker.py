"""One background thread that does what must not hold up a cell, in the order asked for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, TimeoutError
from typing import TypeVar

Result = TypeVar("Result")


class Task(Future[Result]):
    """A future that may be waited for by a thread Ctrl-C can reach.

    `Future` alone waits under a lock written in Python; an interrupt at the wrong moment leaves it locked, and
    the worker would wait for it for ever. A queue written in C has no such moment.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: queue.SimpleQueue[None] = queue.SimpleQueue()

    def tell(self) -> None:
        """Wake who waits; called when the result is there."""
        self._told.put(None)

    def result(self, timeout: float | None = None) -> Result:
        """Return the result or raise the error of the task; TimeoutError when it takes longer than `timeout`."""
        try:
            self._told.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None
        self._told.put(None)
        return super().result(timeout=0)


class Worker:
    """A daemon thread fed by a queue, started with the first task."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, task: Callable[[], Result]) -> Future[Result]:
        """Run `task` after those before it; its result or error is in the future."""
        future: Task[Result] = Task()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(task())
            except BaseException as error:
                # The caller decides what an error means; the thread lives on.
                future.set_exception(error)
            future.tell()

        self._tasks.put(work)
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            try:
                self._thread.start()
            except RuntimeError:
                # The interpreter is shutting down and starts no thread any more: do it here.
                self._thread = None
                while not self._tasks.empty():
                    self._tasks.get()()
        return future

    def _run(self) -> None:
        while True:
            self._tasks.get()()


#: Serves the open run of this process.
worker = Worker("trackside")
#: Serves the runs of other processes, so that none of ours waits for them.
recovery_worker = Worker("trackside-recovery")
