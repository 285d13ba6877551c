"""Runs that agree on one thing, with the mean and the spread of every metric in each group. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from trackside.catalogue.page import Selected
from trackside.catalogue.verdicts import spread
from trackside.catalogue.warm import State, twin_key
from trackside.encode import json_bytes
from trackside.errors import UsageError
from trackside.format import FORMAT
from trackside.query import FIELDS, near_field
from trackside.row import Row, metric_number

if TYPE_CHECKING:
    from trackside.contract import Group, Groups

_MOST_GROUPS: Final = 1_000
_MOST_METRICS: Final = 20
#: Names put into the filter of a group of twins; a filter has a greatest length.
_MOST_NAMES: Final = 150


def build_groups(state: State, selected: Selected, by: str) -> Groups:
    """Group the selected runs by a field, `params.NAME` or "twins"; UsageError when there is no such thing."""
    members: dict[str, tuple[Any, list[int]]] = {}
    for place in selected.places:
        for value in _values(by, state.rows[place], state.ids[place]):
            members.setdefault(f"{type(value).__name__} {value!r}", (value, []))[1].append(place)
    counts: dict[str, int] = {}
    for place in selected.places:
        for name in state.rows[place].metrics:
            counts[name] = counts.get(name, 0) + 1
    metrics = sorted(counts, key=lambda name: (-counts[name], name))[:_MOST_METRICS]
    order = sorted(members.values(), key=lambda group: (-len(group[1]), min(group[1])))[:_MOST_GROUPS]
    return {
        "format": FORMAT,
        "by": by,
        "total": len(selected.places),
        "groups": [_group(state, by, value, places, metrics) for value, places in order],
    }


def _values(by: str, row: Row, handle: str) -> list[Any]:
    """Return what a run is grouped by; a run with several tags is in several groups."""
    head, _, name = by.partition(".")
    if head == "params" and name:
        return [row.params[name] if name in row.params else row.hidden.get(name)]
    if by == "twins":
        return [twin_key(row) if row.code else handle]
    if by not in FIELDS or by == "age":
        raise UsageError(f"Runs cannot be grouped by {by!r}.", hint=near_field(by), code="group")
    if by == "tags":
        return list(row.tags) or [None]
    if by == "started":
        return [time.strftime("%Y-%m-%d", time.localtime(row.started))] if row.started else [None]
    return [FIELDS[by](row, 0.0)]


def _group(state: State, by: str, value: Any, places: Sequence[int], metrics: Sequence[str]) -> Group:
    rows = [state.rows[place] for place in places]
    oldest = min(places, key=lambda place: state.rows[place].started)
    if by == "twins":
        label = state.rows[oldest].name + (f" ×{len(places)}" if len(places) > 1 else "")
        value, query = state.ids[oldest], _named([row.name for row in rows])
    else:
        label, query = "none" if value is None else _shown(value), _asks(by, value)
    return {
        "label": label,
        "value": value,
        "runs": len(places),
        "newest": max(row.started for row in rows),
        "query": query,
        "metrics": {name: spread(metric_number(row.metrics.get(name)) for row in rows) for name in metrics},
    }


def _named(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"name == {literal(names[0])}"
    return f"name in [{', '.join(map(literal, names[:_MOST_NAMES]))}]"


def _asks(by: str, value: Any) -> str:
    """Write the filter that finds a group."""
    head, _, name = by.partition(".")
    field = by
    if head == "params" and name:
        field = by if name.replace("_", "a").isalnum() and name.isascii() else f"params[{literal(name)}]"
    if by == "tags":
        return f"{literal(value)} in tags" if value is not None else "not tags"
    return f"{field} == {literal(value)}"


def literal(value: Any) -> str:
    """Write a value as a filter understands it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json_bytes(value).decode()
