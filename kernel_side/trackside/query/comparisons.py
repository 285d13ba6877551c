"""What the signs of a filter mean between two values, which may be missing or of any type. Pure.

A comparison of what cannot be compared is false; it never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final


def _are_alike(left: Any, right: Any) -> bool:
    """Tell whether two values may be compared: both numbers, or of one type; None is no value."""
    kinds = type(left), type(right)
    if kinds[0] in (int, float) and kinds[1] in (int, float):
        return True
    return kinds[0] is kinds[1] and left is not None


def _contains(left: Any, right: Any) -> bool:
    if type(right) is not str:
        return False
    wanted = right.casefold()
    if type(left) is list:
        return any(type(item) is str and wanted in item.casefold() for item in left)
    return type(left) is str and wanted in left.casefold()


def _lacks(left: Any, right: Any) -> bool:
    return type(left) in (str, list) and type(right) is str and not _contains(left, right)


def _is_in(left: Any, right: Any) -> bool:
    if type(right) is str:
        return type(left) is str and left in right
    return type(right) is list and any(_are_alike(left, item) and left == item for item in right)


def _is_not_in(left: Any, right: Any) -> bool:
    return left is not None and type(right) in (str, list) and not _is_in(left, right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(left: Any, right: Any) -> bool:
        return _are_alike(left, right) and type(left) is not list and compare(left, right)

    return test


COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": lambda left, right: (_are_alike(left, right) and left == right) or (left is None and right is None),
    "!=": lambda left, right: (_are_alike(left, right) and left != right) or (left is not None and right is None),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "~": _contains,
    "!~": _lacks,
    "in": _is_in,
    "not in": _is_not_in,
}
