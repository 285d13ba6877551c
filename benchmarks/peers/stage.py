"""The stage every tool performs on: the same loops round the tool's own words, the result printed as JSON.

Runs inside the tool's own environment, with the standard library alone:
`python -m benchmarks.peers.<tool> VERB '{"argument": …}'` in the folder where the tool is to keep its runs.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

MARK = "@@benchmark "
METRICS = ("loss", "accuracy", "auc")
ARTIFACT_BYTES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One run as a tool lists it afterwards."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a reader finds of a killed run: how many points, and how the tool calls its state."""

    points: int
    status: str


class Peer:
    """One tool in a handful of gestures; the folder it keeps its runs in is the current one."""

    key = ""
    title = ""
    requirements: tuple[str, ...] = ()  # none: the tool lives in the environment that runs the benchmarks
    distributions: tuple[str, ...] = ()  # whose versions the report names
    words = ""  # how the tool is used here, for the report
    load = ""  # the line a user types in IPython to have the tool
    cells: tuple[str, ...] = ()  # the cells that switch tracking on in a notebook
    closing: tuple[str, ...] = ()  # the cells that end it
    wants_dvc = False  # the repository has a `.dvc/` folder
    in_git = False  # runs are kept as Git objects
    caches: tuple[str, ...] = ()  # what the tool may build again: patterns in the working folder
    refusals: ClassVar[Mapping[str, str]] = {}  # row or job → why the tool cannot do it

    def begin(self, name: str) -> None:
        """Start a run."""
        raise NotImplementedError

    def params(self, values: Mapping[str, Any]) -> None:
        """Keep parameters with the open run."""
        raise NotImplementedError

    def scalar(self, name: str, value: float, step: int) -> None:
        """Log one number at one step."""
        raise NotImplementedError

    def artifact(self, path: Path) -> None:
        """Keep one file with the open run."""
        raise NotImplementedError

    def end(self) -> None:
        """Finish the run; return when a fresh process would find it."""
        raise NotImplementedError

    def runs(self) -> list[Seen]:
        """List every run with its parameters and last metrics, as a table would show them."""
        raise NotImplementedError

    def kept(self) -> Kept:
        """Tell what is left of the only run in this folder, which was killed."""
        raise NotImplementedError

    def cells_kept(self, folder: Path) -> int | None:  # noqa: ARG002 - most tools keep no cells
        """Count the cells kept of the only notebook run in `folder`; None: the tool keeps no cells."""
        return None

    def catch_up(self) -> None:
        """Finish what killed or crowded processes left, as far as the tool does that."""

    def tidy(self) -> None:
        """Do the tool's own housekeeping before its bytes are counted."""

    def listing(self, python: str) -> list[str] | None:  # noqa: ARG002 - most tools have no such command
        """Name a command of the tool's own that lists all runs; None: `runs()` in a fresh process."""
        return None

    def listed(self, output: str) -> int:
        """Count the runs in what `listing()` printed."""
        raise NotImplementedError


def short_run(peer: Peer, number: int, *, worker: int = 0) -> float:
    """Edit the code by one line, then track a run of 5 parameters, 3 metrics, 1 small file; return seconds."""
    rng = random.Random(number)
    _edit_code(rng.random())
    model = Path(f"model-{worker}.bin")
    model.write_bytes(rng.randbytes(ARTIFACT_BYTES))
    began = time.perf_counter()
    peer.begin(f"run-{number:06d}")
    peer.params({"number": number, "lr": rng.random(), "layers": 4, "model": "forest", "dropout": 0.5})
    for metric in METRICS:
        peer.scalar(metric, float(number), 1)
    if "artifact-small" not in peer.refusals:
        peer.artifact(model)
    peer.end()
    return time.perf_counter() - began


