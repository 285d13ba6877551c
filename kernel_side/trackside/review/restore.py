"""Bring a run's files back into the work tree; whatever stood there is kept first, and can be put back.

The index is not touched: what was restored shows as a person's own edit. What an editor has open and not saved cannot
be seen from here.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from trackside.errors import NotFoundError, StateError, StorageError, UsageError
from trackside.git.objects import list_tree
from trackside.git.repository import Repository
from trackside.git.runner import Git
from trackside.git.sources import is_allowed
from trackside.record import FOLDER, printable
from trackside.review.keeping import Keeping, Kept, digest
from trackside.review.trees import is_below

_FILES: Final = frozenset({"100644", "100755", "120000"})
#: DVC's and our own: no files of a person.
_NOT_RESTORED: Final = (FOLDER, ".dvc/tmp")
_PLAIN: Final = (("core.sparseCheckout", "false"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One file that differs from the run's: "new" is not there, "other" is; "blocked" cannot be written, and `why`."""

    path: str
    state: str
    why: str = ""


@dataclass(slots=True, kw_only=True)
class Restored:
    """What was written, what stood there and is kept in `kept_in`, what was left and why (path → sentence)."""

    run: str
    written: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    kept_in: Path | None = None


def plan_restore(repository: Repository, run: str, oid: str, paths: Sequence[str] = ()) -> list[Found]:
    """List which of the run's files differ from the work tree; `paths` are files or folders from its top.

    Raises NotFoundError when the run has no such file, StateError in a bare repository.
    """
    with _compared(repository, oid) as git:
        return _find(repository, git, run, oid, paths)


def restore(repository: Repository, run: str, oid: str, paths: Sequence[str] = ()) -> Restored:
    """Write the run's files into the work tree, after keeping what stands there. Nothing is removed.

    Raises what `plan_restore` does, and StorageError when what stands there cannot be kept; then nothing is written.
    """
    with _compared(repository, oid) as git:
        found = _find(repository, git, run, oid, paths)
        done = Restored(run=run, left={one.path: one.why for one in found if one.state == "blocked"})
        wanted = [one.path for one in found if one.state != "blocked"]
        if not wanted:
            return done
        keeping = Keeping.begin(repository.own_dir, run, oid)
        kept = [keeping.keep(_top(repository), path) for path in wanted]
        keeping.write(kept)
        asked = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in wanted)
        git.run("checkout-index", "--force", "--quiet", "-z", "--stdin", stdin=asked)
        kept = [replace_written(_top(repository), one) for one in kept]
        keeping.write(kept)
    done.written = wanted
    done.kept = [one.path for one in kept if one.was is not None]
    done.kept_in = keeping.folder
    return done


def undo_restore(repository: Repository) -> Restored:
    """Put back what the last restore found; files that were changed since are left, and stay kept.

    Raises NotFoundError when nothing was restored.
    """
    keeping = Keeping.last(repository.own_dir)
    if keeping is None:
        raise NotFoundError("There is no restore to undo.", hint="trackside restore RUN", code="nothing-restored")
    top = _top(repository)
    done = Restored(run=keeping.run, kept_in=keeping.folder)
    for one in keeping.read():
        why = _undo_problem(top, one)
        if why:
            done.left[one.path] = why
            continue
        try:
            keeping.put_back(top, one)
        except OSError as error:
            done.left[one.path] = f"it could not be written: {error.strerror}"
            continue
        done.written.append(one.path)
    keeping.close(is_whole=not done.left)
    if not done.left:
        done.kept_in = None
    return done


def replace_written(top: Path, one: Kept) -> Kept:
    """Note what now stands at a path, so that an undo sees whether somebody edited it since."""
    return replace(one, wrote=digest(top / one.path))


def _undo_problem(top: Path, one: Kept) -> str:
    path = top / one.path
    if _blocked(top, one.path):
        return _blocked(top, one.path)
    now = digest(path)
    if now == one.was_digest and now is not None:
        return ""
    if one.wrote is not None and now != one.wrote:
        return "it was changed since" if now is not None else "it was removed since"
    return ""


