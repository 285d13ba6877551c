"""The ref that names an experiment: a free name, or the one this run has already."""

from __future__ import annotations

import contextlib
from typing import Final

from trackside.errors import GitError, NameTakenError, TracksideError
from trackside.format import RunId
from trackside.git.locks import when_unlocked
from trackside.git.objects import existing, read_object
from trackside.git.refs import Create, Delete, Move, change_refs, list_refs
from trackside.git.repository import Repository
from trackside.names import candidate
from trackside.refs import ExperimentRef, open_ref, parse_experiment_ref
from trackside.run import Run

RUN_TRAILER: Final = "Trackside-Run"
_MOST_NAMES: Final = 1_000


def give_name(repository: Repository, run: Run, oid: str, deadline: float) -> ExperimentRef:
    """Create the experiment's ref under its name, or the first free one after it, and drop the run's own ref."""
    assert run.base is not None
    own = Delete(open_ref(run.id), oid)
    for attempt in range(_MOST_NAMES):
        ref = ExperimentRef(run.base.baseline, candidate(run.name, attempt))
        if _take(repository, ref, run.id, oid, own, deadline):
            return ref
    raise GitError(f"No free name was found for {run.name}.", code="no-name")


def _take(repository: Repository, ref: ExperimentRef, run: RunId, oid: str, own: Delete, deadline: float) -> bool:
    """Point one name at the experiment and drop the run's own ref; False when another run has the name."""
    change: Create | Move = Create(str(ref), oid)
    try:
        when_unlocked(repository, lambda: change_refs(repository, [change, own]), deadline)
        return True
    except NameTakenError:
        holder = existing(repository, [str(ref)])[0]
    except GitError as error:
        if error.code not in ("moved", "locked"):
            raise
        # Another process took the run's own ref away with its own seal, or a killed Git left the lock that every
        # deletion needs: the experiment is named all the same, and recovery sweeps what is left.
        try:
            when_unlocked(repository, lambda: change_refs(repository, [change]), deadline)
            holder = oid
        except NameTakenError:
            holder = existing(repository, [str(ref)])[0]
    if holder != oid:
        if holder is None or _run_of(repository, holder) != run:
            return False
        # This run was sealed before and the journal was not told; what could not be read then may be read now.
        change_refs(repository, [Move(str(ref), oid, holder)])
    with contextlib.suppress(TracksideError):
        change_refs(repository, [own])
    return True


def _run_of(repository: Repository, commit: str) -> str:
    """Return the id of the run that a commit says it is the experiment of, '' when it says none."""
    found = read_object(repository, commit)
    lines = found.data.decode("utf-8", "replace").split("\n") if found is not None and found.kind == "commit" else []
    return next((line[len(RUN_TRAILER) + 2 :] for line in reversed(lines) if line.startswith(f"{RUN_TRAILER}: ")), "")


def replace(repository: Repository, run: Run, known: dict[str, str] | None, oid: str) -> ExperimentRef | None:
    """Point the ref of an experiment whose objects were pruned at its replay; None when there is no such ref."""
    ref = parse_experiment_ref(known["ref"]) if known is not None else None
    if known is None or ref is None or existing_ref(repository, known["ref"]) != known["oid"]:
        return None
    change_refs(repository, [Move(known["ref"], oid, known["oid"])])
    with contextlib.suppress(TracksideError):
        change_refs(repository, [Delete(open_ref(run.id), oid)])
    return ref


def existing_ref(repository: Repository, ref: str) -> str | None:
    """Return what a full ref name holds, without asking whether the object is there."""
    return list_refs(repository, ref).get(ref)
