"""The one open run of this process: from the first journal line to the sealed experiment.

The caller's thread only appends to the journal; everything slow is the background's (`background`), and what
fails there is told in words, never raised into a cell.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from trackside.background import Background
from trackside.capture import fork, values
from trackside.capture.secrets import screen_text, screen_value
from trackside.errors import StateError, StorageError, TracksideError, UsageError
from trackside.format import RunId
from trackside.git.repository import Repository
from trackside.journal.worker import recovery_worker, worker
from trackside.journal.writer import Journal
from trackside.run import Origin, Run
from trackside.settings import Settings

if TYPE_CHECKING:
    from trackside.sealing import Sealed

End = Literal["finished", "failed", "interrupted"]
_NOT_FINITE: Final = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
#: Seconds to wait for the outputs of cells, and for a garbage collection to end; little when the process is going.
_OUTPUTS: Final = {"shutdown": 0.5}
_PATIENCE: Final = {"shutdown": 3.0}


class KernelCapture(Protocol):
    """What follows the cells of a kernel for a run (`capture.live`)."""

    def open(self, journal: Journal) -> None: ...
    def close(self, *, handover: bool, patience: float) -> None: ...
    def declare(self, what: str, names: Iterable[str]) -> None: ...
    def earlier(self) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended: an experiment, or kept in the journal with the reason, or discarded."""

    state: Literal["sealed", "sealing", "kept", "discarded"]
    run: Run
    sealed: Sealed | None = None
    trouble: TracksideError | None = None


