"""One process at a time seals a journal; the lock goes with the process that holds it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from trackside.errors import StateError


@contextmanager
def sealing_lock(journal: Path, *, patience: float) -> Iterator[None]:
    """Hold the journal's lock; StateError `sealing` when another process holds it for longer than `patience` seconds.

    Where the file system or platform has no such locks there is none: the same journal still gives the same commit,
    and refs are created only where none is, so two sealers meet at one experiment.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(journal, os.O_RDONLY | os.O_CLOEXEC)
    deadline = time.monotonic() + patience
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StateError(
                        "Another process is sealing this run.", hint="Look again in a moment.", code="sealing"
                    ) from None
                time.sleep(0.01)
            except OSError:
                # NFS without a lock service, some FUSE file systems.
                break
        try:
            yield
        finally:
            # Said aloud, since a child forked meanwhile holds the same open file.
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)
