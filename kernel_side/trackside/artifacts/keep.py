"""Keep a file or folder with a run as it is now. The user's file is only read: never changed, moved or linked."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from trackside.artifacts.cache import ChangingError, Stat, own_cache
from trackside.artifacts.dvcconfig import dvc_cache, find_dvc_root
from trackside.artifacts.pointer import listing_bytes, listing_id, pointer_bytes
from trackside.artifacts.seen import Seen
from trackside.errors import NotFoundError, StorageError, UsageError

if TYPE_CHECKING:
    from trackside.journal.writer import Sink

Stored = Literal["git", "dvc", "local", "none"]
Wanted = Literal["auto", "git", "dvc"]

DEFAULT_LIMIT: Final = 1_000_000
#: Forges refuse larger files, and every clone carries them for good.
_LARGEST_IN_GIT: Final = 100_000_000
#: Where files from outside the repository get their place in the experiment's tree.
OUTSIDE: Final = ".trackside/artifacts"
_ONLY_HERE: Final = "Kept in this clone only: DVC is not set up here. `dvc init` makes the next ones shareable."
#: DVC never takes these along either (its default ignore patterns).
_NEVER_ENTERED: Final = frozenset({".git", ".hg", ".dvc"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of one artifact; `reason` is a sentence when it is not stored, or only in this clone.

    `path` is from the top of the repository; `pointer` is the content of `<path>.dvc` when DVC's cache has it;
    `file` is the side file beside the journal when Git gets it.
    """

    path: str
    size: int = 0
    md5: str | None = None
    stored: Stored = "none"
    file: dict[str, object] | None = None
    reason: str | None = None
    pointer: bytes | None = None
    is_dir: bool = False
    nfiles: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the fields of the journal's `artifact` event; what is empty is left out."""
        facts: dict[str, Any] = {"path": self.path, "size": self.size, "md5": self.md5, "stored": self.stored}
        if self.file is not None:
            facts["file"] = self.file
        if self.reason is not None:
            facts["reason"] = self.reason
        if self.pointer is not None:
            facts["pointer"] = self.pointer.decode("utf-8")
        if self.nfiles is not None:
            facts["files"] = self.nfiles
        return facts


class _CannotKeepError(Exception):
    """Why an artifact is not stored, as a sentence for the record."""


def keep_artifact(
    path: str | os.PathLike[str],
    *,
    repository_root: Path | None,
    common_dir: Path,
    sink: Sink,
    store: Wanted = "auto",
    limit: int = DEFAULT_LIMIT,
) -> Kept:
    """Keep a file (in Git up to `limit` bytes, else in a cache) or a folder (in a cache).

    The cache is DVC's when a `.dvc/` is found from the file up to `repository_root`, else
    `<common_dir>/trackside/cache` in the same layout. A file from outside the repository gets a place in
    `.trackside/artifacts/`. Raises NotFoundError (nothing there), UsageError (a device, fifo, socket, a folder
    for Git) and StorageError (unreadable, disk full, read-only). What may change by itself or is a matter of the
    file's place is no error: `stored` is "none" and `reason` says why.
    """
    whole = Path(os.path.abspath(path))
    root = repository_root or Path.cwd()
    place = _place(whole, root)
    shown = place.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    with _told(shown):
        status = _status(whole, shown)
        try:
            _require_utf8(place)
            _require_inside(whole, root)
            if stat.S_ISDIR(status.st_mode):
                if store == "git":
                    raise UsageError(f"{shown} is a folder; Git gets single files.", hint="Name its files one by one.")
                return _Keeper(whole, place, root, common_dir).keep_folder()
            if store == "git" or (store == "auto" and status.st_size <= limit):
                return _keep_in_git(whole, place, sink, _LARGEST_IN_GIT)
            return _Keeper(whole, place, root, common_dir).keep_file()
        except _CannotKeepError as error:
            return Kept(path=shown, size=status.st_size, reason=str(error), is_dir=stat.S_ISDIR(status.st_mode))
        except ChangingError:
            return Kept(path=shown, size=status.st_size, reason="It kept changing while it was copied.")


def _place(whole: Path, root: Path) -> str:
    """Return the artifact's path in the experiment's tree."""
    try:
        inside = (Path(os.path.realpath(whole.parent)) / whole.name).relative_to(os.path.realpath(root))
    except ValueError:
        return f"{OUTSIDE}/{whole.name}"
    if not inside.parts:
        raise UsageError("The whole repository is kept with each run already.", hint="Name a file or folder in it.")
    if ".git" in map(str.lower, inside.parts):
        raise UsageError("What belongs to Git itself cannot be kept with a run.")
    return inside.as_posix()


def _status(whole: Path, shown: str) -> os.stat_result:
    try:
        status = os.stat(whole)
    except (FileNotFoundError, NotADirectoryError):
        if whole.is_symlink():
            raise NotFoundError(f"{shown} is a link to something that is not there.", code="no-file") from None
        hint = "Paths count from the kernel's working folder; see `%pwd`."
        raise NotFoundError(f"There is no file {shown}.", hint=hint, code="no-file") from None
    if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
        return status
    raise UsageError(f"{shown} is {_kind(status.st_mode)}, not a file.", code="not-a-file")


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _require_utf8(place: str) -> None:
    try:
        place.encode("utf-8")
    except UnicodeEncodeError:
        raise _CannotKeepError("Its name is not valid UTF-8; rename it to keep it.") from None


def _require_inside(whole: Path, root: Path) -> None:
    """Refuse what a link leads out of the repository; a file named outside it openly is another matter."""
    top = os.path.realpath(root)
    is_named_inside = _is_below(str(whole), str(root)) or _is_below(str(whole), top)
    if is_named_inside and not _is_below(os.path.realpath(whole), top):
        raise _CannotKeepError("A link leads out of the repository to it; name the file the link leads to.")


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


