"""What a filter, an order and a column may name of a run besides its metrics and parameters. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from trackside.row import Row

FIELDS: Final[dict[str, Callable[[Row, float], Any]]] = {
    "name": lambda row, _: row.name,
    "title": lambda row, _: row.title,
    "status": lambda row, _: row.status,
    "tags": lambda row, _: row.tags,
    "note": lambda row, _: row.note,
    "author": lambda row, _: row.author,
    "email": lambda row, _: row.email,
    "branch": lambda row, _: row.branch,
    "notebook": lambda row, _: row.notebook,
    "baseline": lambda row, _: row.baseline,
    "commit": lambda row, _: row.oid,
    "started": lambda row, _: row.started or None,
    "age": lambda row, now: now - row.started if row.started else None,
    "duration": lambda row, _: row.duration,
    "star": lambda row, _: row.star,
    "archived": lambda row, _: row.archived,
    "promoted": lambda row, _: row.promoted,
    "source": lambda row, _: row.source,
    "warnings": lambda row, _: row.warnings,
    "problem": lambda row, _: row.problem,
}


def near_field(name: str) -> str:
    """Word what a person may have meant by a name that is no field."""
    from difflib import get_close_matches

    near = get_close_matches(name, [*FIELDS, "metrics", "params"], 1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"A metric is metrics.{name}, a parameter params.{name}. Fields: {', '.join(FIELDS)}."
