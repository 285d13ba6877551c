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


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    folder = place.fresh(tool, 100, "cell")
    cells = 60 if place.quick else 250
    with ExitStack() as stack:
        bare = stack.enter_context(_kernel(tool.python, folder))
        tracked = stack.enter_context(_kernel(tool.python, folder))
        for cell in tool.peer.cells:
            _run(tracked, cell, must_succeed=True)
        taken: dict[bool, list[float]] = {False: [], True: []}
        for number in range(cells + 20):
            for is_tracked, client in ((False, bare), (True, tracked)):
                taken[is_tracked].append(_run(client, f"value = {number}\nprint(value)"))
    before, after = taken[False][20:], taken[True][20:]
    return {
        "cell": Sample(values=[median(after) - median(before)]),
        "cell-p99": Sample(values=[quantiles(after, n=100)[98] - quantiles(before, n=100)[98]]),
    }


@contextmanager
def _kernel(python: str, folder: Path) -> Iterator[Any]:
    """Start an IPython kernel in the tool's environment and connect to it."""
    from jupyter_client import BlockingKernelClient
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
        "Two kernels of the tool's environment, one tracked; 250 times in turn `value = i` and `print(value)`, "
        "from sending the request to the idle status and the reply; the difference of the medians and of the p99."
    ),
    measure=_measure,
    rounds=2,
    allowance=50,
)
