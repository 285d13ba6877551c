"""Push runs one to one, and what people say of them: nothing at the remote is overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from trackside.errors import GitError
from trackside.git.repository import Repository, identity
from trackside.refs import NOTES, ExperimentRef, parse_experiment_ref
from trackside.sharing.files import move_files
from trackside.sharing.notes import merge_notes
from trackside.sharing.told import Annotated, Held, Progress, Shared, Wanted, runs_of, silent
from trackside.sharing.transport import Peer, pick_remote
from trackside.sharing.trouble import explain, harmless, reason_of
from trackside.store import Store
from trackside.travelled import remember

_TRIES: Final = 10
#: Lines of a server that refused.
_MOST_SAID: Final = 10
_Run = tuple[ExperimentRef, str]


def push(repository: Repository, remote: str = "", wanted: Wanted | None = None, progress: Progress = silent) -> Shared:
    """Push runs and annotations to a remote ("" chooses it).

    Raises NotFoundError for a run or remote there is none of, GitError `share-…` when the remote cannot be reached or
    refuses everything; a run it refuses is told in `held`.
    """
    peer = Peer(repository, pick_remote(repository, remote), progress)
    done = Shared(remote=peer.name, way="push")
    wanted = wanted or Wanted()
    chosen = choose(repository, wanted)
    theirs = peer.listed()
    if wanted.files:
        # Before the runs: whoever pulls one finds its files.
        done.files = move_files(repository, "push", chosen, progress)
    _push_runs(peer, chosen, theirs, done)
    done.annotations = _push_notes(peer, theirs.get(NOTES))
    moved = {*done.moved}
    sent = {oid for ref, oid in chosen if ref.name in moved}
    remember(repository.own_dir, peer.name, {*runs_of(theirs), *sent})
    return done


def choose(repository: Repository, wanted: Wanted) -> list[_Run]:
    """Return the runs of this clone that are wanted."""
    store = Store(repository)
    try:
        if wanted.names:
            return list(dict.fromkeys(store.find(name) for name in wanted.names))
        shelf = store.shelf()
        named = shelf.named()
        if wanted.is_all:
            return named
        email = str(identity(repository)["email"]).lower()
        rows = {row.ref: row for row in store.rows(shelf)}
        return [
            (ref, oid)
            for ref, oid in named
            if (row := rows.get(str(ref))) is not None
            and (not wanted.mine or row.email.lower() == email)
            and (not wanted.starred or row.star)
        ]
    finally:
        store.close()


def names_by(refs: Iterable[str]) -> dict[str, list[str]]:
    """Sort refs of experiments by the name of the run."""
    found: dict[str, list[str]] = {}
    for ref in refs:
        parsed = parse_experiment_ref(ref)
        if parsed is not None:
            found.setdefault(parsed.name, []).append(ref)
    return found


def _push_runs(peer: Peer, chosen: list[_Run], theirs: Mapping[str, str], done: Shared) -> None:
    names, there = names_by(theirs), set(theirs.values())
    sent: dict[str, str] = {}
    for ref, oid in chosen:
        if oid in there:
            done.same += 1
        elif ref.name in names:
            done.held.append(_taken(ref.name, oid))
        else:
            sent[str(ref)] = oid
    if not sent:
        return
    answers = peer.push(sent)
    for name, oid in sent.items():
        flag, reason = answers.get(name, ("!", "the server did not say what became of it"))
        run = name.rpartition("/")[2]
        if flag != "!":
            done.moved.append(run)
        else:
            why, hint = reason_of(run, reason)
            done.held.append(Held(name=run, oid=oid, why=why, hint=hint))
    # A rule of the project's own is explained by its server alone.
    done.notes += [f"{harmless(peer.name)} said: {line}" for line in dict.fromkeys(peer.said)][:_MOST_SAID]
    if not done.moved and any("keeps the place" in one.why for one in done.held):
        raise explain(peer.name, "deny updating a hidden ref", 1)


def _taken(name: str, oid: str) -> Held:
    hint = f"trackside rename {name} NEW, then push again."
    return Held(name=name, oid=oid, why="another run of that name is there", hint=hint)


def _push_notes(peer: Peer, theirs: str | None) -> Annotated:
    """Push the annotations, merged with those of the remote; retried while others push theirs."""
    from trackside.git.refs import list_refs

    was_merged = False
    for _ in range(_TRIES):
        if theirs is not None:
            was_merged = merge_notes(peer, theirs) in ("moved", "merged") or was_merged
        ours = list_refs(peer.repository, NOTES).get(NOTES)
        if ours is None or ours == theirs:
            return "merged" if was_merged else "same"
        flag, reason = peer.push({NOTES: ours}).get(NOTES, ("!", "no answer"))
        if flag != "!":
            return "merged" if was_merged else "moved"
        if not any(word in reason.lower() for word in ("fetch first", "non-fast", "failed to", "lock", "stale")):
            return "refused"
        theirs = peer.listed().get(NOTES)
    raise GitError("Annotations are being pushed by others all the time.", hint="Try again.", code="moved")
