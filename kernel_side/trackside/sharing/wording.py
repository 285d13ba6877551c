"""What a push or pull did, in lines for a terminal or a notebook. Pure; the caller makes them harmless to show."""

from __future__ import annotations

from typing import Final

from trackside.sharing.told import Shared

_SHOWN: Final = 10


def moved_lines(done: Shared) -> list[str]:
    """Name the runs that arrived, the first of many, and count the large files."""
    verb = "sent" if done.way == "push" else "got"
    names = done.moved if len(done.moved) <= 2 * _SHOWN else done.moved[:_SHOWN]
    lines = [f"{verb} {name}" for name in names]
    if len(done.moved) > len(names):
        lines.append(f"and {len(done.moved) - len(names)} more")
    if done.files.moved:
        how = "sent" if done.way == "push" else "fetched"
        lines.append(f"{_count(done.files.moved, 'large file')} {how} through DVC")
    return lines


def trouble_lines(done: Shared) -> list[str]:
    """Say what did not travel, and what to do about it."""
    lines = []
    for one in done.held[:_SHOWN]:
        lines.append(f"{one.name} ({one.oid[:8]}): {one.why}" + (f"; kept as {one.kept}" if one.kept else ""))
        if one.hint:
            lines.append(f"  {one.hint}")
    if len(done.held) > _SHOWN:
        lines.append(f"and {len(done.held) - _SHOWN} more that did not travel; --json lists them")
    if done.files.missing:
        paths, more = ", ".join(done.files.missing[:_SHOWN]), len(done.files.missing) - _SHOWN
        paths += f" and {more} more" if more > 0 else ""
        lines.append(f"large files that did not travel: {paths}: {done.files.why}. {done.files.hint}".rstrip())
    return lines + done.notes


def conclusion(done: Shared) -> str:
    """Sum it up in one line."""
    where = "to" if done.way == "push" else "from"
    annotations = {"same": "nothing new", "moved": "brought up to date", "merged": "merged", "refused": "refused"}
    return (
        f"{_count(len(done.moved), 'run')} {where} {done.remote}, {done.same} there already; "
        f"annotations: {annotations[done.annotations]}"
    )


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"
