"""One kernel, followed: its cells by hooks, its outputs by a listener; opened and closed with each run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .hooks import CellHooks
from .iopub import listen
from .outputs import Outputs, Sink


class LiveCapture:
    """Follows one IPython shell; made once by `%load_ext`, it serves every run of the kernel."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._sink: Sink | None = None
        kernel = getattr(shell, "kernel", None)
        self._outputs = Outputs() if kernel is not None else None
        self._listener = (
            listen(kernel, self._outputs.receive, self._outputs.tick) if self._outputs is not None else None
        )
        self.hooks = CellHooks(shell, lambda: self._sink, outputs=self._outputs)
        self.hooks.install()

    def open(self, journal: Sink) -> None:
        """Write what cells do to `journal` from the running cell on."""
        if self._listener is not None:
            self._listener.ready(0.5)
        self._sink = journal
        if self._outputs is not None:
            self._outputs.open(journal)
        self.hooks.begin()
        if self._listener is not None:
            self._listener.wake()

    def close(self, *, handover: bool, patience: float = 5.0) -> None:
        """Write what comes within `patience` seconds, and stop; with `handover` this cell starts the next run."""
        self.hooks.read_now()
        if self._listener is not None:
            self._listener.barrier(patience)
        if self._outputs is not None:
            self._outputs.close()
        self.hooks.finish(handover=handover)
        self._sink = None

    def declare(self, what: str, names: Iterable[str]) -> None:
        """Tell the hooks what the user said of names: params, metrics or ignore."""
        {"params": self.hooks.declare_params, "metrics": self.hooks.declare_metrics, "ignore": self.hooks.ignore}[what](
            names
        )

    def stop(self) -> None:
        """Take everything away again."""
        self.hooks.uninstall()
        if self._listener is not None:
            self._listener.stop()
