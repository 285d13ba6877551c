"""What takes the space: Git's objects by run, journals, index, trash, kept files, caches by run and by path.

What a run takes is what would be free if it alone were deleted: objects that no other run and no other ref names. To
ask Git for that run by run would take minutes in a large clone, so each run's changes to its baseline are counted.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from trackside.cleaning.leftovers import list_restores, size_of
from trackside.cleaning.needed import Needs, collect_needs
from trackside.cleaning.objects import Held, Stored, look_at_caches
from trackside.errors import TracksideError
from trackside.format import FORMAT
from trackside.git.refs import list_refs
from trackside.git.repository import Repository
from trackside.journal.places import journal_folder, list_journals
from trackside.refs import EXPERIMENTS, TRASH, parse_experiment_ref, parse_trash_ref
from trackside.row import handles_of, newest_first
from trackside.store import Store

if TYPE_CHECKING:
    from trackside.contract import Storage, StorageCache, StoragePart, StoragePath, StorageRun

_HASH: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
#: Hears what is looked at next; raises what is to end the look.
Tell = Callable[[str], None]


def look_at_storage(repository: Repository, limit: int | None = None, tell: Tell = lambda _: None) -> Storage:
    """Measure what is stored; `limit` cuts the lists of runs and paths. What `tell` raises ends it."""
    problem = None
    try:
        needs = collect_needs(repository, heed=lambda: tell("Looking which large files are needed."))
    except TracksideError as error:
        if error.code == "cancelled":
            raise
        problem, needs = error, _top_alone(repository)
    tell("Measuring the caches of large files.")
    caches = look_at_caches(repository, needs)
    tell("Measuring what runs keep in Git.")
    owned, tips = _git_objects(repository)
    tell("Reading which run keeps which large file.")
    large = _large_files(repository, caches)
    runs, paths = _runs(owned, large), _paths(large)
    parts = _parts(repository, owned, tips)
    told = [tell_cache(held, is_judged=problem is None) for held in caches]
    return {
        "format": FORMAT,
        "bytes": sum(part["bytes"] for part in parts) + sum(cache["bytes"] for cache in told),
        "parts": parts,
        "caches": told,
        "runs": runs[:limit],
        "total_runs": len(runs),
        "paths": paths[:limit],
        "total_paths": len(paths),
        "problem": None if problem is None else f"{problem.message} {problem.hint}".strip(),
    }


def tell_cache(held: Held, *, is_judged: bool) -> StorageCache:
    """Put what a cache holds into the shape of the contract."""

    def sum_of(objects: Iterable[Stored]) -> int | None:
        return sum(one.size for one in objects) if is_judged else None

    return {
        "kind": held.kind,
        "folder": str(held.cache.folder),
        "outside": held.is_outside,
        "objects": len(held.objects),
        "bytes": sum(one.size for one in held.objects.values()),
        "needless": sum_of(held.needless),
        "young": sum_of(held.young),
        "strange": sum_of(held.strange),
    }


def _top_alone(repository: Repository) -> Needs:
    """Stand in where it is not known what is needed: caches are found by the top of the work tree."""
    top = repository.toplevel
    has_dvc = top is not None and (top / ".dvc").is_dir()
    return Needs(work_trees=[top] if top else [], dvc_roots=[top] if top and has_dvc else [])


@dataclass(slots=True)
class _Owned:
    """Objects by the commits that brought them: an object with one owner would go with it."""

    commits: dict[str, list[str]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def alone(self, commit: str) -> int:
        """Return the bytes that only this commit holds."""
        return sum(self.sizes[oid] for oid in self.commits.get(commit, ()) if self.counts[oid] == 1)

    def all_of(self, commits: Iterable[str]) -> int:
        """Return the bytes of everything these commits brought."""
        return sum(self.sizes[oid] for oid in {oid for commit in commits for oid in self.commits.get(commit, ())})


def _git_objects(repository: Repository) -> tuple[_Owned, dict[str, str]]:
    """Find what experiments and deleted ones brought into Git and no other ref holds; their refs come with it."""
    refs = list_refs(repository)
    tips = {ref: oid for ref, oid in refs.items() if parse_experiment_ref(ref) or parse_trash_ref(ref)}
    owned = _Owned(commits={oid: [oid] for oid in tips.values()})
    if not tips:
        return owned, tips
    asked = "".join(f"{oid}\n" for oid in owned.commits).encode()
    names = "".join(f"{oid}^{{tree}}\n" for oid in owned.commits).encode()
    trees = repository.git.run("cat-file", "--batch-check=%(objectname)", "--buffer", stdin=names).decode().split("\n")
    for commit, tree in zip(owned.commits, trees):
        owned.commits[commit].append(tree.split(" ")[0])
    args = ("diff-tree", "--stdin", "-r", "-t", "-z", "--raw", "--no-renames", "--root", "--no-ext-diff")
    current: list[str] = []
    for word in repository.git.run(*args, stdin=asked, is_much=True).split(b"\0"):
        if word.startswith(b":"):
            _, mode, _, oid, _ = word.decode("ascii", "replace").split(" ")
            if mode not in ("000000", "160000"):
                current.append(oid)
        elif (name := word.strip().decode("ascii", "replace")) in owned.commits:
            current = owned.commits[name]
    held = _held_by_others(repository, [oid for ref, oid in refs.items() if ref not in tips], asked)
    for oids in owned.commits.values():
        oids[:] = [oid for oid in dict.fromkeys(oids) if oid not in held]
    owned.counts = Counter(oid for oids in owned.commits.values() for oid in oids)
    owned.sizes = _sizes(repository, list(owned.counts))
    return owned, tips


def _held_by_others(repository: Repository, others: Sequence[str], tips: bytes) -> set[str]:
    """List what other refs hold beyond the baselines, where a promoted run's files are."""
    answer = repository.git.attempt("rev-list", "--no-walk", "--parents", "--stdin", stdin=tips)
    baselines = {oid for line in answer.out.decode().splitlines() for oid in line.split(" ")[1:]}
    asked = "".join([*(f"{oid}\n" for oid in others), *(f"^{oid}\n" for oid in baselines)]).encode()
    out = repository.git.attempt("rev-list", "--objects", "--ignore-missing", "--stdin", stdin=asked, is_much=True).out
    return {line.split(b" ")[0].decode() for line in out.splitlines()}


