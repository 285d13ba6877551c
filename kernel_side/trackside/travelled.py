"""What a clone remembers of its remotes: the runs each had when last listed, what was held back, what is new here.

One file of the clone's own, `trackside/travelled.json`. Losing it loses marks in a table and nothing else, so writers
of different processes may write over each other's; in one process they wait.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trackside.encode import json_bytes
from trackside.format import FORMAT
from trackside.refs import is_oid

if TYPE_CHECKING:
    from trackside.contract import HeldRun

FILE: Final = "travelled.json"
#: A clone of a hundred thousand runs takes 5 MB.
_LARGEST: Final = 50_000_000
#: Marks and held runs told of; a hostile remote may name any number.
_MOST: Final = 10_000
_HELD: Final = {"name": str, "oid": str, "why": str, "hint": str}
_lock: Final = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One remote as it was last listed: when (unix seconds), its runs by commit id, and those held back."""

    when: float
    runs: frozenset[str]
    held: tuple[HeldRun, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Travelled:
    """What is remembered; `fresh` are commits that came by a pull and nobody looked at, with the time they came."""

    remotes: Mapping[str, Seen] = field(default_factory=dict)
    fresh: Mapping[str, float] = field(default_factory=dict)

    def holders(self, oid: str | None) -> list[str]:
        """Return the remotes that had this run."""
        return [name for name, seen in self.remotes.items() if oid in seen.runs]

    def held(self, own: Collection[str]) -> list[tuple[str, HeldRun]]:
        """Return (remote, run) of what was held back and is not among the clone's `own` commits."""
        return [(name, run) for name, seen in self.remotes.items() for run in seen.held if run["oid"] not in own]


def clock_of(folder: Path) -> tuple[int, int]:
    """Return what changes whenever the file does."""
    try:
        status = os.stat(folder / FILE)
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)


def read_travelled(folder: Path) -> Travelled:
    """Read it; nothing where the file is absent or damaged, and each damaged part as if it were not there."""
    try:
        with open(folder / FILE, "rb") as file:
            stored = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return Travelled()
    remotes, fresh = (stored.get(key) if type(stored) is dict else None for key in ("remotes", "fresh"))
    return Travelled(
        remotes={name: _seen(said) for name, said in remotes.items() if type(said) is dict}
        if type(remotes) is dict
        else {},
        fresh={oid: float(when) for oid, when in fresh.items() if is_oid(oid) and type(when) in (int, float)}
        if type(fresh) is dict
        else {},
    )


def _seen(said: Mapping[str, Any]) -> Seen:
    when, runs, held = said.get("when"), said.get("runs"), said.get("held")
    return Seen(
        when=float(when) if isinstance(when, (int, float)) else 0.0,
        runs=frozenset(oid for oid in runs if type(oid) is str and is_oid(oid)) if type(runs) is list else frozenset(),
        held=tuple(one for one in held[:_MOST] if _is_held(one)) if type(held) is list else (),
    )


def _is_held(one: Any) -> bool:
    return (
        type(one) is dict
        and one.keys() == {*_HELD, "kept"}
        and all(type(one[key]) is kind for key, kind in _HELD.items())
        and (one["kept"] is None or type(one["kept"]) is str)
    )


def remember(
    folder: Path, remote: str, runs: Iterable[str], *, arrived: Iterable[str] = (),
    held: Sequence[HeldRun] | None = None, asked: Collection[str] | None = None,
) -> None:  # fmt: skip
    """Remember the `runs` a remote has, by commit id, and those that `arrived` here just now.

    `held` are those held back, None when none was looked at; when only some were `asked` for, what was told of the
    others stays. A disk that refuses loses the marks.
    """

    def change(before: Travelled) -> Travelled:
        known = before.remotes.get(remote)
        there, now = frozenset(runs), time.time()
        kept = known.held if known is not None else ()
        if held is not None:
            new = {run["oid"] for run in held}
            others = [run for run in kept if asked is not None and run["oid"] not in new and run["oid"] not in asked]
            kept = (*others, *held)[:_MOST]
        seen = Seen(when=now, runs=there, held=tuple(run for run in kept if run["oid"] in there))
        fresh = {**before.fresh, **dict.fromkeys(arrived, now)}
        return Travelled(
            remotes={**before.remotes, remote: seen},
            fresh=dict(sorted(fresh.items(), key=lambda item: item[1])[-_MOST:]),
        )

    _change(folder, change)


def mark_seen(folder: Path, oids: Collection[str] | None) -> None:
    """Take the mark of what is new off these commits, or off all."""
    _change(
        folder,
        lambda before: replace(
            before,
            fresh={} if oids is None else {oid: when for oid, when in before.fresh.items() if oid not in oids},
        ),
    )


def _change(folder: Path, change: Callable[[Travelled], Travelled]) -> None:
    with _lock:
        before = read_travelled(folder)
        after = change(before)
        if after != before:
            _write(folder, after)


def _write(folder: Path, travelled: Travelled) -> None:
    remotes = {
        name: {"when": seen.when, "runs": sorted(seen.runs), "held": seen.held}
        for name, seen in travelled.remotes.items()
    }
    write_own(folder, FILE, json_bytes({"format": FORMAT, "remotes": remotes, "fresh": travelled.fresh}))


def write_own(folder: Path, name: str, data: bytes) -> None:
    """Write a file of the clone's own that may be lost, whole or not at all; a disk that refuses is not told."""
    temporary = ""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, folder / name)
    except OSError:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
