"""What a clone does not need any more: old trash, settled journals, what the index knows of commits that are gone."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from trackside.git.refs import Delete, change_refs
from trackside.git.repository import Repository
from trackside.journal.places import journal_folder
from trackside.journal.reader import list_journals
from trackside.recovery import is_sealed, recover
from trackside.refs import TrashRef
from trackside.store import Store

#: Deleted runs can be brought back for this long.
KEPT_DAYS: Final = 30


@dataclass(slots=True)
class Cleaning:
    """What there is to remove, or what was removed."""

    trash: list[tuple[TrashRef, str]] = field(default_factory=list)
    journals: int = 0
    indexed: int = 0


def plan_cleaning(repository: Repository, *, now: float | None = None) -> Cleaning:
    """Say what `clean` would remove; changes nothing."""
    store = Store(repository)
    oldest = (time.time() if now is None else now) - KEPT_DAYS * 86_400
    plan = Cleaning(trash=[(ref, oid) for ref, oid in store.trash() if ref.deleted < oldest])
    plan.journals = sum(is_sealed(journal) for journal in list_journals(journal_folder(repository)))
    plan.indexed = len(set(store.index.glances()) - set(store.shelf().refs))
    store.close()
    return plan


def clean(repository: Repository, *, now: float | None = None) -> Cleaning:
    """Remove it; a journal goes only after its experiment was read back whole."""
    done = plan_cleaning(repository, now=now)
    if done.trash:
        change_refs(repository, [Delete(str(ref), oid) for ref, oid in done.trash])
    done.journals = recover(repository, settling=True).settled
    store = Store(repository)
    done.indexed = store.index.forget(store.shelf().refs)
    store.close()
    return done
