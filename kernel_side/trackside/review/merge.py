"""Try in memory how a run's tree meets the branch it is meant for: files by Git, notebooks by cell."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from trackside.git.objects import read_objects
from trackside.git.repository import Repository, git_version
from trackside.git.runner import translate
from trackside.record import FOLDER, printable
from trackside.review.configured import AS_COMMITTED
from trackside.review.notebook_merge import CellMerge, merge_notebooks
from trackside.review.planned import Conflict, Merge
from trackside.review.trees import edit_tree, is_below, write_blobs

#: The first Git that merges without a work tree.
_MERGES: Final = (2, 38)
TOO_OLD: Final = "This Git is older than 2.38, so whether the branch merges could not be tried."
_RECORD: Final = "the record of another run is there; by `--update` this run's takes its place"


@dataclass(slots=True)
class _Told:
    """What `merge-tree` said: the tree, the stages of files that conflict, and the files both sides changed."""

    tree: str
    stages: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)


def can_merge() -> bool:
    """Tell whether this Git merges without a work tree."""
    return _version(os.environ.get("PATH")) >= _MERGES


@lru_cache(maxsize=4)
def _version(_path: str | None) -> tuple[int, ...]:
    """Ask once for a process, unless its PATH changes."""
    return git_version()


def try_merge(
    repository: Repository, ours: str, theirs: str, *, by_cell: bool, keep: bool, without: Iterable[str] = ()
) -> Merge:
    """Merge two commits in memory; nothing that is written can be reached.

    `by_cell` merges notebooks by cell and keeps our record whole; else it says what Git alone would do, which is
    what a forge does. `keep` keeps our outputs in notebooks. `without` are keys of merge drivers in the
    configuration whose programs do not run.
    """
    told = _merge_tree(repository, ours, theirs, without)
    if told is None:
        return Merge(state="unrelated")
    if not by_cell:
        conflicts = [_plain(repository, path, told) for path in sorted(told.stages)]
        return Merge(state="conflicts", conflicts=conflicts) if conflicts else Merge(state="clean", tree=told.tree)
    base = repository.git.run("merge-base", ours, theirs).decode().split("\n")[0]
    return _by_cell(repository, told, (base, ours, theirs), keep=keep)


def _merge_tree(repository: Repository, ours: str, theirs: str, without: Iterable[str]) -> _Told | None:
    # Git's own merge of text stands in for programs the configuration names.
    plain = tuple((key, "git merge-file -q %A %O %B") for key in without)
    git = repository.git._replace(config=(*AS_COMMITTED, *plain))
    args = ("merge-tree", "--write-tree", "-z", "--messages", ours, theirs)
    answer = git.attempt(*args)
    if "unrelated histories" in answer.err:
        return None
    # A revision that is none exits with 1 as well, and says nothing on standard output.
    if answer.status not in (0, 1) or not answer.out:
        raise translate(answer.err, answer.status, args)
    return parse_merge(answer.out)


def parse_merge(out: bytes) -> _Told:
    """Read what `merge-tree -z` wrote: the tree, `mode id stage<TAB>path` lines, an empty one, messages."""
    words = out.decode("utf-8", "surrogateescape").split("\0")
    told = _Told(words[0].strip())
    at = 1
    while at < len(words) and words[at]:
        head, _, path = words[at].partition("\t")
        mode, oid, stage = head.split(" ")
        told.stages.setdefault(path, {})[int(stage)] = (mode, oid)
        at += 1
    at += 1
    while at < len(words) and words[at].strip().isdigit():
        count = int(words[at])
        paths, kind, said = words[at + 1 : at + 1 + count], words[at + 1 + count], words[at + 2 + count]
        for path in paths:
            if kind == "Auto-merging":
                told.joined.add(path)
            elif kind.startswith("CONFLICT"):
                told.words.setdefault(path, " ".join(said.split()))
        at += 3 + count
    return told


def _plain(repository: Repository, path: str, told: _Told) -> Conflict:
    """Say what conflicts when Git alone merges, as a forge would."""
    if is_below(path, [FOLDER]):
        return Conflict(path=printable(path), what=_RECORD)
    merged = _merge_cells(repository, told.stages[path], keep=False) if path.endswith(".ipynb") else None
    if merged is None:
        return Conflict(path=printable(path), what=_reason(path, told))
    if merged.data is not None:
        return Conflict(path=printable(path), what="its lines conflict, its cells do not: `--update` merges it by cell")
    return _of_cells(path, merged)


def _of_cells(path: str, merged: CellMerge) -> Conflict:
    cells = tuple(sorted({number for number, _ in merged.clashes if number is not None}))
    said = [f"cell {number}: {what}" if number is not None else what for number, what in merged.clashes]
    return Conflict(path=printable(path), cells=cells, what="; ".join(said))


def _reason(path: str, told: _Told) -> str:
    stages = told.stages[path]
    if set(stages) == {1, 2}:
        return "the run changed it, the other side removed it"
    if set(stages) == {1, 3}:
        return "the run removed it, the other side changed it"
    if set(stages) == {2, 3}:
        return "both sides added it, differently"
    if set(stages) == {1, 2, 3}:
        return "both sides changed the same lines"
    return printable(told.words.get(path, "it does not merge"))


def _by_cell(repository: Repository, told: _Told, sides: tuple[str, str, str], *, keep: bool) -> Merge:
    """Mend what Git could not merge, or merged line by line: notebooks by cell, the record as the run's."""
    edits: dict[str, tuple[str, str] | None] = {}
    conflicts: list[Conflict] = []
    written: list[tuple[str, str, bytes]] = []
    joined = sorted(path for path in told.joined if path.endswith(".ipynb") and path not in told.stages)
    stages = {**told.stages, **_stages(repository, joined, sides)}
    for path in sorted(stages):
        if is_below(path, [FOLDER]):
            continue
        merged = _merge_cells(repository, stages[path], keep=keep) if path.endswith(".ipynb") else None
        if merged is None:
            if path in told.stages:
                conflicts.append(Conflict(path=printable(path), what=_reason(path, told)))
        elif merged.data is None:
            conflicts.append(_of_cells(path, merged))
        else:
            written.append((path, stages[path][2][0], merged.data))
    if conflicts:
        return Merge(state="conflicts", conflicts=conflicts)
    for (path, mode, _), oid in zip(written, write_blobs(repository, [data for _, _, data in written])):
        edits[path] = (mode, oid)
    record = next(read_objects(repository, [f"{sides[1]}:{FOLDER}"]))
    if record is not None:
        edits[FOLDER] = ("40000", record.oid)
    return Merge(state="clean", tree=edit_tree(repository, told.tree, edits))


