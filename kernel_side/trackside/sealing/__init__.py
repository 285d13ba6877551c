"""Journal → experiment: a pure replay, written by one fast-import, named by one transaction, read back.

The same journal gives the same commit id, so two processes sealing one run meet at one experiment, and a replay
repairs one whose objects were pruned between being written and being named. `base` tells where a run stands in Git,
`replay` writes its commit, `naming` gives it its ref, `readback` looks whether all of it is there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trackside.errors import DamagedError
from trackside.format import RunId
from trackside.git.locks import wait_for_gc
from trackside.git.repository import Repository
from trackside.journal.lock import sealing_lock
from trackside.journal.reader import read_run
from trackside.journal.writer import Journal, remove_journal
from trackside.refs import parse_experiment_ref
from trackside.sealing.base import adopt, base_facts, credentials_in, write_start_snapshot
from trackside.sealing.naming import existing_ref, give_name, replace
from trackside.sealing.readback import is_whole, not_read_back, verify
from trackside.sealing.replay import write_experiment

__all__ = ["Sealed", "base_facts", "credentials_in", "seal", "settle", "write_start_snapshot"]

_TRIES: Final = 4
_LOCK_PATIENCE: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An experiment that exists: its name, its ref, its commit."""

    run: RunId
    name: str
    ref: str
    oid: str


def seal(repository: Repository, journal: Path, *, patience: float = 60.0, complete: bool = False) -> Sealed:
    """Make the experiment of a journal and read it back; harmless when it exists already.

    Waits at most `patience` seconds for a garbage collection or another Git to end. With `complete` an object of
    the snapshot that was pruned meanwhile raises DamagedError (`blob-missing`), so that who can still see the work
    tree reads it again; otherwise the experiment goes without and says so. Raises StateError (no commit yet, being
    sealed by another process), GitError, StorageError or DamagedError; the journal stays as it is then, and another
    try may follow.
    """
    with sealing_lock(journal, patience=min(patience, _LOCK_PATIENCE)):
        known = read_run(journal).sealed
        if known is not None:
            found = parse_experiment_ref(known["ref"])
            if found is not None and is_whole(repository, known["ref"], known["oid"]):
                return Sealed(run=read_run(journal).id, name=found.name, ref=known["ref"], oid=known["oid"])
        sealed = _seal(repository, journal, known, time.monotonic() + patience, complete=complete)
        writer = Journal.reopen(journal)
        try:
            writer.append("sealed", ref=sealed.ref, oid=sealed.oid)
        finally:
            writer.close()
        return sealed


def _seal(
    repository: Repository, journal: Path, known: dict[str, str] | None, deadline: float, *, complete: bool
) -> Sealed:
    run = read_run(journal)
    if run.base is None:
        run = adopt(repository, journal)
    for attempt in range(_TRIES):
        collecting = wait_for_gc(repository, deadline)
        try:
            oid, blobs = write_experiment(repository, run, journal, deadline, look=attempt > 0)
            ref = replace(repository, run, known, oid) or give_name(repository, run, oid, deadline)
            collecting |= wait_for_gc(repository, deadline)
            verify(repository, str(ref), oid, blobs)
            if collecting and not is_whole(repository, str(ref), oid):
                known = {"ref": str(ref), "oid": oid}
                raise not_read_back()
            return Sealed(run=run.id, name=ref.name, ref=str(ref), oid=oid)
        except DamagedError:
            # A garbage collection took an object between its writing and its naming; a replay writes it again.
            if complete or attempt == _TRIES - 1:
                raise
            run = read_run(journal)
    raise AssertionError


def settle(repository: Repository, journal: Path) -> bool:
    """Remove the journal of a sealed run once its experiment is whole; tell whether it is settled.

    An experiment whose ref somebody removed since stays removed; one whose objects were pruned is written again.
    """
    sealed = read_run(journal).sealed
    if sealed is None:
        return False
    holder = existing_ref(repository, sealed["ref"])
    if holder == sealed["oid"] and not is_whole(repository, sealed["ref"], sealed["oid"]):
        seal(repository, journal)
        return False
    remove_journal(journal)
    return True
