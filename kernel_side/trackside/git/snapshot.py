"""The work tree as it stands, told as changes against its HEAD; neither index nor work tree is touched.

Content goes through the repository's own conversion (line ends, LFS, nbstripout), as `git add` would send it,
or the diff a reviewer sees later would be wrong. What cannot be captured is listed with its reason.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from trackside.errors import GitError, StorageError
from trackside.git.repository import Repository
from trackside.git.runner import Git, translate

_SOURCE_ENDINGS: Final = frozenset(
    "py pyi pyx pxd ipynb r rmd qmd jl sql sh bash zsh ps1 js mjs ts tsx jsx css html c cc cpp cu cuh h hpp rs go java "
    "kt scala rb lua pl m stan f f90 proto graphql toml yaml yml json jsonc cfg ini conf md rst txt tex bib dvc lock "
    "in template j2".split()
)
_SOURCE_NAMES: Final = frozenset(
    "Makefile Dockerfile Containerfile Snakefile Justfile Pipfile Procfile LICENSE README .gitignore .gitattributes "
    ".dvcignore .dockerignore .editorconfig .pre-commit-config.yaml .python-version .flake8".split()
)
_SKIPPED_FOLDERS: Final = frozenset(
    "node_modules __pycache__ site-packages .ipynb_checkpoints .venv venv .tox .nox .mypy_cache .pytest_cache "
    ".ruff_cache mlruns wandb .git".split()
)
#: Listed one by one at most this often; then only counted.
_MOST_LISTED: Final = 50
#: Modes by which `git status` says that there is nothing.
_ABSENT: Final = ("", "000000")
#: Seconds a content filter may take for one file; and `git status` before it is asked without any filter.
FILTER_PATIENCE: Final = 30.0
#: What no disk is slower than, for the time a common process may take for many files: bytes a second.
_SLOWEST: Final = 5_000_000

_IGNORED_BY_HFS: Final = frozenset(
    "\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u206a\u206b\u206c\u206d\u206e\u206f\ufeff"
)

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


@dataclass(slots=True)
class _Found:
    """One line of `git status`."""

    path: str
    kind: str
    mode: str = ""
    head_mode: str = ""
    head_oid: str = ""
    submodule: str = "N..."
    #: Whether Git itself finds something there: a path behind a link is none of the work tree's.
    is_there: bool = True


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
    snapshot, found = _status(repository)
    reader = _Reader(repository, snapshot, limits, screen)
    own = notebook[0] if notebook else None
    found = _paired(found)
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


def _status(repository: Repository) -> tuple[Snapshot, list[_Found]]:
    out = _status_words(repository)
    snapshot = Snapshot(head=None, branch=None)
    found = []
    for entry in out.decode("utf-8", "surrogateescape").split("\0"):
        kind = entry[:1]
        if entry.startswith("# branch.oid "):
            oid = entry[13:]
            snapshot.head = None if oid == "(initial)" else oid
        elif entry.startswith("# branch.head "):
            snapshot.branch = None if entry[14:] == "(detached)" else entry[14:]
        elif kind == "1":
            # 1 XY sub mH mI mW hH hI path
            _, _, sub, head_mode, _, mode, head_oid, _, path = entry.split(" ", 8)
            found.append(_Found(path, "changed", mode, head_mode, head_oid, sub))
        elif kind == "u":
            # u XY sub m1 m2 m3 mW h1 h2 h3 path: the side "ours" (2) is what HEAD holds
            _, _, sub, _, ours, _, mode, _, head_oid, _, path = entry.split(" ", 10)
            found.append(_Found(path, "changed", mode, ours, head_oid, sub))
            snapshot.conflicted.append(path)
        elif kind == "?":
            found.append(_Found(entry[2:], "untracked"))
    return snapshot, [entry for entry in found if not _is_ours(entry.path)]


def _paired(found: Sequence[_Found]) -> list[_Found]:
    """Make one entry of the two a path has that was taken out of the index but lies in the work tree still."""
    untracked = {entry.path for entry in found if entry.kind == "untracked"}
    both = {entry.path for entry in found if entry.kind != "untracked" and entry.path in untracked}
    for entry in found:
        entry.is_there = entry.path in both or entry.mode not in _ABSENT
    return [entry for entry in found if not (entry.kind == "untracked" and entry.path in both)]


def _status_words(repository: Repository) -> bytes:
    """Ask for the status; without the user's content filters where one of them fails or hangs.

    Git runs them to see whether a touched file still is what the index says. Without them such a file counts as
    changed here, and the filter's fault is found, and told of, where the file itself is read.
    """
    args = (
        "status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--untracked-files=all", "--no-renames",
        "--ignored=no", "--ignore-submodules=none",
    )  # fmt: skip
    git = repository.git
    try:
        answer = replace(git, timeout=FILTER_PATIENCE).attempt(*args)
        if answer.status == 0:
            return answer.out
    except GitError as error:
        if error.code != "git-timeout":
            raise
    return replace(git, config=_without_filters(git)).run(*args)


def _without_filters(git: Git) -> list[tuple[str, str]]:
    """Return the configuration that makes every content filter pass bytes through."""
    answer = git.attempt("config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    keys = set(answer.out.decode("utf-8", "surrogateescape").split("\0")[:-1])
    off = {"clean": "", "process": "", "required": "false"}
    return [(key, off[end]) for key in sorted(keys) if (end := key.rpartition(".")[2]) in off]


def _is_ours(path: str) -> bool:
    return path.startswith(".trackside/")


class _Reader:
    """Decides what of the found paths is taken, and writes their objects in as few processes as can be."""

    def __init__(self, repository: Repository, snapshot: Snapshot, limits: Limits, screen: Screen) -> None:
        assert repository.toplevel is not None
        self.repository, self.top = repository, os.fspath(repository.toplevel)
        self.snapshot, self.limits, self.screen = snapshot, limits, screen
        self.changes: list[Change] = []
        self.waiting: list[tuple[_Found, str, tuple[int, int, int]]] = []
        self.passed_over: dict[str, int] = {}
        self._modes_count: bool | None = None

    def refuse(self, path: str, reason: str) -> None:
        """Say that `path` is not captured; past the first fifty of a reason, only how many."""
        count = self.passed_over[reason] = self.passed_over.get(reason, 0) + 1
        if count <= _MOST_LISTED:
            self.snapshot.not_captured.append({"path": printable(path), "reason": reason})

    def take_tracked(self, entries: Sequence[_Found]) -> None:
        for entry in entries:
            kept = entry.head_mode not in _ABSENT
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
                mode = entry.mode if entry.mode not in _ABSENT else _mode(status)
                self.waiting.append((entry, "changed" if kept else "added", _marks(status)))
                entry.mode = mode

    def take_submodule(self, entry: _Found) -> None:
        """Take the commit a submodule has checked out; edits inside it belong to another repository."""
        answer = Git(os.path.join(self.top, entry.path)).attempt("rev-parse", "--verify", "--quiet", "HEAD")
        oid = answer.out.decode().strip()
        if answer.status == 0 and oid and oid != entry.head_oid:
            self.changes.append(Change(path=entry.path, kind="changed", mode="160000", oid=oid))
        if "M" in entry.submodule or "U" in entry.submodule:
            self.refuse(entry.path, "uncommitted changes inside a submodule")

    def take_added(self, entries: Sequence[_Found], near: str) -> None:
        total = count = 0
        environments: dict[str, bool] = {}
        for entry in sorted(
            entries, key=lambda found: (not _is_below(found.path, near), found.path.count("/"), found.path)
        ):
            path = entry.path
            if path.endswith("/"):
                self.refuse(path, "a repository inside the repository")
                continue
            if self.is_generated(path, environments):
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

    def is_generated(self, path: str, environments: dict[str, bool]) -> bool:
        """Tell whether a folder of the path is made by a tool (a virtual environment, a cache)."""
        folders = path.split("/")[:-1]
        if not _SKIPPED_FOLDERS.isdisjoint(folders):
            return True
        for depth in range(1, len(folders) + 1):
            folder = "/".join(folders[:depth])
            if folder not in environments:
                environments[folder] = os.path.exists(os.path.join(self.top, folder, "pyvenv.cfg"))
            if environments[folder]:
                return True
        return False

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

    def take_notebook(self, notebook: tuple[str, bytes], entry: _Found | None) -> None:
        """Take the notebook as given, through the conversion its path asks for."""
        path, content = notebook
        git = replace(self.repository.git, timeout=FILTER_PATIENCE + len(content) / _SLOWEST)
        try:
            answer = git.attempt("hash-object", "-w", "--stdin", f"--path={path}", stdin=content)
        except GitError as error:
            self.refuse(path, f"its content filter does not answer: {error.message}")
            return
        if answer.status != 0:
            trouble = translate(answer.err, answer.status, ("hash-object",))
            if isinstance(trouble, StorageError):
                raise trouble
            self.refuse(path, f"its content filter failed: {_last_line(answer.err)}")
            return
        oid = answer.out.decode().strip()
        head = (
            _head_entry(self.repository, self.snapshot.head, path)
            if entry is None
            else (entry.head_mode, entry.head_oid)
        )
        kept = head[0] not in _ABSENT
        if oid != head[1]:
            mode = head[0] if kept else "100644"
            self.changes.append(Change(path=path, kind="changed" if kept else "added", mode=mode, oid=oid))

    def write(self) -> None:
        """Write the waiting files' objects: one process for all, one by one only when that fails."""
        files = [item for item in self.waiting if item[0].mode != "120000" and self.is_clean(item[0])]
        for entry, kind, marks in self.waiting:
            if entry.mode == "120000":
                self.write_link(entry, kind, marks)
        oids = self.hash_all([entry.path for entry, _, _ in files]) if files else []
        for (entry, kind, marks), oid in zip(files, oids):
            if oid is not None and (oid, entry.mode) != (entry.head_oid, entry.head_mode):
                self.changes.append(Change(path=entry.path, kind=kind, mode=entry.mode, oid=oid, stat=marks))

    def is_clean(self, entry: _Found) -> bool:
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

    def write_link(self, entry: _Found, kind: str, marks: tuple[int, int, int]) -> None:
        """Store the link itself, never what it points to."""
        target = os.fsencode(os.readlink(os.path.join(self.top, entry.path)))
        oid = self.repository.git.run("hash-object", "-w", "--stdin", "--no-filters", stdin=target).decode().strip()
        if (oid, entry.mode) != (entry.head_oid, entry.head_mode):
            self.changes.append(Change(path=entry.path, kind=kind, mode=entry.mode, oid=oid, stat=marks))

    def hash_all(self, paths: Sequence[str]) -> list[str | None]:
        """Write the files' objects in one process; where a file spoils that, find it and do without it."""
        oids = self.hash_together(paths)
        if oids is not None:
            return list(oids)
        drivers = self.filters_of(paths)
        plain = [path for path in paths if path not in drivers]
        common = self.hash_together(plain) if plain and drivers else None
        found: dict[str, str | None] = dict(zip(plain, common)) if common is not None else {}
        hanging: set[str] = set()
        for path in paths:
            if path in found:
                continue
            driver = drivers.get(path, "")
            if driver in hanging:
                self.refuse(path, f"its content filter {driver} does not answer")
                continue
            try:
                found[path] = self.hash_one(path)
            except GitError as error:
                if error.code != "git-timeout":
                    raise
                hanging.add(driver)
                self.refuse(path, f"its content filter {driver} does not answer" if driver else error.message)
        return [found.get(path) for path in paths]

    def hash_together(self, paths: Sequence[str]) -> list[str] | None:
        """Write many files' objects in one process; None when that fails or takes too long."""
        size = sum(status[0] for _, _, status in self.waiting)
        git = replace(self.repository.git, timeout=FILTER_PATIENCE + size / _SLOWEST)
        try:
            answer = git.attempt("hash-object", "-w", "--stdin-paths", stdin=b"".join(_line(path) for path in paths))
        except GitError as error:
            if error.code != "git-timeout":
                raise
            return None
        oids = answer.out.decode().split()
        return oids if answer.status == 0 and len(oids) == len(paths) else None

    def filters_of(self, paths: Sequence[str]) -> dict[str, str]:
        """Name the content filter of each path that has one."""
        asked = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
        words = self.repository.git.run("check-attr", "--stdin", "-z", "filter", stdin=asked)
        parts = words.decode("utf-8", "surrogateescape").split("\0")[:-1]
        return {
            path: driver for path, driver in zip(parts[::3], parts[2::3]) if driver not in ("unspecified", "unset", "")
        }

    def hash_one(self, path: str) -> str | None:
        """Hash one file whose neighbours made the common process fail; list it when it is the culprit."""
        git = replace(self.repository.git, timeout=FILTER_PATIENCE)
        answer = git.attempt("hash-object", "-w", "--stdin-paths", stdin=_line(path))
        if answer.status == 0 and answer.out.strip():
            return answer.out.decode().strip()
        error = translate(answer.err, answer.status, ("hash-object",))
        if isinstance(error, StorageError) or "unable to write" in answer.err:
            raise error
        if "could not open" in answer.err:
            self.refuse(path, "it was gone, or could not be opened, when it was to be read")
        else:
            self.refuse(path, f"its content filter failed: {_last_line(answer.err)}")
        return None


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
        if _is_ours(path):
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


