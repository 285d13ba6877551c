"""A table of all runs, from a fresh process."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.environments import TIMEOUT, Tool, environment, read_result
from benchmarks.model import OURS, Job, Refused, Row, Sample, Target
from benchmarks.multiply import multiply
from benchmarks.places import Place


def _thousand(tool: Tool, place: Place) -> Mapping[str, Sample]:
    count = 100 if place.quick else 1_000
    return _listed(tool, place.store(tool, count), count, "list-1000")


def _ten_thousand(tool: Tool, place: Place) -> Mapping[str, Sample]:
    if place.quick:
        raise Refused("left out of a quick run")
    is_multiplied = tool.key in (OURS, "floor")
    folder = multiply(place.store(tool, 1_000), 10_000) if is_multiplied else place.store(tool, 10_000)
    return _listed(tool, folder, 10_000, "list-10000")


def _listed(tool: Tool, folder: Path, count: int, row: str) -> Mapping[str, Sample]:
    """Time the first listing after the tool's caches were removed, and the one after it."""
    if not tool.peer.caches:
        first = Sample(values=(), note="keeps no cache of its own: see the row below")
        return {f"{row}-first": first, row: Sample(values=[_once(tool, folder, count)])}
    for pattern in tool.peer.caches:
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    first = Sample(values=[_once(tool, folder, count)])
    return {f"{row}-first": first, row: Sample(values=[_once(tool, folder, count)])}


def _once(tool: Tool, folder: Path, count: int) -> float:
    """Time one process from its start to its end; check that it saw all runs."""
    command = tool.peer.listing(tool.python)
    # Into a file: who reads a pipe of 18 MB takes part of the two cores, and that is not the tool's time.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as told:
        began = time.perf_counter()
        try:
            done = subprocess.run(
                command or tool.command("list"),
                cwd=folder,
                env=environment(),
                stdout=told,
                stderr=subprocess.PIPE,
                text=True,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Refused(f"stopped after {TIMEOUT:.0f} s") from None
        took = (time.perf_counter() - began) * 1e3
        told.seek(0)
        out = told.read()
    if done.returncode:
        raise Refused(f"the listing failed: {done.stderr.strip()[-150:]}")
    seen = tool.peer.listed(out) if command else read_result("list", out, done.stderr)["runs"]
    if seen != count:
        raise Refused(f"{seen:,} of {count:,} runs were listed")
    return took


HOW = (
    "One process from start to end, with parameters and metrics of every run read; its output goes into a file and is "
    "checked for the number of runs. First: without the tool's own cache; else with it."
)

THOUSAND = Job(
    name="list",
    rows=(
        Row(key="list-1000-first", title="list 1,000 runs, first time", unit="ms", target=Target(limit=150)),
        Row(key="list-1000", title="list 1,000 runs, again", unit="ms", target=Target(limit=150)),
    ),
    how=HOW,
    measure=_thousand,
    rounds=5,
    allowance=75,
)

TEN_THOUSAND = Job(
    name="list-10000",
    rows=(
        Row(key="list-10000-first", title="list 10,000 runs, first time", unit="ms", target=Target(limit=600)),
        Row(key="list-10000", title="list 10,000 runs, again", unit="ms", target=Target(limit=250)),
    ),
    how=HOW + " Runs of Trackside beyond the first 1,000 are copies with other numbers, names and times.",
    measure=_ten_thousand,
    rounds=5,
    allowance=60,
    only=(OURS, "floor", "trackio", "tensorboardx"),
)
