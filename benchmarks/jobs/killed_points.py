"""How many logged points are left after `kill -9`."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping

from benchmarks.environments import TIMEOUT, Tool, environment
from benchmarks.model import Job, Row, Sample, Target
from benchmarks.places import Place

POINTS = 300


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    folder = place.fresh(tool, 100, "killed")
    subprocess.run(
        tool.command("doomed", points=POINTS, pause=0.002),
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=TIMEOUT,
        check=False,
    )
    time.sleep(1)  # helper processes that outlive the killed one may still write
    kept = tool.perform("kept", folder)
    return {"killed": Sample(values=[kept["points"]], note=kept["status"])}


JOB = Job(
    name="killed",
    rows=(
        Row(
            key="killed",
            title=f"steps kept of {POINTS} after `kill -9`",
            unit="points",
            target=Target(limit=POINTS, at_least=True),
        ),
    ),
    how=f"{POINTS} points, 2 ms apart; the process kills itself right after the last call has returned; "
    "one second later a fresh process counts what it finds.",
    measure=_measure,
    rounds=2,
)
