"""What was read from commits, kept by commit id in SQLite: derived, so losing it costs one slower listing.

Two tables, since a listing of all runs reads only glances: `glance` (a few hundred bytes a run, see `row`) and
`record` (the whole checked record as JSON).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

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
#: SQLite takes at most 999 values in one statement in its older builds.
_AT_ONCE: Final = 900


class Glance(NamedTuple):
    """What the index knows of one commit, short of the record itself; `tags` is a JSON list, `glance` a row's."""

    oid: str
    source: str
    problem: str | None
    started: float
    tags: str
    glance: str


class Index:
    """The derived index of one clone; every failure of the database only means it knows nothing."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "index.sqlite"
        self._connection = _open(self.path)

    @property
    def is_usable(self) -> bool:
        """Whether the database could be opened or made."""
        return self._connection is not None

    def glances(self, oids: Sequence[str] | None = None) -> dict[str, Glance]:
        """Return what is known of the given commits, or of all, by commit id."""
        rows = self._in_parts("SELECT oid, source, problem, started, tags, glance FROM glance", oids)
        return {row[0]: Glance._make(row) for row in rows}

    def records(self, oids: Sequence[str] | None = None) -> dict[str, bytes]:
        """Return the records of the given commits, or of all, as JSON by commit id."""
        return dict(self._in_parts("SELECT oid, record FROM record", oids))

    def add(self, rows: Sequence[tuple[Glance, bytes]]) -> None:
        """Remember commits and their records."""
        if rows:
            self._change(
                ("INSERT OR REPLACE INTO glance VALUES (?, ?, ?, ?, ?, ?)", [glance for glance, _ in rows]),
                ("INSERT OR REPLACE INTO record VALUES (?, ?)", [(glance.oid, record) for glance, record in rows]),
            )

    def notes(self, tip: str) -> dict[str, bytes] | None:
        """Return the annotations as they stood at a commit of the notes ref, or None when unknown."""
        return dict(self._select("SELECT oid, events FROM note WHERE tip = ?", [tip])) or None

    def set_notes(self, tip: str, notes: dict[str, bytes]) -> None:
        """Remember the annotations at one commit of the notes ref, and forget all others."""
        self._change(
            ("DELETE FROM note", [()]),
            ("INSERT INTO note VALUES (?, ?, ?)", [(tip, oid, events) for oid, events in notes.items()]),
        )

    def forget(self, keep: Iterable[str]) -> int:
        """Drop what is known of commits not in `keep`; return how many."""
        gone = [(oid,) for oid in {row[0] for row in self._select("SELECT oid FROM record")} - set(keep)]
        self._change(("DELETE FROM glance WHERE oid = ?", gone), ("DELETE FROM record WHERE oid = ?", gone))
        return len(gone)

    def close(self) -> None:
        """Close the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

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

    def _change(self, *statements: tuple[str, Sequence[Any]]) -> None:
        if self._connection is None:
            return
        try:
            with self._connection:
                for words, rows in statements:
                    self._connection.executemany(words, rows)
        except sqlite3.Error:
            return


def _open(path: Path) -> sqlite3.Connection | None:
    """Open the index, made anew when it is damaged or of another version; None where it cannot be written."""
    for attempt in range(2):
        connection: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection = sqlite3.connect(path, timeout=2.0)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                connection.close()
                _remove(path)
                continue
            if version == 0:
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
