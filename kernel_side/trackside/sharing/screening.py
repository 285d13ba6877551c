"""What a fetched run must be before it may stand among the clone's own: told in a sentence when it is not.

`fetch.fsckObjects` has checked the objects; it lets pass what only some file systems misread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trackside.errors import UsageError
from trackside.git.objects import list_tree, read_objects
from trackside.git.repository import Repository
from trackside.git.sources import is_allowed
from trackside.names import check_name
from trackside.refs import ExperimentRef
from trackside.store import Shelf, Store

_RECORD: Final = ".trackside/run.json"
_LARGEST_RECORD: Final = 8_000_000
#: Names other tools give to experiments are wider than ours; these are safe in any file system and on a command line.
_FOREIGN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z")
_WINDOWS: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?\Z", re.IGNORECASE)
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_LONGEST: Final = 4_000
_DEEPEST: Final = 100
_LINK: Final = "120000"
_Found = tuple[ExperimentRef, str]


def name_trouble(name: str) -> str | None:
    """Say why a run of another clone cannot have that name here; None when it can."""
    try:
        check_name(name)
    except UsageError as error:
        is_shape = not re.match(r"[0-9a-f]{4,}\Z", name) and name.lower() not in ("head", "exec", "celery")
        if not (_FOREIGN.match(name) and is_shape and not name.endswith((".", ".lock"))):
            return error.message
    return "It has a name that Windows keeps for a device." if _WINDOWS.match(name) else None


def path_trouble(path: str) -> str | None:
    """Say why a path could do harm when files of the run are written out; None when it cannot."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return "a path that is not valid UTF-8"
    parts = path.split("/")
    if not is_allowed(path):
        return "a path that some file systems take for .git or for another folder"
    if "\\" in path or _DRIVE.match(path):
        return "a path that leads elsewhere on Windows"
    if any(ord(char) < 32 or ord(char) == 127 for char in path):
        return "a path with control characters"
    if len(path) > _LONGEST or len(parts) > _DEEPEST:
        return "a path too long for some file systems"
    if any(_WINDOWS.match(part) or part.endswith((".", " ")) for part in parts):
        return "a path with a name that Windows cannot write"
    return None


def link_trouble(path: str, target: bytes) -> str | None:
    """Say why a symbolic link could lead out of the repository; None when it cannot."""
    words = target.decode("utf-8", "surrogateescape")
    if words.startswith("/") or "\\" in words or "\0" in words or _DRIVE.match(words) or len(words) > _LONGEST:
        return "a link that leads out of the repository"
    depth = path.count("/")
    for part in words.split("/"):
        depth += -1 if part == ".." else 0 if part in ("", ".") else 1
        if depth < 0:
            return "a link that leads out of the repository"
    return None if ".git" not in map(str.lower, words.split("/")) else "a link into .git"


@dataclass(slots=True)
class _Change:
    """What one commit does to one path of its baseline."""

    path: str
    mode: str
    oid: str
    is_new: bool


def screen(repository: Repository, found: Sequence[_Found]) -> dict[_Found, str]:
    """Check fetched runs; return those that must not be adopted, each with the reason in a sentence."""
    told = zip(found, _commit_troubles(repository, found))
    refused = {item: trouble for item, trouble in told if trouble is not None}
    sound = [item for item in found if item not in refused]
    for item, trouble in _tree_troubles(repository, sound):
        refused.setdefault(item, f"It holds {trouble}.")
    sound = [item for item in found if item not in refused]
    refused.update(_record_troubles(repository, sound))
    return refused


def _commit_troubles(repository: Repository, found: Sequence[_Found]) -> Iterator[str | None]:
    for (ref, _), commit in zip(found, read_objects(repository, [oid for _, oid in found])):
        if commit is None:
            yield "Its commit did not arrive."
        elif commit.kind != "commit":
            yield f"It is no commit but a {commit.kind}."
        else:
            head = commit.data.partition(b"\n\n")[0].split(b"\n")
            parents = [line[7:].decode("ascii", "replace") for line in head if line.startswith(b"parent ")]
            yield None if parents == [ref.baseline] else "It does not stand on the baseline that its ref names."


