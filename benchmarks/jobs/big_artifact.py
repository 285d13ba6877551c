"""One file of 1 GiB kept with a run, and the same file kept again."""

from __future__ import annotations

import os
from collections.abc import Mapping

from benchmarks.environments import Tool
from benchmarks.model import Job, Row, Sample, Target
from benchmarks.places import Place


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    folder = place.fresh(tool, 100, "artifact", dvc=True)
    # Beside the code, as a training script would leave it; a hard link costs nothing and shares the page cache.
    (folder / "weights.bin").hardlink_to(place.big_file())
    (folder / ".git" / "info" / "exclude").write_text("/weights.bin\n")
    os.sync()
    try:
        first = tool.perform("artifact", folder, path="weights.bin")["values"]
        os.sync()
        again = tool.perform("artifact", folder, path="weights.bin")["values"]
    finally:
        place.drop(tool, 100, "artifact")
    return {
        "artifact": Sample(values=first),
        "artifact-again": Sample(values=[value * 1e3 for value in again]),
    }


JOB = Job(
    name="artifact",
    rows=(
        Row(key="artifact", title="1 GiB artifact", unit="s", target=Target(limit=1.2, of="floor")),
        Row(key="artifact-again", title="the same 1 GiB again, unchanged", unit="ms", target=Target(limit=50)),
    ),
    how="A run that keeps one file of random bytes, from its start to its end, in a fresh process each; the disk is "
    "synced before. The file is in the page cache, as after a training that just wrote it.",
    measure=_measure,
    rounds=2,
    allowance=50,
)
