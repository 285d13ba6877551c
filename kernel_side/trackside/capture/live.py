"""One kernel, followed: its cells by hooks, its outputs by a listener; opened and closed with each run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from .hooks import CellHooks
from .iopub import Listener, WrappedSend, listen
from .outputs import Outputs
from .writing import Sink

#: Cells that ran before a run, in which names are looked up.
_MOST_EARLIER: Final = 300


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
        self._make_sure_to_hear()
        self._sink = journal
        if self._outputs is not None:
            self._outputs.open(journal)
        self.hooks.begin()
        if self._listener is not None:
            self._listener.wake()

    def close(self, *, handover: bool, patience: float = 5.0) -> None:
        """Write what comes within `patience` seconds, and stop; with `handover` this cell starts the next run."""
        try:
            self.hooks.read_now()
            if self._listener is not None:
                self._listener.barrier(patience)
        finally:
            # A Ctrl-C while we wait must not leave the cells that follow to a run which has ended.
            if self._outputs is not None:
                self._outputs.close()
            self.hooks.finish(handover=handover)
            self._sink = None

    def _make_sure_to_hear(self) -> None:
        """Listen at the source where nothing arrives from the port: a firewall, a stale connection file."""
        deaf = self._listener is not None and not self._listener.ready(0.5)
        if deaf and type(self._listener) is Listener and self._listener.usable and self._outputs is not None:
            self._listener.stop(0.5)
            self._listener = WrappedSend(self.shell.kernel, self._outputs.receive, self._outputs.tick)

    def earlier(self) -> list[str]:
        """Return the last cells that ran before the one which is running, as IPython remembers them."""
        history = getattr(getattr(self.shell, "history_manager", None), "input_hist_raw", None)
        return [source for source in history[-_MOST_EARLIER - 1 : -1] if type(source) is str] if history else []

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
