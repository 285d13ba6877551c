"""Has anything of a clone changed? Told by the clocks of a few folders and files, in place of asking Git each time.

Creating, moving or deleting a loose ref changes the clock of its folder; packed refs and reftables are files that
are replaced. Where clocks lie (some network disks), a slow listing now and then finds out.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from trackside.format import is_run_id

#: Nanoseconds within which a clock may stand still although something changed; whole seconds tell a coarse one.
_FINE: Final = 50_000_000
_COARSE: Final = 2_000_000_000
_SECOND: Final = 1_000_000_000
Signal = tuple[tuple[str, int, int, int], ...]


def ref_signal(common_dir: Path) -> tuple[Signal, bool]:
    """Return what changes whenever a ref of ours does, and whether it can be relied on yet."""
    found = [clock for path in _places_of_refs(common_dir) if (clock := _clock(path)) is not None]
    now = time.time_ns()
    is_steady = all(
        now - changed > (_COARSE if changed % _SECOND == 0 else _FINE) or changed > now + _SECOND
        for _, changed, _, _ in found
    )
    return tuple(found), is_steady


def journal_signal(folder: Path) -> Signal:
    """Return what changes whenever a journal in the folder grows, comes or goes."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".jsonl") and is_run_id(entry.name[:-6]):
                    clock = _clock(entry.path)
                    if clock is not None:
                        found.append(clock)
    except OSError:
        return ()
    return tuple(sorted(found))


def _places_of_refs(common_dir: Path) -> Iterator[str]:
    root = os.fspath(common_dir)
    yield os.path.join(root, "packed-refs")
    yield os.path.join(root, "reftable", "tables.list")
    yield os.path.join(root, "refs", "notes")
    experiments = os.path.join(root, "refs", "exps")
    yield experiments
    for first in _folders(experiments):
        yield first
        yield from _folders(first)


def _folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(entry.path for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def _clock(path: str) -> tuple[str, int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return path, status.st_mtime_ns, status.st_size, status.st_ino
