"""Many processes finishing runs at once in one repository, also while Git collects its garbage."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

from benchmarks.environments import TIMEOUT, Tool, environment
from benchmarks.model import OURS, Job, Refused, Row, Sample, Target
from benchmarks.places import Place, git

PROCESSES = 8
RUNS = 20


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    return {"crowd": _crowd(tool, place, collecting=False)}


def _measure_with_gc(tool: Tool, place: Place) -> Mapping[str, Sample]:
    return {"crowd-gc": _crowd(tool, place, collecting=True)}


def _crowd(tool: Tool, place: Place, *, collecting: bool) -> Sample:
    """Start all processes, wait for all, count the runs whose metrics belong to their parameters."""
    folder = place.fresh(tool, 100, "crowd")
    tool.perform("short", folder, runs=1, warm=0, first=0)  # the store exists before the crowd comes
    with _garbage_collection(folder) if collecting else nullcontext():
        crowd = [
            subprocess.Popen(
                tool.command("short", runs=RUNS, warm=0, first=(worker + 1) * 1000, worker=worker + 1),
                cwd=folder,
                env=environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for worker in range(PROCESSES)
        ]
        try:
            failed = sum(process.wait(timeout=TIMEOUT) != 0 for process in crowd)
        except subprocess.TimeoutExpired:
            raise Refused(f"not done after {TIMEOUT:.0f} s") from None
        finally:
            for process in crowd:
                process.kill()
    intact = tool.perform("intact", folder)["intact"] - 1
    notes = [f"{failed} of {PROCESSES} processes failed"] if failed else []
    if tool.peer.in_git:
        whole = _whole_experiments(folder) - 1
        if whole < intact:
            notes.append(f"objects are missing in {intact - whole}: Git's own gc fails")
            intact = whole
    return Sample(values=[intact], note="; ".join(notes))


def _whole_experiments(folder: Path) -> int:
    """Count the experiments none of whose objects is missing."""
    refs = git("for-each-ref", "--format=%(refname)", "refs/exps", folder=folder, check=False).split()
    return sum(_is_whole(folder, ref) for ref in refs)


def _is_whole(folder: Path, ref: str) -> bool:
    walk = ["git", "rev-list", "--objects", "--quiet", ref]
    return subprocess.run(walk, cwd=folder, env=environment(), capture_output=True, check=False).returncode == 0


@contextmanager
def _garbage_collection(folder: Path) -> Iterator[None]:
    """Run `git gc --prune=now` over and over."""
    enough = threading.Event()

    def collect() -> None:
        while not enough.is_set():
            git("gc", "--quiet", "--prune=now", folder=folder, check=False)

    thread = threading.Thread(target=collect)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


TOTAL = PROCESSES * RUNS
HOW = (
    f"{PROCESSES} processes of {RUNS} short runs each in one repository; afterwards a run counts when all its metrics "
    "belong to its own parameters."
)

JOB = Job(
    name="crowd",
    rows=(
        Row(
            key="crowd",
            title=f"{PROCESSES} processes × {RUNS} runs at once",
            unit="runs",
            target=Target(limit=TOTAL, at_least=True),
        ),
    ),
    how=HOW,
    measure=_measure,
    rounds=1,
)

WITH_GC = Job(
    name="crowd-gc",
    rows=(
        Row(
            key="crowd-gc",
            title="the same with `git gc --prune=now` looping",
            unit="runs",
            target=Target(limit=TOTAL, at_least=True),
        ),
    ),
    how=HOW + " Meanwhile Git prunes whatever no ref holds; Trackside recovers before the count.",
    measure=_measure_with_gc,
    rounds=1,
    only=(OURS, "dvclive"),
)
