"""The one place where an error becomes what a client is told: a status and a `Failure`, never a traceback."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Final

from trackside.errors import (
    GitMissingError,
    NameTakenError,
    NotFoundError,
    StateError,
    StorageError,
    TracksideError,
    UsageError,
)

if TYPE_CHECKING:
    from trackside.contract import Failure

_log: Final = logging.getLogger("trackside")
#: By code first, then by class; what is in neither is the server's own trouble.
_BY_CODE: Final = {"outside-root": 403, "other-owner": 403, "too-large": 413, "moved": 409, "locked": 409}
_BY_CLASS: Final = (
    (UsageError, 400),
    (NotFoundError, 404),
    (NameTakenError, 409),
    (StateError, 409),
    (GitMissingError, 503),
    (StorageError, 507),
)


def describe(error: BaseException) -> tuple[int, Failure]:
    """Return status and words of an error; one that is not ours is logged under an id that the client is told."""
    if isinstance(error, TracksideError):
        by_class = next((status for kind, status in _BY_CLASS if isinstance(error, kind)), 500)
        status = _BY_CODE.get(error.code, by_class)
        if status == 500:
            _log.warning("trackside: %s (%s)", error.message, error.code)
        return status, {"code": error.code, "message": error.message, "hint": error.hint}
    name = secrets.token_hex(4)
    _log.error("trackside: error %s", name, exc_info=error)
    return 500, {
        "code": "internal",
        "message": "Something went wrong in Trackside.",
        "hint": f"The log tells more; look for {name}.",
    }
