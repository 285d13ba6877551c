"""An order of runs by the names a person wrote, each up or down. Pure."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

from trackside.query.grammar import Parser
from trackside.row import Row


def parse_sort(text: str, *, now: float | None = None) -> Callable[[Iterable[Row]], list[Row]]:
    """Compile an order such as `-metrics.acc,started`; a run without the value comes last either way."""
    now = time.time() if now is None else now
    words = [part.strip() for part in _split(text)]
    signs = [word.startswith("-") for word in words]
    keys = [Parser(word.lstrip("+-"), now).only_name() for word in words]

    def order(rows: Iterable[Row]) -> list[Row]:
        found = list(rows)
        for read, is_down in reversed(list(zip(keys, signs))):
            there, missing = [], []
            for row in found:
                value = read(row)
                if value is None or value != value:
                    missing.append(row)
                else:
                    there.append((_rank(value), row))
            there.sort(key=_first, reverse=is_down)
            found = [row for _, row in there] + missing
        return found

    return order


def _split(text: str) -> list[str]:
    """Split at commas outside quotes."""
    return re.findall(r"""((?:[^,"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')+)""", text) or [text]


def _first(pair: tuple[Any, Row]) -> Any:
    return pair[0]


def _rank(value: Any) -> Any:
    if type(value) in (int, float, bool):
        return (0, value)
    if type(value) is str:
        return (1, value.casefold())
    return (2, str(value))
