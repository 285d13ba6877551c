"""Finish what others left: seal the runs of processes that died, settle journals, adopt runs made outside Git."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from trackside.errors import StorageError, TracksideError
from trackside.git.repository import Repository
from trackside.journal.liveness import is_alive
from trackside.journal.places import journal_folder
from trackside.journal.reader import list_journals, read_run
from trackside.run import Run, RunId
from trackside.sealing import Sealed, seal, settle

#: A run whose process lives but which ended this long ago has failed to seal itself.
_OVERDUE: Final = 60.0
_TAIL: Final = 4096


@dataclass(slots=True)
class Recovered:
    """What recovery did: experiments made, runs that must wait (with the reason), journals settled."""

    sealed: list[Sealed] = field(default_factory=list)
    waiting: list[tuple[Path, TracksideError]] = field(default_factory=list)
    settled: int = 0


def recover(repository: Repository, *, own: Collection[RunId] = (), settling: bool = False) -> Recovered:
    """Seal every run whose process is gone, except the caller's `own`; never raises for a single bad journal.

    `settling` also checks and removes the journals of runs sealed before: at a kernel's start and by `recover`,
    so that the journal outlives its experiment's first hours.
    """
    done = Recovered()
    _adopt_homeless(repository)
    for journal in list_journals(journal_folder(repository)):
        try:
            if is_sealed(journal):
                done.settled += settling and settle(repository, journal)
                continue
            run = read_run(journal)
            if run.id in own or not _is_left(run, journal):
                continue
            done.sealed.append(seal(repository, journal))
        except TracksideError as error:
            done.waiting.append((journal, error))
        except OSError as error:
            done.waiting.append((journal, StorageError(f"{journal.name} cannot be read: {error.strerror}.")))
    return done


def open_runs(repository: Repository | None) -> list[tuple[Path, Run]]:
    """Read the runs that are open or wait to be sealed, oldest first."""
    found = []
    for journal in list_journals(journal_folder(repository)):
        if not is_sealed(journal):
            try:
                found.append((journal, read_run(journal)))
            except (TracksideError, OSError):
                continue
    return found


def is_sealed(journal: Path) -> bool:
    """Tell from its last lines whether a journal's run has become an experiment."""
    try:
        with open(journal, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
            return b'"e":"sealed"' in file.read()
    except OSError:
        return False


def _is_left(run: Run, journal: Path) -> bool:
    if not is_alive(run, journal):
        return True
    return run.ended is not None and time.time() - run.ended > _OVERDUE


def _adopt_homeless(repository: Repository) -> None:
    """Move journals of runs made in this folder before it was a repository into the clone."""
    for journal in list_journals(journal_folder(None)):
        try:
            run = read_run(journal)
        except (TracksideError, OSError):
            continue
        place = run.notebook or os.path.join(run.cwd, ".")
        if repository.relative(place) is None or is_alive(run, journal) and run.status == "open":
            continue
        folder = journal_folder(repository)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            files = journal.with_suffix(".d")
            if files.exists():
                shutil.copytree(files, folder / files.name, dirs_exist_ok=True)
            shutil.copy2(journal, folder / f".{journal.name}")
            os.rename(folder / f".{journal.name}", folder / journal.name)
            journal.unlink(missing_ok=True)
            shutil.rmtree(files, ignore_errors=True)
        except OSError:
            continue
