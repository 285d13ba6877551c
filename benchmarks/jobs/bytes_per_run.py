"""How much a short run leaves on disk."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.environments import Tool
from benchmarks.model import Job, Row, Sample, Target
from benchmarks.places import Place, folder_bytes


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    folder = place.fresh(tool, 100, "bytes")
    runs = 10 if place.quick else 40
    tool.perform("short", folder, runs=10, warm=0, first=0)
    tool.perform("tidy", folder)
    before = folder_bytes(folder)
    tool.perform("short", folder, runs=runs, warm=0, first=1000)
    tool.perform("tidy", folder)
    return {"bytes": Sample(values=[(folder_bytes(folder) - before) / runs])}


JOB = Job(
    name="bytes",
    rows=(Row(key="bytes", title="bytes a short run after gc", unit="bytes", target=Target(limit=2_500)),),
    how="Growth of the whole folder, `.git` included, over 40 short runs after the first 10, `git gc --prune=now` "
    "before both counts; sizes as files tell them, not blocks.",
    measure=_measure,
    rounds=1,
)
