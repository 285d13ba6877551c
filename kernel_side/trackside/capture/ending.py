"""How a cell ended: which error stopped it, told without running code of the error's class."""

from __future__ import annotations

from typing import Any

from trackside.capture import exact
from trackside.capture.secrets import screen_text

EVALUE_LENGTH = 2_000
_SIMPLE = frozenset({str, int, float, bool, type(None), bytes})
#: Longer texts and bytes among an exception's arguments are not worth the time their `repr` takes.
_LONGEST_ARGUMENT = 1_000_000


def error_of(result: Any) -> dict[str, str] | None:
    """Say which error ended the cell; None when it ran through. Runs no code of the exception's class."""
    if result is None:
        import sys

        error = sys.exc_info()[1]
        return describe(error) if error is not None else {"ename": "Interrupted", "evalue": ""}
    for name in ("error_before_exec", "error_in_exec"):
        error = getattr(result, name, None)
        if error is not None:
            return describe(error)
    return None


def describe(error: BaseException) -> dict[str, str]:
    kind = type(error)
    arguments = BaseException.__dict__["args"].__get__(error)
    evalue = ""
    if all(map(_is_simple, arguments)):
        # Python's own classes tell more than their arguments, `OSError` a file name, which may be any object.
        own = exact.module_of(kind) == "builtins" and all(map(_is_simple, exact.slot_values(error).values()))
        evalue = str(error) if own else BaseException.__str__(error)
    clean, _ = screen_text(evalue[:EVALUE_LENGTH])
    return {"ename": exact.class_name(kind), "evalue": clean}


def _is_simple(value: Any) -> bool:
    kind = type(value)
    if kind is int:
        return bool(value.bit_length() < 10_000)  # Python refuses to print more
    if kind is str or kind is bytes:
        return len(value) <= _LONGEST_ARGUMENT
    return kind in _SIMPLE
