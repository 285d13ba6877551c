"""How long the user's first line takes."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.environments import Tool
from benchmarks.model import Job, Row, Sample, Target
from benchmarks.places import Place


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    folder = place.repository(tool, 100, "import")
    warm = folder / ".git" / "warm"
    if not warm.exists():
        tool.perform("load", folder)  # writes the bytecode that every later import reads
        warm.touch()
    took = tool.perform("load", folder)
    return {"import": Sample(values=[took["load"]]), "ready": Sample(values=[took["ready"]])}


JOB = Job(
    name="import",
    rows=(
        Row(key="import", title="import / `%load_ext`, over bare IPython", unit="ms", target=Target(limit=40)),
        Row(key="ready", title="the same until a run is started and a first cell is done", unit="ms"),
    ),
    how=(
        "A fresh process starts IPython, runs an empty cell, then times the cell with the tool's first line; "
        "the second time includes the cells that switch tracking on, and one trivial cell after them. "
        "One process before the first round writes the bytecode."
    ),
    measure=_measure,
    rounds=5,
)
