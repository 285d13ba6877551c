"""The number of the format, and the ids it speaks of: of runs, and of Git's objects. Pure.

Apart from `run`, which folds a whole journal: a listing needs these, and not that.
"""

from __future__ import annotations

import re
import time
from typing import Final, NewType

RunId = NewType("RunId", str)
Oid = NewType("Oid", str)

FORMAT: Final = 1
_RUN_ID: Final = re.compile(r"[0-9]{8}t[0-9]{6}-[0-9a-f]{10}\Z")


def new_run_id(now: float | None = None) -> RunId:
    """Return an id that sorts by start time (UTC, to the second) and never repeats."""
    # Imported here: it brings OpenSSL with it, which only a process that starts runs needs.
    import secrets

    stamp = time.strftime("%Y%m%dt%H%M%S", time.gmtime(now))
    return RunId(f"{stamp}-{secrets.token_hex(5)}")


def is_run_id(text: str) -> bool:
    """Tell whether `text` has the form of a run id."""
    return _RUN_ID.match(text) is not None
