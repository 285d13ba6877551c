"""Take the outputs out of a notebook and leave every other byte as it is. Pure.

The text is edited in place: what a person's editor chose (indentation, order of keys, escapes, line ends) stays, so
that a diff shows only what they changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

_decode: Final = json.JSONDecoder().raw_decode
_WHITE: Final = " \t\n\r"
#: What a cell holds of its last execution → what stands there when it was never executed.
_OF_EXECUTION: Final = {"outputs": "[]", "execution_count": "null"}
Member = tuple[str, int, int]


def strip_outputs(data: bytes) -> bytes:
    """Return the notebook without outputs and execution counts; `data` itself when it is no notebook."""
    try:
        text = data.decode("utf-8")
        cuts = list(_cuts(text))
    except (ValueError, RecursionError, IndexError):
        return data
    parts, at = [], 0
    for begin, end, word in cuts:
        parts += [text[at:begin], word]
        at = end
    return "".join([*parts, text[at:]]).encode("utf-8") if cuts else data


def _cuts(text: str) -> Iterator[tuple[int, int, str]]:
    """Find what is replaced: (where it begins, where it ends, what stands there then)."""
    begin = _space(text, 1 if text.startswith("\ufeff") else 0)
    for name, start, _ in _members(text, begin):
        if name != "cells":
            continue
        for place in _items(text, start):
            members = list(_members(text, place))
            is_code = any(key == "cell_type" and text[low:high] == '"code"' for key, low, high in members)
            for key, low, high in members if is_code else ():
                if key in _OF_EXECUTION and text[low:high] != _OF_EXECUTION[key]:
                    yield low, high, _OF_EXECUTION[key]


def _members(text: str, at: int) -> Iterator[Member]:
    """Walk an object: the name of each member and where its value begins and ends."""
    if text[at] != "{":
        raise ValueError("no object")
    at = _space(text, at + 1)
    while text[at] != "}":
        name, at = _decode(text, at)
        at = _space(text, at)
        if text[at] != ":":
            raise ValueError("no value")
        begin = _space(text, at + 1)
        _, end = _decode(text, begin)
        yield str(name), begin, end
        at = _after(text, end, "}")


def _items(text: str, at: int) -> Iterator[int]:
    """Walk a list: where each item begins."""
    if text[at] != "[":
        raise ValueError("no list")
    at = _space(text, at + 1)
    while text[at] != "]":
        yield at
        _, end = _decode(text, at)
        at = _after(text, end, "]")


def _after(text: str, end: int, close: str) -> int:
    """Step over a comma to what follows, or to the end of the list or object."""
    at = _space(text, end)
    if text[at] == close:
        return at
    if text[at] != ",":
        raise ValueError("no comma")
    return _space(text, at + 1)


def _space(text: str, at: int) -> int:
    while text[at] in _WHITE:
        at += 1
    return at