def _edit_code(value: float) -> None:
    """Change one line of the script and one cell of the notebook, as between two attempts."""
    Path("train.py").write_text(f"import model\n\nlr = {value!r}\nmodel.fit(lr)\n")
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "settings",
        "metadata": {},
        "outputs": [],
    }
    notebook = {
        "cells": [{**cell, "source": [f"lr = {value!r}\n", "model.fit(lr)"]}],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    Path("study.ipynb").write_text(json.dumps(notebook, indent=1) + "\n")


def _load(peer: Peer) -> dict[str, Any]:
    """Time the tool's first line in an IPython that is already up, and all until a first tracked cell is done.

    A tool may put off its loading until it is needed: the second time shows what the first does not.
    """
    from IPython.core.interactiveshell import InteractiveShell

    shell: Any = InteractiveShell.instance()
    shell.run_cell("pass", store_history=True)
    began = time.perf_counter()
    shell.run_cell(peer.load, store_history=True).raise_error()
    loaded = time.perf_counter()
    for cell in (*peer.cells, "value = 1"):
        shell.run_cell(cell, store_history=True).raise_error()
    ready = time.perf_counter()
    return {"load": (loaded - began) * 1e3, "ready": (ready - began) * 1e3}


def _scalars(peer: Peer, *, batches: int, size: int, seconds: float) -> dict[str, Any]:
    """Time batches of single calls; one value a batch: microseconds a call."""
    peer.begin("scalars")
    for step in range(size):
        peer.scalar("loss", 0.5, step)
    values: list[float] = []
    deadline = time.perf_counter() + seconds
    while len(values) < batches and time.perf_counter() < deadline:
        steps = range(size * (len(values) + 1), size * (len(values) + 2))
        began = time.perf_counter_ns()
        for step in steps:
            peer.scalar("loss", 0.25, step)
        values.append((time.perf_counter_ns() - began) / size / 1e3)
    peer.end()
    return {"values": values}


def _doomed(peer: Peer, *, points: int, pause: float) -> dict[str, Any]:
    """Log the points one after the other and die of SIGKILL right after the last call returned."""
    peer.begin("doomed")
    peer.params({"lr": 0.1})
    for step in range(points):
        peer.scalar("loss", 1.0 / (step + 1), step)
        time.sleep(pause)
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def _kept(peer: Peer) -> dict[str, Any]:
    peer.catch_up()
    kept = peer.kept()
    return {"points": kept.points, "status": kept.status}


def _short(peer: Peer, *, runs: int, warm: int, first: int, worker: int = 0) -> dict[str, Any]:
    """Track several short runs in a row; milliseconds each, warm-up left out."""
    values = [short_run(peer, first + number, worker=worker) * 1e3 for number in range(warm + runs)]
    return {"values": values[warm:]}


def _fill(peer: Peer, *, first: int, count: int, seconds: float) -> dict[str, Any]:
    """Add runs until there are enough or the time is up; tell how many there are now."""
    deadline = time.perf_counter() + seconds
    number = first
    while number < count and time.perf_counter() < deadline:
        short_run(peer, number)
        number += 1
    return {"runs": number}


def _list(peer: Peer) -> dict[str, Any]:
    return {"runs": len(peer.runs())}


def _intact(peer: Peer) -> dict[str, Any]:
    """Count the runs whose metrics belong to their parameters."""
    peer.catch_up()
    good = {
        int(run.params["number"])
        for run in peer.runs()
        if "number" in run.params
        and all(float(run.metrics.get(name, "nan")) == float(run.params["number"]) for name in METRICS)
    }
    return {"intact": len(good)}


def _artifact(peer: Peer, *, path: str) -> dict[str, Any]:
    """Time a run that keeps one big file, from start to finished; a short run before it takes the first-time cost."""
    short_run(peer, 1)
    began = time.perf_counter()
    peer.begin("big")
    peer.artifact(Path(path))
    peer.end()
    return {"values": [time.perf_counter() - began]}


def _tidy(peer: Peer) -> dict[str, Any]:
    peer.catch_up()
    peer.tidy()
    return {}


VERBS: dict[str, Callable[..., dict[str, Any]]] = {
    "load": _load,
    "scalars": _scalars,
    "doomed": _doomed,
    "kept": _kept,
    "short": _short,
    "fill": _fill,
    "list": _list,
    "intact": _intact,
    "artifact": _artifact,
    "tidy": _tidy,
}


def perform(peer: Peer) -> None:
    """Do the verb named on the command line and print what came of it as the last line."""
    verb = sys.argv[1]
    arguments = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    result = VERBS[verb](peer, **arguments)
    sys.stdout.write(f"\n{MARK}{json.dumps(result)}\n")
    sys.stdout.flush()
