"""A content-addressed cache in DVC's layout: `files/md5/<2>/<30>`, whole objects only, mode 444.

An object is the copy itself, and its name the hash of that copy (`copying`): what lies under a hash has that hash,
whatever somebody did to the source meanwhile. A link to the source, which DVC can make as well, would let later edits
of the user's file reach into the cache, or take the user's right to write.
"""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from trackside.artifacts.copying import copy_and_hash

_MODE: Final = 0o444
_STALE_SECONDS: Final = 86_400
_TEMPORARY: Final = ".trackside-"
#: A file written a moment ago can change again without its times showing it: clocks of file systems tick this coarsely.
_TICK_SECONDS: Final = 0.02


class ChangingError(Exception):
    """The file changed each time while it was copied."""


@dataclass(frozen=True, slots=True)
class Stat:
    """What tells that a file is still the same without reading it."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stat:
        """Take the telling part of a stat result."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    @property
    def changed(self) -> float:
        """When the file or its inode last changed, unix seconds."""
        return max(self.mtime_ns, self.ctime_ns) / 1e9


@dataclass(frozen=True, slots=True)
class Cache:
    """One cache folder; `is_shared` when all users of its group write it (DVC's `cache.shared = group`)."""

    folder: Path
    is_shared: bool = False

    def path_of(self, oid: str) -> Path:
        """Return where an object lies, there or not."""
        return self.folder / "files" / "md5" / oid[:2] / oid[2:]

    def has(self, oid: str, size: int | None = None) -> bool:
        """Tell whether an object is there, with that size."""
        try:
            status = self.path_of(oid).stat()
        except OSError:
            return False
        return stat.S_ISREG(status.st_mode) and size in (None, status.st_size)

    def use(self, oid: str, size: int | None = None) -> bool:
        """Tell whether an object is there, and mark it as used now: a cleaning at this moment leaves it then."""
        path = self.path_of(oid)
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode) or size not in (None, status.st_size):
                return False
            if status.st_nlink > 1:
                # A hard link of the user's: its time is their file's. This moves the time of the inode alone.
                os.chmod(path, stat.S_IMODE(status.st_mode))
            else:
                os.utime(path)
        except FileNotFoundError:
            return False
        except OSError:
            # Somebody else's object, or a disk that cannot be written: no cleaning of this clone's can take it either.
            return self.has(oid, size)
        return True

    def add_file(self, path: Path) -> tuple[str, Stat, bool]:
        """Copy a file in; return its md5, the stat it had all the while, and whether the object is new.

        Raises ChangingError, and OSError as met: no partial object stays then.
        """
        self._sweep()
        for _ in range(2):
            with open(path, "rb", buffering=0) as source, self._temporary() as temporary:
                before = settled_stat(source)
                copied, md5 = copy_and_hash(source, temporary, before.size)
                if copied == before.size and Stat.of(os.fstat(source.fileno())) == before:
                    return md5, before, self._place(temporary, md5, before.size)
        raise ChangingError(os.fspath(path))

    def add_bytes(self, oid: str, data: bytes) -> bool:
        """Store bytes whose id is known, and tell whether they are new; raises OSError."""
        if self.use(oid, len(data)):
            return False
        with self._temporary() as temporary:
            temporary.write_bytes(data)
            return self._place(temporary, oid, len(data))

    @contextmanager
    def _temporary(self) -> Iterator[Path]:
        """Make an empty file in the cache's file system; it is gone afterwards unless it was placed."""
        folder = self.folder / "files"
        self._make(folder)
        path = folder / f"{_TEMPORARY}{secrets.token_hex(8)}.tmp"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _place(self, temporary: Path, oid: str, size: int) -> bool:
        if self.use(oid, size):
            return False
        target = self.path_of(oid)
        self._make(target.parent)
        os.chmod(temporary, _MODE)
        os.replace(temporary, target)
        return True

    def _make(self, folder: Path) -> None:
        if folder.is_dir():
            return
        if folder != self.folder:
            self._make(folder.parent)
        folder.mkdir(parents=True, exist_ok=True)
        if self.is_shared:
            with suppress(OSError):
                folder.chmod(0o2775)

    def _sweep(self) -> None:
        """Remove what a killed process left half copied a day ago or longer."""
        with suppress(OSError):
            for entry in os.scandir(self.folder / "files"):
                if entry.name.startswith(_TEMPORARY) and entry.stat().st_mtime < time.time() - _STALE_SECONDS:
                    os.unlink(entry.path)


def own_cache(common_dir: Path) -> Cache:
    """Return the cache of a clone itself, for large files where DVC is not set up."""
    return Cache(common_dir / "trackside" / "cache")


def settled_stat(file: BinaryIO) -> Stat:
    """Stat an open file so that every later change shows: wait out the tick of a file written just now."""
    found = Stat.of(os.fstat(file.fileno()))
    if abs(time.time() - found.changed) < _TICK_SECONDS:
        time.sleep(_TICK_SECONDS)
        found = Stat.of(os.fstat(file.fileno()))
    return found
