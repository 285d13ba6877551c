"""Adopt fetched runs whose names are free here; keep the others beside, under the remote's own place."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from trackside.errors import GitError, NameTakenError
from trackside.git.locks import STALE, when_unlocked
from trackside.git.refs import Create, Delete, Move, change_refs, list_refs
from trackside.git.repository import Repository
from trackside.names import check_name
from trackside.refs import EXPERIMENTS, REMOTES, ExperimentRef, RemoteRef
from trackside.row import without_collection
from trackside.sharing.told import Held, Shared
from trackside.sharing.trouble import harmless

_TRIES: Final = 10
#: Seconds for which a listing of the clone's runs is trusted: Git takes as long to make ten thousand refs.
_FRESH: Final = 2.0
#: Seconds to wait beyond the time after which a lock is stale.
_PATIENCE: Final = 20.0
_Found = tuple[ExperimentRef, str]


@dataclass(slots=True)
class Settling:
    """Where the runs of one pull go; `name` is what the one run is to be called here."""

    repository: Repository
    remote: str
    done: Shared
    name: str = ""
    #: Commits that were adopted.
    adopted: list[str] = field(default_factory=list, init=False)
    #: Names (without regard to case) and commits of the clone's own runs and when they were listed, what is kept
    #: beside them, and its branches and tags.
    _taken: set[str] = field(default_factory=set, init=False)
    _here: set[str] = field(default_factory=set, init=False)
    _listed: float = field(default=float("-inf"), init=False)
    _beside: dict[str, str] = field(default_factory=dict, init=False)
    _others: set[str] = field(default_factory=set, init=False)

    def settle(self, arrived: Sequence[_Found], refused: Mapping[_Found, str]) -> None:
        """Adopt what is sound and whose name is free; keep the rest beside. Retried while others change refs."""
        for attempt in range(_TRIES):
            with without_collection():
                adopted, held = self._sorted(arrived, refused)
                changes = self._changes(arrived, refused, adopted, held)
            try:
                self._change(changes)
            except (NameTakenError, GitError) as error:
                if attempt == _TRIES - 1 or getattr(error, "code", "") not in ("name-taken", "moved"):
                    raise
                self._listed = float("-inf")
                time.sleep(0.05 * (attempt + 1))
                continue
            self._taken.update(ref.name.casefold() for ref, _ in adopted)
            self._here.update(oid for _, oid in adopted)
            self._beside.update((one.kept, one.oid) for one in held)
            for change in changes:
                if isinstance(change, Delete):
                    self._beside.pop(change.ref, None)
            self.done.moved += [ref.name for ref, _ in adopted]
            self.adopted += [oid for _, oid in adopted]
            self.done.held += held
            self.done.same += len(arrived) - len(adopted) - len(held)
            return

    def _change(self, changes: Sequence[Create | Move | Delete]) -> None:
        """Change refs; wait for the locks of others, and pass those by that a killed pull has left."""
        if changes:
            deadline = time.monotonic() + STALE + _PATIENCE
            when_unlocked(
                self.repository, lambda: change_refs(self.repository, changes, is_flushed=False), deadline
            )  # fmt: skip

    def _list(self) -> None:
        if time.monotonic() - self._listed < _FRESH:
            return
        place = f"{REMOTES}{self.remote}/exps"
        found = list_refs(self.repository, EXPERIMENTS, place, "refs/heads", "refs/tags")
        own = {ref: oid for ref, oid in found.items() if ref.startswith(EXPERIMENTS)}
        self._taken = {ref.rpartition("/")[2].casefold() for ref in own}
        self._here = set(own.values())
        self._beside = {ref: oid for ref, oid in found.items() if ref.startswith(place)}
        self._others = {ref.split("/", 2)[2] for ref in found if ref.startswith(("refs/heads/", "refs/tags/"))}
        self._listed = time.monotonic()

    def _changes(
        self, arrived: Sequence[_Found], refused: Mapping[_Found, str], adopted: Sequence[_Found], held: Sequence[Held]
    ) -> list[Create | Move | Delete]:  # fmt: skip
        beside = self._beside
        changes: list[Create | Move | Delete] = [Create(str(ref), oid) for ref, oid in adopted]
        for one in held:
            before = beside.get(one.kept)
            if before is None:
                changes.append(Create(one.kept, one.oid))
            elif before != one.oid:
                changes.append(Move(one.kept, one.oid, before))
        if beside:
            own = {str(RemoteRef(self.remote, ref)): oid for ref, oid in arrived if (ref, oid) not in refused}
            kept = {one.kept for one in held}
            changes += [Delete(ref, oid) for ref, oid in beside.items() if own.get(ref) == oid and ref not in kept]
        return changes

    def _sorted(
        self, arrived: Sequence[_Found], refused: Mapping[_Found, str]
    ) -> tuple[list[_Found], list[Held]]:  # fmt: skip
        """Sort runs into those to adopt and those to keep beside."""
        self._list()
        if self.name:
            check_name(self.name)
        #: What this part itself takes.
        names: set[str] = set()
        commits: set[str] = set()
        adopted: list[_Found] = []
        held: list[Held] = []
        for ref, oid in arrived:
            name = self.name or ref.name
            why = refused.get((ref, oid), "")
            is_sound = not why
            fold = name.casefold()
            if is_sound and (oid in self._here or oid in commits):
                continue
            if is_sound and (fold in self._taken or fold in names):
                why = "another run of that name is here"
            elif is_sound and name in self._others:
                why = "a branch or tag of that name is here"
            if why:
                hint = f"trackside pull {harmless(self.remote)} {oid[:12]} --as NAME" if is_sound else ""
                held.append(Held(name=ref.name, oid=oid, why=why, hint=hint, kept=str(RemoteRef(self.remote, ref))))
            else:
                names.add(fold)
                commits.add(oid)
                adopted.append((ExperimentRef(ref.baseline, name), oid))
        return adopted, held