def _stages(
    repository: Repository, paths: Sequence[str], sides: tuple[str, str, str]
) -> dict[str, dict[int, tuple[str, str]]]:
    """Look up the three versions of files that Git merged without a conflict."""
    found: dict[str, dict[int, tuple[str, str]]] = {}
    for number, commit in enumerate(sides, 1):
        if paths:
            out = repository.git.run("--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", *paths)
            for entry in out.decode("utf-8", "surrogateescape").split("\0")[:-1]:
                head, _, path = entry.partition("\t")
                mode, _, oid = head.split()
                found.setdefault(path, {})[number] = (mode, oid)
    return {path: stages for path, stages in found.items() if {2, 3} <= set(stages)}


def _merge_cells(repository: Repository, stages: dict[int, tuple[str, str]], *, keep: bool) -> CellMerge | None:
    """Merge the versions of one notebook by cell; None when they are no notebooks on both sides."""
    if not {2, 3} <= set(stages) or any(not mode.startswith("100") for mode, _ in stages.values()):
        return None
    numbers = sorted(stages)
    read = dict(zip(numbers, read_objects(repository, [stages[number][1] for number in numbers])))
    contents = {number: found.data for number, found in read.items() if found is not None}
    if not {2, 3} <= set(contents):
        return None
    return merge_notebooks(contents.get(1), contents[2], contents[3], keep=keep)


__all__ = ["TOO_OLD", "can_merge", "parse_merge", "try_merge"]
