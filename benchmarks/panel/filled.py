"""Repositories with so many runs that a panel could be slow: written in seconds and kept."""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

from benchmarks.environments import BENCH, ROOT

#: Whose edits make the repositories anew.
_SOURCES = ("tests/repositories.py", "kernel_side/trackside/experiment.py", "benchmarks/panel/filled.py")
#: What the reader of rows keeps beside the repository.
INDEX = ".git/trackside/index.sqlite*"


#: What a panel remembers there: the next one would begin with the filter of the one before.
CHOICES = ".git/trackside/config.json"


def filled(count: int) -> Path:
    """Give a repository of `count` experiments with 5 parameters and 3 metrics each, in which nothing was chosen."""
    folder = BENCH / "stores" / f"panel-{_fingerprint()}-{count}"
    done = folder / "done"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        sys.path.append(str(ROOT / "tests"))
        try:
            from repositories import make_experiments, make_scratch  # type: ignore[import-not-found]  # of the tests
        finally:
            sys.path.remove(str(ROOT / "tests"))
        make_experiments(make_scratch(folder), count)
        done.touch()
    for path in (folder / "project").glob(CHOICES):
        path.unlink()
    return folder / "project"


def copied(folder: Path, target: Path) -> Path:
    """Copy a filled repository, for a job that adds to it."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, symlinks=True)
    return target


def forget_index(folder: Path) -> None:
    """Remove what was kept of an earlier reading."""
    for path in folder.glob(INDEX):
        path.unlink()


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in _SOURCES:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()[:10]
