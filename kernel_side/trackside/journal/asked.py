"""A word to the process that holds a run, from outside of it: end it, or throw it away.

The word is a small file beside the journal, `<run id>.ask`, written whole under another name first. Who takes it
renames it before reading, so that it is taken once; it goes with the journal at the latest.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Final, Literal

Asked = Literal["end", "discard"]
_LARGEST: Final = 1_000


def ask_path(journal: Path) -> Path:
    """Return where the word for the run of a journal lies."""
    return journal.with_suffix(".ask")


def write_ask(journal: Path, asked: Asked) -> None:
    """Leave a word for the process that holds the run; raises OSError."""
    path = ask_path(journal)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps({"ask": asked}))
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def take_ask(journal: Path) -> Asked | None:
    """Take the word left for the run, once; None when there is none or it says nothing known."""
    path = ask_path(journal)
    taken = path.with_name(f".{path.name}.{os.getpid()}.taken")
    try:
        os.rename(path, taken)
    except OSError:
        return None
    try:
        said = json.loads(taken.read_bytes()[:_LARGEST])
        asked = said.get("ask") if isinstance(said, dict) else None
    except (OSError, ValueError):
        asked = None
    finally:
        with contextlib.suppress(OSError):
            taken.unlink()
    return asked if asked in ("end", "discard") else None


def remove_ask(journal: Path) -> None:
    """Remove a word nobody took."""
    with contextlib.suppress(OSError):
        ask_path(journal).unlink(missing_ok=True)
