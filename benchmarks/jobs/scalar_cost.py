"""What one logged number costs its caller."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.environments import Tool
from benchmarks.model import Job, Row, Sample, Target
from benchmarks.places import Place


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    folder = place.fresh(tool, 100, "scalar")
    result = tool.perform("scalars", folder, batches=20, size=100, seconds=1.5)
    return {"scalar": Sample(values=result["values"])}


JOB = Job(
    name="scalar",
    rows=(Row(key="scalar", title="log one scalar, caller's cost", unit="µs", target=Target(limit=5)),),
    how=(
        "Batches of 100 calls in one run, after 100 calls of warm-up; the value is a call's share of its batch. "
        "A queued call is cheap for its caller and not yet kept: read it together with the next row."
    ),
    measure=_measure,
)
