"""What a person may log: numbers and plain values, told apart by exact type; user objects' code never runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from trackside.errors import UsageError
from trackside.run import Value

from .exact import Nothing, read_number, read_value

_NUMBERS: Final = frozenset({float, int, bool})


def number(name: str, value: object) -> float:
    """Return the plain number to log as a point of metric `name`; UsageError when the value is none."""
    if type(value) in _NUMBERS:
        return int(value) if type(value) is bool else cast("float", value)
    found = read_number(value)
    if found is None:
        raise UsageError(
            f"{name} is a {type(value).__name__}, not a number.",
            hint="Log a float, an int or a 0-d array.",
            code="not-a-number",
        )
    return found[0]


def plain_value(value: object) -> tuple[Value, bool]:
    """Return (the plain value to record, whether it is one)."""
    found = read_value(value)
    if not isinstance(found, Nothing):
        return found, True
    scalar = read_number(value)
    return (scalar[0], True) if scalar is not None else (None, False)


def flatten(values: Mapping[str, object], prefix: str = "", depth: int = 0) -> list[tuple[str, object]]:
    """List (dotted name, value) of nested dictionaries."""
    found: list[tuple[str, object]] = []
    for name, value in values.items():
        whole = f"{prefix}{name}"
        if type(value) is dict and value and depth < 8:
            found += flatten(value, f"{whole}.", depth + 1)
        else:
            found.append((whole, value))
    return found
