"""Repositories this server may show: those around a file or folder below its root, by handles it gave out.

A path is taken apart and every part checked; links are followed before it is asked whether the end lies below the root.
The repository around a notebook is shown whole even where its top lies above the root: whoever may open the notebook
is shown the runs made with it. A handle says the folder again, so that it outlives a restart; it is checked as if the
folder had been asked for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trackside.catalogue import Catalogue
from trackside.errors import GitError, GitMissingError, NoRepositoryError, NotFoundError, TracksideError, UsageError
from trackside.format import FORMAT
from trackside.git.repository import Repository, identity, open_repository

if TYPE_CHECKING:
    from trackside.contract import Person, Place, PlaceState

_LONGEST: Final = 4_000
_MOST_PLACES: Final = 50
_NO_COMMIT: Final = "This repository has no commit yet, so runs stay in their journals."
_NO_COMMIT_HINT: Final = "Make a first commit; the runs become experiments then."


@dataclass(slots=True)
class PlaceHeld:
    """One repository that is looked at; `used` is when somebody last asked (monotonic seconds)."""

    id: str
    top: Path
    catalogue: Catalogue
    used: float = field(default_factory=time.monotonic)


class Places:
    """The repositories below one root; used by many threads."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(os.path.realpath(root))
        self._held: dict[str, PlaceHeld] = {}
        self._lock = threading.Lock()

    def held(self) -> list[PlaceHeld]:
        """Return the places in use."""
        with self._lock:
            return list(self._held.values())

    def describe(self, path: str) -> Place:
        """Tell of the repository around a file or folder; in words why there is none."""
        folder = self.folder_of(path)
        try:
            repository = open_repository(folder, trust="reader")
        except TracksideError as error:
            return self._none(error)
        held = self._hold(repository, folder)
        has_commit = repository.git.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}").status == 0
        return {
            "format": FORMAT,
            "state": "ready" if has_commit else "no-commit",
            "id": held.id,
            "name": _printable((repository.toplevel or repository.common_dir).name),
            "folder": self._inside(held.top),
            "branch": _branch(repository),
            "me": _person(repository),
            "message": "" if has_commit else _NO_COMMIT,
            "hint": "" if has_commit else _NO_COMMIT_HINT,
        }

    def read_ahead(self, path: str) -> None:
        """Read the runs around a path before anybody asks; what is wrong there is told to who asks."""
        try:
            handle = self.describe(path)["id"]
            if handle is not None:
                self.get(handle).catalogue.page()
        except Exception:
            return

    def get(self, handle: str) -> PlaceHeld:
        """Return the place of a handle; NotFoundError `unknown-place`."""
        with self._lock:
            held = self._held.get(handle)
        if held is None:
            held = self._again(handle)
        if held is None or not held.top.is_dir():
            raise NotFoundError(
                "That repository is not known here.", hint="Open its folder again.", code="unknown-place"
            )
        held.used = time.monotonic()
        return held

    def folder_of(self, path: str) -> Path:
        """Return the folder of a path of the contents service; UsageError `bad-path`, NotFoundError `outside-root`."""
        whole = self.resolve(path)
        while not whole.is_dir():
            # A file that is not saved yet, or was just removed, still has its folder.
            if whole == self.root or whole.parent == whole:
                raise NotFoundError("That folder is not there.", code="not-found")
            whole = whole.parent
        return whole

    def resolve(self, path: str) -> Path:
        """Return the real place of a path, which lies below the root; raises as `folder_of` does."""
        parts = [part for part in path.split("/") if part]
        strange = "\\" in path if os.name == "nt" else False
        if len(path) > _LONGEST or "\0" in path or strange or any(part in (".", "..") for part in parts):
            raise UsageError("That is no path of this server.", code="bad-path")
        try:
            whole = Path(os.path.realpath(self.root.joinpath(*parts)))
        except (OSError, ValueError) as error:
            raise UsageError("That is no path of this server.", code="bad-path") from error
        if whole != self.root and self.root not in whole.parents:
            raise NotFoundError("That path leads out of the folder this server shows.", code="outside-root")
        return whole

    def _hold(self, repository: Repository, folder: Path) -> PlaceHeld:
        top = repository.toplevel or repository.common_dir
        handle = self._handle(top, folder)
        with self._lock:
            held = self._held.get(handle)
            if held is None:
                while len(self._held) >= _MOST_PLACES:
                    self._held.pop(min(self._held, key=lambda key: self._held[key].used))
                held = self._held[handle] = PlaceHeld(handle, top, Catalogue(folder))
            held.used = time.monotonic()
            return held

    def _handle(self, top: Path, folder: Path) -> str:
        # The top, where it may be asked for, so that every folder of a repository gives one handle.
        inside = self._inside(top)
        said = base64.urlsafe_b64encode((inside if inside is not None else self._inside(folder) or "").encode())
        return f"{_digest(top)}.{said.decode().rstrip('=')}"

    def _again(self, handle: str) -> PlaceHeld | None:
        digest, _, said = handle.partition(".")
        try:
            path = base64.b64decode(said + "=" * (-len(said) % 4), altchars=b"-_", validate=True).decode()
            folder = self.folder_of(path)
            repository = open_repository(folder, trust="reader")
        except (binascii.Error, ValueError, TracksideError):
            return None
        if _digest(repository.toplevel or repository.common_dir) != digest:
            return None
        held = self._hold(repository, folder)
        return held if held.id == handle else None

    def _inside(self, path: Path) -> str | None:
        """Return a path as the contents service names it, None when it lies above the root."""
        real = Path(os.path.realpath(path))
        if real == self.root:
            return ""
        return _printable(real.relative_to(self.root).as_posix()) if self.root in real.parents else None

    @staticmethod
    def _none(error: TracksideError) -> Place:
        state: PlaceState = "refused"
        if isinstance(error, GitMissingError):
            state = "no-git"
        elif isinstance(error, NoRepositoryError):
            state = "no-repository"
        elif not isinstance(error, GitError):
            raise error
        return {
            "format": FORMAT, "state": state, "id": None, "name": "", "folder": None, "branch": None, "me": None,
            "message": error.message, "hint": error.hint,
        }  # fmt: skip


def _digest(top: Path) -> str:
    return hashlib.sha256(os.fsencode(os.path.realpath(top))).hexdigest()[:16]


def _printable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _person(repository: Repository) -> Person | None:
    """Return the author that commits made here would carry; None for the stand-in, which is nobody in particular."""
    who = identity(repository)
    if who["fallback"]:
        return None
    return {"name": _printable(str(who["name"])), "email": _printable(str(who["email"])), "fallback": False}


def _branch(repository: Repository) -> str | None:
    try:
        head = (repository.git_dir / "HEAD").read_text("utf-8", "replace").strip()
    except OSError:
        return None
    word = "ref: refs/heads/"
    return head[len(word) :] if head.startswith(word) else None
