"""Read journals back: every whole line counts, a torn one is passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trackside.errors import DamagedError
from trackside.run import Event, Run, fold


def read_events(path: Path) -> Iterator[Event]:
    """Read the events of a journal in order; lines cut by a kill or a full disk are passed over."""
    with open(path, "rb") as file:
        for line in file:
            event = parse_line(line)
            if event is not None:
                yield event


def parse_line(line: bytes) -> Event | None:
    """Read one line of a journal; None for one that was cut or is no event."""
    try:
        event: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if type(event) is dict and type(event.get("e")) is str else None


def read_run(path: Path) -> Run:
    """Fold a journal into its run; raises DamagedError when not even its first line can be read."""
    run = fold(read_events(path))
    if not run.id:
        raise DamagedError(f"The journal {path.name} has no readable start.", code="journal-damaged")
    return run


class SideFiles:
    """The files beside a journal, read by the references its events hold."""

    def __init__(self, journal: Path) -> None:
        self._folder = journal.with_suffix(".d")

    def read(self, reference: object) -> bytes | None:
        """Return the bytes a {"$file": hash} refers to, or None when they are gone or were never kept."""
        name = reference.get("$file") if isinstance(reference, dict) else None
        if not isinstance(name, str) or len(name) != 64 or not name.isalnum():
            return None
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None


class Tail:
    """A journal followed while it grows: each `update` folds the lines that came since."""

    def __init__(self, journal: Path) -> None:
        self.journal = journal
        self.run = Run()
        self._position = 0

    def update(self) -> bool:
        """Fold what is new; tell whether there was anything."""
        try:
            with open(self.journal, "rb") as file:
                file.seek(self._position)
                data = file.read()
        except OSError:
            return False
        whole = data.rfind(b"\n") + 1
        self._position += whole
        for line in data[:whole].split(b"\n"):
            event = parse_line(line)
            if event is not None:
                self.run.apply(event)
        return whole > 0
