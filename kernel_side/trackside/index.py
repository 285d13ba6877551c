"""What was read from commits, kept by commit id in SQLite: derived, so losing it costs one slower listing.

Two tables, since a listing of all runs reads only glances: `glance` (a few hundred bytes a run, see `row`) and
`record` (the whole checked record as JSON). Many rows at once are written by a thread while their reader goes on.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

#: Raised when a table changes, or when records are checked or glanced at in another way.
_VERSION: Final = 5
_SCHEMA: Final = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS glance (
    oid TEXT PRIMARY KEY, source TEXT NOT NULL, problem TEXT, started REAL NOT NULL, tags TEXT NOT NULL,
    glance TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (oid TEXT PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS note (tip TEXT NOT NULL, oid TEXT NOT NULL, events BLOB NOT NULL);
PRAGMA user_version = 5;
COMMIT;
"""
#: SQLite takes at most 999 values in one statement in its older builds, since 3.32 so many.
_AT_ONCE: Final = 900
_MOST_VALUES: Final = 32_766 if sqlite3.sqlite_version_info >= (3, 32) else 999
#: Seconds to wait for another process that writes.
_PATIENCE: Final = 2.0
#: So many rows are written in the time a thread takes to start.
_FEW: Final = 100


class Glance(NamedTuple):
    """What the index knows of one commit, short of the record itself; `tags` is a JSON list, `glance` a row's."""

    oid: str
    source: str
    problem: str | None
    started: float
    tags: str
    glance: str


#: Statements, each with the rows of values it is for.
_Change = tuple[str, Sequence[Any]]
Row = tuple[Glance, bytes]


class Index:
    """The derived index of one clone; every failure of the database only means it knows nothing."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "index.sqlite"
        self._connection = _open(self.path)
        self._thread: ThreadPoolExecutor | None = None
        self._waiting: deque[Sequence[Row]] = deque()
        self._writes: list[Future[bool]] = []
        self._has_lost = False

    @property
    def is_usable(self) -> bool:
        """Whether the database could be opened or made."""
        return self._connection is not None

    @property
    def is_settled(self) -> bool:
        """Whether all that was added is in the database by now."""
        if all(write.done() for write in self._writes):
            self._settle()
        return self.is_usable and not self._writes and not self._has_lost

    def glances(self, oids: Sequence[str] | None = None) -> dict[str, Glance]:
        """Return what is known of the given commits, or of all, by commit id."""
        self._settle()
        rows = self._in_parts("SELECT oid, source, problem, started, tags, glance FROM glance", oids)
        return {row[0]: Glance._make(row) for row in rows}

    def records(self, oids: Sequence[str] | None = None) -> dict[str, bytes]:
        """Return the records of the given commits, or of all, as JSON by commit id."""
        self._settle()
        return dict(self._in_parts("SELECT oid, record FROM record", oids))

    def add(self, rows: Sequence[Row]) -> None:
        """Remember commits and their records: at once when they are few, else while the caller goes on."""
        if self._connection is None or not rows:
            return
        if len(rows) < _FEW:
            self._settle()
            self._change(*_insertions(rows))
            return
        if self._thread is None:
            from concurrent.futures import ThreadPoolExecutor

            self._thread = ThreadPoolExecutor(1, "trackside-index")
        self._waiting.append(rows)
        self._writes.append(self._thread.submit(self._write_waiting))

    def notes(self, tip: str) -> dict[str, bytes] | None:
        """Return the annotations as they stood at a commit of the notes ref, or None when unknown."""
        return dict(self._select("SELECT oid, events FROM note WHERE tip = ?", [tip])) or None

    def set_notes(self, tip: str, notes: dict[str, bytes]) -> None:
        """Remember the annotations at one commit of the notes ref, and forget all others."""
        self._settle()
        self._change(
            ("DELETE FROM note", [()]),
            ("INSERT INTO note VALUES (?, ?, ?)", [(tip, oid, events) for oid, events in notes.items()]),
        )

    def forget(self, keep: Iterable[str]) -> int:
        """Drop what is known of commits not in `keep`; return how many."""
        self._settle()
        gone = [(oid,) for oid in {row[0] for row in self._select("SELECT oid FROM record")} - set(keep)]
        self._change(("DELETE FROM glance WHERE oid = ?", gone), ("DELETE FROM record WHERE oid = ?", gone))
        return len(gone)

    def close(self) -> None:
        """Close the database, after what is still being written."""
        self._settle()
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _settle(self) -> None:
        """Wait until all that was added is written."""
        while self._writes:
            self._has_lost |= not self._writes.pop().result()

    def _write_waiting(self) -> bool:
        """Write all that waits by now, in the thread; tell whether it is there."""
        rows: list[Row] = []
        while self._waiting:
            rows += self._waiting.popleft()
        if not rows:
            return True
        try:
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as connection, connection:
                connection.execute("PRAGMA synchronous=OFF")
                for words, values in _insertions(rows):
                    connection.executemany(words, values)
        except sqlite3.Error:
            return False
        return True

    def _in_parts(self, words: str, oids: Sequence[str] | None) -> list[Any]:
        if oids is None:
            return self._select(words)
        found: list[Any] = []
        for begin in range(0, len(oids), _AT_ONCE):
            part = oids[begin : begin + _AT_ONCE]
            found += self._select(f"{words} WHERE oid IN ({','.join('?' * len(part))})", part)
        return found

    def _select(self, words: str, values: Sequence[str] = ()) -> list[Any]:
        if self._connection is None:
            return []
        try:
            return self._connection.execute(words, values).fetchall()
        except sqlite3.Error:
            return []

    def _change(self, *changes: _Change) -> None:
        if self._connection is None:
            return
        try:
            with self._connection:
                for words, rows in changes:
                    self._connection.executemany(words, rows)
        except sqlite3.Error:
            self._has_lost = True


def _insertions(rows: Sequence[Row]) -> Iterator[_Change]:
    """Make statements that insert many rows each, in the order of their keys.

    In order the database appends to its trees instead of opening them everywhere. And SQLite holds up all of Python
    at the beginning and end of a statement, not in it: a statement a row would make the thread wait for the others
    ten thousand times.
    """
    ordered = sorted(rows, key=_oid)
    yield from _insertion("glance", 6, [glance for glance, _ in ordered])
    yield from _insertion("record", 2, [(glance.oid, record) for glance, record in ordered])


def _insertion(table: str, columns: int, rows: Sequence[Sequence[object]]) -> Iterator[_Change]:
    most = _MOST_VALUES // columns
    for begin in range(0, len(rows), most):
        part = rows[begin : begin + most]
        places = ",".join([f"({','.join('?' * columns)})"] * len(part))
        yield f"INSERT OR REPLACE INTO {table} VALUES {places}", [[value for row in part for value in row]]


def _oid(row: Row) -> str:
    return row[0].oid


def _open(path: Path) -> sqlite3.Connection | None:
    """Open the index, made anew when it is damaged or of another version; None where it cannot be written."""
    for attempt in range(2):
        connection: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection = sqlite3.connect(path, timeout=_PATIENCE)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                connection.close()
                _remove(path)
                continue
            if version == 0:
                # Of a record of two kilobytes a page of four holds one or two, and wastes a tenth of the file.
                connection.execute("PRAGMA page_size=16384")
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(_SCHEMA)
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA mmap_size=268435456")
        except sqlite3.DatabaseError as error:
            if connection is not None:
                connection.close()
            if attempt or isinstance(error, sqlite3.OperationalError):
                return None
            _remove(path)
        except OSError:
            return None
        else:
            return connection
    return None


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
