"""The work tree as it stands, told as changes against its HEAD; neither index nor work tree is touched.

Content goes through the repository's own conversion (line ends, LFS, nbstripout), as `git add` would send it,
or the diff a reviewer sees later would be wrong. What cannot be captured is listed with its reason.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from trackside.git.hashing import Hasher
from trackside.git.repository import Repository
from trackside.git.runner import Git
from trackside.git.sources import is_allowed, is_generated, is_source
from trackside.git.status import ABSENT, Found, is_ours, read_status

#: Listed one by one at most this often; then only counted.
_MOST_LISTED: Final = 50

Screen = Callable[[bytes], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is too large to go into Git: bytes, and number of added files."""

    added_file: int = 1_000_000
    added_total: int = 20_000_000
    added_count: int = 500
    changed_file: int = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One path that differs from the baseline; mode and oid are None when it was deleted.

    `stat` is the file's (size, mtime in ns, inode) when it was read, to see later whether it moved on.
    """

    path: str
    kind: str
    mode: str | None = None
    oid: str | None = None
    stat: tuple[int, int, int] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what the journal keeps of it."""
        return {"path": self.path, "kind": self.kind, "mode": self.mode, "oid": self.oid}


@dataclass(slots=True, kw_only=True)
class Snapshot:
    """What was found: the commit checked out, the branch, and every difference to it."""

    head: str | None
    branch: str | None
    changes: list[Change] = field(default_factory=list)
    not_captured: list[dict[str, str]] = field(default_factory=list)
    conflicted: list[str] = field(default_factory=list)


def take_snapshot(
    repository: Repository,
    *,
    limits: Limits | None = None,
    near: str = "",
    screen: Screen = lambda _: (),
    notebook: tuple[str, bytes] | None = None,
) -> Snapshot:
    """Write the objects of everything that differs from HEAD and say which they are.

    `near` is the folder (relative, with slashes) whose added files come first when limits are reached; `screen`
    names the credentials it finds in a file's bytes; `notebook` is (path, content) to take in place of what the
    disk holds. Raises the TracksideError that fits when Git cannot say what changed.
    """
    limits = limits or Limits()
    if repository.toplevel is None:
        answer = repository.git.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return Snapshot(head=answer.out.decode().strip() or None, branch=None)
    status = read_status(repository)
    snapshot = Snapshot(head=status.head, branch=status.branch, conflicted=status.conflicted)
    found = status.found
    reader = _Reader(repository, snapshot, limits, screen)
    own = notebook[0] if notebook else None
    tracked = [entry for entry in found if entry.kind != "untracked" and entry.path != own]
    added = [entry for entry in found if entry.kind == "untracked" and entry.path != own]
    reader.take_tracked(tracked)
    reader.take_added(added, near)
    if notebook is not None:
        reader.take_notebook(notebook, next((entry for entry in found if entry.path == own), None))
    reader.write()
    reader.changes.sort(key=lambda change: change.path)
    snapshot.changes = reader.changes
    return snapshot


