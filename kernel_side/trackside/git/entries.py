"""What a commit holds at given paths: told by anybody, asked in bulk, answered without following a link."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from trackside.errors import DamagedError
from trackside.git.repository import Repository

FOLDER_MODE: Final = "040000"
LINK_MODE: Final = "120000"
SUBMODULE_MODE: Final = "160000"
#: Paths in one command line.
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a tree: a file, link, folder or submodule by its mode."""

    mode: str
    oid: str


def existing_paths(repository: Repository, commit: str, paths: Sequence[str]) -> dict[str, str]:
    """Return path → object id of those that a commit holds, from the top; thousands are one question.

    A path may be any text: behind the full object id and the first colon Git takes all of the line for the path.
    """
    asked = [path for path in paths if path and "\n" not in path]
    if not asked:
        return {}
    lines = "".join(f"{commit}:{path}\n" for path in asked).encode("utf-8", "surrogateescape")
    out = repository.git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", stdin=lines)
    found = {}
    for path, line in zip(asked, out.decode("utf-8", "surrogateescape").split("\n")):
        oid, _, kind = line.rpartition(" ")
        if kind in ("blob", "tree"):
            found[path] = oid
    return found


def entries_at(repository: Repository, commit: str, paths: Sequence[str]) -> dict[str, Entry]:
    """Return the entry a commit has at each path, from the top, with slashes; what it has not is left out."""
    found: dict[str, Entry] = {}
    wanted = set(paths)
    for begin in range(0, len(paths), _AT_ONCE):
        part = [path for path in paths[begin : begin + _AT_ONCE] if path and "\0" not in path]
        if part:
            # Without `-t` a folder is left out when something in it is asked for too.
            args = ("--literal-pathspecs", "ls-tree", "-t", "-z", "--full-tree", commit, "--", *part)
            found.update(_parse_tree(repository.git.run(*args)))
    return {path: entry for path, entry in found.items() if path in wanted}


def files_below(repository: Repository, commit: str, folder: str) -> dict[str, Entry]:
    """Return every file, link and submodule a commit holds below a folder, by its path from the top."""
    args = ("--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", commit, "--", f"{folder}/")
    return dict(_parse_tree(repository.git.run(*args)))


def sizes_of(repository: Repository, oids: Sequence[str]) -> dict[str, int]:
    """Return the size in bytes of each object that is here; a partial clone may not have all."""
    if not oids:
        return {}
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    out = repository.git.run("cat-file", "--batch-check=%(objectname) %(objectsize)", "--buffer", stdin=asked)
    words = (line.split(" ") for line in out.decode().split("\n"))
    return {pair[0]: int(pair[1]) for pair in words if len(pair) == 2 and pair[1].isdecimal()}


def tracked_paths(repository: Repository, paths: Sequence[str]) -> set[str]:
    """Tell which files the index knows: those that were added and never committed too."""
    found: set[str] = set()
    for begin in range(0, len(paths), _AT_ONCE):
        part = paths[begin : begin + _AT_ONCE]
        out = repository.git.run("--literal-pathspecs", "ls-files", "-z", "--full-name", "--", *part)
        found.update(out.decode("utf-8", "surrogateescape").split("\0"))
    return found & set(paths)


def tree_id(files: Mapping[str, Entry], object_format: str) -> str:
    """Return the id Git would give the tree of these files (paths in it), without writing it."""
    inside: dict[str, Any] = {}
    for path, entry in files.items():
        *folders, name = path.split("/")
        at = inside
        for folder in folders:
            held = at.setdefault(folder, {})
            if isinstance(held, Entry):
                raise DamagedError(f"A file stands where a folder does: {folder}.")
            at = held
        at[name] = entry
    return _tree_id(inside, object_format)


def _tree_id(inside: Mapping[str, Any], object_format: str) -> str:
    lines = []
    for name, held in inside.items():
        is_folder = not isinstance(held, Entry)
        mode, oid = ("40000", _tree_id(held, object_format)) if is_folder else (held.mode, held.oid)
        raw = name.encode("utf-8", "surrogateescape")
        lines.append((raw + b"/" if is_folder else raw, mode.encode() + b" " + raw + b"\0" + bytes.fromhex(oid)))
    body = b"".join(line for _, line in sorted(lines))
    make = hashlib.sha256 if object_format == "sha256" else hashlib.sha1
    return make(b"tree %d\0" % len(body) + body, usedforsecurity=False).hexdigest()


def _parse_tree(out: bytes) -> Iterator[tuple[str, Entry]]:
    for line in out.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, _, oid = head.decode().split()
        yield path.decode("utf-8", "surrogateescape"), Entry(mode, oid)


def ancestors(path: str) -> Iterable[str]:
    """List the folders a path lies in, the nearest first, without the top."""
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
