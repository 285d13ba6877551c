"""What a fetched run must be before it may stand among the clone's own: told in a sentence when it is not.

Git has checked the objects. Here commits, what they bring beside their baselines, and records are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from trackside.canonical import canonical_stores
from trackside.experiment import parse_record
from trackside.git.repository import Repository
from trackside.refs import ExperimentRef
from trackside.row import without_collection
from trackside.sharing.bounded import kinds_of, read_bounded
from trackside.sharing.trees import Base, Pair, Walk

_FOLDER: Final = ".trackside"
_RECORD: Final = "run.json"
_LARGEST_RECORD: Final = 8_000_000
#: A run's commit message and parents; a commit of more is none that was made by sealing a run.
_LARGEST_COMMIT: Final = 1_000_000
#: Fewer records are parsed in the time the decoder of `canonical` takes to make.
_MANY: Final = 200
#: Where large files are that Git does not move.
_LARGE: Final = ("dvc", "local")
#: A commit begins with its tree and its parents; what Git takes for parents stands nowhere else.
_HEAD: Final = re.compile(rb"tree ([0-9a-f]+)\n((?:parent [0-9a-f]+\n)*)")
_Found = tuple[ExperimentRef, str]


@dataclass(slots=True)
class Screened:
    """What came of looking: why runs must not be adopted, and commits of runs that say they keep large files."""

    refused: dict[_Found, str] = field(default_factory=dict)
    with_files: set[str] = field(default_factory=set)


class _Commit(NamedTuple):
    tree: str
    parents: list[str]


@dataclass(slots=True)
class Baselines:
    """What was found out about baselines, for the next part of a pull; threads may share it."""

    #: Commit id → its tree, and the trouble with one that is not the clone's own.
    judged: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    folders: dict[str, Base] = field(default_factory=dict)


def screen(repository: Repository, found: Sequence[_Found], baselines: Baselines | None = None) -> Screened:
    """Look at fetched runs."""
    screened = Screened()
    baselines = baselines or Baselines()
    with without_collection():
        roots = _judge_commits(repository, found, screened, baselines)
        walk = Walk(repository, list(roots.values()), _RECORD, baselines.folders)
        for item, root in list(roots.items()):
            trouble = walk.trouble(root)
            if trouble is not None:
                screened.refused[item] = f"It holds {trouble}."
                del roots[item]
        _judge_records(repository, {item: walk.wanted(root, _FOLDER) for item, root in roots.items()}, screened)
    return screened


def _judge_commits(
    repository: Repository, found: Sequence[_Found], screened: Screened, baselines: Baselines
) -> dict[_Found, Pair]:  # fmt: skip
    """Return what is to be compared of each sound run: its tree, and that of its baseline, own or looked at."""
    commits = _read_commits(repository, [oid for _, oid in found])
    standing: list[tuple[_Found, str]] = []
    for item in found:
        commit = commits[item[1]]
        if isinstance(commit, str):
            screened.refused[item] = commit
        elif commit.parents != [item[0].baseline]:
            screened.refused[item] = "It does not stand on the baseline that its ref names."
        else:
            standing.append((item, commit.tree))
    names = dict.fromkeys(item[0].baseline for item, _ in standing)
    _judge_baselines(repository, [name for name in names if name not in baselines.judged], baselines)
    roots: dict[_Found, Pair] = {}
    for item, tree in standing:
        base, trouble = baselines.judged[item[0].baseline]
        if trouble is not None:
            screened.refused[item] = f"It holds {trouble}."
        else:
            roots[item] = (tree, base)
    return roots


def _judge_baselines(repository: Repository, names: Sequence[str], baselines: Baselines) -> None:
    """Find the trees of baselines; look at every file of those that no branch or tag of the clone holds."""
    if not names:
        return
    commits = _read_commits(repository, names)
    trees = {name: None if isinstance(commit, str) else commit.tree for name, commit in commits.items()}
    strangers = _unknown_baselines(repository, set(names))
    walk = Walk(repository, [(tree, None) for name in strangers if (tree := trees[name]) is not None])
    for name, tree in trees.items():
        if name not in strangers:
            baselines.judged[name] = (tree, None)
        else:
            trouble = walk.trouble((tree, None)) if tree is not None else "a baseline that did not arrive"
            baselines.judged[name] = (tree, trouble)


def _read_commits(repository: Repository, oids: Sequence[str]) -> dict[str, _Commit | str]:
    """Read commits; why one is none in its place."""
    found: dict[str, _Commit | str] = {}
    missing = []
    for oid, data in zip(oids, read_bounded(repository, oids, "commit", _LARGEST_COMMIT)):
        if isinstance(data, bytes):
            head = _HEAD.match(data)
            tree, parents = (head[1].decode(), head[2].decode().split()[1::2]) if head is not None else ("", [])
            found[oid] = _Commit(tree, parents)
        elif data is None:
            missing.append(oid)
        else:
            found[oid] = "Its commit is too large for one of a run."
    for oid, kind in zip(missing, kinds_of(repository, missing)):
        found[oid] = f"It is no commit but a {kind}." if kind else "Its commit did not arrive."
    return found


def _unknown_baselines(repository: Repository, baselines: set[str]) -> set[str]:
    """Return the baselines that no branch or tag of the clone, or of a remote's branches, holds."""
    if not baselines:
        return set()
    asked = "".join(f"{oid}\n" for oid in baselines).encode()
    args = ("rev-list", "--stdin", "--not", "--branches", "--tags", "--remotes")
    answer = repository.git.attempt(*args, stdin=asked)
    return baselines & set(answer.out.decode().split()) if answer.status == 0 else baselines