class Recorder:
    """Writes one run. Made by `begin`; ends by `end`, once."""

    def __init__(
        self,
        journal: Journal,
        run: RunId,
        name: str,
        repository: Repository | None,
        *,
        notebook: str | None,
        capture: KernelCapture | None,
        settings: Settings,
    ) -> None:
        self.journal, self.id, self.name, self.repository = journal, run, name, repository
        self.notebook, self.capture = notebook, capture
        self.background = Background(journal, run, repository, notebook=notebook, settings=settings)
        self._keys: dict[str, str] = {}
        self._steps: dict[str, itertools.count[int]] = {}
        self.has_ended = False
        self._disabled = False
        #: Numbers who ends it; the first does. A lock could be held for ever in a forked child.
        self._endings = itertools.count()
        journal.on_trouble = self._journal_trouble
        fork.disable_in_child(self)

    def disable(self) -> None:
        """Write nothing any more: in a forked child the run belongs to the parent."""
        self._disabled = True
        self.journal.mute()

    @property
    def is_open(self) -> bool:
        """Whether this process may still write to the run."""
        return not self.has_ended and not self._disabled

    # What is logged ---------------------------------------------------------------------------------

    def point(self, name: str, value: Any, step: int | None = None) -> None:
        """Log one point of a metric; on disk when this returns. UsageError when the value is no number."""
        if self._disabled:
            return
        key = self._keys.get(name)
        if key is None:
            key = self._admit(name)
        if type(value) is not float:
            value = values.number(name, value)
        text = repr(value) if value - value == 0 else f'"{_NOT_FINITE.get(repr(value), "NaN")}"'
        if step is None:
            step = next(self._steps[name])
        else:
            if type(step) is not int:
                step = int(values.number("step", step))
            self._steps[name] = itertools.count(step + 1)
        self.journal.point(key, text, step)

    def _admit(self, name: str) -> str:
        if type(name) is not str or not name or len(name) > 200:
            raise UsageError(f"{name!r:.80} cannot be the name of a metric.", hint="Use a text of 1 to 200 characters.")
        clean, hits = screen_text(name)
        if hits:
            self.warn("secret", "The name of a metric held what looks like a credential; it was redacted.")
        key = self._keys[name] = json.dumps(clean)
        self._steps.setdefault(name, itertools.count())
        return key

    def params(self, given: Mapping[str, object], origin: Origin = "explicit") -> None:
        """Log parameters; nested mappings get dotted names. A value that is not plain is refused with a warning."""
        taken: dict[str, dict[str, object]] = {}
        for name, value in values.flatten(given):
            plain, ok = values.plain_value(value)
            if not ok:
                kind = type(value).__name__
                self.warn(
                    "param-type", f"Parameter {name} is a {kind}, which is not captured.", "Log a plain value of it."
                )
                continue
            plain, hit = screen_value(name, plain)
            if hit is not None:
                self.warn("secret", f"Parameter {name} looked like a credential; its value was redacted.")
            taken[name] = {"value": plain, "origin": origin, "box": "params", "rule": ""}
        if taken and not self._disabled:
            self.journal.append("params", values=taken, cell=None)

    def warn(self, code: str, message: str, hint: str = "") -> None:
        """Put a warning into the record of the run."""
        self.background.warn(code, message, hint)

    def keep_artifact(self, path: str | os.PathLike[str], store: Literal["auto", "git", "dvc"]) -> dict[str, Any]:
        """Keep a file or folder with the run as it is now; return the facts of its event."""
        return self.background.keep_artifact(path, store)

    def declare_input(self, path: str | os.PathLike[str]) -> tuple[str, str]:
        """Note that the run reads a file or folder; return ("", "") or the sentence and hint that say why not."""
        from trackside.capture.declaring import look_at

        facts, message, hint = look_at(path, self.repository.toplevel if self.repository else None)
        if facts is None:
            self.warn("input", message, hint)
        elif not self._disabled:
            self.journal.append("input", **facts)
        return message, hint

    @property
    def troubles(self) -> list[TracksideError]:
        """What went wrong so far without stopping anything."""
        return self.background.troubles

    def annotate(self, **facts: object) -> None:
        """Change title, tags or note of the open run."""
        self.journal.append("annotate", **facts)

    # Life -------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Have the worker note where the run stands, and another finish what earlier processes left."""
        worker.submit(self.background.prepare)
        recovery_worker.submit(self.background.recover_others)

    def end(
        self, status: End | None = None, *, reason: str = "user", discard: bool = False, wait: float = 30.0
    ) -> Outcome:
        """End the run and seal it in the worker; wait at most `wait` seconds for the experiment.

        Without a status it is `failed` when its last executed cell failed, else `finished`.
        """
        if self.has_ended or next(self._endings):
            raise StateError(f"The run {self.name} has ended already.")
        self.has_ended = True
        self.background.has_successor = reason == "next-run"
        self.background.ended.set()
        if self.capture is not None:
            self.capture.close(handover=reason == "next-run", patience=_OUTPUTS.get(reason, 5.0))
        if discard:
            worker.submit(self.background.discard).result(timeout=wait)
            return Outcome(state="discarded", run=Run(id=self.id, name=self.name))
        self.journal.append("end", status=status or "auto", reason=reason)
        future = worker.submit(lambda: self.background.seal(_PATIENCE.get(reason, 60.0)))
        sealed: Sealed | None = None
        trouble: TracksideError | None = None
        state: Literal["sealed", "sealing", "kept"] = "sealed"
        try:
            sealed = future.result(timeout=wait)
        except FutureTimeoutError:
            state = "sealing"
            future.add_done_callback(lambda done: _remember_trouble(self.name, done))
        except TracksideError as error:
            state, trouble = "kept", error
        except Exception as error:
            state = "kept"
            trouble = TracksideError(
                f"Sealing failed: {type(error).__name__}: {error}"[:300],
                hint="The run is kept in its journal; `trackside recover` tries again.",
                code="internal",
            )
        return Outcome(state=state, run=self.background.tail.run, sealed=sealed, trouble=trouble)

    def _journal_trouble(self, error: OSError) -> None:
        self.troubles.append(StorageError(f"The journal cannot be written: {error.strerror}.", code="journal"))
        told = f"Trackside: the journal cannot be written ({error.strerror}); what is logged waits in memory.\n"
        sys.stderr.write(told)  # the only way to tell at once that the disk is full


#: What went wrong with runs nobody waited for; a front end tells it at the next occasion.
untold: Final[list[TracksideError]] = []


def _remember_trouble(name: str, done: Future[Sealed]) -> None:
    error = done.exception()
    if isinstance(error, TracksideError):
        untold.append(
            TracksideError(f"The run {name} was not sealed: {error.message}", hint=error.hint, code=error.code)
        )
    elif error is not None:
        untold.append(
            TracksideError(f"The run {name} was not sealed: {error}", hint="`trackside recover` tries again.")
        )
