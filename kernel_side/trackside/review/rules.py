"""The rules a run is held to: the table [check] of `trackside.toml` → plain data. Pure.

A rule that is misspelt must not pass for one that holds: whatever is not understood is a UsageError.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from trackside.errors import UsageError
from trackside.settings import FILE

_FLAGS: Final = ("finished", "in_order", "no_secrets")
_KEYS: Final = (*_FLAGS, "require", "metrics")
_BOUNDS: Final = ("min", "max", "largest_regression")
_PERCENT: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """How much worse a metric may be than the base's: `amount` in its own unit, or of the base's size if `is_share`."""

    amount: float
    is_share: bool
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRule:
    """What is asked of one metric; None where nothing is. A metric with a rule has to be there."""

    name: str
    least: float | None = None
    most: float | None = None
    regression: Allowed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is asked of a run. Those that hold for any run are on unless switched off."""

    finished: bool = True
    in_order: bool = False
    no_secrets: bool = True
    require: tuple[str, ...] = ()
    metrics: tuple[MetricRule, ...] = ()


def parse_rules(table: Mapping[str, Any]) -> Rules:
    """Read the table [check]; UsageError `bad-rules` with every mistake in it."""
    problems = [_unknown("[check]", key, _KEYS) for key in table if key not in _KEYS]
    found: dict[str, Any] = {}
    for key in _FLAGS:
        if key in table and type(table[key]) is not bool:
            problems.append(f"{key} in [check] must be true or false.")
        found[key] = table.get(key, getattr(Rules(), key))
    names = table.get("require", [])
    if type(names) is not list or not all(type(name) is str for name in names):
        problems.append("require in [check] must be a list of names of metrics.")
        names = []
    metrics = table.get("metrics", {})
    if type(metrics) is not dict:
        problems.append("metrics in [check] must be tables: [check.metrics.NAME].")
        metrics = {}
    rules = tuple(_metric(name, asked, problems) for name, asked in metrics.items())
    if problems:
        raise UsageError(f"{FILE}: {' '.join(problems)}", hint="docs/settings.md lists the rules.", code="bad-rules")
    return Rules(**found, require=tuple(names), metrics=rules)


def _metric(name: str, asked: object, problems: list[str]) -> MetricRule:
    where = f"[check.metrics.{name}]"
    if type(asked) is not dict:
        problems.append(f"{where} must be a table.")
        return MetricRule(name=name)
    problems += [_unknown(where, key, _BOUNDS) for key in asked if key not in _BOUNDS]
    bounds: list[float | None] = []
    for key in ("min", "max"):
        value = asked.get(key)
        if value is not None and not _is_number(value):
            problems.append(f"{key} in {where} must be a number.")
            value = None
        bounds.append(value)
    if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
        problems.append(f"min in {where} is above max.")
    return MetricRule(name=name, least=bounds[0], most=bounds[1], regression=_allowed(asked, where, problems))


def _allowed(asked: Mapping[str, Any], where: str, problems: list[str]) -> Allowed | None:
    value = asked.get("largest_regression")
    if value is None:
        return None
    if _is_number(value) and value >= 0:
        return Allowed(amount=float(value), is_share=False, written=f"{value:g}")
    share = _PERCENT.match(value) if type(value) is str else None
    if share is None:
        problems.append(f'largest_regression in {where} must be a number from 0 on, or a share like "2%".')
        return None
    return Allowed(amount=float(share[1]) / 100, is_share=True, written=f"{float(share[1]):g}%")


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]  # one of both


def _unknown(where: str, key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key, known, 1)
    return f"{where} has no rule {key}." + (f" Did you mean {near[0]}?" if near else "")
