"""Our own fault: the traceback goes into a log in the user's state folder, the terminal gets one sentence."""

from __future__ import annotations

import platform
import time
import traceback
from collections.abc import Sequence

from trackside.errors import TracksideError


def report_crash(error: Exception, arguments: Sequence[str]) -> TracksideError:
    """Write the log and return what is to be told."""
    from trackside import __version__
    from trackside.journal.places import state_folder

    message = f"That is a fault of Trackside: {type(error).__name__}: {error}"
    folder = state_folder() / "log"
    path = folder / time.strftime("crash-%Y%m%d-%H%M%S.log")
    verb = next((word for word in arguments if not word.startswith("-")), "")
    head = f"trackside {__version__} {verb}, Python {platform.python_version()}, {platform.platform()}\n\n"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(head + "".join(traceback.format_exception(type(error), error, error.__traceback__)))
    except OSError:
        return TracksideError(message, hint="TRACKSIDE_DEBUG=1 shows where.", code="internal")
    return TracksideError(message, hint=f"Details are in {path}; please report them.", code="internal")
