"""Tell at a glance whether a parsed record is right in every field: the quick look before `experiment` reads each. Pure.

Records as Trackside writes them are nearly all there is, and a listing meets ten thousand at once. Yes is an answer:
`experiment` would take every field as it stands and leave nothing out. No is none: the record may be right in a form
that is not expected here, so the fields are then read one by one. Only types and words listed here pass, and they are
compared exactly: `True` is no number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import chain, product
from operator import itemgetter
from typing import Any, Final

ORIGINS: Final = ("explicit", "declared", "parameters-cell", "auto", "printed")
BOXES: Final = ("params", "data", "other")
DIRECTIONS: Final = ("higher", "lower", "unknown")
STATUSES: Final = ("open", "finished", "failed", "interrupted")
STORES: Final = ("git", "dvc", "local", "none")
LEVELS: Final = ("fact", "warning")

_NONE: Final = type(None)
_NUMBER: Final = {int, float}
_VALUE: Final = {str, int, float, bool, _NONE}
_POINT: Final = {int, float, _NONE}
_TEXT: Final = {str}
_MAYBE_TEXT: Final = {str, _NONE}
_LIST: Final = {list}

_texts = itemgetter("run", "name", "title", "frontend", "baseline", "note")
_maybe_texts = itemgetter("notebook", "branch", "derived_from")
_times = itemgetter("started", "ended", "duration")
_lists = itemgetter("tags", "figures", "artifacts", "order", "warnings")
_lists_of_files = itemgetter("changed", "added", "deleted", "changed_during", "not_captured")
_others = itemgetter("format", "status", "author", "params", "metrics", "cells", "files", "environment")
#: What the seven above take, and no more.
_FIELDS: Final = 6 + 3 + 3 + 5 + 8
_param = itemgetter("value", "type", "origin", "box")
_metric = itemgetter("last", "step", "min", "max", "count", "direction", "origin", "spark")


def _shapes(*fields: tuple[str, Iterable[type]]) -> frozenset[tuple[object, ...]]:
    """List the shapes of an object with these fields in this order: its keys, then the types of its values."""
    keys, types = zip(*fields)
    return frozenset((*keys, *chosen) for chosen in product(*types))


def _shape(fact: Mapping[str, object]) -> tuple[object, ...]:
    return (*fact, *map(type, fact.values()))


def _all_text(*keys: str) -> list[tuple[str, set[type]]]:
    return [(key, _TEXT) for key in keys]


_PARAMS: Final = frozenset(product(_VALUE, _TEXT, ORIGINS, BOXES))
_LISTED_PARAMS: Final = frozenset(product(_LIST, _TEXT, ORIGINS, BOXES))
_METRICS: Final = frozenset(product(_NUMBER, {int}, _POINT, _POINT, {int}, DIRECTIONS, ORIGINS, _LIST))
_AUTHOR: Final = _shapes(*_all_text("name", "email"), ("fallback", {bool}))
_CELLS: Final = _shapes(("executed", {int}), ("failed", {int}))
_ENVIRONMENT: Final = _shapes(*_all_text("digest", "python", "platform", "cpu", "gpu"), ("packages", {int}))
_FIGURES: Final = _shapes(
    *_all_text("path", "name", "mime"), ("size", {int}), ("cell", {int, _NONE}), ("step", {int, _NONE})
)
_ARTIFACT: Final = [("path", _TEXT), ("size", {int}), ("md5", _MAYBE_TEXT), ("stored", _TEXT)]
_ARTIFACTS: Final = frozenset(
    chain.from_iterable(
        _shapes(*_ARTIFACT, *more)
        for more in ([], [("files", {int})], [("reason", _TEXT)], [("files", {int}), ("reason", _TEXT)])
    )
)
_NOT_CAPTURED: Final = _shapes(*_all_text("path", "reason"))
_WARNINGS: Final = _shapes(*_all_text("code", "message", "hint"))
_ORDER: Final = _shapes(("kind", _TEXT), ("level", _TEXT), ("cell", {int, _NONE}), ("names", _LIST), ("message", _TEXT))


def is_wellformed(stored: dict[str, Any]) -> bool:
    """Tell whether each field of a record, just parsed from JSON, is right and there is none besides."""
    try:
        return len(stored) == _FIELDS and _has_right_heads(stored) and _has_right_facts(stored)
    except (TypeError, KeyError, AttributeError, ValueError, OverflowError):
        return False


def _has_right_heads(stored: dict[str, Any]) -> bool:
    times = _times(stored)
    tags, figures, artifacts, order, warnings = lists = _lists(stored)
    return (
        {*map(type, _texts(stored))} == _TEXT
        and {*map(type, _maybe_texts(stored))} <= _MAYBE_TEXT
        and {*map(type, times)} <= _NUMBER
        # Too large together, though not alone, is left to the slow way like any other doubt.
        and math.isfinite(sum(times))
        and {*map(type, lists)} == _LIST
        and {*map(type, tags)} <= _TEXT
        and {*map(_shape, figures)} <= _FIGURES
        and all(_shape(artifact) in _ARTIFACTS and artifact["stored"] in STORES for artifact in artifacts)
        and all(
            _shape(flag) in _ORDER and flag["level"] in LEVELS and {*map(type, flag["names"])} <= _TEXT
            for flag in order
        )
        and {*map(_shape, warnings)} <= _WARNINGS
    )


def _has_right_facts(stored: dict[str, Any]) -> bool:
    version, status, author, params, metrics, cells, files, environment = _others(stored)
    *paths, not_captured = _lists_of_files(files)
    return (
        type(version) is int
        and status in STATUSES
        and _shape(author) in _AUTHOR
        and _shape(cells) in _CELLS
        and (environment is None or _shape(environment) in _ENVIRONMENT)
        and len(files) == 5
        and {*map(type, paths), type(not_captured)} == _LIST
        and {*map(type, chain(*paths))} <= _TEXT
        and {*map(_shape, not_captured)} <= _NOT_CAPTURED
        and all(map(_is_param, params.values()))
        and all(map(_is_metric, metrics.values()))
    )


def _is_param(fact: Any) -> bool:
    value, kind, origin, box = _param(fact)
    looks = (type(value), type(kind), origin, box)
    if looks not in _PARAMS and not (looks in _LISTED_PARAMS and {*map(type, value)} <= _VALUE):
        return False
    return len(fact) == 4 or (len(fact) == 5 and type(fact["rule"]) is str)


def _is_metric(fact: Any) -> bool:
    last, step, least, most, count, direction, origin, spark = _metric(fact)
    looks = (type(last), type(step), type(least), type(most), type(count), direction, origin, type(spark))
    return len(fact) == 8 and looks in _METRICS and {*map(type, spark)} <= _POINT
