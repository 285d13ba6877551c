"""Runs for review: a notebook with outputs, a record with pictures, a module, a branch that moves on."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

from repositories import NOTEBOOK, Scratch, make_experiment

from trackside.catalogue import Catalogue
from trackside.review.asked import Asked
from trackside.review.branch import make, plan
from trackside.review.planned import Made

CELLS = ("import features\n", "lr = 0.1\n")


def notebook(sources: Sequence[str], *, outputs: bool = True, indent: int = 1, **metadata: Any) -> str:
    """Return a notebook whose cells c0, c1, … were executed."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": number + 1 if outputs else None,
            "id": f"c{number}",
            "metadata": {},
            "outputs": [{"name": "stdout", "output_type": "stream", "text": [f"out {number}\n"]}] if outputs else [],
            "source": source.splitlines(keepends=True),
        }
        for number, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, indent=indent) + "\n"


def a_run(scratch: Scratch, name: str = "calm-otter", *, files: Mapping[str, str] | None = None, **facts: Any) -> str:
    """Make an experiment that changed a notebook and added a module, with all a record may hold."""
    record = {
        ".trackside/executed.ipynb": notebook(CELLS),
        ".trackside/plots/images/loss.png": "png",
        ".trackside/dvc.yaml": "plots:\n  - plots/images\n",
        NOTEBOOK: notebook(["import features\n", "lr = 0.5\n"]),
        "model.py": "def fit():\n    return 1\n",
    }
    given = {"metrics": {"acc": 0.91}, "params": {"lr": 0.5}, "title": "Try a larger step", **facts}
    return make_experiment(scratch, name, files={**record, **(files or {})}, **given)


def promote(scratch: Scratch, **asked: Any) -> Made:
    """Plan and make the branch of calm-otter."""
    catalogue = Catalogue(scratch.path)
    wanted = Asked(**{"run": "calm-otter", **asked})
    return make(catalogue, wanted, plan(catalogue, wanted))


def move_main(scratch: Scratch, files: Mapping[str, str | None], message: str = "Go on") -> str:
    """Add a commit to main without touching the work tree; return its id."""
    parts = [f"commit refs/heads/main\ncommitter Bob <bob@example.org> 1790000000 +0000\ndata {len(message)}\n"]
    parts.append(f"{message}\nfrom {scratch.git('rev-parse', 'main')}\n")
    for path, text in files.items():
        parts.append(f"D {path}\n" if text is None else f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n")
    scratch.git("fast-import", "--quiet", "--force", stdin="".join(parts).encode())
    return scratch.git("rev-parse", "main")


def file_at(scratch: Scratch, revision: str, path: str) -> str:
    """Return a file of a commit, byte by byte."""
    done = subprocess.run(
        ["git", "cat-file", "blob", f"{revision}:{path}"],
        cwd=scratch.path,
        env=scratch.environment,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def settle(scratch: Scratch) -> None:
    """Make files older than the index, or Git writes the index anew at every look."""
    past = time.time() - 60
    for path in scratch.git("ls-files").splitlines():
        if (scratch.path / path).exists():
            os.utime(scratch.path / path, (past, past))
    scratch.git("status")
