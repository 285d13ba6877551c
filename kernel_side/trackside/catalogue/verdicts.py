"""What the difference between two runs is worth: better, worse, or within the spread of runs of equal code. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from trackside.contract import Spread, Verdict

#: A change within so many standard deviations of twins is noise: about 19 of 20 twins differ by less.
_DEVIATIONS: Final = 2.0
#: A metric that nearly as many runs have may be the main one before the commonest.
_NEARLY: Final = 0.8
_HELD_OUT: Final = ("val", "valid", "validation", "test", "eval", "dev")


def spread(values: Iterable[float | None]) -> Spread:
    """Return mean and standard deviation (n - 1) of the finite values."""
    finite = [value for value in values if value is not None and math.isfinite(value)]
    count = len(finite)
    if not count:
        return {"mean": None, "sd": None, "count": 0}
    mean = math.fsum(finite) / count
    if count < 2:
        return {"mean": mean, "sd": None, "count": count}
    try:
        return {"mean": mean, "sd": math.sqrt(squares(finite) / (count - 1)), "count": count}
    except OverflowError:
        return {"mean": mean, "sd": None, "count": count}


def squares(values: Sequence[float]) -> float:
    """Return the sum of squared differences from the mean."""
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values)


def pooled_deviation(groups: Iterable[Sequence[float | None]]) -> float | None:
    """Return the standard deviation within groups of twins, pooled; None when no group has two finite values."""
    total, freedom = 0.0, 0
    for group in groups:
        finite = [value for value in group if value is not None and math.isfinite(value)]
        if len(finite) > 1:
            try:
                total += squares(finite)
            except OverflowError:
                return None
            freedom += len(finite) - 1
    return math.sqrt(total / freedom) if freedom else None


def delta_of(value: float | None, against: float | None) -> float | None:
    """Return the change, None when it is no finite number."""
    if value is None or against is None:
        return None
    try:
        change = float(value - against)
    except OverflowError:
        return None
    return change if math.isfinite(change) else None


def verdict_of(delta: float | None, direction: str, deviation: float | None) -> Verdict:
    """Say what a change is worth; `deviation` is that of twins, None where there are none."""
    if delta is None:
        return "unknown"
    if delta == 0:
        return "same"
    if deviation is not None and abs(delta) <= _DEVIATIONS * deviation:
        return "noise"
    if direction == "unknown":
        return "unknown"
    return "better" if (delta > 0) == (direction == "higher") else "worse"


def choose_main_metric(counts: Mapping[str, int], directions: Mapping[str, str], wanted: str = "") -> str | None:
    """Choose the metric that stands for a run: the one asked for, else the commonest.

    Among those nearly as common, one whose direction is known and that was measured on held-out data comes first.
    """
    if wanted in counts:
        return wanted
    most = max(counts.values(), default=0)
    near = [name for name, count in counts.items() if count >= _NEARLY * most]
    return min(near, key=lambda name: (*_rank(name, directions), -counts[name], name), default=None)


def _rank(name: str, directions: Mapping[str, str]) -> tuple[bool, bool, bool]:
    words = name.lower().replace("/", "_").replace("-", "_").replace(".", "_").split("_")
    return (
        directions.get(name, "unknown") == "unknown",
        not any(word in _HELD_OUT for word in words),
        # Of two, people compare by what they report, and train by the loss.
        "loss" in words,
    )
