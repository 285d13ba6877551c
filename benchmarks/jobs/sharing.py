"""Ten thousand experiments to and from a bare repository, beside `git push` and `git fetch` of the same refs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.environments import BENCH, TIMEOUT, Tool, environment
from benchmarks.model import OURS, Job, Refused, Row, Sample, Target
from benchmarks.multiply import multiply
from benchmarks.places import Place, git, make_repository

_COUNT = 10_000
_FEW = 200
_ORIGINALS = 50
_REFS = "refs/exps/*:refs/exps/*"
_FILL = """
import sys, trackside
for number in range(int(sys.argv[1])):
    trackside.start(f"original-{number}")
    trackside.log_params({"lr": 0.5 / (number + 1), "layers": 4, "model": "forest"})
    for step in range(20):
        trackside.log(step=step, acc=0.9 - 0.1 / (step + 1), loss=0.1123456 + 1 / (step + 1))
    trackside.end()
"""


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    source = _source(tool, _FEW if place.quick else _COUNT)
    # Nothing is removed before the end: some file systems look long for a place where something was just deleted.
    round_ = BENCH / "scratch" / f"sharing-{tool.key}-{time.time_ns()}"
    round_.mkdir(parents=True)
    empty, full, clone = round_ / "empty.git", round_ / "full.git", round_ / "clone"
    # Objects travel: a local clone would have all of them by hard links, and a fetch only refs left to make.
    git("clone", "--quiet", "--no-local", "--bare", "--single-branch", str(source), str(empty), folder=round_)
    sender = round_ / "sender"
    shutil.copytree(source, sender, symlinks=True)
    git("remote", "add", "origin", str(empty), folder=sender)
    if tool.key == OURS:
        # Whoever tracked the runs has seen them.
        _run([tool.python, "-m", "trackside", "list"], sender)
    pushed = _once(tool, sender, "push", empty)
    git("clone", "--quiet", "--no-local", "--bare", "--single-branch", str(source), str(full), folder=round_)
    git("fetch", "--quiet", str(source), _REFS, folder=full)
    git("pack-refs", "--all", folder=full)
    git("clone", "--quiet", "--no-local", str(full), str(clone), folder=round_)
    pulled = _once(tool, clone, "pull", clone)
    return {"push-10000": Sample(values=[pushed]), "pull-10000": Sample(values=[pulled])}


def _once(tool: Tool, folder: Path, way: str, arrived: Path) -> float:
    """Time one process from start to end; check that every ref arrived."""
    os.sync()
    verb = "push" if way == "push" else "fetch"
    command = [tool.python, "-m", "trackside", way] if tool.key == OURS else ["git", verb, "--quiet", "origin", _REFS]
    began = time.perf_counter()
    _run(command, folder)
    took = (time.perf_counter() - began) * 1e3
    wanted = git("for-each-ref", "refs/exps", folder=folder).count("\n")
    if git("for-each-ref", "refs/exps", folder=arrived).count("\n") != wanted or wanted < _FEW:
        raise Refused(f"not all runs arrived by {way}")
    return took


def _source(tool: Tool, count: int) -> Path:
    """Give a repository of so many experiments: a few that were tracked, and copies with other numbers and names."""
    folder = BENCH / "stores" / "sharing"
    if not (folder / ".git" / "filled").exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_repository(folder, 100, dvc=False)
        _run([tool.python, "-c", _FILL, str(_ORIGINALS)], folder)
        (folder / ".git" / "filled").touch()
    return multiply(folder, count)


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=TIMEOUT, check=False
    )  # fmt: skip
    if done.returncode:
        raise Refused(f"sharing failed: {done.stderr.strip()[-150:]}")


JOB = Job(
    name="sharing",
    rows=(
        Row(
            key="push-10000",
            title="push 10,000 runs to a local remote",
            unit="ms",
            target=Target(limit=1.3, of="plumbing"),
        ),
        Row(
            key="pull-10000",
            title="pull 10,000 runs from a local remote",
            unit="ms",
            target=Target(limit=1.3, of="plumbing"),
        ),
    ),
    how=(
        "One process from start to end, to a bare repository without runs and into a clone without runs, each new; the "
        "clone that sends has listed its runs before. "
        "Ours looks at every object, path and record before it adopts a run; Git's column is `git push` and "
        "`git fetch` of the same refs."
    ),
    measure=_measure,
    rounds=5,
    allowance=120,
    only=(OURS, "plumbing"),
)
