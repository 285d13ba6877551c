"""How long a logged point is on its way to the eye."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.environments import BENCH, ROOT, Tool, environment
from benchmarks.jobs.panel_table import COUNT
from benchmarks.model import OURS, PANEL, Job, Refused, Row, Sample, Target
from benchmarks.panel.filled import copied, filled
from benchmarks.panel.served import panel_server
from benchmarks.panel.window import browser, need_page, window
from benchmarks.places import Place

POINTS = 12
_CLOSE = 5e-7
#: A process of a user: a point about every second, at no fixed beat of the panel's.
_WRITER = """\
import json, random, sys, time, trackside
trackside.start("live")
rng = random.Random()
print("open", flush=True)
sys.stdin.readline()
for step in range({points}):
    value = 0.1 + step / 1000
    when = time.time()
    trackside.log(acc=value, step=step)
    print(json.dumps([value, when]), flush=True)
    time.sleep(0.7 + 0.5 * rng.random())
trackside.end()
"""


def _measure(_tool: Tool, place: Place) -> Mapping[str, Sample]:
    need_page()
    folder = copied(filled(COUNT // 10 if place.quick else COUNT), BENCH / "scratch" / "panel-live")
    with browser() as chromium, window(chromium) as page, panel_server(folder) as served:
        page.goto(served.address("trackside/"))
        page.locator(".ts-item").first.wait_for()
        writer = _start_writer(folder)
        assert writer.stdin is not None and writer.stdout is not None
        if writer.stdout.readline().strip() != "open":
            raise Refused("the run did not start")
        page.locator('.ts-item[aria-rowindex="1"] .ts-item-live').wait_for()
        time.sleep(1)
        seen = page.evaluate_handle("() => bench.values()")
        writer.stdin.write("go\n")
        writer.stdin.flush()
        logged = [json.loads(line) for line in writer.stdout]
        writer.wait()
        time.sleep(1)
        drawn: list[tuple[float, float]] = seen.json_value()
    took = []
    for value, when in logged:
        moments = [moment for shown, moment in drawn if abs(shown - value) < _CLOSE]
        if moments:
            took.append((moments[0] - when) * 1e3)
    lost = len(logged) - len(took)
    if lost > 1:
        raise Refused(f"{lost} of {len(logged)} points were not seen")
    return {"live": Sample(values=took)}


def _start_writer(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER.format(points=POINTS)],
        cwd=folder,
        env={**environment(), "PYTHONPATH": str(ROOT / "kernel_side")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


JOB = Job(
    name="panel-live",
    part=PANEL,
    rows=(Row(key="live", title="point logged to point drawn", unit="ms", target=Target(limit=300)),),
    how=(
        f"`trackside.log` in a process of its own, in a repository of 10,000 runs, {POINTS} points about a second "
        "apart: from the wall clock right before the call to the wall clock at the end of the frame that shows the "
        "number in the side panel."
    ),
    measure=_measure,
    rounds=4,
    allowance=100,
    only=(OURS,),
)
