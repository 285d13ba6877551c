"""A path a person declares as input: whether it can be one, in a sentence where not. Runs in the cell: no Git here."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any, Final

from trackside.capture.patterns import lazy_pattern
from trackside.record import printable

#: Where DVC's links lead, into a cache that may lie elsewhere.
_CACHED: Final = lazy_pattern(r"/[0-9a-f]{2}/[0-9a-f]{30}\Z")
_COUNTS_FROM: Final = "Paths count from the kernel's working folder; see `%pwd`."


def look_at(path: str | os.PathLike[str], top: Path | None) -> tuple[dict[str, Any] | None, str, str]:
    """Return the facts of its event, or None with a sentence and a hint.

    `top` is the top of the repository, None where there is none yet: then what is inside is found out later.
    """
    try:
        named = os.fspath(path)
        whole = os.path.abspath(os.fsdecode(named))
        shown = printable(os.fsdecode(named))[:200]
        # The folder's links followed, the last name kept: it may be one of DVC's links into its cache.
        whole = os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
        status = os.stat(whole)
    except (FileNotFoundError, NotADirectoryError):
        if os.path.islink(whole):
            return None, f"{shown} is a link to something that is not there.", ""
        return None, f"There is no file or folder {shown}.", _COUNTS_FROM
    except (OSError, ValueError, TypeError) as error:
        return None, f"{path!r:.200} cannot be an input: {getattr(error, 'strerror', None) or error}.", ""
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        return None, f"{shown} is no file and no folder.", ""
    if top is not None:
        refused = _why_outside(whole, os.path.realpath(top))
        if refused:
            return None, refused.format(shown), ""
    is_file = stat.S_ISREG(status.st_mode)
    facts = {"size": status.st_size if is_file else None, "mtime": status.st_mtime_ns if is_file else None}
    return {"path": whole, **facts}, "", ""


def _why_outside(whole: str, top: str) -> str:
    if whole == top:
        return "{} is the whole repository, which is recorded with each run already."
    if not _is_below(whole, top):
        return "{} lies outside the repository, so nobody knows its version."
    inside = whole[len(top) + 1 :]
    if inside.split("/")[0] in (".git", ".trackside"):
        return "{} belongs to Git or Trackside itself."
    real = os.path.realpath(whole)
    if not _is_below(real, top) and not _CACHED().search(real):
        return "{} is a link that leads out of the repository."
    return ""


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)
