"""Dates as people write them in a filter, to the year, month, day, minute or second; in local time. Pure."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Final, NamedTuple


class Day(NamedTuple):
    """A date as written: the moments from its first to just past its last."""

    begin: float
    end: float


def parse_date(text: str) -> Day | None:
    """Read a local date, to the year, month, day, minute or second."""
    for form, length in (("%Y-%m-%d", 86_400.0), ("%Y-%m-%d %H:%M", 60.0), ("%Y-%m-%d %H:%M:%S", 1.0)):
        try:
            begin = time.mktime(time.strptime(text.strip().replace("T", " "), form))
        except (ValueError, OverflowError):
            continue
        return Day(begin, begin + length)
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?", text.strip())
    if match is None or not 1 <= int(match[2] or 1) <= 12:
        return None
    year, month = int(match[1]), int(match[2] or 0)
    after = (year + 1, 1) if month in (0, 12) else (year, month + 1)
    try:
        first, last = ((one[0], one[1], 1, 0, 0, 0, 0, 0, -1) for one in ((year, month or 1), after))
        return Day(time.mktime(first), time.mktime(last))
    except (ValueError, OverflowError):
        return None


#: How a moment compares with a date that may be a whole day or year.
DATES: Final[dict[str, Callable[[float, Day], bool]]] = {
    "==": lambda moment, day: day.begin <= moment < day.end,
    "!=": lambda moment, day: not day.begin <= moment < day.end,
    "<": lambda moment, day: moment < day.begin,
    "<=": lambda moment, day: moment < day.end,
    ">": lambda moment, day: moment >= day.end,
    ">=": lambda moment, day: moment >= day.begin,
}
