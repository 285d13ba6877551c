"""Hosts as a person calls them for ssh: `Host work` in `~/.ssh/config` stands for the `HostName` below it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

_LINE: Final = re.compile(r"\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.+?)\s*")
_LARGEST: Final = 1_000_000


def host_name(host: str) -> str:
    """Return the host that ssh connects to for a name; the name itself when nothing is set.

    Blocks of `Match` and `Include` are passed over: the first may run programs.
    """
    try:
        file = Path.home() / ".ssh" / "config"
        if file.stat().st_size > _LARGEST:
            return host
        return find_host_name(file.read_text(encoding="utf-8", errors="replace"), host)
    except (OSError, RuntimeError):
        return host


def find_host_name(text: str, host: str) -> str:
    """Look a name up in the text of a configuration of ssh: the first value that applies counts, as ssh has it."""
    applies = True
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        key, value = found[1].lower(), found[2].strip('"')
        if key == "host":
            patterns = value.lower().replace('"', "").split()
            refused = any(fnmatchcase(host, pattern[1:]) for pattern in patterns if pattern.startswith("!"))
            applies = not refused and any(fnmatchcase(host, pattern) for pattern in patterns)
        elif key == "match":
            applies = False
        elif key == "hostname" and applies:
            name = value.lower().replace("%h", host)
            return host if "%" in name else name
    return host