def _judge_records(repository: Repository, blobs: Mapping[_Found, str | None], screened: Screened) -> None:
    """Look at the records of runs; one that has none, or leaves that of its baseline, is read as a listing reads it."""
    ours = {item: blob for item, blob in blobs.items() if blob is not None}
    asked = list(dict.fromkeys(ours.values()))
    is_many = len(asked) >= _MANY
    told: dict[str, tuple[str | None, bool]] = {}
    for oid, data in zip(asked, read_bounded(repository, asked, "blob", _LARGEST_RECORD)):
        told[oid] = _judge_record(data, is_many=is_many)
    for (ref, oid), blob in ours.items():
        trouble, has_files = told[blob]
        if trouble is not None:
            screened.refused[ref, oid] = trouble
        if has_files:
            screened.with_files.add(oid)
    others = [item for item, blob in blobs.items() if blob is None]
    if others:
        _judge_others(repository, others, screened)


def _judge_record(data: bytes | int | None, *, is_many: bool) -> tuple[str | None, bool]:
    """Say why a record is refused, and whether it may tell of large files."""
    if data is None:
        return "Its record did not arrive.", False
    if isinstance(data, int):
        return f"Its record is larger than {_LARGEST_RECORD // 1_000_000} MB.", False
    stores = canonical_stores(data) if is_many else None
    if stores is not None:
        return None, not stores.isdisjoint(_LARGE)
    return parse_record(data)[1], any(word in data for word in (b'"dvc"', b'"local"', b"\\u"))


def _judge_others(repository: Repository, found: Sequence[_Found], screened: Screened) -> None:
    # Hardly any run is so, and a pull without one need not load what a listing needs.
    from trackside.store import Shelf, Store

    shelf = Shelf({})
    for ref, oid in found:
        shelf.refs.setdefault(oid, []).append(ref)
        screened.with_files.add(oid)
    store = Store(repository)
    try:
        problems = {entry.ref: entry.problem for entry in store.entries(shelf)}
    finally:
        store.close()
    for item in found:
        problem = problems.get(str(item[0]))
        if problem is not None:
            screened.refused[item] = problem
