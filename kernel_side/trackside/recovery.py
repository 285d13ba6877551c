"""Finish what others left: seal the runs of processes that died, settle journals, adopt runs made outside Git."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trackside.errors import StorageError, TracksideError
from trackside.format import RunId, is_run_id
from trackside.git.locks import when_unlocked
from trackside.git.refs import Delete, change_refs, list_refs
from trackside.git.repository import Repository, find_repository
from trackside.journal.liveness import is_alive
from trackside.journal.lock import sealing_lock
from trackside.journal.places import journal_folder, list_journals
from trackside.journal.reader import parse_line, read_run
from trackside.journal.writer import remove_journal
from trackside.refs import OPEN
from trackside.run import Event, Run

if TYPE_CHECKING:
    from trackside.sealing import Sealed

#: A run whose process lives but which ended this long ago has failed to seal itself.
_OVERDUE: Final = 60.0
_TAIL: Final = 65_536


@dataclass(slots=True)
class Recovered:
    """What recovery did: experiments made, runs that must wait (with the reason), journals settled."""

    sealed: list[Sealed] = field(default_factory=list)
    waiting: list[tuple[Path, TracksideError]] = field(default_factory=list)
    settled: int = 0
    troubles: list[TracksideError] = field(default_factory=list)


def recover(repository: Repository, *, own: Collection[RunId] = (), settling: bool = False) -> Recovered:
    """Seal every run whose process is gone, except the caller's `own`; never raises for a single bad journal.

    `settling` also checks and removes the journals of runs sealed before, and sweeps refs that a killed process left:
    at a kernel's start and by `recover`, so that the journal outlives its experiment's first hours.
    """
    done = Recovered()
    _adopt_homeless(repository)
    for journal in list_journals(journal_folder(repository)):
        try:
            if is_sealed(journal):
                done.settled += settling and _settle(repository, journal)
                continue
            if _is_blank(journal):
                continue
            run = read_run(journal)
            if run.id in own or not is_left(run, journal):
                continue
            done.sealed.append(_seal(repository, journal))
        except TracksideError as error:
            done.waiting.append((journal, error))
        except FileNotFoundError:
            # Another process settled it meanwhile.
            continue
        except OSError as error:
            done.waiting.append((journal, StorageError(f"{journal.name} cannot be read: {error.strerror}.")))
    if settling:
        try:
            _sweep(repository)
        except TracksideError as error:
            done.troubles.append(error)
    return done


# Who only reads looks for left runs too, and nearly always finds none: what seals is loaded when there is one.


def _seal(repository: Repository, journal: Path) -> Sealed:
    from trackside.sealing import seal

    return seal(repository, journal)


def _settle(repository: Repository, journal: Path) -> bool:
    from trackside.sealing import settle

    return settle(repository, journal)


def open_runs(repository: Repository | None) -> list[tuple[Path, Run]]:
    """Read the runs that are open or wait to be sealed, oldest first; those kept elsewhere for this clone too."""
    found = []
    journals = list_journals(journal_folder(repository))
    homeless = [] if repository is None else list_journals(journal_folder(None))
    for journal in journals + homeless:
        if not is_sealed(journal):
            try:
                run = read_run(journal)
            except (TracksideError, OSError):
                continue
            if journal not in homeless or repository is None or is_in(run, repository):
                found.append((journal, run))
    return sorted(found, key=lambda item: item[1].id)


def is_in(run: Run, repository: Repository) -> bool:
    """Tell whether a run was made in a folder of this work tree."""
    return repository.relative(_place(run)) is not None


def is_sealed(journal: Path) -> bool:
    """Tell from its last lines whether a journal's run has become an experiment."""
    return any(event["e"] == "sealed" for event in _last_events(journal, b'"sealed"'))


def _has_given_up(journal: Path) -> bool:
    """Tell whether the run's own process said that it could not seal it, so that others may try at once."""
    return any(event["e"] == "kept" for event in _last_events(journal, b'"kept"'))


def _last_events(journal: Path, mark: bytes) -> list[Event]:
    """Read those of the last lines that hold `mark`; what a user displayed may hold it too, so they are parsed."""
    try:
        with open(journal, "rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
            lines = file.read().split(b"\n")
    except OSError:
        return []
    return [event for line in lines if mark in line and (event := parse_line(line)) is not None]


def is_left(run: Run, journal: Path) -> bool:
    """Tell whether nobody but a reader will seal the run: its process is gone, or failed to."""
    if not is_alive(run, journal):
        return True
    if run.ended is None:
        return False
    return time.time() - run.ended > _OVERDUE or _has_given_up(journal)


def _is_blank(journal: Path) -> bool:
    """Remove a journal whose process was killed before `start` returned: it holds no whole line; tell whether so."""
    status = journal.stat()
    if status.st_size > _TAIL or b"\n" in journal.read_bytes():
        return False
    if time.time() - status.st_mtime > _OVERDUE:
        remove_journal(journal)
    return True


def _sweep(repository: Repository) -> None:
    """Delete the refs of open runs whose journal is gone or has become an experiment: a killed process left them."""
    # Refs first: a run that starts meanwhile has its journal before its ref.
    refs = list_refs(repository, OPEN)
    folder = journal_folder(repository)
    left = []
    for ref, oid in refs.items():
        journal = folder / f"{ref[len(OPEN) :]}.jsonl"
        if is_run_id(journal.stem) and (not journal.exists() or is_sealed(journal)):
            left.append(Delete(ref, oid))
    if left:
        when_unlocked(repository, lambda: change_refs(repository, left), time.monotonic() + 1.0)


def _place(run: Run) -> str:
    return run.notebook or os.path.join(run.cwd, ".")


def _belongs_to(run: Run, repository: Repository) -> bool:
    """Tell whether the run was made in this clone, and not in another one inside it."""
    place = _place(run)
    if repository.relative(place) is None:
        return repository.toplevel is None and os.path.realpath(run.cwd) == os.path.realpath(repository.git_dir)
    try:
        found = find_repository(os.path.dirname(place))
    except TracksideError:
        return False
    return found is None or os.path.realpath(found.common_dir) == os.path.realpath(repository.common_dir)


def _adopt_homeless(repository: Repository) -> None:
    """Move journals of runs made in this folder before it was a repository, or could be written, into the clone."""
    for journal in list_journals(journal_folder(None)):
        try:
            run = read_run(journal)
            if (is_alive(run, journal) and run.status == "open") or not _belongs_to(run, repository):
                continue
            with sealing_lock(journal, patience=0.0):
                _move(journal, journal_folder(repository))
        except (TracksideError, OSError):
            continue


def _move(journal: Path, folder: Path) -> None:
    """Move a journal and what lies beside it; a kill in between leaves it whole in at least one place."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / journal.name).exists():
        files = journal.with_suffix(".d")
        if files.exists():
            shutil.copytree(files, folder / files.name, dirs_exist_ok=True)
        temporary = folder / f".{journal.name}.{os.getpid()}"
        try:
            shutil.copy2(journal, temporary)
            _link(temporary, folder / journal.name)
        finally:
            temporary.unlink(missing_ok=True)
    remove_journal(journal)


def _link(source: Path, target: Path) -> None:
    """Give a file its name unless another process has just done so and gone on from there."""
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:
        # A file system without hard links.
        os.rename(source, target)


__all__ = ["Recovered", "is_in", "is_left", "is_sealed", "open_runs", "recover"]
