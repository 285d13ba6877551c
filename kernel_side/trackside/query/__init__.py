"""Filter and order of a table of runs, from the text a person wrote. Pure; `docs/query.md` is the language.

A filter is parsed by a small grammar of its own and compiled to closures over a `Row`: nothing of it is ever run
as Python. A run that lacks a value, or has one of another type, fails the comparison; it never raises.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from trackside.query.fields import FIELDS, near_field
from trackside.query.grammar import Parser, Test
from trackside.query.order import parse_sort

__all__ = ["FIELDS", "Query", "near_field", "parse_query", "parse_sort"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parsed filter: what it asks of a row, and the names it speaks of."""

    text: str
    matches: Test
    metrics: frozenset[str]
    params: frozenset[str]
    fields: frozenset[str]


def parse_query(text: str, *, now: float | None = None) -> Query:
    """Compile a filter such as `metrics.acc > 0.9 and params.model == "rf"`; an empty one takes every run.

    `now` (unix seconds) is what `age` is counted from. Raises UsageError with the place of the mistake.
    """
    parser = Parser(text, time.time() if now is None else now)
    test = parser.whole()
    return Query(
        text=text,
        matches=test,
        metrics=frozenset(parser.metrics),
        params=frozenset(parser.params),
        fields=frozenset(parser.fields),
    )
