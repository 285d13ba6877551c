"""What a clone does not need any more: old trash, settled journals, files of old restores, needless large files."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trackside.cleaning.leftovers import OldRestore, interrupted_pulls, old_restores
from trackside.cleaning.needed import Needs, collect_needs, not_judged
from trackside.cleaning.objects import (
    GRACE_DAYS,
    Held,
    Stored,
    find_caches,
    look_at_caches,
    restore_aside,
    take_out,
    without_dvc,
)
from trackside.cleaning.space import tell_cache
from trackside.errors import StateError, TracksideError
from trackside.format import FORMAT
from trackside.git.refs import Delete, change_refs, list_refs
from trackside.git.repository import Repository
from trackside.journal.places import journal_folder, list_journals
from trackside.recovery import is_sealed, recover
from trackside.refs import TrashRef
from trackside.store import Store

if TYPE_CHECKING:
    from trackside.contract import Cleaned

#: Deleted runs, and what restores wrote over, can be brought back for this long.
KEPT_DAYS: Final = 30
_TRIES: Final = 3


@dataclass(slots=True)
class Files:
    """Large files: what each cache holds, what was taken out of it (by folder), and what went wrong.

    Without `caches` a problem means that nothing was judged.
    """

    caches: list[Held] = field(default_factory=list)
    gone: dict[Path, list[Stored]] = field(default_factory=dict)
    problem: TracksideError | None = None


@dataclass(slots=True)
class Cleaning:
    """What there is to remove, or what was removed."""

    trash: list[tuple[TrashRef, str]] = field(default_factory=list)
    journals: int = 0
    indexed: int = 0
    restores: list[OldRestore] = field(default_factory=list)
    #: What fetched runs were held by until a pull that was interrupted: ref → commit.
    fetched: dict[str, str] = field(default_factory=dict)
    files: Files = field(default_factory=Files)


def plan_cleaning(repository: Repository, *, now: float | None = None, grace: int = GRACE_DAYS) -> Cleaning:
    """Say what `clean` would remove, large files included; changes nothing."""
    plan = _plan(repository, time.time() if now is None else now)
    try:
        needs = collect_needs(repository, without=[str(ref) for ref, _ in plan.trash])
        plan.files.caches = look_at_caches(repository, needs, now=now, grace=grace)
    except TracksideError as error:
        plan.files.problem = error
    return plan


def clean(repository: Repository, *, now: float | None = None) -> Cleaning:
    """Remove it, large files excepted; a journal goes only after its experiment was read back whole."""
    done = _plan(repository, time.time() if now is None else now)
    doomed = [Delete(str(ref), oid) for ref, oid in done.trash]
    doomed += [Delete(ref, oid) for ref, oid in done.fetched.items()]
    if doomed:
        change_refs(repository, doomed)
    for one in done.restores:
        shutil.rmtree(one.folder, ignore_errors=True)
    done.journals = recover(repository, settling=True).settled
    store = Store(repository)
    done.indexed = store.index.forget(store.shelf().refs)
    store.close()
    return done


def clean_files(
    repository: Repository, *, now: float | None = None, grace: int = GRACE_DAYS, outside: bool = False
) -> Files:  # fmt: skip
    """Take needless large files out of the caches; `outside` also out of those that lie outside the clone.

    Raises StateError `not-judged` when it cannot be known what is needed, `dvc-locked` when DVC is at work; nothing is
    removed then.
    """
    started = time.time()
    roots = collect_needs(repository).dvc_roots
    with without_dvc(roots):
        # What DVC did meanwhile is in the work tree by now.
        needs, refs = _settled_needs(repository)
        for held in find_caches(repository, needs):
            restore_aside(held.cache)
        done = Files(caches=look_at_caches(repository, needs, now=now, grace=grace))
        if list_refs(repository) != refs:
            raise _moving()
        for held in done.caches:
            if held.needless and (outside or not held.is_outside):
                try:
                    take_out(repository, held, started, done.gone.setdefault(held.cache.folder, []))
                except TracksideError as error:
                    done.problem = error
    return done


def tell_cleaning(found: Cleaning, *, done: bool) -> Cleaned:
    """Put what was removed, or what would be, into the shape of the contract."""
    files = found.files
    problem = files.problem
    listed = files.gone if done else {held.cache.folder: held.needless for held in files.caches}
    return {
        "format": FORMAT,
        "done": done,
        "trash": [{"name": ref.name, "oid": oid, "deleted": float(ref.deleted)} for ref, oid in found.trash],
        "journals": found.journals,
        "indexed": found.indexed,
        "restores": [
            {"folder": str(one.folder), "run": one.run, "restored": one.restored, "bytes": one.size}
            for one in found.restores
        ],
        "pulls": len(found.fetched),
        "files": [
            {"folder": str(folder), "oid": one.oid, "path": one.path, "bytes": one.size}
            for folder, objects in listed.items()
            for one in objects
        ],
        "caches": [tell_cache(held, is_judged=True) for held in files.caches],
        "problem": None if problem is None else f"{problem.message} {problem.hint}".strip(),
    }


def _settled_needs(repository: Repository) -> tuple[Needs, dict[str, str]]:
    """Collect what is needed while no ref moves, so that what an undelete or a pull brings is not missed."""
    for _ in range(_TRIES):
        refs = list_refs(repository)
        needs = collect_needs(repository)
        if list_refs(repository) == refs:
            return needs, refs
    raise _moving()


def _moving() -> StateError:
    return not_judged("Others change refs all the time.", "Try again when they are done.")


def _plan(repository: Repository, now: float) -> Cleaning:
    store = Store(repository)
    oldest = now - KEPT_DAYS * 86_400
    plan = Cleaning(trash=[(ref, oid) for ref, oid in store.trash() if ref.deleted < oldest])
    plan.journals = sum(is_sealed(journal) for journal in list_journals(journal_folder(repository)))
    plan.indexed = len(set(store.index.glances()) - set(store.shelf().refs))
    plan.restores = old_restores(repository, oldest)
    plan.fetched = interrupted_pulls(repository, oldest)
    store.close()
    return plan


__all__ = [
    "GRACE_DAYS",
    "KEPT_DAYS",
    "Cleaning",
    "Files",
    "Held",
    "Stored",
    "clean",
    "clean_files",
    "plan_cleaning",
    "tell_cleaning",
]
