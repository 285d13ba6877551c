"""Copy a file's content and hash the copy, both at once when it is large: the hash is of what was written, never of the
source, which somebody may be writing meanwhile.

`copy_file_range` shares the blocks where the file system can (btrfs, XFS) and copies inside the kernel elsewhere. The
hash takes three times as long as the copy, so that following the copy in a thread hides the shorter of the two.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

_COPIED_AT_ONCE: Final = 8 << 20
_READ_AT_ONCE: Final = 256 << 10
#: Smaller files are hashed in the time a thread takes to start.
_LARGE: Final = 4 << 20
#: The file system cannot do it; another way can.
_CANNOT: Final = frozenset(
    {errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.ENOTTY, errno.EBADF}
)


def copy_and_hash(source: BinaryIO, target: Path, size: int) -> tuple[int, str]:
    """Copy at most `size` bytes into an empty file; return how many, and the md5 of what is in it. OSError as met."""
    with open(target, "r+b", buffering=0) as written, open(target, "rb", buffering=0) as copy:
        follower = _Follower.start(copy) if size >= _LARGE else None
        if follower is None:
            return copy_content(source, written, size), md5_of(copy)
        try:
            copied = copy_content(source, written, size, follower.grew)
        finally:
            follower.end()
        return copied, follower.md5()


class _Follower:
    """Hashes a file in a thread while it grows, and reads nothing that was not said to be written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = 0
        self._is_whole = False
        self._changed = threading.Condition()
        self._digest = hashlib.md5(usedforsecurity=False)
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="trackside-hash", daemon=True)

    @classmethod
    def start(cls, file: BinaryIO) -> _Follower | None:
        """Begin to follow a file; None where no thread is to be had."""
        follower = cls(file)
        try:
            follower._thread.start()
        except RuntimeError:
            return None
        return follower

    def grew(self, size: int) -> None:
        """Say how many bytes are written by now."""
        with self._changed:
            self._size = size
            self._changed.notify()

    def end(self) -> None:
        """Say that it will not grow any more, and wait for the hash."""
        with self._changed:
            self._is_whole = True
            self._changed.notify()
        self._thread.join()

    def md5(self) -> str:
        """Return the hash of it all; raises OSError when it could not be read."""
        if self._error is not None:
            raise self._error
        return self._digest.hexdigest()

    def _run(self) -> None:
        view = memoryview(bytearray(_READ_AT_ONCE))
        done = 0
        try:
            while size := self._wait_beyond(done):
                while done < size:
                    count = self._file.readinto(view[: size - done])  # type: ignore[attr-defined]  # raw files have it
                    if not count:
                        raise OSError(errno.EIO, os.strerror(errno.EIO))
                    self._digest.update(view[:count])
                    done += count
        except OSError as error:
            self._error = error

    def _wait_beyond(self, done: int) -> int:
        """Return how far it is written, beyond what is done; 0 when there will be no more."""
        with self._changed:
            while self._size <= done and not self._is_whole:
                self._changed.wait()
            return self._size if self._size > done else 0


def copy_content(source: BinaryIO, target: BinaryIO, size: int, grew: Callable[[int], None] = lambda _: None) -> int:
    """Copy at most `size` bytes the quickest way there is, telling how many by now; return how many were copied."""
    copied = 0
    if hasattr(os, "copy_file_range"):
        try:
            while copied < size:
                count = os.copy_file_range(source.fileno(), target.fileno(), min(_COPIED_AT_ONCE, size - copied))
                if not count:
                    break
                copied += count
                grew(copied)
        except OSError as error:
            if error.errno not in _CANNOT:
                raise
    # Some file systems (/proc, FUSE) copy nothing that way and say so by a zero.
    source.seek(copied)
    target.seek(copied)
    view = memoryview(bytearray(_READ_AT_ONCE))
    while copied < size:
        count = source.readinto(view[: size - copied])  # type: ignore[attr-defined]  # raw files have it
        if not count:
            break
        _write_all(target, view[:count])
        copied += count
        grew(copied)
    return copied


def _write_all(target: BinaryIO, view: memoryview) -> None:
    while view:
        view = view[target.write(view) :]


def md5_of(file: BinaryIO) -> str:
    """Hash the rest of an open file."""
    digest = hashlib.md5(usedforsecurity=False)
    view = memoryview(bytearray(_READ_AT_ONCE))
    while count := file.readinto(view):  # type: ignore[attr-defined]  # raw files have it
        digest.update(view[:count])
    return digest.hexdigest()
