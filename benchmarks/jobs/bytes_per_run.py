"""How much a short run leaves on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.environments import Tool
from benchmarks.model import Job, Row, Sample, Target
from benchmarks.places import Place, folder_bytes


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    folder = place.fresh(tool, 100, "bytes")
    runs = 10 if place.quick else 40
    tool.perform("short", folder, runs=10, warm=0, first=0)
    before, derived_before = _bytes(tool, folder)
    tool.perform("short", folder, runs=runs, warm=0, first=1000)
    after, derived = _bytes(tool, folder)
    everything = (after - before) / runs
    return {
        "bytes": Sample(values=[everything - (derived - derived_before) / runs]),
        "bytes-all": Sample(values=[everything]),
    }


def _bytes(tool: Tool, folder: Path) -> tuple[int, int]:
    """Weigh the whole folder, and in it what the tool can build again from the rest."""
    tool.perform("tidy", folder)
    derived = [path for pattern in tool.peer.caches for path in folder.glob(pattern)]
    return folder_bytes(folder), sum(folder_bytes(path) if path.is_dir() else path.stat().st_size for path in derived)


JOB = Job(
    name="bytes",
    rows=(
        Row(key="bytes", title="bytes a short run after gc", unit="bytes", target=Target(limit=2_500)),
        Row(key="bytes-all", title="the same with what the tool can build again", unit="bytes"),
    ),
    how=(
        "Growth of the whole folder, `.git` included, over 40 short runs after the first 10, `git gc --prune=now` "
        "before both counts; sizes as files tell them, not blocks. What can be built again: Trackside's index, "
        "DVC's `.dvc/tmp`."
    ),
    measure=_measure,
    rounds=1,
)
