"""`dvc exp show` over 1,000 experiments made by Trackside."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping

from benchmarks.environments import TIMEOUT, Tool, environment, make_tool
from benchmarks.model import OURS, Job, Refused, Row, Sample, Target
from benchmarks.peers import dvclive
from benchmarks.places import Place


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    dvc = make_tool(dvclive.PEER)
    if dvc.missing:
        raise Refused(dvc.missing)
    count = 100 if place.quick else 1_000
    folder = place.store(tool, count)
    # What Trackside laid down under `.dvc/` is part of the run; what DVC adds by looking is not.
    untouched = folder.with_name(f"{folder.name}.dvc")
    if not untouched.exists():
        shutil.copytree(folder / ".dvc", untouched)
    shutil.rmtree(folder / ".dvc")
    shutil.copytree(untouched, folder / ".dvc")
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [dvc.python, "-m", "dvc", "exp", "show", "--json"],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"stopped after {TIMEOUT:.0f} s") from None
    took = time.perf_counter() - began
    if done.returncode:
        raise Refused(f"dvc failed: {done.stderr.strip()[-150:]}")
    shown = sum(len(baseline.get("experiments") or ()) for baseline in json.loads(done.stdout))
    if shown != count:
        raise Refused(f"{shown:,} of {count:,} experiments were shown")
    return {"dvc-show": Sample(values=[took])}


JOB = Job(
    name="dvc-show",
    rows=(Row(key="dvc-show", title="`dvc exp show` over 1,000 of ours, cold", unit="s", target=Target(limit=2)),),
    how="The `dvc` command in a fresh process, `.dvc/` as Trackside left it before DVC first looked. DVC over its own "
    "experiments is its column in the row of the first listing.",
    measure=_measure,
    rounds=2,
    only=(OURS,),
)
