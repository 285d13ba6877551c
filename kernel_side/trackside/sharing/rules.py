"""What names, paths and links of a stranger must be; told in a sentence when they are not. Pure.

`fetch.fsckObjects` has checked the objects; it lets pass what only some file systems misread.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from trackside.errors import UsageError
from trackside.git.sources import is_allowed
from trackside.names import check_name

#: Names other tools give to experiments are wider than ours; these are safe in any file system and on a command line.
_FOREIGN: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z")
_WINDOWS: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?\Z", re.IGNORECASE)
_DRIVE: Final = re.compile(r"[A-Za-z]:")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
#: Characters of a path and of one name in it, and names in a path.
LONGEST: Final = 4_000
LONGEST_NAME: Final = 255
DEEPEST: Final = 100
TOO_LONG: Final = "a path too long for some file systems"
ELSEWHERE: Final = "a path that leads elsewhere on Windows"
LEADS_OUT: Final = "a link that leads out of the repository"


def name_trouble(name: str) -> str | None:
    """Say why a run of another clone cannot have that name here; None when it can."""
    try:
        check_name(name)
    except UsageError as error:
        is_shape = not re.match(r"[0-9a-f]{4,}\Z", name) and name.lower() not in ("head", "exec", "celery")
        if not (_FOREIGN.match(name) and is_shape and not name.endswith((".", ".lock"))):
            return error.message
    return "It has a name that Windows keeps for a device." if _WINDOWS.match(name) else None


def path_trouble(path: str) -> str | None:
    """Say why a path could do harm when files of the run are written out; None when it cannot."""
    parts = path.split("/")
    if is_drive(path):
        return ELSEWHERE
    if len(path) > LONGEST or len(parts) > DEEPEST:
        return TOO_LONG
    return next((trouble for part in parts if (trouble := part_trouble(part)) is not None), None)


def part_trouble(part: str) -> str | None:
    """Say why one name of a path could do harm, whatever stands around it."""
    try:
        part.encode("utf-8")
    except UnicodeEncodeError:
        return "a path that is not valid UTF-8"
    if len(part) > LONGEST_NAME:
        return TOO_LONG
    if not is_allowed(part):
        return "a path that some file systems take for .git or for another folder"
    if "\\" in part:
        return ELSEWHERE
    if _CONTROL.search(part):
        return "a path with control characters"
    if _WINDOWS.match(part) or part.endswith((".", " ")):
        return "a path with a name that Windows cannot write"
    return None


def is_drive(path: str) -> bool:
    """Tell whether Windows takes the beginning of a path for a drive."""
    return _DRIVE.match(path) is not None


def folded(name: str) -> str:
    """Return what all names have in common that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def link_trouble(path: str, target: bytes) -> str | None:
    """Say why a symbolic link could lead out of the repository; None when it cannot."""
    climbs = link_climb(target)
    if isinstance(climbs, str):
        return climbs
    return LEADS_OUT if climbs > path.count("/") else None


def link_climb(target: bytes) -> int | str:
    """Return how many folders above its own a link leads on its way; the trouble with it when it must not be at all."""
    words = target.decode("utf-8", "surrogateescape")
    if words.startswith("/") or "\\" in words or "\0" in words or is_drive(words) or len(words) > LONGEST:
        return LEADS_OUT
    if ".git" in map(str.lower, words.split("/")):
        return "a link into .git"
    depth = highest = 0
    for part in words.split("/"):
        depth += -1 if part == ".." else 0 if part in ("", ".") else 1
        highest = max(highest, -depth)
    return highest
