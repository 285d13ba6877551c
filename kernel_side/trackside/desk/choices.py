"""What a person chose for one project: columns, pins, the baseline. A small file in the clone's own folder."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trackside.encode import json_bytes
from trackside.errors import StorageError, UsageError
from trackside.format import FORMAT

if TYPE_CHECKING:
    from trackside.contract import Choices

FILE: Final = "config.json"
LARGEST: Final = 64_000


def read_choices(folder: Path) -> Choices:
    """Read them; none where the file is absent or damaged."""
    try:
        stored = json.loads((folder / FILE).read_bytes()[: LARGEST + 1_000])
        choices = stored["choices"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        choices = {}
    return {"format": FORMAT, "choices": choices if type(choices) is dict else {}}


def write_choices(folder: Path, choices: Choices) -> Choices:
    """Keep them, all or nothing; UsageError `too-large` past 64 kB, StorageError when the disk refuses."""
    data = json_bytes({"format": FORMAT, "choices": choices["choices"]})
    if len(data) > LARGEST:
        raise UsageError("Choices are larger than 64 kB.", code="too-large")
    try:
        write_whole(folder / FILE, data)
    except OSError as error:
        raise StorageError(f"Choices cannot be kept: {error.strerror}.") from error
    return read_choices(folder)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file of its owner's that is there whole or not at all; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp makes it readable by its owner alone.
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
