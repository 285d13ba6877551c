"""Pull runs: fetched by commit id, looked at as what strangers made, then adopted only where their names are free."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from trackside.errors import GitError, NameTakenError, NotFoundError
from trackside.git.refs import Create, Delete, Move, change_refs, list_refs
from trackside.git.repository import Repository
from trackside.names import check_name
from trackside.refs import (
    EXPERIMENTS,
    NOTES,
    REMOTES,
    TRASH,
    ExperimentRef,
    RemoteRef,
    parse_experiment_ref,
)
from trackside.sharing.files import move_files
from trackside.sharing.notes import merge_notes
from trackside.sharing.screening import name_trouble, screen
from trackside.sharing.told import Held, Progress, Shared, Wanted, runs_of, silent
from trackside.sharing.transport import AT_ONCE, Peer, pick_remote
from trackside.sharing.trouble import explain, harmless
from trackside.travelled import remember

_TRIES: Final = 10
#: So many fetches are spent on finding which runs Git refuses.
_MOST_SPLITS: Final = 200
_NOBODY: Final = "Trackside <nobody@trackside.invalid> 0 +0000"
_Found = tuple[ExperimentRef, str]


def pull(
    repository: Repository, remote: str = "", wanted: Wanted | None = None, progress: Progress = silent, *,
    name: str = "",
) -> Shared:  # fmt: skip
    """Pull runs and annotations from a remote ("" chooses it); `name` is what the one run is to be called here.

    Raises NotFoundError for a run or remote there is none of, GitError `share-…` when the remote cannot be reached. A
    run that is not adopted is told in `held` and kept at `refs/trackside/remotes/…`.
    """
    wanted = wanted or Wanted()
    peer = Peer(repository, pick_remote(repository, remote), progress)
    done = Shared(remote=peer.name, way="pull")
    theirs = peer.listed()
    pulling = _Pulling(peer, done, wanted, name)
    pulling.run(theirs)
    remember(
        repository.own_dir, peer.name, runs_of(theirs), arrived=pulling.arrived,
        held=[one.as_json() for one in done.held], asked=pulling.asked if wanted.names else None,
    )  # fmt: skip
    if wanted.files:
        done.files = move_files(repository, "pull", pulling.here(), progress)
    if NOTES in theirs:
        try:
            done.annotations = merge_notes(peer, theirs[NOTES])
        except GitError as error:
            if not _is_refused(error.detail):
                raise
            done.annotations = "refused"
            done.notes.append("The annotations there are damaged, so Git refused them.")
    if not theirs:
        done.notes.append(f"{harmless(peer.name)} holds no runs, or its server hides them (transfer.hideRefs).")
    return done


@dataclass(slots=True)
class _Pulling:
    """One pull under way."""

    peer: Peer
    done: Shared
    wanted: Wanted
    name: str
    #: Commits asked for, here before or not.
    asked: list[str] = field(default_factory=list, init=False)
    #: Commits that were adopted.
    arrived: list[str] = field(default_factory=list, init=False)
    _splits: int = field(default=0, init=False)

    @property
    def repository(self) -> Repository:
        return self.peer.repository

    def run(self, theirs: Mapping[str, str]) -> None:
        """Fetch, look, adopt."""
        asked = self._asked(theirs)
        self.asked = [oid for _, oid in asked]
        own = list_refs(self.repository, EXPERIMENTS, TRASH)
        have = set(own.values())
        found = [item for item in asked if item[1] not in have or (self.name and item[1] not in _experiments(own))]
        self.done.same = len(asked) - len(found)
        keepers = list_refs(self.repository, self._place("incoming"))
        refused = self._fetch(found, keepers)
        arrived = [item for item in found if item[1] not in refused]
        troubles = screen(self.repository, arrived)
        self._settle(arrived, troubles)
        self.done.held += [Held(name=ref.name, oid=oid, why=refused[oid]) for ref, oid in found if oid in refused]
        self._release(keepers)

    def here(self) -> list[_Found]:
        """Return the runs asked for that are among the clone's own now."""
        asked, own = set(self.asked), list_refs(self.repository, EXPERIMENTS)
        found = ((parse_experiment_ref(name), oid) for name, oid in own.items() if oid in asked)
        return [(ref, oid) for ref, oid in found if ref is not None]

    def _place(self, what: str) -> str:
        return f"{REMOTES}{self.peer.name}/{what}"

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
        if not self.wanted.names:
            return found
        chosen = [_pick(found, name, self.peer.name) for name in self.wanted.names]
        self.done.held = []
        return list(dict.fromkeys(chosen))

    def _fetch(self, found: Sequence[_Found], keepers: dict[str, str]) -> dict[str, str]:
        """Fetch what is not here yet; return the commits Git refuses, with the reason."""
        kept = self._kept(keepers)
        here = list_refs(self.repository, self._place("exps"))
        oids = [oid for oid in dict.fromkeys(oid for _, oid in found) if oid not in kept and oid not in here.values()]
        refused: dict[str, str] = {}
        for begin in range(0, len(oids), AT_ONCE):
            self._fetch_part(oids[begin : begin + AT_ONCE], keepers, refused)
        return refused

    def _fetch_part(self, oids: Sequence[str], keepers: dict[str, str], refused: dict[str, str]) -> None:
        """Fetch a few hundred commits; when one of them is refused, find it by halves and get the others."""
        answer = self.peer.fetch(oids)
        if answer.status == 0:
            # One ref for all: ten thousand refs that are moved a moment later take as long as the fetch itself.
            ref = self._place(f"incoming/{time.time_ns():x}-{secrets.token_hex(3)}")
            oid = self._keep(oids)
            change_refs(self.repository, [Create(ref, oid)])
            keepers[ref] = oid
            return
        if not _is_refused(answer.err) or self._splits >= _MOST_SPLITS:
            raise explain(self.peer.name, answer.err, answer.status)
        self._splits += 1
        if len(oids) == 1:
            refused[oids[0]] = f"Git refuses it: {_refusal(answer.err)}"
            return
        middle = len(oids) // 2
        self._fetch_part(oids[:middle], keepers, refused)
        self._fetch_part(oids[middle:], keepers, refused)

    def _keep(self, oids: Sequence[str]) -> str:
        """Write a commit that has these as parents, so that nothing collects them before they are settled."""
        git = self.repository.git
        tree = git.run("mktree").decode().strip()
        parents = "".join(f"parent {oid}\n" for oid in oids)
        text = f"tree {tree}\n{parents}author {_NOBODY}\ncommitter {_NOBODY}\n\nFetched runs, not yet looked at\n"
        return git.run("hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode()).decode().strip()

    def _kept(self, keepers: Mapping[str, str]) -> set[str]:
        """Return what pulls that were interrupted had fetched."""
        kept: set[str] = set()
        for oid in keepers.values():
            kept.update(self.repository.git.run("rev-list", "--parents", "--max-count=1", oid).decode().split()[1:])
        return kept

    def _settle(self, arrived: Sequence[_Found], troubles: Mapping[_Found, str]) -> None:
        """Adopt what is sound and whose name is free; keep the rest beside. Retried while others change refs."""
        for attempt in range(_TRIES):
            adopted, held = self._sorted(arrived, troubles)
            beside = list_refs(self.repository, self._place("exps"))
            changes: list[Create | Move | Delete] = [Create(str(ref), oid) for ref, oid in adopted]
            for one in held:
                before = beside.get(one.kept)
                if before is None:
                    changes.append(Create(one.kept, one.oid))
                elif before != one.oid:
                    changes.append(Move(one.kept, one.oid, before))
            own = {str(RemoteRef(self.peer.name, ref)): oid for ref, oid in arrived if (ref, oid) not in troubles}
            kept = {one.kept for one in held}
            changes += [Delete(ref, oid) for ref, oid in beside.items() if own.get(ref) == oid and ref not in kept]
            try:
                if changes:
                    change_refs(self.repository, changes, is_flushed=False)
            except (NameTakenError, GitError) as error:
                if attempt == _TRIES - 1 or getattr(error, "code", "") not in ("name-taken", "moved", "locked"):
                    raise
                time.sleep(0.05 * (attempt + 1))
                continue
            self.done.moved += [ref.name for ref, _ in adopted]
            self.arrived += [oid for _, oid in adopted]
            self.done.held += held
            self.done.same += len(arrived) - len(adopted) - len(held)
            return

    def _sorted(
        self, arrived: Sequence[_Found], troubles: Mapping[_Found, str]
    ) -> tuple[list[_Found], list[Held]]:  # fmt: skip
        """Sort runs into those to adopt and those to keep beside."""
        own = list_refs(self.repository, EXPERIMENTS)
        taken = {ref.name.casefold() for name in own if (ref := parse_experiment_ref(name)) is not None}
        here = set(own.values())
        if self.name:
            check_name(self.name)
        words = [self.name or ref.name for ref, _ in arrived]
        others = {ref.split("/", 2)[2] for ref in list_refs(self.repository, "refs/heads", "refs/tags")}
        adopted: list[_Found] = []
        held: list[Held] = []
        for (ref, oid), name in zip(arrived, words):
            remote = harmless(self.peer.name)
            why = troubles.get((ref, oid), "")
            hint = f"trackside pull {remote} {oid[:12]} --as NAME"
            if why:
                hint = ""
            elif oid in here:
                continue
            elif name.casefold() in taken:
                why = "another run of that name is here"
            elif name in others:
                why = "a branch or tag of that name is here"
            if why:
                held.append(Held(name=ref.name, oid=oid, why=why, hint=hint, kept=str(RemoteRef(self.peer.name, ref))))
            else:
                taken.add(name.casefold())
                here.add(oid)
                adopted.append((ExperimentRef(ref.baseline, name), oid))
        return adopted, held

    def _release(self, keepers: Mapping[str, str]) -> None:
        for ref, oid in keepers.items():
            # Another pull may have removed it.
            self.repository.git.attempt("update-ref", "-d", ref, oid)


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


def _is_refused(words: str) -> bool:
    lower = words.lower()
    return "fsck error" in lower or ("error: object" in lower and ": " in lower) or "invalid object" in lower


def _refusal(words: str) -> str:
    told = [line for line in words.splitlines() if line.startswith("error:")]
    return harmless(told[0].removeprefix("error: ")) if told else "it is damaged"