class _Reader:
    """Decides what of the found paths is taken, and writes their objects in as few processes as can be."""

    def __init__(self, repository: Repository, snapshot: Snapshot, limits: Limits, screen: Screen) -> None:
        assert repository.toplevel is not None
        self.repository, self.top = repository, os.fspath(repository.toplevel)
        self.snapshot, self.limits, self.screen = snapshot, limits, screen
        self.changes: list[Change] = []
        self.waiting: list[tuple[Found, str, tuple[int, int, int]]] = []
        self.passed_over: dict[str, int] = {}
        self._modes_count: bool | None = None
        self.hasher = Hasher(repository, self.refuse)

    def refuse(self, path: str, reason: str) -> None:
        """Say that `path` is not captured; past the first fifty of a reason, only how many."""
        count = self.passed_over[reason] = self.passed_over.get(reason, 0) + 1
        if count <= _MOST_LISTED:
            self.snapshot.not_captured.append({"path": printable(path), "reason": reason})

    def take_tracked(self, entries: Sequence[Found]) -> None:
        for entry in entries:
            kept = entry.head_mode not in ABSENT
            if entry.submodule.startswith("S") or entry.mode == "160000":
                self.take_submodule(entry)
                continue
            try:
                status = os.lstat(os.path.join(self.top, entry.path)) if entry.is_there else None
            except OSError:
                status = None
            if status is None:
                if kept:
                    self.changes.append(Change(path=entry.path, kind="deleted"))
                continue
            if self.readable(entry.path, status, self.limits.changed_file):
                mode = entry.mode if entry.mode not in ABSENT else _mode(status)
                self.waiting.append((entry, "changed" if kept else "added", _marks(status)))
                entry.mode = mode

    def take_submodule(self, entry: Found) -> None:
        """Take the commit a submodule has checked out; edits inside it belong to another repository."""
        answer = Git(os.path.join(self.top, entry.path)).attempt("rev-parse", "--verify", "--quiet", "HEAD")
        oid = answer.out.decode().strip()
        if answer.status == 0 and oid and oid != entry.head_oid:
            self.changes.append(Change(path=entry.path, kind="changed", mode="160000", oid=oid))
        if "M" in entry.submodule or "U" in entry.submodule:
            self.refuse(entry.path, "uncommitted changes inside a submodule")

    def take_added(self, entries: Sequence[Found], near: str) -> None:
        total = count = 0
        environments: dict[str, bool] = {}
        for entry in sorted(
            entries, key=lambda found: (not _is_below(found.path, near), found.path.count("/"), found.path)
        ):
            path = entry.path
            if path.endswith("/"):
                self.refuse(path, "a repository inside the repository")
                continue
            if is_generated(self.top, path, environments):
                continue
            if not is_allowed(path):
                self.refuse(path, "its name is one that Git refuses")
                continue
            try:
                status = os.lstat(os.path.join(self.top, path))
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode) and not is_source(path):
                self.refuse(path, "not a source file; `git add` it or keep it with `%track artifact`")
                continue
            if not self.readable(path, status, self.limits.added_file):
                continue
            if count >= self.limits.added_count or total + status.st_size > self.limits.added_total:
                self.refuse(path, "more new files than the limit")
                continue
            total, count = total + status.st_size, count + 1
            entry.mode = _mode(status)
            if entry.mode == "100755" and not self.modes_count():
                entry.mode = "100644"
            self.waiting.append((entry, "added", _marks(status)))

    def modes_count(self) -> bool:
        """Tell whether the executable bit means something here; on some disks every file has it."""
        if self._modes_count is None:
            answer = self.repository.git.attempt("config", "--type=bool", "core.fileMode")
            self._modes_count = answer.out.strip() != b"false"
        return self._modes_count

    def readable(self, path: str, status: os.stat_result, limit: int) -> bool:
        """Tell whether the path may be read, and list it when not."""
        if stat.S_ISLNK(status.st_mode):
            return True
        if not stat.S_ISREG(status.st_mode):
            self.refuse(path, "not a regular file")
        elif status.st_size > limit:
            self.refuse(path, f"larger than {limit // 1_000_000} MB")
        else:
            return True
        return False

    def take_notebook(self, notebook: tuple[str, bytes], entry: Found | None) -> None:
        """Take the notebook as given, through the conversion its path asks for."""
        path, content = notebook
        oid = self.hasher.write_content(path, content)
        if oid is None:
            return
        head = (
            _head_entry(self.repository, self.snapshot.head, path)
            if entry is None
            else (entry.head_mode, entry.head_oid)
        )
        kept = head[0] not in ABSENT
        if oid != head[1]:
            mode = head[0] if kept else "100644"
            self.changes.append(Change(path=path, kind="changed" if kept else "added", mode=mode, oid=oid))

    def write(self) -> None:
        """Write the waiting files' objects: one process for all, one by one only when that fails."""
        files = [item for item in self.waiting if item[0].mode != "120000" and self.is_clean(item[0])]
        for entry, kind, marks in self.waiting:
            if entry.mode == "120000":
                self.write_link(entry, kind, marks)
        size = sum(marks[0] for _, _, marks in files)
        oids = self.hasher.write([entry.path for entry, _, _ in files], size) if files else []
        for (entry, kind, marks), oid in zip(files, oids):
            if oid is not None and (oid, entry.mode) != (entry.head_oid, entry.head_mode):
                self.changes.append(Change(path=entry.path, kind=kind, mode=entry.mode, oid=oid, stat=marks))

    def is_clean(self, entry: Found) -> bool:
        """Tell whether the file holds no credential; one that does is listed, never stored."""
        try:
            with open(os.path.join(self.top, entry.path), "rb") as file:
                hits = self.screen(file.read())
        except OSError as error:
            self.refuse(entry.path, f"cannot be read: {error.strerror}")
            return False
        if hits:
            self.refuse(entry.path, f"holds what looks like a credential ({hits[0]})")
        return not hits

    def write_link(self, entry: Found, kind: str, marks: tuple[int, int, int]) -> None:
        """Store the link itself, never what it points to."""
        try:
            target = os.fsencode(os.readlink(os.path.join(self.top, entry.path)))
        except OSError as error:
            self.refuse(entry.path, f"cannot be read: {error.strerror}")
            return
        oid = self.hasher.write_link(target)
        if (oid, entry.mode) != (entry.head_oid, entry.head_mode):
            self.changes.append(Change(path=entry.path, kind=kind, mode=entry.mode, oid=oid, stat=marks))


