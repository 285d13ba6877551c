"""Pull runs: fetched by commit id, looked at as what strangers made, then adopted only where their names are free."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Final

from trackside.canonical import prepare
from trackside.errors import GitError, NotFoundError
from trackside.git.refs import list_refs
from trackside.git.repository import Repository
from trackside.refs import EXPERIMENTS, NOTES, REMOTES, TRASH, ExperimentRef, parse_experiment_ref
from trackside.row import without_collection
from trackside.sharing.ahead import ahead
from trackside.sharing.fetching import Fetching, in_parts, is_refused
from trackside.sharing.narrowing import authors_of, own_email, read_authors, remember_authors, starred
from trackside.sharing.notes import merge_notes
from trackside.sharing.rules import name_trouble
from trackside.sharing.screening import Baselines, Screened, screen
from trackside.sharing.settling import Settling
from trackside.sharing.told import Held, Progress, Shared, Wanted, runs_of, silent
from trackside.sharing.transport import Peer, pick_remote
from trackside.sharing.trouble import harmless
from trackside.travelled import remember

#: Commits asked for in one fetch: what a broken connection costs, and what a command line takes.
AT_ONCE: Final = 600 if os.name == "nt" else 3_400
#: Fetches at once. Git alone keeps one core busy at a time: first the server's, then ours.
_FETCHES: Final = 2
#: Runs looked at in one go.
_LOOKED_AT: Final = 1_700
_Found = tuple[ExperimentRef, str]


def pull(
    repository: Repository, remote: str = "", wanted: Wanted | None = None, progress: Progress = silent, *,
    name: str = "",
) -> Shared:  # fmt: skip
    """Pull runs and annotations from a remote ("" chooses it); `name` is what the one run is to be called here.

    Raises NotFoundError for a run or remote there is none of, GitError `share-…` when the remote cannot be reached. A
    run that is not adopted is told in `held` and kept at `refs/trackside/remotes/…`. `progress` may be called from
    another thread.
    """
    wanted = wanted or Wanted()
    email = own_email(repository) if wanted.mine and not wanted.names else ""
    peer = Peer(repository, pick_remote(repository, remote), progress)
    done = Shared(remote=peer.name, way="pull")
    theirs = peer.listed()
    by_star = wanted.starred and not wanted.names
    if by_star:
        # Stars are annotations, theirs as well.
        _pull_notes(peer, theirs, done)
    pulling = _Pulling(peer, done, wanted, name, email)
    pulling.run(theirs)
    remember(
        repository.own_dir, peer.name, runs_of(theirs), arrived=pulling.arrived,
        held=[one.as_json() for one in done.held], asked=None if wanted.is_all else pulling.asked_for,
    )  # fmt: skip
    with_files = pulling.with_files() if wanted.files else []
    if with_files:
        from trackside.sharing.files import move_files

        done.files = move_files(repository, "pull", with_files, progress)
    if not by_star:
        _pull_notes(peer, theirs, done)
    if not theirs:
        done.notes.append(f"{harmless(peer.name)} holds no runs, or its server hides them (transfer.hideRefs).")
    return done


def _pull_notes(peer: Peer, theirs: Mapping[str, str], done: Shared) -> None:
    if NOTES not in theirs:
        return
    try:
        done.annotations = merge_notes(peer, theirs[NOTES])
    except GitError as error:
        if not is_refused(error.detail):
            raise
        done.annotations = "refused"
        done.notes.append("The annotations there are damaged, so Git refused them.")


@dataclass(slots=True)
class _Pulling:
    """One pull under way; `email` is the one author whose runs are wanted, "" for all."""

    peer: Peer
    done: Shared
    wanted: Wanted
    name: str
    email: str = ""
    #: Commits asked for, here before or not; those that were adopted; those that say they keep no large files.
    asked_for: set[str] = field(default_factory=set, init=False)
    arrived: list[str] = field(default_factory=list, init=False)
    _without_files: set[str] = field(default_factory=set, init=False)
    _baselines: Baselines = field(default_factory=Baselines, init=False)
    #: Who made runs that are not wanted.
    _others: dict[str, str] = field(default_factory=dict, init=False)

    @property
    def repository(self) -> Repository:
        return self.peer.repository

    def run(self, theirs: Mapping[str, str]) -> None:
        """Fetch, look, adopt: while one part is looked at, the next is fetched and the one before is adopted."""
        with without_collection():
            asked = self._asked(theirs)
        self.asked_for = {oid for _, oid in asked}
        own = list_refs(self.repository, EXPERIMENTS, TRASH)
        have = set(own.values())
        found = [item for item in asked if item[1] not in have or (self.name and item[1] not in _experiments(own))]
        self.done.same = len(asked) - len(found)
        settling = Settling(self.repository, self.peer.name, self.done, self.name)
        self.arrived = settling.adopted
        fetching = Fetching(self.peer)
        arrivals = self._arrivals(found, fetching)
        for part, screened in ahead(self._look, arrivals, 2 * (len(found) > _LOOKED_AT), self.peer.stop):
            self._without_files.update(oid for _, oid in part if oid not in screened.with_files)
            settling.settle(part, screened.refused)
        fetching.release()
        if self._others:
            remember_authors(self.repository.own_dir, self._others)
            self.asked_for -= self._others.keys()

    def with_files(self) -> list[_Found]:
        """Return the runs asked for that are among the clone's own now and may keep large files."""
        wanted, own = self.asked_for - self._without_files, {}
        if wanted:
            own = list_refs(self.repository, EXPERIMENTS)
        found = ((parse_experiment_ref(name), oid) for name, oid in own.items() if oid in wanted)
        return [(ref, oid) for ref, oid in found if ref is not None]

    def _arrivals(self, found: Sequence[_Found], fetching: Fetching) -> Iterator[list[_Found]]:
        """Fetch what is not here yet; give what is, in parts to be looked at."""
        here = fetching.kept() | set(list_refs(self.repository, f"{REMOTES}{self.peer.name}/exps").values())
        missing = list(in_parts(list(dict.fromkeys(oid for _, oid in found if oid not in here)), AT_ONCE))
        by_oid: dict[str, list[_Found]] = {}
        for item in found:
            by_oid.setdefault(item[1], []).append(item)
        if len(found) > _LOOKED_AT:
            # It takes a while, and during the first fetch nothing else is done.
            Thread(target=prepare, name="trackside-prepare", daemon=True).start()
        yield from in_parts([item for item in found if item[1] in here], _LOOKED_AT)
        for oids, refused in ahead(fetching.fetch, missing, _FETCHES * (len(missing) > 1), self.peer.stop):
            arrived = []
            for item in (item for oid in oids for item in by_oid[oid]):
                if item[1] not in refused:
                    arrived.append(item)
                else:
                    self.done.held.append(Held(name=item[0].name, oid=item[1], why=refused[item[1]]))
            yield from in_parts(arrived, _LOOKED_AT)

    def _look(self, part: list[_Found]) -> tuple[list[_Found], Screened]:
        if self.email:
            authors = authors_of(self.repository, [oid for _, oid in part])
            self._others.update((oid, email) for oid, email in authors.items() if email != self.email)
            part = [item for item in part if item[1] not in self._others]
        return part, screen(self.repository, part, self._baselines)

    def _asked(self, theirs: Mapping[str, str]) -> list[_Found]:
        """Return the runs of the remote that are asked for; a name that cannot be used here is told at once."""
        found: list[_Found] = []
        for ref, oid in theirs.items():
            parsed = parse_experiment_ref(ref)
            if parsed is None:
                continue
            trouble = name_trouble(parsed.name)
            if trouble is None or self.name:
                found.append((parsed, oid))
            else:
                hint = f"trackside pull {harmless(self.peer.name)} {oid[:12]} --as NAME"
                self.done.held.append(Held(name=parsed.name, oid=oid, why=trouble, hint=hint))
        if self.wanted.starred and not self.wanted.names:
            stars = starred(self.repository)
            found = [item for item in found if item[1] in stars]
            self.done.held = [one for one in self.done.held if one.oid in stars]
        if self.email:
            known = read_authors(self.repository.own_dir)
            found = [item for item in found if known.get(item[1], self.email) == self.email]
            self.done.held = []
        if not self.wanted.names:
            return found
        chosen = [_pick(found, name, self.peer.name) for name in self.wanted.names]
        self.done.held = []
        return list(dict.fromkeys(chosen))


def _experiments(refs: Mapping[str, str]) -> set[str]:
    return {oid for ref, oid in refs.items() if ref.startswith(EXPERIMENTS)}


def _pick(found: Iterable[_Found], name: str, remote: str) -> _Found:
    """Return the run a person named: its name, commit id, or a unique beginning of that."""
    near = [item for item in found if name in (item[0].name, item[1])]
    near = near or [item for item in found if len(name) >= 4 and item[1].startswith(name)]
    if len(near) == 1:
        return near[0]
    if not near:
        raise NotFoundError(
            f"{harmless(remote)} has no run named {harmless(name)}.", hint="trackside pull without a name gets all."
        )
    some = ", ".join(sorted(oid[:12] for _, oid in near)[:5])
    raise NotFoundError(f"{harmless(remote)} has several runs named {harmless(name)}.", hint=f"By commit id: {some}.")