def is_source(path: str) -> bool:
    """Tell by its name whether a new file is source that belongs beside the notebook."""
    name = path.rpartition("/")[2]
    if name in _SOURCE_NAMES or path == ".dvc/config":
        return True
    return "." in name and name.rpartition(".")[2].lower() in _SOURCE_ENDINGS


def is_allowed(path: str) -> bool:
    """Tell whether Git lets a file of that name into a tree: nothing that some file system takes for `.git`."""
    for part in path.split("/"):
        # HFS passes over these characters in a name, NTFS over dots and spaces at its end, and has short names.
        plain = "".join(char for char in part if char not in _IGNORED_BY_HFS).lower().partition(":")[0].rstrip(". ")
        if part in ("", ".", "..") or plain in (".git", "git~1"):
            return False
    return True


def printable(path: str) -> str:
    """Make a path of any bytes into text that can be shown and stored."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _head_entry(repository: Repository, head: str | None, path: str) -> tuple[str, str]:
    if head is None:
        return "", ""
    out = repository.git.attempt("--literal-pathspecs", "ls-tree", "-z", "--full-tree", head, "--", path).out
    words = out.decode("utf-8", "surrogateescape").split()
    return (words[0], words[2]) if len(words) > 2 else ("", "")


def _line(path: str) -> bytes:
    """Write a path as `--stdin-paths` reads it: quoted when it could be misread."""
    raw = path.encode("utf-8", "surrogateescape")
    if b"\n" in raw or b"\r" in raw or raw.startswith(b'"'):
        from trackside.git.commit import quote

        return quote(path) + b"\n"
    return raw + b"\n"


def _mode(status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return "120000"
    return "100755" if status.st_mode & 0o100 else "100644"


def _marks(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder.rstrip("/") + "/")


def _last_line(words: str) -> str:
    lines = [line for line in words.strip().splitlines() if line]
    return lines[-1] if lines else "no reason given"


__all__ = [
    "Change",
    "Limits",
    "Snapshot",
    "changed_since",
    "is_source",
    "printable",
    "rebase_snapshot",
    "take_snapshot",
]
