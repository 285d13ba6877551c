"""What a cell published and is not written yet, what was kept of it so far, and the bounds on both."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what is kept of one cell (characters) and on how long it is held back (seconds)."""

    text: int = 1_000_000
    cell: int = 10_000_000
    inline: int = 8_192
    delay: float = 0.25
    chunk: int = 65_536
    scanned: int = 1_000_000
    #: Past this much written and then cleared (a live plot), frames are written more rarely.
    cleared: int = 5_000_000
    slow_delay: float = 5.0
    #: Past this much written in all, only what stands when the cell comes to rest is.
    written: int = 50_000_000
    #: What may lie in memory, not yet written.
    held: int = 20_000_000
    #: Displays with an id, whose updates are still taken; the longest unused are forgotten first.
    displays: int = 100_000


# No `eq` and `repr` below: each costs loading time, and nobody compares or prints these.


@dataclass(slots=True, eq=False, repr=False)
class Stream:
    """A piece of text not yet written: consecutive chunks of one stream."""

    name: str
    parts: list[str] = field(default_factory=list)
    size: int = 0


@dataclass(slots=True, eq=False, repr=False)
class Display:
    """A display, result or error not yet written."""

    output: dict[str, Any]
    size: int
    display_id: str | None = None


@dataclass(slots=True, eq=False, repr=False)
class Update:
    """The newest data of a display that is already out."""

    display_id: str
    data: dict[str, Any]
    metadata: dict[str, Any]
    size: int


@dataclass(slots=True, eq=False, repr=False)
class Clear:
    """A `clear_output`; with `wait` it acts when the next output arrives."""

    wait: bool
    size: int = 0


@dataclass(slots=True, eq=False, repr=False)
class CellOutputs:
    """What one cell published: what is held back, and how much was kept and cut so far."""

    number: int
    held: list[Stream | Display | Update | Clear] = field(default_factory=list)
    #: The updates among `held` which a newer one replaces, by display id.
    updates: dict[str, Update] = field(default_factory=dict)
    held_size: int = 0
    since: float = 0.0
    text: int = 0
    live: int = 0
    written: int = 0
    cleared: int = 0
    cut: int = 0
    cut_told: bool = False
    scan: dict[str, deque[str]] = field(default_factory=dict)
    scan_size: int = 0


def rough_size(content: dict[str, Any]) -> int:
    """Estimate what a message weighs by its strings, without encoding it again."""
    size = 64
    for value in content.values():
        if type(value) is str:
            size += len(value)
        elif type(value) is dict:
            size += rough_size(value)
        elif type(value) is list:
            size += sum(len(item) if type(item) is str else 16 for item in value)
    return size
