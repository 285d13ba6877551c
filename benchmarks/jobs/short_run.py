"""A short run from start to a commit, a row or a file that a fresh process finds."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.environments import Tool
from benchmarks.model import OURS, Job, Row, Sample, Target
from benchmarks.places import Place

SIZES = {100: "100", 5_000: "5,000", 100_000: "100,000"}
LARGEST = 100_000


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    return {f"short-{files}": _in_repository(tool, place, files) for files in SIZES}


def _in_repository(tool: Tool, place: Place, files: int) -> Sample:
    if files == LARGEST and (place.quick or tool.key not in (OURS, "plumbing", "floor")):
        return Sample(values=(), note="measured for Trackside against Git itself only")
    folder = place.repository(tool, files, "short")
    done = len(list((folder / ".git").glob("round-*")))
    runs = 4 if files == LARGEST or tool.peer.wants_dvc else 10
    values = tool.perform("short", folder, runs=runs, warm=1, first=done * 1000)["values"]
    (folder / ".git" / f"round-{done}").touch()
    return Sample(values=values)


def _target(files: int) -> Target:
    return Target(limit=1.5, of="plumbing") if files == LARGEST else Target(limit=30)


JOB = Job(
    name="short",
    rows=tuple(
        Row(key=f"short-{files}", title=f"short run, {shown} files", unit="ms", target=_target(files))
        for files, shown in SIZES.items()
    ),
    how=(
        "5 parameters, 3 metrics, 1 artifact of 256 bytes, after an edit of one script and one notebook; from the "
        "call that starts the run until the call that finishes it has returned; several runs in one process, the "
        "first thrown away."
    ),
    measure=_measure,
    rounds=3,
    allowance=80,
)
