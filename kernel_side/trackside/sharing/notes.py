"""Merge the annotations of a remote into the clone's own: the events of both, each once.

It is what Git's `notes merge -s cat_sort_uniq` does, with two differences: a line that is no event is left out, since
anybody may write a note; and the ref moves only from the value that was merged, where Git's own command would write
over what somebody annotated meanwhile.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from trackside.annotations import parse_events
from trackside.errors import GitError
from trackside.git.notes import write_notes
from trackside.git.objects import list_tree
from trackside.git.refs import Create, Move, change_refs, list_refs
from trackside.git.repository import Repository, identity
from trackside.refs import NOTES, REMOTES
from trackside.sharing.bounded import read_bounded
from trackside.sharing.transport import Peer
from trackside.sharing.trees import tree_parser
from trackside.sharing.trouble import explain

Merged = Literal["same", "moved", "merged"]
_TRIES: Final = 20
_LONGEST_LINE: Final = 100_000
_LARGEST: Final = 4_000_000
_MOST: Final = 200_000
#: Bytes of one folder of notes, and of all of one depth.
_LARGEST_TREE: Final = 16_000_000
_MOST_BYTES: Final = 200_000_000
_HEX: Final = re.compile(r"[0-9a-f]+\Z")
_FAN_OUT: Final = 256


def union(*notes: bytes) -> bytes:
    """Return the events of notes of one run, each once, in an order that depends on nothing but them."""
    lines = {line for note in notes for line in note.split(b"\n") if len(line) <= _LONGEST_LINE and parse_events(line)}
    return b"".join(line + b"\n" for line in sorted(lines))


def merge_notes(peer: Peer, theirs: str) -> Merged:
    """Fetch the annotations at `theirs` and merge them into `refs/notes/trackside`; GitError when Git refuses them."""
    repository = peer.repository
    kept = f"{REMOTES}{peer.name}/notes"
    if list_refs(repository, kept).get(kept) != theirs:
        answer = peer.fetch([theirs])
        if answer.status != 0:
            raise explain(peer.name, answer.err, answer.status)
        repository.git.run("update-ref", kept, theirs)
    for attempt in range(_TRIES):
        ours = list_refs(repository, NOTES).get(NOTES)
        try:
            done = _merge(repository, ours, theirs)
        except GitError as error:
            if error.code not in ("moved", "locked"):
                raise
            done = None
        if done is not None:
            return done
        time.sleep(0.02 * (attempt + 1))
    raise GitError("Annotations are being changed by others all the time.", hint="Try again.", code="moved")


def read_notes(repository: Repository, tip: str | None) -> dict[str, bytes]:
    """Return the note of each commit at a tip of annotations; those too large to be what people wrote are left out."""
    blobs = _blobs(repository, tip)[0]
    found = _contents(repository, list(dict.fromkeys(blobs.values())))
    return {target: data for target, blob in blobs.items() if (data := found[blob]) is not None}


def _merge(repository: Repository, ours: str | None, theirs: str) -> Merged | None:
    """Merge once; None when the ref moved meanwhile."""
    if ours == theirs or (ours is not None and _is_within(repository, theirs, ours)):
        return "same"
    (own, _), (foreign, is_plain) = _blobs(repository, ours), _blobs(repository, theirs)
    events, is_clean = _merged_events(repository, own, foreign)
    if is_plain and is_clean and (ours is None or _is_within(repository, ours, theirs)):
        # Nothing of theirs has to be left out: take their commit, or both sides would merge for ever.
        change_refs(repository, [Create(NOTES, theirs) if ours is None else Move(NOTES, theirs, ours)])
        return "moved"
    author = identity(repository)
    parents = [ours, theirs] if ours is not None else []
    if not write_notes(repository, NOTES, _placed(repository, ours, events), author, int(time.time()), parents=parents):
        return None
    return "merged"


def _merged_events(
    repository: Repository, own: Mapping[str, str], foreign: Mapping[str, str]
) -> tuple[dict[str, bytes], bool]:
    """Return the notes that change for us, and whether theirs hold all of ours and nothing that is left out."""
    is_clean = own.keys() <= foreign.keys()
    asked = [target for target, blob in foreign.items() if own.get(target) != blob]
    mine = _contents(repository, [own[target] for target in asked if target in own])
    changed: dict[str, bytes] = {}
    for target, found in zip(asked, _read(repository, [foreign[target] for target in asked])):
        before = mine.get(own.get(target, "")) or b""
        after = union(before, found or b"")
        is_clean = is_clean and found is not None and set(after.split(b"\n")) == {*found.split(b"\n"), b""}
        if after != union(before) or (after and target not in own):
            changed[target] = after
    return changed, is_clean


def _blobs(repository: Repository, tip: str | None) -> tuple[dict[str, str], bool]:
    """Return the note blob of each commit, and whether nothing else (a stranger's path) had to be passed over.

    Folders are followed only as far as Git spreads notes over them, and so many notes are read: their tree may have
    more paths than any disk.
    """
    if tip is None:
        return {}, True
    parse, width = tree_parser(repository), 64 if repository.object_format == "sha256" else 40
    found: dict[str, str] = {}
    is_plain, left = True, 2 * _MOST
    level = {"": repository.git.run("rev-parse", "--verify", f"{tip}^{{tree}}").decode().strip()}
    while level and len(found) + len(level) <= _MOST:
        oids = list(dict.fromkeys(level.values()))
        trees = dict(zip(oids, read_bounded(repository, oids, "tree", _LARGEST_TREE, _MOST_BYTES)))
        following: dict[str, str] = {}
        for begun, tree in level.items():
            data = trees[tree]
            is_plain = is_plain and isinstance(data, bytes)
            entries = parse(data) if isinstance(data, bytes) else []
            left -= len(entries)
            if left < 0:
                return found, False
            for mode, name, oid in entries:
                target = begun + name.decode("utf-8", "replace")
                is_hex = _HEX.match(target) is not None
                if is_hex and mode == b"40000" and len(target) < width and len(following) <= _MOST:
                    following[target] = oid.hex()
                elif is_hex and mode == b"100644" and len(target) == width and target not in found:
                    found[target] = oid.hex()
                else:
                    is_plain = False
        level = following
    return found, is_plain and not level


def _placed(repository: Repository, ours: str | None, events: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give each note the path it has, or would get from Git beside so many others."""
    paths = {path.replace("/", ""): path for path in list_tree(repository, ours)} if ours is not None else {}
    is_many = len(paths) >= _FAN_OUT
    return {
        paths.get(target, f"{target[:2]}/{target[2:]}" if is_many else target): data for target, data in events.items()
    }


def _contents(repository: Repository, oids: Sequence[str]) -> dict[str, bytes | None]:
    return dict(zip(oids, _read(repository, oids)))


def _read(repository: Repository, oids: Sequence[str]) -> list[bytes | None]:
    """Read blobs; None for one that is gone or too large to be what people wrote."""
    return [data if isinstance(data, bytes) else None for data in read_bounded(repository, oids, "blob", _LARGEST)]


def _is_within(repository: Repository, older: str, newer: str) -> bool:
    return repository.git.attempt("merge-base", "--is-ancestor", older, newer).status == 0
