"""What was read from commits, kept by commit id in SQLite: derived, so losing it costs one slower listing.

Runs are kept in parts, as many as were met at once: a part is one row of glances (a few hundred bytes a run, see
`row`) and one of records (the whole checked records as JSON), because a row a run takes SQLite, and Python at every
reading, three times as long. Which part holds a commit is read from the parts: a table of it took as long to write as
all else together. Many runs at once are written by a thread while their reader goes on; the first of all into a file
of its own, which gets its name when it is whole.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from trackside.errand import Errand

#: Raised when a table changes, or when records are checked or glanced at in another way.
_VERSION: Final = 7
#: All in the order of `oids`, one a line: `facts` is the JSON of four lists (source, problem, started, tags),
#: `glance` has one JSON text a line, `record` one between zero bytes, which no JSON holds.
_TABLES: Final = f"""
CREATE TABLE IF NOT EXISTS glance (
    part INTEGER PRIMARY KEY, oids TEXT NOT NULL, facts TEXT NOT NULL, glance TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS record (part INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS note (tip TEXT NOT NULL, oid TEXT NOT NULL, events BLOB NOT NULL);
PRAGMA user_version = {_VERSION};
COMMIT;
"""
#: Parts are megabytes; a larger page makes fewer links from page to page.
_PAGE: Final = 16_384
#: Runs in a part: half a megabyte, which is taken apart before the next is read into the same memory.
_IN_PART: Final = 250
#: SQLite takes at most 999 values in one statement in its older builds.
_AT_ONCE: Final = 900
#: The commits of every part, short of what another program made nonsense of.
_OIDS: Final = "SELECT part, oids FROM glance WHERE typeof(oids) = 'text'"
#: Seconds to wait for another process that writes.
_PATIENCE: Final = 2.0
#: So many runs are written in the time a thread takes to start.
_FEW: Final = 100
#: A file without its name that nobody wrote to for so many seconds was left by a process that was killed.
_LEFT: Final = 600.0


class Glance(NamedTuple):
    """What the index knows of one commit, short of the record itself; `tags` is a JSON list, `glance` a row's."""

    oid: str
    source: str
    problem: str | None
    started: float
    tags: str
    glance: str


Row = tuple[Glance, bytes]


class Index:
    """The derived index of one clone; every failure of the database only means it knows nothing."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "index.sqlite"
        self._connection: sqlite3.Connection | None = None
        self._is_refused = False
        self._waiting: deque[Sequence[Row]] = deque()
        self._writes: list[Errand[bool]] = []
        self._filling: _Filling | None = None
        self._has_lost = False
        #: The part of every commit, and SQLite's count of others' changes when that was read; None after our own.
        self._found: tuple[object, dict[str, int]] | None = None

    @property
    def is_usable(self) -> bool:
        """Whether the database could be opened or made."""
        return self._opened(make=True) is not None

    @property
    def is_settled(self) -> bool:
        """Whether all that was added is in the database by now."""
        if self._filling is not None or not all(write.is_done for write in self._writes):
            return False
        self._settle()
        return self._opened() is not None and not self._has_lost

    def glances(self, oids: Sequence[str] | None = None) -> dict[str, Glance]:
        """Return what is known of the given commits, or of all, by commit id."""
        return self._by_oid("SELECT part, oids, facts, glance FROM glance", _parse_glances, oids)

    def records(self, oids: Sequence[str] | None = None) -> dict[str, bytes]:
        """Return the records of the given commits, or of all, as JSON by commit id."""
        return self._by_oid("SELECT part, oids, record FROM glance JOIN record USING (part)", _parse_records, oids)

    def add(self, rows: Sequence[Row]) -> None:
        """Remember commits and their records: at once when they are few, else while the caller goes on.

        Of many, `added` must be told when there are no more to come.
        """
        if not rows:
            return
        if len(rows) < _FEW:
            self._settle()
            self._change(lambda connection: _insert(connection, [rows], _known(connection)))
            return
        if self._filling is None and not self._writes and self._opened() is None and not self.path.exists():
            self._filling = _Filling(self.path)
        self._waiting.append(rows)
        filling, waiting = self._filling, self._waiting
        self._later(self._write_waiting if filling is None else lambda: filling.write(waiting))

    def added(self) -> None:
        """End what `add` began: from now on other processes see it, soon."""
        if self._filling is not None:
            self._later(self._filling.publish)
            self._filling = None

    def notes(self, tip: str) -> dict[str, bytes] | None:
        """Return the annotations as they stood at a commit of the notes ref, or None when unknown."""
        return dict(self._select("SELECT oid, events FROM note WHERE tip = ?", [tip])) or None

    def set_notes(self, tip: str, notes: dict[str, bytes]) -> None:
        """Remember the annotations at one commit of the notes ref, and forget all others."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM note")
            connection.executemany("INSERT INTO note VALUES (?, ?, ?)", [(tip, oid, notes[oid]) for oid in notes])

        self._settle()
        self._change(write)

    def forget(self, keep: Iterable[str]) -> int:
        """Drop what is known of commits not in `keep`; return how many."""
        self._settle()
        _remove_left(self.path)
        places = self._places()
        gone = places.keys() - set(keep)
        parts = {places[oid] for oid in gone}
        rest = [oid for oid, part in places.items() if part in parts and oid not in gone]
        glances, records = self.glances(rest), self.records(rest)
        kept = [(glances[oid], records[oid]) for oid in rest if oid in glances and oid in records]

        def write(connection: sqlite3.Connection) -> None:
            _delete(connection, parts)
            _insert(connection, [kept], _known(connection))

        if gone:
            self._change(write)
        return len(gone)

    def close(self) -> None:
        """Close the database, after what is still being written."""
        self.added()
        self._settle()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self, *, make: bool = False) -> sqlite3.Connection | None:
        """Open the database when it is first needed; nothing is made before there is something to keep."""
        if self._connection is None and not self._is_refused and (make or self.path.exists()):
            self._connection = _open(self.path)
            self._is_refused = self._connection is None
        return self._connection

    def _later(self, act: Callable[[], bool]) -> None:
        """Do something that tells whether it could, in a thread, after what was begun before."""
        self._writes.append(Errand("trackside-index", act, after=self._writes[-1] if self._writes else None))

    def _settle(self) -> None:
        """Wait until all that was added is written."""
        self.added()
        while self._writes:
            self._has_lost |= not self._writes.pop().result()

    def _write_waiting(self) -> bool:
        """Write all that waits by now, in the thread; tell whether it is there."""
        parts = _taken(self._waiting)
        return not parts or _write(self.path, parts)

    def _by_oid(
        self, words: str, parse: Callable[..., dict[str, Any]], oids: Sequence[str] | None
    ) -> dict[str, Any]:  # fmt: skip
        """Read parts, all or those that hold the given commits; drop those that another program made nonsense of."""
        self._settle()
        if oids is None:
            rows = self._rows(words)
        else:
            places = self._places()
            parts = {places[oid] for oid in oids if oid in places}
            rows = self._in_slices(f"{words} WHERE part IN", sorted(parts))
        found: dict[str, Any] = {}
        damaged = set()
        for part, *texts in rows:
            try:
                found.update(parse(*texts))
            except (ValueError, TypeError, AttributeError, RecursionError):
                damaged.add(part)
        if damaged:
            self._change(lambda connection: _delete(connection, damaged))
        return found if oids is None else {oid: found[oid] for oid in oids if oid in found}

    def _places(self) -> dict[str, int]:
        """Return the part of every commit; read anew when anybody changed the index."""
        version = self._select("PRAGMA data_version")
        if self._found is None or self._found[0] != version:
            self._found = version, {oid: part for part, oids in self._rows(_OIDS) for oid in oids.split("\n")}
        return self._found[1]

    def _in_slices(self, words: str, values: Sequence[Any]) -> Iterator[Any]:
        for begin in range(0, len(values), _AT_ONCE):
            some = values[begin : begin + _AT_ONCE]
            yield from self._rows(f"{words} ({','.join('?' * len(some))})", some)

    def _select(self, words: str, values: Sequence[Any] = ()) -> list[Any]:
        return list(self._rows(words, values))

    def _rows(self, words: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Read row by row: a part is megabytes, whose memory serves the next when it was taken apart."""
        connection = self._opened()
        if connection is None:
            return
        try:
            yield from connection.execute(words, values)
        except sqlite3.Error:
            return

    def _change(self, act: Callable[[sqlite3.Connection], None]) -> None:
        connection = self._opened(make=True)
        if connection is None:
            return
        self._found = None
        try:
            _in_transaction(connection, act)
        except sqlite3.Error:
            self._has_lost = True


class _Filling:
    """The first index of a clone, written in a file of its own: once instead of twice, and nobody waits for it.

    Begun by the reader; all else is called by errands, one after the other.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.with_name(f"{path.name}-new-{os.getpid()}-{time.monotonic_ns()}")
        self._connection: sqlite3.Connection | None = None
        self._parts: list[Sequence[Row]] = []
        self._known: set[str] = set()
        self._is_whole = True

    def write(self, waiting: deque[Sequence[Row]]) -> bool:
        """Write all that waits by now; what cannot be written here is written when it ends, as to any index."""
        parts = _taken(waiting)
        self._parts += parts
        try:
            if self._connection is None:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._connection = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
                for setting in (f"page_size={_PAGE}", "journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
                    self._connection.execute(f"PRAGMA {setting}")
                self._connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} BEGIN")
            _insert(self._connection, parts, self._known)
        except (sqlite3.Error, OSError):
            self._is_whole = False
        return True

    def publish(self) -> bool:
        """Give the file its name; if there is one of that name by now, write to that. Tell whether all is there."""
        is_published = False
        if self._connection is not None:
            with suppress(sqlite3.Error, OSError):
                self._connection.execute("COMMIT")
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.close()
                if self._is_whole:
                    # A link refuses to take the place of another file.
                    os.link(self._file, self._path)
                    is_published = True
            self._connection.close()
        with suppress(OSError):
            self._file.unlink()
        _remove_left(self._path)
        return is_published or _write(self._path, self._parts)


def _taken(waiting: deque[Sequence[Row]]) -> list[Sequence[Row]]:
    parts = []
    while waiting:
        parts.append(waiting.popleft())
    return parts


def _write(path: Path, parts: Sequence[Sequence[Row]]) -> bool:
    """Write parts into the index at a path through a connection of their own."""
    connection = _open(path)
    if connection is None:
        return False
    try:
        with closing(connection):
            _in_transaction(connection, lambda connection: _insert(connection, parts, _known(connection)))
    except sqlite3.Error:
        return False
    return True


def _in_transaction(connection: sqlite3.Connection, act: Callable[[sqlite3.Connection], None]) -> None:
    """Do all or nothing, and nothing while another process writes."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        act(connection)


def _known(connection: sqlite3.Connection) -> set[str]:
    return {oid for _, oids in connection.execute(_OIDS) for oid in oids.split("\n")}


def _insert(connection: sqlite3.Connection, parts: Iterable[Sequence[Row]], known: set[str]) -> None:
    """Write parts, short of what is known: another process may have read the same commits meanwhile."""
    for part in parts:
        rows = list({row[0].oid: row for row in part if row[0].oid not in known}.values())
        known.update(glance.oid for glance, _ in rows)
        for begin in range(0, len(rows), _IN_PART):
            _insert_part(connection, rows[begin : begin + _IN_PART])


def _insert_part(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    oids, sources, problems, started, tags, glances = zip(*[glance for glance, _ in rows])
    facts = json.dumps([sources, problems, started, tags], separators=(",", ":"))
    part = connection.execute(
        "INSERT INTO glance (oids, facts, glance) VALUES (?, ?, ?)", ["\n".join(oids), facts, "\n".join(glances)]
    ).lastrowid
    # SQLite holds up all of Python at the beginning and end of a statement: few statements, of many rows each.
    connection.execute("INSERT INTO record VALUES (?, ?)", [part, b"\0".join([record for _, record in rows])])


def _delete(connection: sqlite3.Connection, parts: Iterable[int]) -> None:
    for part in parts:
        for table in ("glance", "record"):
            connection.execute(f"DELETE FROM {table} WHERE part = ?", [part])


def _parse_glances(oids: str, facts: str, glances: str) -> dict[str, Glance]:
    """Read one part by commit id; raises ValueError, TypeError or AttributeError where it is none."""
    names = oids.split("\n")
    columns = [names, *json.loads(facts), glances.split("\n")]
    if len(columns) != len(Glance._fields) or {*map(len, columns)} != {len(names)}:
        raise ValueError("not a part")
    return dict(zip(names, map(Glance._make, zip(*columns))))


def _parse_records(oids: str, records: bytes) -> dict[str, bytes]:
    """Read one part by commit id; raises as `_parse_glances` does."""
    names, texts = oids.split("\n"), records.split(b"\0")
    if len(names) != len(texts):
        raise ValueError("not a part")
    return dict(zip(names, texts))


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
                connection.execute(f"PRAGMA page_size={_PAGE}")
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(f"BEGIN IMMEDIATE; {_TABLES}")
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


def _remove_left(path: Path) -> None:
    """Remove what processes left that were killed while they filled a first index."""
    for file in path.parent.glob(f"{path.name}-new-*"):
        with suppress(OSError):
            if file.stat().st_mtime < time.time() - _LEFT:
                file.unlink()