def _sizes(repository: Repository, oids: Sequence[str]) -> dict[str, int]:
    """Return what each object takes on disk; 0 when it is not there."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    out = repository.git.run("cat-file", "--batch-check=%(objectsize:disk)", "--buffer", stdin=asked, is_much=True)
    lines = out.decode().split("\n")
    return {oid: int(line) if line.isdigit() else 0 for oid, line in zip(oids, lines)}


def _parts(repository: Repository, owned: _Owned, tips: Mapping[str, str]) -> list[StoragePart]:
    experiments = {oid for ref, oid in tips.items() if ref.startswith(EXPERIMENTS)}
    trash = {oid for ref, oid in tips.items() if ref.startswith(TRASH)} - experiments
    folder, own = journal_folder(repository), repository.own_dir
    restores = list_restores(repository)
    sizes = []
    for path in [*own.glob("index.sqlite*"), *own.glob("artifacts.sqlite*")]:
        with suppress(OSError):
            sizes.append(path.stat().st_size)
    return [
        {"kind": "experiments", "where": EXPERIMENTS, "things": len(experiments), "bytes": owned.all_of(experiments)},
        {"kind": "trash", "where": TRASH, "things": len(trash), "bytes": sum(map(owned.alone, trash))},
        {"kind": "journals", "where": str(folder), "things": len(list_journals(folder)), "bytes": size_of(folder)},
        {"kind": "index", "where": str(own), "things": len(sizes), "bytes": sum(sizes)},
        {
            "kind": "restores",
            "where": str(own / "restored"),
            "things": len(restores),
            "bytes": sum(one.size for one in restores),
        },
    ]


@dataclass(slots=True)
class _Large:
    """The large files of runs: the objects of each by run and by path, and what lies in the caches."""

    by_run: dict[str, set[str]] = field(default_factory=dict)
    by_path: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)
    sizes: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)
    inside: dict[str, set[str]] = field(default_factory=dict)


def _large_files(repository: Repository, caches: Sequence[Held]) -> _Large:
    """Read which large files the records of runs name."""
    large = _Large()
    for held in caches:
        large.sizes.update((oid, one.size) for oid, one in held.objects.items())
    store = Store(repository)
    try:
        shelf = store.shelf()
        rows = newest_first(store.rows(shelf))
        records = store.records(list(shelf.refs))
    finally:
        store.close()
    handles = {(row.oid, row.name): handle for row, handle in zip(rows, handles_of(rows))}
    for oid, refs in shelf.refs.items():
        large.names[oid], large.handles[oid] = refs[0].name, handles[oid, refs[0].name]
        record = records.get(oid, b"")
        if b'"dvc"' in record or b'"local"' in record:
            for artifact in json.loads(record)["artifacts"]:
                if artifact["stored"] in ("dvc", "local") and type(artifact["md5"]) is str:
                    _take_artifact(large, caches, oid, artifact["path"], artifact["md5"])
    return large


def _take_artifact(large: _Large, caches: Sequence[Held], commit: str, path: str, md5: str) -> None:
    if md5 not in large.inside:
        large.inside[md5] = _objects_of(caches, md5)
    inside = large.inside[md5]
    large.by_run.setdefault(commit, set()).update(inside & large.sizes.keys())
    large.missing[commit] += not inside <= large.sizes.keys()
    large.by_path.setdefault(path, {}).setdefault(md5, set()).add(commit)


def _objects_of(caches: Sequence[Held], md5: str) -> set[str]:
    """Return the objects of a large file: itself, and the files of a folder whose listing is here."""
    found = {md5}
    for held in caches if md5.endswith(".dir") else ():
        if md5 in held.objects:
            with suppress(OSError):
                found |= {oid.decode() for oid in _HASH.findall(held.cache.path_of(md5).read_bytes())}
    return found


def _runs(owned: _Owned, large: _Large) -> list[StorageRun]:
    counts = Counter(oid for oids in large.by_run.values() for oid in oids)
    found: list[StorageRun] = []
    for commit, name in large.names.items():
        mine = large.by_run.get(commit, set())
        alone = sum(large.sizes[oid] for oid in mine if counts[oid] == 1)
        found.append(
            {
                "id": large.handles[commit],
                "name": name,
                "oid": commit,
                "git": owned.alone(commit),
                "files": alone,
                "shared": sum(large.sizes[oid] for oid in mine) - alone,
                "missing": large.missing[commit],
            }
        )
    return sorted(found, key=lambda run: (-run["git"] - run["files"], -run["shared"], run["name"]))


def _paths(large: _Large) -> list[StoragePath]:
    found: list[StoragePath] = []
    for path, versions in large.by_path.items():
        objects = {oid for md5 in versions for oid in large.inside[md5]} & large.sizes.keys()
        runs = {commit for commits in versions.values() for commit in commits}
        size = sum(large.sizes[oid] for oid in objects)
        found.append({"path": path, "versions": len(versions), "runs": len(runs), "bytes": size})
    return sorted(found, key=lambda item: (-item["bytes"], item["path"]))
