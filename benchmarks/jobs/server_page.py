"""A page of a table held open: filtered and sorted among a hundred thousand runs, warm."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping

from benchmarks.environments import TIMEOUT, Tool, environment
from benchmarks.model import OURS, Job, Refused, Row, Sample, Target
from benchmarks.multiply import multiply
from benchmarks.places import Place

_RUNS = 100_000
#: A filter and an order not asked for before, as with each key pressed; a page asked for again; nothing changed since.
_SCRIPT = """
import json, sys, time
from trackside.catalogue import Catalogue
catalogue = Catalogue(".")
page = catalogue.page()
name = page["main_metric"]
catalogue.page(sort=f"-metrics.{name}")
values = sorted(row["metrics"][name]["last"] for row in catalogue.page(limit=500)["rows"])
taken = {"new": [], "again": []}
for number in range(10):
    query = f"metrics.{name} > {values[number * 20]}"
    for what in ("new", "again"):
        began = time.perf_counter()
        found = catalogue.page(query=query, sort=f"-metrics.{name}", limit=50)
        taken[what].append((time.perf_counter() - began) * 1e3)
print(json.dumps({**taken, "every": page["every"]}))
"""


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    if place.quick:
        raise Refused("left out of a quick run")
    folder = multiply(place.store(tool, 1_000), _RUNS)
    done = subprocess.run(
        [str(tool.python), "-c", _SCRIPT],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise Refused(f"the page failed: {done.stderr.strip()[-150:]}")
    said = json.loads(done.stdout)
    if said["every"] != _RUNS:
        raise Refused(f"{said['every']:,} of {_RUNS:,} runs were there")
    return {"page-new": Sample(values=said["new"]), "page-again": Sample(values=said["again"])}


JOB = Job(
    name="page",
    rows=(
        Row(key="page-new", title="page of 50 among 100,000 runs, new filter", unit="ms", target=Target(limit=100)),
        Row(key="page-again", title="the same page again", unit="ms", target=Target(limit=20)),
    ),
    how=(
        "In one process that holds the runs of a clone, as the server of the panel does: filtered by a metric, sorted "
        "by it, with the columns that vary and the best run. Runs beyond the first 1,000 are copies."
    ),
    measure=_measure,
    rounds=3,
    allowance=200,
    only=(OURS,),
)
