"""Hashes of files seen before, by their stat, and which objects were put into which cache.

An unchanged file is not read again; what was put there can be removed again once nothing needs it. Losing the tables
costs time, and leaves objects in DVC's cache whose origin nobody knows.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from trackside.artifacts.cache import Stat

_TABLES: Final = """
create table if not exists seen (path blob primary key, stat text not null, md5 text not null);
create table if not exists put (folder blob, oid text, path text not null, primary key (folder, oid)) without rowid;
"""


class Seen:
    """The tables of one clone; not shared between threads. Every failure to read or write it is "never seen"."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
        rows = [(os.fsencode(path), _text(stat), md5) for path, stat, md5 in files]
        self._change("insert or replace into seen values (?, ?, ?)", rows)

    def note_put(self, cache: Path, objects: Iterable[tuple[str, str]]) -> None:
        """Write down (object, path of the file it is of) that were new in a cache folder."""
        key = self._key(cache)
        self._change(
            "insert or replace into put values (?, ?, ?)",
            [(key, oid, path.encode("utf-8", "backslashreplace").decode()) for oid, path in objects],
        )

    def put_in(self, cache: Path) -> dict[str, str]:
        """Return what was put into a cache folder: object → path of the file it is of."""
        if self._database is None:
            return {}
        try:
            found = self._database.execute("select oid, path from put where folder = ?", (self._key(cache),))
            return {str(oid): str(path) for oid, path in found}
        except sqlite3.Error:
            return {}

    def forget_put(self, cache: Path, oids: Iterable[str]) -> None:
        """Strike out objects that are gone."""
        key = self._key(cache)
        self._change("delete from put where folder = ? and oid = ?", [(key, oid) for oid in oids])

    def _key(self, cache: Path) -> bytes:
        """Name a cache so that it is found again when the whole clone was moved."""
        whole, own = Path(os.path.realpath(cache)), Path(os.path.realpath(self._folder))
        is_inside = len(own.parents) > 1 and whole.is_relative_to(own.parents[1])
        return os.fsencode(os.path.relpath(whole, own) if is_inside else whole)

    def close(self) -> None:
        """Close the tables."""
        if self._database is not None:
            self._database.close()

    def _change(self, words: str, rows: Sequence[tuple[bytes | str, ...]]) -> None:
        if self._database is None:
            return
        with suppress(sqlite3.Error), self._database:
            self._database.executemany(words, rows)

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
                database.executescript(_TABLES)
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
