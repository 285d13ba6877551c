"""`trackside`, and `python -m trackside`: one command, then the end of the process."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn

from trackside.cli import main


def run() -> NoReturn:
    """Do what the arguments ask for, and end the process with its exit status."""
    status = main()
    # Python would look for cycles in all there is, several times, before it gives the memory back.
    gc.freeze()
    sys.exit(status)


if __name__ == "__main__":
    run()
