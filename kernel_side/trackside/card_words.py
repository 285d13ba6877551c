"""Numbers, times and foreign text as a run card words them. Pure."""

from __future__ import annotations

import math
import time
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from trackside.contract import Value

#: Format characters move or hide text (bidirectional overrides, zero width); controls drive a terminal.
_UNSHOWABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
#: Joins the parts of an emoji or a script and moves nothing.
_JOINERS: Final = frozenset("\u200c\u200d")


def plain(text: str, most: int) -> str:
    """Put foreign text on one line of at most `most` characters, with nothing in it that acts on a screen."""
    # Cut before the scan: a text of megabytes is not walked for a line of sixty characters.
    line = " ".join(text[: most * 4].split())
    safe = "".join(
        char if unicodedata.category(char) not in _UNSHOWABLE or char in _JOINERS else f"\\u{ord(char):04x}"
        for char in line
    )
    return safe if len(safe) <= most else f"{safe[: most - 1].rstrip()}…"


def format_value(value: Value, most: int = 48) -> str:
    """Word the value of a parameter; text stays as it is unless quotes are needed to see it."""
    if isinstance(value, list):
        return plain(f"[{', '.join(format_value(item, most) for item in value[:most])}]", most)
    if type(value) is float:
        return repr(value)
    if type(value) is str:
        return plain(value, most) if value == value.strip() and value else repr(value)[:most]
    return plain(str(value), most)


def format_number(value: float) -> str:
    """Word the value of a metric with four decimals or five digits, whichever says more."""
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "NaN")
    size = abs(value)
    if value == int(value) and size < 1e7:
        return _minus(f"{int(value)}")
    if size < 1e-3 or size >= 1e7:
        return _minus(f"{value:.3e}")
    return _minus(f"{value:.4f}" if size < 100 else f"{value:.5g}" if size < 1e5 else f"{value:.0f}")


def format_delta(delta: float) -> str:
    """Word a change with its sign: as many decimals as show it."""
    size = abs(delta)
    if delta == int(delta) and size < 1e7:
        text = f"{int(delta):+d}"
    elif 5e-5 <= size < 100:
        text = f"{delta:+.4f}"
    else:
        text = f"{delta:+.3g}"
    return _minus(text)


def format_duration(seconds: float) -> str:
    """Word a duration in its two largest units."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    if whole < 86_400:
        return f"{whole // 3600} h {whole % 3600 // 60:02} min"
    return f"{whole // 86_400} d {whole % 86_400 // 3600} h"


def format_moment(seconds: float) -> str:
    """Word a moment in local time, to the minute; empty when there is none."""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds)) if seconds > 0 else ""
    except (ValueError, OverflowError, OSError):
        return ""


def count(number: int, one: str, many: str = "") -> str:
    """Word a count: `1 figure`, `2 figures`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _minus(text: str) -> str:
    """Write the minus as wide as the plus, so that columns of digits align."""
    return text.replace("-", "−") if text.startswith("-") else text
