"""What tracking adds to a trivial cell, in a real kernel."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.environments import Tool, environment
from benchmarks.model import Job, Refused, Row, Sample, Target
from benchmarks.places import Place

READY = 60.0
BLOCK = 20
BLOCKS = 16


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    folder = place.fresh(tool, 100, "cell")
    with ExitStack() as stack:
        bare = stack.enter_context(_kernel(tool.python, folder))
        tracked = stack.enter_context(_kernel(tool.python, folder))
        for cell in tool.peer.cells:
            _run(tracked, cell, must_succeed=True)
        for client in (bare, tracked):
            _block(client)
        before: list[list[float]] = []
        after: list[list[float]] = []
        for number in range(4 if place.quick else BLOCKS):
            # Whoever goes second would otherwise always follow the other's background work.
            for client in (bare, tracked) if number % 2 else (tracked, bare):
                (after if client is tracked else before).append(_block(client))
        for cell in tool.peer.closing:
            _run(tracked, cell, must_succeed=True)
    _check(tool, folder, wanted=BLOCK * (1 + len(after)))
    extra = median(median(with_it) - median(without) for without, with_it in zip(before, after, strict=True))
    tail = _p99(after) - _p99(before)
    return {"cell": Sample(values=[extra]), "cell-p99": Sample(values=[tail])}


def _check(tool: Tool, folder: Path, *, wanted: int) -> None:
    """A tool that says it keeps cells must have kept them, or its time is no time."""
    kept = tool.peer.cells_kept(folder)
    if kept is not None and kept < wanted:
        raise Refused(f"only {kept} of {wanted} cells were kept")


def _block(client: Any) -> list[float]:
    """Run cells one right after the other, as Run All does; milliseconds each."""
    return [_run(client, f"value = {number}\nprint(value)") for number in range(BLOCK)]


def _p99(blocks: list[list[float]]) -> float:
    return quantiles([value for block in blocks for value in block], n=100)[98]


@contextmanager
def _kernel(python: str, folder: Path) -> Iterator[Any]:
    """Start an IPython kernel in the tool's environment and connect to it."""
    from jupyter_client.blocking.client import BlockingKernelClient
    from jupyter_client.connect import write_connection_file

    with tempfile.TemporaryDirectory() as runtime:
        file, _ = write_connection_file(str(Path(runtime) / "kernel.json"))
        process = subprocess.Popen(
            [python, "-m", "ipykernel_launcher", "-f", file],
            cwd=folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        client = BlockingKernelClient(connection_file=file)
        try:
            client.load_connection_file()
            client.start_channels()
            client.wait_for_ready(timeout=READY)
            yield client
        finally:
            client.shutdown()
            client.stop_channels()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _run(client: Any, code: str, *, must_succeed: bool = False) -> float:
    """Execute one cell as a front end does; return milliseconds until the kernel is idle again."""
    began = time.perf_counter()
    wanted = client.execute(code)
    while True:
        message = client.get_iopub_msg(timeout=READY)
        if message["parent_header"].get("msg_id") != wanted:
            continue
        if message["msg_type"] == "error" and must_succeed:
            raise Refused(f"{code.splitlines()[0]!r} failed: {message['content']['evalue'][:150]}")
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            break
    client.get_shell_msg(timeout=READY)
    return (time.perf_counter() - began) * 1e3


JOB = Job(
    name="cell",
    rows=(
        Row(key="cell", title="extra time per trivial cell, median", unit="ms", target=Target(limit=0.5)),
        Row(key="cell-p99", title="extra time per trivial cell, p99", unit="ms", target=Target(limit=5)),
    ),
    how=(
        f"Two kernels of the tool's environment, one tracked. In turn, {BLOCKS} times, {BLOCK} cells right after each "
        "other in each: `value = i` and `print(value)`, from sending the request to the idle status and the reply. The "
        "value is the median difference of the blocks' medians, and the difference of all cells' 99th percentiles; "
        "either can come out below zero on a busy machine."
    ),
    measure=_measure,
    rounds=2,
    allowance=50,
)