def _tree_troubles(repository: Repository, found: Sequence[_Found]) -> Iterator[tuple[_Found, str]]:
    unknown = _unknown_baselines(repository, {ref.baseline for ref, _ in found})
    changes = _changes(repository, [oid for _, oid in found])
    links: list[tuple[_Found, _Change]] = []
    baselines: dict[str, dict[str, str]] = {}
    bad: dict[str, str | None] = {}
    for item in found:
        ref, oid = item
        if ref.baseline not in baselines:
            files = list_tree(repository, ref.baseline)
            baselines[ref.baseline] = {path.casefold(): path for path in files}
            bad[ref.baseline] = _files_trouble(repository, files) if ref.baseline in unknown else None
        trouble = bad[ref.baseline] or _change_trouble(changes.get(oid, ()), baselines[ref.baseline])
        if trouble:
            yield item, trouble
        links += [(item, change) for change in changes.get(oid, ()) if change.mode == _LINK]
    targets = read_objects(repository, [change.oid for _, change in links])
    for (item, change), target in zip(links, targets):
        trouble = link_trouble(change.path, target.data) if target is not None else "a link that did not arrive"
        if trouble:
            yield item, trouble


def _change_trouble(changes: Iterable[_Change], baseline: Mapping[str, str]) -> str | None:
    """Check the paths a run adds or changes: what its baseline holds is the clone's own, or was checked."""
    mine: dict[str, str] = {}
    for change in changes:
        folded = change.path.casefold()
        other = mine.setdefault(folded, change.path)
        before = baseline.get(folded, change.path) if change.is_new else change.path
        if other != change.path or before != change.path:
            return "two paths that some file systems take for one"
        trouble = path_trouble(change.path)
        if trouble:
            return trouble
    return None


def _files_trouble(repository: Repository, files: Mapping[str, tuple[str, str]]) -> str | None:
    """Check every file of a baseline that no branch or tag of the clone holds."""
    trouble = _change_trouble((_Change(path, mode, oid, True) for path, (mode, oid) in files.items()), {})
    links = [(path, oid) for path, (mode, oid) in files.items() if mode == _LINK]
    for (path, _), target in zip(links, read_objects(repository, [oid for _, oid in links])):
        trouble = trouble or (link_trouble(path, target.data) if target is not None else "a link that did not arrive")
    return trouble


def _unknown_baselines(repository: Repository, baselines: set[str]) -> set[str]:
    """Return the baselines that no branch or tag of the clone, or of a remote's branches, holds."""
    asked = "".join(f"{oid}\n" for oid in baselines).encode()
    args = ("rev-list", "--stdin", "--not", "--branches", "--tags", "--remotes")
    answer = repository.git.attempt(*args, stdin=asked)
    return baselines & set(answer.out.decode().split()) if answer.status == 0 else baselines


def _changes(repository: Repository, oids: Sequence[str]) -> dict[str, list[_Change]]:
    """Return what each commit adds or changes, in one process for all."""
    if not oids:
        return {}
    args = ("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--root", "--no-ext-diff")
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    parts = repository.git.run(*args, stdin=asked, is_much=True).decode("utf-8", "surrogateescape").split("\0")
    found: dict[str, list[_Change]] = {}
    current: list[_Change] = []
    rest = iter(parts)
    for word in rest:
        if word.startswith(":"):
            _, mode, _, oid, kind = word.split(" ")
            path = next(rest)
            if kind != "D":
                current.append(_Change(path, mode, oid, kind == "A"))
        elif word.strip():
            current = found.setdefault(word.strip(), [])
    return found


def _record_troubles(repository: Repository, found: Sequence[_Found]) -> dict[_Found, str]:
    """Read the records as a listing reads them, which also remembers them for the next one."""
    if not found:
        return {}
    asked = "".join(f"{oid}:{_RECORD}\n" for _, oid in found).encode()
    sizes = repository.git.run("cat-file", "--batch-check=%(objectsize)", "--buffer", stdin=asked).decode().split("\n")
    refused: dict[_Found, str] = {}
    shelf = Shelf()
    for item, size in zip(found, sizes):
        if size.isdigit() and int(size) > _LARGEST_RECORD:
            refused[item] = f"Its record is larger than {_LARGEST_RECORD // 1_000_000} MB."
        else:
            shelf.refs.setdefault(item[1], []).append(item[0])
    store = Store(repository)
    try:
        problems = {entry.ref: entry.problem for entry in store.entries(shelf)}
    finally:
        store.close()
    for item in found:
        problem = problems.get(str(item[0]))
        if problem is not None:
            refused[item] = problem
    return refused
