"""Hold Ctrl-C back while our own code runs in the main thread, and give it to the cell it was meant for."""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

#: A second Ctrl-C, or one that comes this late, is meant for us: something hangs.
PATIENCE = 0.5
#: Long enough for the hook to return into the cell, short against a person's patience.
REDELIVER_AFTER = 0.002


class Held:
    """A context in which SIGINT is only noted.

    With `still_running` (before a cell) the signal is sent again a moment later, if the cell runs then: an
    interrupt between cells would cost the kernel its reply. Without, `owed` says that one came, and the
    caller raises. When our own code takes too long, a Ctrl-C breaks it off. Does nothing in other threads
    and where the handler is not Python's.
    """

    __slots__ = ("_entered", "_handler", "_still_running", "owed")

    def __init__(self, still_running: Callable[[], bool] | None = None) -> None:
        self._still_running = still_running
        self._handler: Any = None
        self._entered = 0.0
        self.owed = False

    def __enter__(self) -> Held:
        if threading.current_thread() is threading.main_thread():
            handler = signal.getsignal(signal.SIGINT)
            # None: set from C, not ours to put back. Ignored or default: nothing is raised anyway.
            if callable(handler):
                self._handler = handler
                self._entered = time.monotonic()
                signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        hangs = self.owed or time.monotonic() - self._entered > PATIENCE
        self.owed = True
        if hangs:
            raise KeyboardInterrupt

    def __exit__(self, *unused: object) -> None:
        if self._handler is None:
            return
        signal.signal(signal.SIGINT, self._handler)
        if self.owed and self._still_running is not None:
            self.owed = False
            work = threading.Thread(target=_redeliver, args=(self._still_running,), daemon=True)
            work.start()


def _redeliver(still_running: Callable[[], bool]) -> None:
    time.sleep(REDELIVER_AFTER)
    if still_running():
        _thread.interrupt_main()
