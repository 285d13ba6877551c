"""Which data made a run: the files it named that Git or DVC tracks, and in which version.

All of it comes from the journal and from objects of Git, so that two processes that seal one journal find the same.
The process of the run itself looks at the work tree besides (`Disk`) and writes what it found into the journal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from trackside.artifacts.standing import Standing
from trackside.artifacts.tracked import Out
from trackside.git.entries import FOLDER_MODE, Entry, tracked_paths
from trackside.git.repository import Repository
from trackside.inputs.places import Candidate, Origin, declared_places, own_place, seen_places
from trackside.inputs.pointers import Pointers
from trackside.inputs.trees import Changes, Trees, changes_of, is_link
from trackside.record import printable, tree_changes
from trackside.run import Run

#: Inputs told of one run; the rest is counted.
MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """What only the process of the run knows, at its end: its working folder, and what stands in the work tree.

    `earlier` are cells that ran before the run, which may have given names their values.
    """

    folder: str
    standing: Standing
    earlier: Sequence[str] = ()


def collect_inputs(repository: Repository, run: Run, disk: Disk | None = None) -> list[dict[str, Any]]:
    """Find the inputs of a run, as `run.json` tells them: declared ones first, by path; at most `MOST`."""
    if run.base is None:
        return []
    wanted = declared_places(run, repository)
    wanted += seen_places(run, repository, disk.folder, disk.earlier) if disk else seen_places(run, repository, None)
    if disk is not None:
        wanted = _standing_ones(wanted, os.fspath(repository.toplevel or ""))
    return _Finder(repository, run, disk).find(wanted) if wanted else []


def _standing_ones(wanted: Iterable[Candidate], top: str) -> list[Candidate]:
    """Keep what is there, at the first place where it is; what a user declared is kept."""
    found = []
    for one in wanted:
        there = [place for place in one.places if os.path.exists(os.path.join(top, place))]
        if there or one.origin == "declared":
            found.append(replace(one, places=tuple(there or one.places)[:1]))
    return found


class _Finder:
    """Looks the candidates of one run up, all at once, and tells those that are inputs."""

    def __init__(self, repository: Repository, run: Run, disk: Disk | None) -> None:
        assert run.base is not None
        self._repository, self._run, self._disk = repository, run, disk
        self._start = changes_of(run.base.changes, run.base.not_captured)
        missing = run.snapshot["not_captured"] if run.snapshot else run.base.not_captured
        self._end = changes_of(tree_changes(run), missing)
        self._trees = Trees(repository, run.base.baseline)
        self._pointers = Pointers(self._trees, self._start, self._end)
        self._own = own_place(run, repository)

    def find(self, wanted: Sequence[Candidate]) -> list[dict[str, Any]]:
        places = [place for one in wanted for place in self._with_targets(one)]
        self._trees.look([*places, *self._pointers.names(places)])
        self._trees.look_close(places)
        self._pointers.read(places)
        staged = self._staged(wanted)
        found: dict[str, dict[str, Any]] = {}
        for one in wanted:
            for place in one.places:
                fact = self._fact(place, one, staged)
                if fact is not None:
                    found.setdefault(fact["path"], fact)
                    break
        self._add_sizes(found.values())
        facts = sorted(found.values(), key=lambda fact: (fact["origin"] != "declared", fact["path"]))
        for fact in facts:
            fact["path"] = printable(fact["path"])
        return facts[:MOST]

    def _with_targets(self, one: Candidate) -> Iterator[str]:
        for place in one.places:
            yield place
            target = self._target(place) if self._disk is not None else None
            if target is not None and target != place:
                yield target

    def _target(self, place: str) -> str | None:
        """Return where the links at a place lead, None when that is out of the repository."""
        whole = os.path.join(os.fspath(self._repository.toplevel or ""), place)
        return self._repository.relative(os.path.realpath(whole))

    def _staged(self, wanted: Sequence[Candidate]) -> set[str]:
        """Return the seen files that the baseline has not, but the index has: added, and not committed yet."""
        if self._disk is None:
            return set()
        new = [one.places[0] for one in wanted if one.origin == "seen" and one.places[0] in self._end.entries]
        new = [place for place in new if not self._trees.is_there(place)]
        return tracked_paths(self._repository, new) if new else set()

    def _fact(self, place: str, one: Candidate, staged: set[str]) -> dict[str, Any] | None:
        if one.origin == "seen" and (place == self._own or place in self._run.artifacts):
            return None
        entry = self._trees.entry(place, self._end) or self._trees.entry(place, self._start)
        if entry is not None and is_link(entry):
            target = self._target(place) if self._disk is not None else None
            follows = target is not None and target != place and not target.startswith((".git/", ".dvc/"))
            return self._fact(target or "", one, staged) if follows else None
        if entry is None:
            out = self._pointers.out(place, self._end) or self._pointers.out(place, self._start)
            if out is not None:
                return self._dvc_fact(place, out, one.origin)
            return self._untracked_fact(place, one.noted) if one.origin == "declared" else None
        if one.origin == "seen":
            if entry.mode == FOLDER_MODE and not one.is_path:
                return None
            if not self._trees.is_there(place) and place not in staged:
                return None
        return self._git_fact(place, entry, one.origin)

    def _git_fact(self, place: str, entry: Entry, origin: Origin) -> dict[str, Any]:
        was, now = self._trees.entry(place, self._start), self._trees.entry(place, self._end)
        fact = _fact_of(place, "git", entry.oid, origin)
        if self._trees.is_missing(place, entry, self._end):
            fact.update(version=None, changed="not-captured")
        elif was is not None and was != now:
            fact.update(changed="during", before=was.oid)
        return fact

    def _dvc_fact(self, place: str, out: Out, origin: Origin) -> dict[str, Any]:
        was = self._pointers.out(place, self._start)
        fact = _fact_of(out.path, "dvc", out.version, origin, out.size)
        if out.files is not None:
            fact["files"] = out.files
        if self._disk is not None and self._disk.standing.is_edited(out):
            fact["changed"] = "since-dvc"
        elif was is not None and was.version != out.version:
            fact.update(changed="during", before=was.version)
        return fact

    def _untracked_fact(self, place: str, noted: Mapping[str, Any]) -> dict[str, Any]:
        version, size, files = self._disk.standing.hash_of(place) if self._disk else (None, noted.get("size"), None)
        fact = _fact_of(place, "untracked", version, "declared", size)
        if files is not None:
            fact["files"] = files
        if self._disk is not None and noted.get("mtime") is not None and noted.get("mtime") != self._mtime(place):
            fact["changed"] = "during"
        return fact

    def _mtime(self, place: str) -> int | None:
        try:
            return os.stat(os.path.join(os.fspath(self._repository.toplevel or ""), place)).st_mtime_ns
        except OSError:
            return None

    def _add_sizes(self, facts: Iterable[dict[str, Any]]) -> None:
        files = [fact for fact in facts if fact["kind"] == "git" and fact["version"]]
        sizes = self._trees.sizes([fact["version"] for fact in files if not self._is_folder(fact["path"])])
        for fact in files:
            fact["size"] = sizes.get(fact["version"])

    def _is_folder(self, path: str) -> bool:
        entry = self._trees.entry(path, self._end) or self._trees.entry(path, self._start)
        return entry is None or entry.mode in (FOLDER_MODE, "160000")


def _fact_of(path: str, kind: str, version: str | None, origin: Origin, size: int | None = None) -> dict[str, Any]:
    return {"path": path, "kind": kind, "version": version, "size": size, "origin": origin}


def warnings_of(facts: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Say what a reviewer should know of a run's inputs."""
    found = []
    for fact in facts:
        message, hint = _warning(fact)
        if message:
            found.append({"code": "input", "message": message, "hint": hint})
    return found


def _warning(fact: dict[str, Any]) -> tuple[str, str]:
    path, changed = fact["path"], fact.get("changed")
    if fact["kind"] == "untracked":
        return (
            f"The input {path} is tracked neither by Git nor by DVC, so another clone will not have it.",
            "`git add` it, or `dvc add` it when it is large.",
        )
    if changed == "since-dvc":
        return f"The input {path} is not what DVC has: it was changed since `dvc add`.", "`dvc add` or `dvc commit` it."
    if changed == "not-captured":
        return f"The input {path} differs from its last commit, and the change could not be captured.", "Commit it."
    if changed == "during" and fact["origin"] == "declared":
        return f"The input {path} changed during the run.", ""
    return "", ""


__all__ = ["MOST", "Changes", "Disk", "collect_inputs", "warnings_of"]
