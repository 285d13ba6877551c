"""What stays behind when it was of use: files that a restore kept, refs that a pull held fetched runs by."""

from __future__ import annotations

import calendar
import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trackside.git.refs import list_refs
from trackside.git.repository import Repository
from trackside.refs import REMOTES

#: As `review.keeping` names the folder of a restore: its moment (UTC), a number, the run.
_RESTORE: Final = re.compile(r"([0-9]{8}t[0-9]{6})-[0-9]{3}-(.+)\Z")
#: As `sharing.pull` names what holds fetched runs until they are looked at: the moment in nanoseconds.
_INCOMING: Final = re.compile(r".+/incoming/([0-9a-f]{8,20})-[0-9a-f]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRestore:
    """What one restore kept of the work tree; `restored` in unix seconds."""

    folder: Path
    run: str
    restored: float
    size: int


def list_restores(repository: Repository) -> list[OldRestore]:
    """List what restores keep, oldest first."""
    top = repository.own_dir / "restored"
    found = []
    with suppress(FileNotFoundError):
        for name in sorted(os.listdir(top)):
            told = _RESTORE.match(name)
            if told is not None:
                run = told[2].removesuffix(".undone")
                found.append(
                    OldRestore(folder=top / name, run=run, restored=_moment(told[1]), size=size_of(top / name))
                )
    return found


def old_restores(repository: Repository, oldest: float) -> list[OldRestore]:
    """List what restores before `oldest` keep."""
    return [one for one in list_restores(repository) if one.restored < oldest]


def _moment(text: str) -> float:
    try:
        return float(calendar.timegm(time.strptime(text, "%Y%m%dt%H%M%S")))
    except ValueError:
        # No moment: whatever it is, it is not old.
        return time.time()


def interrupted_pulls(repository: Repository, oldest: float) -> dict[str, str]:
    """Return the refs by which pulls before `oldest` hold what they fetched: the next pull can fetch it again.

    Runs kept beside the clone's own (`<remote>/exps/…`) are no leftovers: somebody may take them in yet.
    """
    found = {}
    for ref, oid in list_refs(repository, REMOTES).items():
        told = _INCOMING.match(ref)
        if told is not None and int(told[1], 16) / 1e9 < oldest:
            found[ref] = oid
    return found


def size_of(folder: Path) -> int:
    """Return the bytes of the files in a folder, as far as it can be read; links count nothing."""
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total