def _top(repository: Repository) -> Path:
    if repository.toplevel is None:
        raise StateError(
            "This repository has no work tree to restore into.", hint="Clone it, and restore there.", code="bare"
        )
    return repository.toplevel


@contextlib.contextmanager
def _compared(repository: Repository, oid: str) -> Iterator[Git]:
    """Give a Git with an index of its own that holds the run's tree, and what the person's index knows of files."""
    _top(repository)
    try:
        outer = tempfile.mkdtemp(prefix="trackside-restore-")
    except OSError as error:
        raise StorageError(f"No temporary folder could be made: {error.strerror}.") from error
    index = Path(outer, "index")
    try:
        with contextlib.suppress(OSError):
            # Knows by their clocks which files are as they were, so that these need not be read.
            index.write_bytes((repository.git_dir / "index").read_bytes())
        git = repository.git._replace(
            environment=(("GIT_INDEX_FILE", str(index)),), config=(*_PLAIN, ("index.sharedIndex", ""))
        )
        if git.attempt("read-tree", "--reset", oid).status != 0:
            index.unlink(missing_ok=True)
            git.run("read-tree", oid)
        yield git
    finally:
        for left in Path(outer).iterdir():
            left.unlink()
        os.rmdir(outer)


def _find(repository: Repository, git: Git, run: str, oid: str, paths: Sequence[str]) -> list[Found]:
    files = {
        path: mode
        for path, (mode, _) in list_tree(repository, oid).items()
        if not is_below(path, _NOT_RESTORED) and is_allowed(path)
    }
    wanted = [_asked(path) for path in paths]
    for path in wanted:
        if path and not any(is_below(file, [path]) for file in files):
            raise NotFoundError(f"{run} has no file {printable(path)}.", hint=f"trackside diff {run}", code="no-file")
    # Reads the files whose clocks are not known; says with status 1 that some differ.
    git.run("update-index", "-q", "--ignore-missing", "--ignore-submodules", "--really-refresh", ok=(0, 1))
    out = git.run("diff-files", "--name-only", "-z", "--ignore-submodules", "--no-ext-diff")
    differ = out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    found = []
    for path in sorted(set(differ) & files.keys()):
        if wanted and "" not in wanted and not is_below(path, wanted):
            continue
        why = _blocked(_top(repository), path) or ("" if files[path] in _FILES else "it is a repository of its own")
        there = os.path.lexists(_top(repository) / path)
        found.append(Found(path=path, state="blocked" if why else "other" if there else "new", why=why))
    return found


def _asked(path: str) -> str:
    """Clean a path that a person asked for; UsageError when it leads out of the work tree."""
    clean = os.path.normpath(path).replace(os.sep, "/") if path else ""
    if clean.startswith(("../", "/")) or clean == "..":
        raise UsageError(f"{printable(path)} lies outside the work tree.", code="outside")
    return "" if clean == "." else clean


def _blocked(top: Path, path: str) -> str:
    """Say why a file cannot be written without taking away something else; '' when it can."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        folder = top.joinpath(*parts[:depth])
        with contextlib.suppress(OSError):
            status = os.lstat(folder)
            if stat.S_ISLNK(status.st_mode):
                return f"{printable('/'.join(parts[:depth]))} is a link, which may lead anywhere"
            if not stat.S_ISDIR(status.st_mode):
                return f"{printable('/'.join(parts[:depth]))} is a file, and would have to be a folder"
    with contextlib.suppress(OSError):
        mode = os.lstat(top / path).st_mode
        if stat.S_ISDIR(mode):
            return "there is a folder of that name"
        if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
            return "there is something of that name that is no file"
    return ""


def as_json(done: Restored) -> dict[str, Any]:
    """Return what a program is told of it."""
    return {
        "run": done.run,
        "written": [printable(path) for path in done.written],
        "kept": [printable(path) for path in done.kept],
        "left": {printable(path): why for path, why in done.left.items()},
        "kept_in": os.fspath(done.kept_in) if done.kept_in is not None else None,
    }


__all__ = ["Found", "Restored", "as_json", "plan_restore", "restore", "undo_restore"]
