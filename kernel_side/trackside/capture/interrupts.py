"""Hold Ctrl-C back while our own code runs in the main thread, and give it to the cell it was meant for."""

from __future__ import annotations

import _thread
import signal
import threading
import time
from types import FrameType
from typing import Any

#: Long enough for the hook to return into the cell, short against a person's patience.
REDELIVER_AFTER = 0.005


class Held:
    """A context in which SIGINT is only noted.

    With `redeliver` (before a cell) the signal is sent again once the cell runs. Otherwise `owed` says that
    one came, and the caller raises. Does nothing in other threads and where the handler is not Python's.
    """

    __slots__ = ("_handler", "_redeliver", "owed")

    def __init__(self, *, redeliver: bool) -> None:
        self._redeliver = redeliver
        self._handler: Any = None
        self.owed = False

    def __enter__(self) -> Held:
        if threading.current_thread() is threading.main_thread():
            handler = signal.getsignal(signal.SIGINT)
            # None: set from C, not ours to put back. Ignored or default: nothing is raised anyway.
            if callable(handler):
                self._handler = handler
                signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.owed = True

    def __exit__(self, *unused: object) -> None:
        if self._handler is None:
            return
        signal.signal(signal.SIGINT, self._handler)
        if self.owed and self._redeliver:
            self.owed = False
            threading.Thread(target=_redeliver, name="trackside-interrupt", daemon=True).start()


def _redeliver() -> None:
    time.sleep(REDELIVER_AFTER)
    _thread.interrupt_main()
