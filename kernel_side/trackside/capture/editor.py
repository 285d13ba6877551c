"""Ask the open editor for its notebook, unsaved edits and outputs included; used by the worker, never inside a cell.

The kernel opens a comm, the front end hands its notebook to whatever answers its panel (a Jupyter server, the child of
an editor), and that lays it beside the journal. An answer over the comm would wait until the running cell is done.
VS Code lets no extension see comms: there the question is a line of the journal, which the child of the editor reads.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from trackside.run import EDITOR_PATIENCE

if TYPE_CHECKING:
    from trackside.contract import EditorAsked
    from trackside.journal.writer import Sink

#: The start of a run, its end, or its end because the next one starts in the same notebook.
At = Literal["start", "end", "next"]
TARGET: Final = "trackside"
#: Where the server lays the answer, in the folder beside the journal.
FILE: Final = "editor.ipynb"
#: Seconds to wait where nobody has ever answered in this process.
_DOUBT: Final = 0.3
_LOOK: Final = 0.02
_SILENT: Final = "The editor did not answer when the run ended: its notebook is kept as it was when the run began."


class Editor:
    """The open editor of one run; what it answered is remembered for each occasion."""

    #: Whether somebody answered any run of this process; None before the first was asked.
    _answers: bool | None = None

    def __init__(
        self,
        ask: Callable[[EditorAsked], None],
        files: Path,
        run: str,
        *,
        notebook: str | None = None,
        warn: Callable[[str, str, str], None] = lambda *_: None,
    ) -> None:
        self._ask, self._file, self._run = ask, files / FILE, run
        self._notebook, self._warn = notebook, warn
        self._told: dict[At, bytes | None] = {}
        #: When the start was answered, in unix seconds.
        self._since = 0.0

    def read(self, at: At) -> bytes | None:
        """Return the editor's notebook (.ipynb as bytes); None when nobody answers in time.

        The end is only asked for when the start was answered, and then that answer stands in for one that does not
        come, unless the notebook was saved since.
        """
        if at not in self._told:
            start = self._told.get("start")
            if at != "start" and start is None:
                return None
            patience = EDITOR_PATIENCE[at]
            found = self._fetch(at, min(patience, _DOUBT) if Editor._answers is False else patience)
            Editor._answers = bool(Editor._answers) or found is not None
            if at == "start":
                self._since = time.time()
            elif found is None and not self._is_saved():
                found = start
                self._warn("editor", _SILENT, "The cells as they were executed are kept whole.")
            self._told[at] = found
        return self._told[at]

    def _is_saved(self) -> bool:
        """Tell whether the file was written after the editor answered: then it is the newer."""
        try:
            return self._notebook is not None and os.stat(self._notebook).st_mtime > self._since
        except OSError:
            return False

    def _fetch(self, at: At, patience: float) -> bytes | None:
        self._file.unlink(missing_ok=True)
        self._ask({"ask": "notebook", "run": self._run, "at": at})
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                content = self._file.read_bytes()
            except FileNotFoundError:
                time.sleep(_LOOK)
                continue
            self._file.unlink(missing_ok=True)
            return content
        return None


def ask_by_journal(journal: Sink) -> Callable[[EditorAsked], None]:
    """Return what asks by a line of the journal of the run."""
    return lambda message: journal.append("editor-asked", at=message["at"])


def ask_front_end(message: EditorAsked) -> None:
    """Open a comm that carries `message`; a front end that does not know the target closes it again."""
    # ipykernel needs it, so it is there wherever there is a kernel.
    from comm import create_comm

    data: Any = dict(message)
    create_comm(target_name=TARGET, data=data)
