"""How long the user's first line takes."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.environments import Tool
from benchmarks.model import Job, Row, Sample, Target
from benchmarks.places import Place


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    folder = place.repository(tool, 100, "import")
    return {"import": Sample(values=tool.perform("load", folder)["values"])}


JOB = Job(
    name="import",
    rows=(Row(key="import", title="import / `%load_ext`, over bare IPython", unit="ms", target=Target(limit=40)),),
    how="A fresh process starts IPython, runs an empty cell, then times the cell with the tool's first line.",
    measure=_measure,
    rounds=5,
)
