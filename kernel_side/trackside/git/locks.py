"""Live beside other Git processes: wait for a garbage collection, for a lock, and clear our own refs' stale ones."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from trackside.errors import GitError
from trackside.git.repository import Repository

Result = TypeVar("Result")

_LOCKED: Final = re.compile(r"Unable to create '(.+?\.lock)': File exists")
#: Git holds the lock of a ref for milliseconds; after this many seconds its holder was killed.
STALE: Final = 10.0
#: As Git itself judges a `gc.pid` it cannot test.
_GC_STALE: Final = 12 * 3600.0


def when_unlocked(repository: Repository, action: Callable[[], Result], deadline: float) -> Result:
    """Do `action`, again and again while another Git holds a lock it needs, until `deadline` (monotonic).

    A stale lock of a ref that is ours is removed; one of anything else stays, and raises GitError `locked`.
    """
    pause = 0.01
    while True:
        try:
            return action()
        except GitError as error:
            if error.code != "locked":
                raise
            lock = _LOCKED.search(error.detail)
            if lock is not None and lock[1].endswith("packed-refs.lock"):
                # Git has waited for this one itself.
                raise
            if lock is not None and _remove_stale(repository, Path(lock[1])):
                continue
            if time.monotonic() > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, 0.5)


def _remove_stale(repository: Repository, lock: Path) -> bool:
    """Remove the lock a killed Git left on a ref of ours; nobody else's lock, and none that may be in use."""
    folder = repository.common_dir / "refs"
    if not any(lock.is_relative_to(folder / ours) for ours in ("exps", "trackside")):
        return False
    try:
        if time.time() - lock.stat().st_mtime < STALE:
            return False
        lock.unlink()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def wait_for_gc(repository: Repository, deadline: float) -> bool:
    """Wait until no garbage collection runs in the repository; tell whether there was one to wait for."""
    waited = False
    while gc_is_running(repository.common_dir):
        waited = True
        if time.monotonic() >= deadline:
            break
        time.sleep(0.02)
    return waited


def gc_is_running(common_dir: Path) -> bool:
    """Tell whether the `gc.pid` Git leaves while collecting names a living process."""
    path = common_dir / "gc.pid"
    try:
        words = path.read_text().split()
        pid, host = int(words[0]), words[1] if len(words) > 1 else ""
        if time.time() - path.stat().st_mtime > _GC_STALE:
            return False
    except (OSError, ValueError, IndexError):
        return False
    if host and host != socket.gethostname():
        return True
    if os.name == "nt":
        return True
    with contextlib.suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
    return True
