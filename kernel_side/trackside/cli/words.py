"""Text for a terminal or a pipe: nothing that came out of Git may act on the screen."""

from __future__ import annotations

import sys
import time
import unicodedata
from typing import Any, Final

#: Joins the parts of an emoji or a script and moves nothing.
_HARMLESS: Final = frozenset("\u200c\u200d")


def safe(text: str, *, lines: bool = False) -> str:
    """Spell out control, format (bidirectional) and private characters; `lines` keeps line ends and tabs."""
    if text.isprintable():
        return text
    return "".join(char if _is_harmless(char, lines) else _spelled(char) for char in text)


def _is_harmless(char: str, lines: bool) -> bool:
    if char.isprintable() or char in _HARMLESS or (lines and char in "\n\t"):
        return True
    # Other spaces and code points Unicode has not named yet are only shown, never obeyed.
    return unicodedata.category(char) in ("Zs", "Cn")


def _spelled(char: str) -> str:
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(char) or (
        f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
    )


def cell(value: Any) -> str:
    """Write a value for one cell of tab-separated text, exactly: numbers as Python and JSON write them."""
    kind = type(value)
    if kind is float or kind is int:
        return repr(value)
    if value is None:
        return ""
    if kind is str:
        return value if value.isprintable() else safe(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is list:
        return safe(",".join(cell(item) for item in value))
    return safe(str(value))


def moment(seconds: float) -> str:
    """Write a moment in UTC, to the second; empty when there is none."""
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds > 0 else ""
    except (ValueError, OverflowError, OSError):
        return ""


def age(seconds: float) -> str:
    """Word how long ago something was, in its largest unit."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def size(count: int) -> str:
    """Write a number of bytes for people."""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def is_terminal() -> bool:
    """Tell whether standard output is a terminal somebody looks at."""
    return sys.stdout.isatty()


def say(text: str) -> None:
    """Write one line to standard output."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """Write one line beside the output: what a pipe must not swallow."""
    sys.stderr.write(f"Trackside: {safe(text)}\n")


def write(data: bytes) -> None:
    """Write bytes as they are to standard output."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_json(shape: object) -> None:
    """Write one shape of the contract."""
    from trackside.encode import json_bytes

    write(json_bytes(shape) + b"\n")


def write_table(head: list[str], body: list[list[str]]) -> None:
    """Write tab-separated lines under a header."""
    sys.stdout.write("\n".join("\t".join(line) for line in [[safe(word) for word in head], *body]) + "\n")