def changed_since(before: Sequence[dict[str, Any]], after: Snapshot) -> list[str]:
    """Name the paths whose content differs between two snapshots of the same baseline (the run's own edits)."""
    was = {change["path"]: (change["mode"], change["oid"]) for change in before}
    now = {change.path: (change.mode, change.oid) for change in after.changes}
    return sorted(path for path in was.keys() | now.keys() if was.get(path) != now.get(path))


def rebase_snapshot(repository: Repository, snapshot: Snapshot, baseline: str) -> Snapshot:
    """Tell a snapshot against another commit than its HEAD: the user committed or switched while the run was open."""
    assert snapshot.head is not None
    out = repository.git.run("diff-tree", "-r", "-z", "--no-renames", "--full-index", baseline, snapshot.head)
    words = out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    changes: dict[str, Change] = {}
    kept: set[str] = set()
    for head, path in zip(words[::2], words[1::2]):
        old_mode, mode, _, oid, _ = head.lstrip(":").split(" ")
        if is_ours(path):
            continue
        if old_mode != "000000":
            kept.add(path)
        if mode == "000000":
            changes[path] = Change(path=path, kind="deleted")
        else:
            changes[path] = Change(path=path, kind="changed" if path in kept else "added", mode=mode, oid=oid)
    for change in snapshot.changes:
        was = changes.get(change.path)
        if change.mode is None and was is not None and was.kind == "added":
            del changes[change.path]
        elif was is not None and was.kind == "added":
            changes[change.path] = Change(path=change.path, kind="added", mode=change.mode, oid=change.oid)
        else:
            changes[change.path] = change
    return Snapshot(
        head=baseline,
        branch=snapshot.branch,
        changes=sorted(changes.values(), key=lambda change: change.path),
        not_captured=snapshot.not_captured,
        conflicted=snapshot.conflicted,
    )


def printable(path: str) -> str:
    """Make a path of any bytes into text that can be shown and stored."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _head_entry(repository: Repository, head: str | None, path: str) -> tuple[str, str]:
    if head is None:
        return "", ""
    out = repository.git.attempt("--literal-pathspecs", "ls-tree", "-z", "--full-tree", head, "--", path).out
    words = out.decode("utf-8", "surrogateescape").split()
    return (words[0], words[2]) if len(words) > 2 else ("", "")


def _mode(status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return "120000"
    return "100755" if status.st_mode & 0o100 else "100644"


def _marks(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder.rstrip("/") + "/")


__all__ = [
    "Change",
    "Limits",
    "Snapshot",
    "changed_since",
    "printable",
    "rebase_snapshot",
    "take_snapshot",
]