@contextmanager
def _told(shown: str) -> Iterator[None]:
    """Put what the system refused into words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                f"The disk is full: {shown} is not kept with the run.", hint="Free some space, then log it again."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise StorageError(
                f"No permission: {error.filename or shown} cannot be read or its copy not written.",
                code="unreadable",
            ) from error
        if error.errno == errno.EROFS:
            raise StorageError(f"The disk is read-only: {shown} is not kept with the run.") from error
        raise StorageError(f"{shown} is not kept with the run: {error.strerror or error}.") from error


def _keep_in_git(whole: Path, place: str, sink: Sink, largest: int) -> Kept:
    for _ in range(2):
        with open(whole, "rb", buffering=0) as file:
            # Read at one go: waiting out a tick of the clock, as large files need it, would cost 20 ms each.
            before = Stat.of(os.fstat(file.fileno()))
            if before.size > largest:
                raise UsageError(
                    f"{place} is too large for Git ({before.size / 1e6:,.0f} MB).", hint="Keep it with --dvc."
                )
            data = file.read(before.size + 1)
            while len(data) < before.size and (more := file.read(before.size - len(data))):
                data += more
            if len(data) == before.size and Stat.of(os.fstat(file.fileno())) == before:
                break
    else:
        raise ChangingError(place)
    kept = sink.keep(data)
    if "$file" not in kept:
        raise StorageError(f"{place} is not kept with the run: the journal cannot be written.")
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return Kept(path=place, size=len(data), md5=md5, stored="git", file=kept)


class _Keeper:
    """Puts one artifact into the cache that serves its place."""

    def __init__(self, whole: Path, place: str, root: Path, common_dir: Path) -> None:
        self._whole, self._place, self._root = whole, place, root
        self._own = common_dir / "trackside"
        dvc_root = find_dvc_root(root / Path(place).parent, root)
        cache = dvc_cache(dvc_root) if dvc_root else None
        self._stored: Stored = "dvc" if cache else "local"
        self._cache = cache or own_cache(common_dir)
        #: (object, path) that nobody had put there before.
        self._new: list[tuple[str, str]] = []

    def keep_file(self) -> Kept:
        seen = Seen(self._own)
        try:
            md5, size = self._add(seen, self._whole)
            self._note(seen)
        finally:
            seen.close()
        return self._kept(md5, size, None)

    def keep_folder(self) -> Kept:
        seen = Seen(self._own)
        try:
            added = [(name, *self._add(seen, path)) for name, path in self._files()]
            if not added:
                raise _CannotKeepError("The folder holds no files.")
            listing = listing_bytes([(name, md5) for name, md5, _ in added])
            oid = listing_id(listing)
            if self._cache.add_bytes(oid, listing):
                self._new.append((oid, f"{self._place}/"))
        finally:
            self._note(seen)
            seen.close()
        return self._kept(oid, sum(size for *_, size in added), len(added))

    def _note(self, seen: Seen) -> None:
        if self._new:
            seen.note_put(self._cache.folder, self._new)

    def _kept(self, oid: str, size: int, nfiles: int | None) -> Kept:
        is_dvc = self._stored == "dvc"
        name = self._place.rpartition("/")[2]
        return Kept(
            path=self._place,
            size=size,
            md5=oid,
            stored=self._stored,
            reason=None if is_dvc else _ONLY_HERE,
            pointer=pointer_bytes(name, md5=oid, size=size, nfiles=nfiles) if is_dvc else None,
            is_dir=nfiles is not None,
            nfiles=nfiles,
        )

    def _add(self, seen: Seen, path: Path) -> tuple[str, int]:
        now = Stat.of(os.stat(path))
        md5 = seen.md5(path, now)
        if md5 is not None and self._cache.use(md5, now.size):
            return md5, now.size
        md5, found, is_new = self._cache.add_file(path)
        if is_new:
            inside = path.relative_to(self._whole).as_posix()
            self._new.append((md5, self._place if inside == "." else f"{self._place}/{inside}"))
        seen.remember([(path, found, md5)])
        return md5, found.size

    def _files(self) -> Iterator[tuple[str, Path]]:
        """List the files of the folder by their path in it; refuse what cannot be kept whole."""
        top = os.path.realpath(
            self._root if _is_below(os.path.realpath(self._whole), os.path.realpath(self._root)) else self._whole
        )
        for folder, names, files in os.walk(self._whole, onerror=_raise):
            names[:] = sorted(name for name in names if name not in _NEVER_ENTERED)
            for name in sorted([*files, *(name for name in names if os.path.islink(os.path.join(folder, name)))]):
                path = Path(folder, name)
                inside = path.relative_to(self._whole).as_posix()
                _require_utf8_inside(inside)
                if name == ".dvcignore":
                    # DVC refuses such a folder, and its patterns would make its hash another one.
                    raise _CannotKeepError(f"It holds a file that DVC cannot keep in a folder: {inside}.")
                if path.is_symlink() and not _is_below(os.path.realpath(path), top):
                    raise _CannotKeepError(f"It holds a link that leads out of the repository: {inside}.")
                mode = os.stat(path).st_mode
                if not stat.S_ISREG(mode):
                    kind = "a link to a folder" if stat.S_ISDIR(mode) else _kind(mode)
                    raise _CannotKeepError(f"It holds {kind}: {inside}.")
                yield inside, path


def _raise(error: OSError) -> None:
    raise error


def _require_utf8_inside(inside: str) -> None:
    try:
        inside.encode("utf-8")
    except UnicodeEncodeError:
        shown = inside.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        raise _CannotKeepError(f"It holds a file whose name is not valid UTF-8: {shown}.") from None
