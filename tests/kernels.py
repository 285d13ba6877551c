"""Start real kernels with capture wired to a journal of plain files, and read back what it wrote.

Imported by tests (`run_cells`) and, inside the kernel, by the cells under test (`attach`, `detach`).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ATTACH = "import kernels; kernels.attach()"
DETACH = "kernels.detach()"


class FolderSink:
    """A journal of the simplest kind: one line an event, side files by hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._file = os.open(folder / "events.jsonl", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def append(self, kind: str, /, **fields: object) -> None:
        line = json.dumps({"t": time.time(), "e": kind, **fields}) + "\n"
        os.write(self._file, line.encode())

    def keep(self, data: bytes) -> dict[str, object]:
        name = hashlib.sha256(data).hexdigest()
        (self.folder / name).write_bytes(data)
        return {"$file": name, "size": len(data)}


@dataclass(slots=True)
class ListSink:
    """A journal in memory."""

    events: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def append(self, kind: str, /, **fields: object) -> None:
        json.dumps(fields)
        self.events.append({"t": 0.0, "e": kind, **fields})

    def keep(self, data: bytes) -> dict[str, object]:
        name = hashlib.sha256(data).hexdigest()
        self.files[name] = data
        return {"$file": name, "size": len(data)}

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["e"] == kind]


@dataclass(slots=True)
class Attached:
    """What a kernel under test holds."""

    hooks: Any
    outputs: Any
    source: Any
    sink: FolderSink | None


attached: Attached | None = None


def attach(*, begin: bool = True, wrapped: bool = False, folder: str = "") -> Attached:
    """Wire capture to the kernel this runs in, and start a run (called from a cell)."""
    global attached
    from IPython import get_ipython

    from trackside.capture.hooks import CellHooks
    from trackside.capture.iopub import WrappedSend, listen
    from trackside.capture.outputs import Outputs

    shell = get_ipython()
    outputs = Outputs()
    start = WrappedSend if wrapped or os.environ.get("TEST_WRAPPED") else listen
    source = start(shell.kernel, outputs.receive, outputs.tick)
    assert source.ready(10)
    sink = FolderSink(Path(folder or os.environ["TEST_JOURNAL"]))
    held = Attached(None, outputs, source, sink)
    held.hooks = CellHooks(shell, lambda: held.sink, outputs=outputs)
    held.hooks.install()
    attached = held
    if begin:
        outputs.open(sink)
        held.hooks.begin()
        source.wake()
    return held


def detach() -> None:
    """End the run as the API does: everything published before is in it."""
    assert attached is not None
    heard = attached.source.barrier(10)
    attached.hooks.finish()
    attached.outputs.close()
    attached.sink.append("end", heard=heard)
    attached.sink = None


@dataclass(slots=True)
class Recorded:
    """What nbclient stored and what capture wrote, of the same cells."""

    notebook: Any
    events: list[dict[str, Any]]
    folder: Path

    def of(self, kind: str, cell: int | None = None) -> list[dict[str, Any]]:
        return [e for e in self.events if e["e"] == kind and (cell is None or e.get("cell") == cell)]

    def read_file(self, reference: Any) -> bytes:
        return (self.folder / reference["$file"]).read_bytes()

    def run(self) -> Any:
        from trackside.run import fold

        return fold(self.events)

    def executed(self) -> Any:
        """Return the notebook built from the events, as nbformat reads it."""
        import nbformat

        from trackside.executed import build_executed

        run = self.run()
        data = build_executed(run.cells, self.read_file, displays=run.displays)
        return nbformat.reads(data.decode(), as_version=4)


def kernel_environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment that keeps a kernel away from the user's own settings."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return {
        **os.environ,
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "TEST_JOURNAL": str(folder),
        "PYTHONPATH": os.pathsep.join(
            [str(ROOT / "kernel_side"), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
        ),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        **more,
    }


def run_cells(folder: Path, sources: Sequence[str], *, timeout: int = 60, **more: str) -> Recorded:
    """Run the cells in a fresh kernel under nbclient, errors allowed, and collect both records."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=kernel_environment(folder, **more))
    assert (folder / "events.jsonl").exists(), notebook.cells[0].outputs
    return Recorded(notebook, read_events(folder), folder)


@dataclass(slots=True)
class Client:
    """A kernel spoken to cell by cell, patient with lost replies."""

    connection: Any

    def run(self, source: str, timeout: float = 30, **more: Any) -> list[dict[str, Any]]:
        """Run a cell and return its IOPub messages up to idle."""
        return self._until_idle(self.connection.execute(source, **more), timeout)

    def answers(self, request: Any, timeout: float = 30) -> list[dict[str, Any]]:
        """Send a request made by hand and return its IOPub messages up to idle."""
        self.connection.shell_channel.send(request)
        return self._until_idle(request["header"]["msg_id"], timeout)

    def _until_idle(self, sent: str, timeout: float) -> list[dict[str, Any]]:
        heard = []
        while True:
            message = self.connection.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != sent:
                continue
            heard.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return heard


@contextmanager
def client(folder: Path, **more: str) -> Iterator[Client]:
    """Start a kernel and shut it down again."""
    from jupyter_client.manager import start_new_kernel

    manager, connection = start_new_kernel(
        kernel_name="python3", env=kernel_environment(folder, **more), cwd=str(folder)
    )
    try:
        yield Client(connection)
    finally:
        connection.stop_channels()
        manager.shutdown_kernel(now=True)


def read_events(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def merged(outputs: Sequence[Any]) -> list[dict[str, Any]]:
    """Merge streams that follow each other, which is all that front ends disagree about."""
    from trackside.executed import fold_outputs

    return fold_outputs([{"e": "output", "output": json.loads(json.dumps(output))} for output in outputs], {})


if str(ROOT / "kernel_side") not in sys.path:
    sys.path.insert(0, str(ROOT / "kernel_side"))
