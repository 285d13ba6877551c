"""What was read from commits, kept by commit id in SQLite: derived, so losing it costs one slower listing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS experiment (
    oid TEXT PRIMARY KEY, source TEXT NOT NULL, started REAL NOT NULL, problem TEXT, record BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_start ON experiment (started);
CREATE TABLE IF NOT EXISTS note (tip TEXT NOT NULL, oid TEXT NOT NULL, events BLOB NOT NULL);
"""
Row = tuple[str, str, float, "str | None", bytes]


class Index:
    """The derived index of one clone; every failure of the database only means it knows nothing."""

    def __init__(self, folder: Path) -> None:
        self._connection = _open(folder / "index.sqlite")

    def starts(self) -> dict[str, float]:
        """Return commit id → start time of every experiment known."""
        return dict(self._select("SELECT oid, started FROM experiment"))

    def rows(self, oids: Sequence[str] | None = None) -> Iterable[Row]:
        """Return the rows of the given commits, or all."""
        columns = "SELECT oid, source, started, problem, record FROM experiment"
        if oids is None:
            return self._select(columns)
        found: list[Row] = []
        for begin in range(0, len(oids), 500):
            part = oids[begin : begin + 500]
            found += self._select(f"{columns} WHERE oid IN ({','.join('?' * len(part))})", part)
        return found

    def add(self, rows: Sequence[Row]) -> None:
        """Remember rows."""
        self._change("INSERT OR REPLACE INTO experiment VALUES (?, ?, ?, ?, ?)", rows)

    def notes(self, tip: str) -> dict[str, bytes] | None:
        """Return the annotations as they stood at a commit of the notes ref, or None when unknown."""
        found = dict(self._select("SELECT oid, events FROM note WHERE tip = ?", [tip]))
        return found or None

    def set_notes(self, tip: str, notes: dict[str, bytes]) -> None:
        """Remember the annotations at one commit of the notes ref, and forget those at others."""
        self._change("DELETE FROM note WHERE tip != ?", [(tip,)])
        self._change("INSERT INTO note VALUES (?, ?, ?)", [(tip, oid, events) for oid, events in notes.items()])

    def forget(self, keep: Iterable[str]) -> int:
        """Drop what is known of commits not in `keep`; return how many."""
        gone = set(self.starts()) - set(keep)
        self._change("DELETE FROM experiment WHERE oid = ?", [(oid,) for oid in gone])
        return len(gone)

    def close(self) -> None:
        """Close the database."""
        if self._connection is not None:
            self._connection.close()

    def _select(self, words: str, values: Sequence[str] = ()) -> list[tuple]:  # type: ignore[type-arg]  # columns vary
        if self._connection is None:
            return []
        try:
            return self._connection.execute(words, values).fetchall()
        except sqlite3.Error:
            return []

    def _change(self, words: str, rows: Sequence[tuple]) -> None:  # type: ignore[type-arg]  # columns vary
        if self._connection is None or not rows:
            return
        try:
            with self._connection:
                self._connection.executemany(words, rows)
        except sqlite3.Error:
            return


def _open(path: Path) -> sqlite3.Connection | None:
    """Open the index, made anew when it is damaged or of another version; None where it cannot be written."""
    for attempt in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection = sqlite3.connect(path, timeout=2.0)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                connection.close()
                path.unlink()
                continue
            if version == 0:
                connection.executescript(f"PRAGMA journal_mode=WAL; {_SCHEMA} PRAGMA user_version={_VERSION};")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA mmap_size=268435456")
            return connection
        except sqlite3.DatabaseError as error:
            if attempt or isinstance(error, sqlite3.OperationalError):
                return None
            path.unlink(missing_ok=True)
        except OSError:
            return None
    return None
