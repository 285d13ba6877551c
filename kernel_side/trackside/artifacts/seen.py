"""Hashes of files seen before, by their stat: an unchanged file is not read again. Losing the table costs time only."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from trackside.artifacts.cache import Stat

_TABLE: Final = "create table if not exists seen (path blob primary key, stat text not null, md5 text not null)"


class Seen:
    """The table of one clone; not shared between threads. Every failure to read or write it is "never seen"."""

    def __init__(self, folder: Path) -> None:
        self._database = self._open(folder / "artifacts.sqlite")

    def md5(self, path: Path, stat: Stat) -> str | None:
        """Return the hash the file had when its stat was exactly this."""
        if self._database is None:
            return None
        try:
            row = self._database.execute(
                "select md5 from seen where path = ? and stat = ?", (os.fsencode(path), _text(stat))
            ).fetchone()
        except sqlite3.Error:
            return None
        return str(row[0]) if row else None

    def remember(self, files: Iterable[tuple[Path, Stat, str]]) -> None:
        """Write down (path, stat, md5)."""
        if self._database is None:
            return
        rows = [(os.fsencode(path), _text(stat), md5) for path, stat, md5 in files]
        try:
            with self._database:
                self._database.executemany("insert or replace into seen values (?, ?, ?)", rows)
        except sqlite3.Error:
            return

    def close(self) -> None:
        """Close the table."""
        if self._database is not None:
            self._database.close()

    def _open(self, path: Path) -> sqlite3.Connection | None:
        for _ in range(2):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                database = sqlite3.connect(path, timeout=2)
            except (OSError, sqlite3.Error):
                return None
            try:
                # It is derived, so a power cut may take it.
                database.execute("pragma synchronous=off")
                database.execute(_TABLE)
            except sqlite3.OperationalError:
                # Locked or read-only: another process's table is left alone.
                database.close()
                return None
            except sqlite3.DatabaseError:
                database.close()
                path.unlink(missing_ok=True)
            else:
                return database
        return None


def _text(stat: Stat) -> str:
    return f"{stat.device} {stat.inode} {stat.size} {stat.mtime_ns} {stat.ctime_ns}"
