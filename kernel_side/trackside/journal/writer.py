"""Append events to a run's journal: one whole line, one `write(2)`; what was acknowledged survives the process.

The file is opened `O_APPEND` and never buffered, so lines of many threads never mix and a fork writes nothing twice.
When the disk refuses (full, quota, input/output error), lines wait in memory in order and are written with the
next one that gets through; the refusal is told once through `on_trouble`.
"""

from __future__ import annotations

import atexit
import errno
import hashlib
import json
import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Any, Final, Protocol

from trackside.format import RunId
from trackside.journal.asked import remove_ask

_MOST_WAITING: Final = 100_000
#: Bytes of the first attempt when lines wait, and of the next ones when it got through.
_PROBE: Final = 4_096
_BLOCK: Final = 1 << 20
_FULL: Final = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=lambda _: None).encode


class Sink(Protocol):
    """What capture writes to."""

    def append(self, kind: str, /, **fields: object) -> None:
        """Write one event; never raises."""

    def keep(self, data: bytes) -> dict[str, object]:
        """Store bytes beside the journal once, by their hash; return {"$file", "size"}."""


class Journal:
    """The journal of one run, written by the process that runs it."""

    def __init__(self, path: Path, descriptor: int, *, torn: bool = False) -> None:
        self.path = path
        self.files = path.with_suffix(".d")
        self.on_trouble: Callable[[OSError], None] = lambda _: None
        self._descriptor = descriptor
        self._waiting: deque[bytes] = deque()
        #: The file may end in the middle of a line; a newline must come before the next one.
        self._torn = torn
        # Reentrant: a signal handler of the user's may log while the line it interrupted is being written.
        self._lock = threading.RLock()
        self._told = False
        self._muted = False

    def mute(self) -> None:
        """Write nothing any more: in a forked child the journal belongs to the parent."""
        # Another thread of the parent may have held the lock at the fork; nobody in the child would release it.
        self._lock = threading.RLock()
        self._muted = True

    @classmethod
    def create(cls, folder: Path, run: RunId) -> Journal:
        """Create the journal of a new run; raises OSError (FileExistsError when the id is used)."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{run}.jsonl"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        return cls(path, os.open(path, flags, 0o600))

    @classmethod
    def reopen(cls, path: Path) -> Journal:
        """Open an existing journal to append what recovery found out; raises OSError."""
        # Its process may have been killed in the middle of a line.
        return cls(path, os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC), torn=True)

    def append(self, kind: str, /, **fields: Any) -> None:
        """Write one event; never raises."""
        fields.setdefault("t", round(time(), 6))
        fields["e"] = kind
        self._write(f"{_encode(fields)}\n".encode())

    def point(self, name: str, value: str, step: int) -> None:
        """Write one explicit point: `name` and `value` as JSON text already. The shortest way to the disk."""
        self._write(f'{{"t":{time():.6f},"e":"point","k":{name},"v":{value},"s":{step}}}\n'.encode())

    def _write(self, line: bytes) -> None:
        if self._muted:
            return
        with self._lock:
            if not self._waiting and not self._torn:
                try:
                    written = os.write(self._descriptor, line)
                except OSError as error:
                    self._wait(line, error)
                    return
                if written < len(line):
                    self._keep_rest(line, written)
                    self._wait(b"", _FULL)
                return
            if len(self._waiting) < _MOST_WAITING:
                self._waiting.append(line)
            refused = self._flush()
            if refused is not None:
                self._tell(refused)

    def _wait(self, line: bytes, error: OSError) -> None:
        if line:
            self._waiting.append(line)
        self._tell(error)

    def _tell(self, error: OSError) -> None:
        told, self._told = self._told, True
        if not told:
            # There may be room again when the process exits; what waits then is gone otherwise.
            atexit.register(self.flush)
            self.on_trouble(error)

    def _flush(self) -> OSError | None:
        """Write what waits, after the newline that closes a torn line.

        A few lines at first: while the disk is full each further line would otherwise cost as much as all that wait.
        """
        most = _PROBE
        while self._waiting or self._torn:
            # Taken out before they are written: a signal handler that logs meanwhile must not write them again.
            block = self._take(most)
            try:
                written = os.write(self._descriptor, block)
            except OSError as error:
                self._keep_rest(block, 0)
                return error
            if written < len(block):
                self._keep_rest(block, written)
                return _FULL
            most = _BLOCK
        return None

    def _take(self, most: int) -> bytes:
        """Take out the first lines that wait, one at least and no more than fit into `most` bytes."""
        lines = [b"\n"] if self._torn else []
        self._torn = False
        size = 0
        while self._waiting and (not size or size + len(self._waiting[0]) <= most):
            lines.append(self._waiting.popleft())
            size += len(lines[-1])
        return b"".join(lines)

    def _keep_rest(self, block: bytes, written: int) -> None:
        """Let wait what the disk did not take; a torn line is written again, one that lacks its newline alone is not.

        A disk that fills up takes part of a block. A block that begins with a newline was to close a torn line.
        """
        rest = block[block.rfind(b"\n", 0, written) + 1 :]
        begun = written - (len(block) - len(rest))
        if begun and rest[begun : begun + 1] == b"\n":
            rest = rest[begun + 1 :]
        lines = [line for line in rest.splitlines(keepends=True) if line != b"\n"]
        self._waiting.extendleft(reversed(lines))
        self._torn = self._torn or bool(begun) or (written == 0 and block.startswith(b"\n"))

    def keep(self, data: bytes) -> dict[str, object]:
        """Store bytes beside the journal once, by their hash; on refusal return {"$lost", "size"}, never raise."""
        digest = hashlib.sha256(data).hexdigest()
        path = self.files / digest
        try:
            if not self._muted and not path.exists():
                self.files.mkdir(mode=0o700, exist_ok=True)
                temporary = self.files / f".{digest}.{os.getpid()}.{threading.get_ident()}"
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
                try:
                    with os.fdopen(descriptor, "wb") as file:
                        file.write(data)
                    os.rename(temporary, path)
                except BaseException:
                    temporary.unlink(missing_ok=True)
                    raise
        except OSError as error:
            self._tell(error)
            return {"$lost": digest, "size": len(data)}
        return {"$file": digest, "size": len(data)}

    @property
    def waiting(self) -> int:
        """Number of lines the disk has refused so far."""
        return len(self._waiting)

    def flush(self) -> bool:
        """Try once more to write what waits; tell whether all is on disk."""
        with self._lock:
            return not self._waiting or self._muted or self._flush() is None

    def sync(self) -> None:
        """Ask the disk itself to have it, before Git is told."""
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            self.on_trouble(error)

    def close(self) -> None:
        """Close the file; the journal stays."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def discard(self) -> None:
        """Remove the journal and what lies beside it."""
        self.close()
        remove_journal(self.path)


def remove_journal(path: Path) -> None:
    """Remove a journal and its side files; the journal itself last, so that a kill leaves nothing unowned."""
    files = path.with_suffix(".d")
    try:
        for file in files.iterdir():
            file.unlink(missing_ok=True)
        files.rmdir()
    except FileNotFoundError:
        pass
    remove_ask(path)
    path.unlink(missing_ok=True)
