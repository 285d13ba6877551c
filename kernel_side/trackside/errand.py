"""Something done in a thread of its own, whose result is asked for later.

`concurrent.futures` does the same and brings `logging` with it, twelve milliseconds of the two hundred a listing has.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar, cast

Result = TypeVar("Result")


class Errand(Generic[Result]):
    """One call that is under way; the process waits for it before it ends."""

    def __init__(self, name: str, act: Callable[[], Result], *, after: Errand[Result] | None = None) -> None:
        self._act = act
        self._after = after
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name)
        try:
            self._thread.start()
        except RuntimeError:
            # The interpreter is shutting down and starts no thread any more: do it here.
            self._run()

    @property
    def is_done(self) -> bool:
        """Whether its result can be had without waiting."""
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Wait until the call has returned or failed."""
        if self._thread.ident is not None:
            self._thread.join()

    def result(self) -> Result:
        """Wait for the result, or raise the error of the call."""
        self.wait()
        if self._error is not None:
            raise self._error
        return cast("Result", self._result)

    def _run(self) -> None:
        try:
            if self._after is not None:
                self._after._thread.join()
            self._result = self._act()
        except BaseException as error:
            # Who asks for the result decides what an error means.
            self._error = error
        finally:
            self._after = None
