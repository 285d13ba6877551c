"""Change a few files of a large tree by writing only the folders they lie in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from trackside.errors import DamagedError
from trackside.git.objects import read_objects
from trackside.git.repository import Repository
from trackside.git.runner import translate
from trackside.review.configured import AS_COMMITTED

_FOLDER: Final = b"40000"
#: So many processes take less time than one `fast-import`, which writes a pack first.
_FEW: Final = 3
_Entries = dict[bytes, tuple[bytes, str]]


def edit_tree(repository: Repository, tree: str, edits: Mapping[str, tuple[str, str] | None]) -> str:
    """Return the id of `tree` with `edits` (path → mode and object id, None to remove) applied.

    Reads and writes the folders on the way to those paths alone: one process a level of depth, and one to write.
    """
    if not edits:
        return tree
    nested = _nested(edits)
    known = _read(repository, tree, nested)
    written: dict[str, bytes] = {}
    _, oid = _edited(repository.object_format, tree, nested, known, written)
    if written:
        _write(repository, written)
    return oid


def _nested(edits: Mapping[str, tuple[str, str] | None]) -> dict[bytes, Any]:
    """Sort edits into folders."""
    top: dict[bytes, Any] = {}
    for path, edit in edits.items():
        *folders, name = path.encode("utf-8", "surrogateescape").split(b"/")
        at = top
        for folder in folders:
            at = at.setdefault(folder, {})
        at[name] = edit
    return top


def _read(repository: Repository, tree: str, nested: dict[bytes, Any]) -> dict[str, _Entries]:
    """Read the folders that edits lie in, level by level: tree id → its entries."""
    known: dict[str, _Entries] = {}
    level = [(tree, nested)]
    while level:
        following = []
        for (oid, edits), found in zip(level, read_objects(repository, [oid for oid, _ in level])):
            if found is None or found.kind != "tree":
                raise DamagedError("A folder of that run is gone.", hint="git fsck", code="tree-missing")
            known[oid] = _parse(found.data, len(found.oid) // 2)
            for name, part in edits.items():
                mode, below = known[oid].get(name, (b"", ""))
                if isinstance(part, dict) and mode == _FOLDER:
                    following.append((below, part))
        level = following
    return known


def _parse(data: bytes, width: int) -> _Entries:
    entries: _Entries = {}
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space)
        entries[data[space + 1 : end]] = (data[at:space], data[end + 1 : end + 1 + width].hex())
        at = end + 1 + width
    return entries


def _edited(
    kind: str, oid: str, edits: dict[bytes, Any], known: Mapping[str, _Entries], written: dict[str, bytes]
) -> tuple[bool, str]:
    """Return whether anything is left in a folder once edited, and its id; what is new goes into `written`."""
    entries = dict(known.get(oid, {}))
    for name, part in edits.items():
        if part is None:
            entries.pop(name, None)
        elif isinstance(part, dict):
            mode, below = entries.get(name, (b"", ""))
            is_left, new = _edited(kind, below if mode == _FOLDER else "", part, known, written)
            if is_left:
                entries[name] = (_FOLDER, new)
            elif mode == _FOLDER:
                del entries[name]
        else:
            entries[name] = (part[0].encode().lstrip(b"0"), part[1])
    # Git sorts a folder as if its name ended with a slash.
    order = sorted(entries, key=lambda name: name + (b"/" if entries[name][0] == _FOLDER else b""))
    data = b"".join(b"%s %s\0%s" % (entries[name][0], name, bytes.fromhex(entries[name][1])) for name in order)
    new = hashlib.new(kind, b"tree %d\0%s" % (len(data), data), usedforsecurity=False).hexdigest()
    if new != oid:
        written[new] = b"".join(
            b"%s %s %s\t%s\0"
            % (
                entries[name][0].zfill(6),
                _KINDS.get(entries[name][0], b"blob"),
                entries[name][1].encode(),
                name,
            )
            for name in order
        )
    return bool(entries), new


_KINDS: Final = {_FOLDER: b"tree", b"160000": b"commit"}


def _write(repository: Repository, written: Mapping[str, bytes]) -> None:
    asked = b"\0".join(written.values()) + b"\0"
    git = repository.git._replace(config=AS_COMMITTED)
    out = git.run("mktree", "-z", "--missing", "--batch", stdin=asked)
    if out.decode().split() != list(written):
        raise DamagedError("Git wrote other folders than it was asked to.", hint="git fsck", code="tree-differs")


def write_blobs(repository: Repository, contents: Sequence[bytes]) -> list[str]:
    """Write the given bytes as they are; return their object ids."""
    git = repository.git._replace(config=AS_COMMITTED)
    if len(contents) <= _FEW:
        hashing = ("hash-object", "-w", "--stdin", "--no-filters")
        return [git.run(*hashing, stdin=data).decode().strip() for data in contents]
    parts = [
        b"blob\nmark :%d\ndata %d\n%s\nget-mark :%d\n" % (number, len(data), data, number)
        for number, data in enumerate(contents, 1)
    ]
    args = ("fast-import", "--quiet", "--done")
    answer = git.attempt(*args, stdin=b"".join(parts) + b"done\n")
    oids = answer.out.decode().split()
    if answer.status != 0 or len(oids) != len(contents):
        raise translate(answer.err, answer.status, args)
    return oids


def changed_between(repository: Repository, old: str, new: str) -> dict[str, tuple[str, str, str, str]]:
    """List what differs between two commits or trees: path → (old mode, mode, old id, id); mode 000000 is absent."""
    out = repository.git.run("diff-tree", "-r", "-z", "--no-renames", "--full-index", old, new)
    words = out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    found = {}
    for head, path in zip(words[::2], words[1::2]):
        old_mode, mode, old_oid, oid, _ = head.lstrip(":").split(" ")
        found[path] = (old_mode, mode, old_oid, oid)
    return found


def is_below(path: str, folders: Iterable[str]) -> bool:
    """Tell whether a path is one of the folders or lies in one."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
