"""`trackside`: the command line. One file a family of verbs; this one finds the verb and tells what went wrong.

Exit status: 0 done, 1 the user can mend it, 2 wrong usage, 3 our fault, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

from trackside.errors import TracksideError, UsageError

DONE: Final = 0
MENDABLE: Final = 1
USAGE: Final = 2
OUR_FAULT: Final = 3
INTERRUPTED: Final = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; the one place where an error becomes words."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        from trackside.cli.parser import parse

        status = parse(arguments)()
        sys.stdout.flush()
    except TracksideError as error:
        _tell(error, arguments)
        return USAGE if isinstance(error, UsageError) else MENDABLE
    except BrokenPipeError:
        # The reader (`head`, a pager) has had enough. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        from trackside.cli.crash import report_crash

        if os.environ.get("TRACKSIDE_DEBUG") == "1":
            raise
        _tell(report_crash(error, arguments), arguments)
        return OUR_FAULT
    return status


def _tell(error: TracksideError, arguments: Sequence[str]) -> None:
    """Tell an error on standard error: in words, or as the contract's `Failure` where JSON was asked for."""
    from trackside.cli.words import safe

    if "--json" in arguments:
        from trackside.encode import json_bytes

        text = json_bytes({"code": error.code, "message": error.message, "hint": error.hint}).decode()
    else:
        text = f"Trackside: {safe(error.message)}"
        if error.hint:
            text += f"\n  {safe(error.hint, lines=True)}"
    print(text, file=sys.stderr)  # noqa: T201  # what a command line has to speak with
