"""From the points of a metric to what a table shows: last, min, max, count and a sparkline. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

SPARK_POINTS: Final = 48
_BARS: Final = "▁▂▃▄▅▆▇█"
Point = tuple[int, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is told of a series; min and max are over its finite points, None when there are none."""

    last: float
    step: int
    min: float | None
    max: float | None
    count: int
    spark: list[float | None]


def summarize(points: Sequence[Point]) -> Summary:
    """Summarize a non-empty series; points are (step, value, unix seconds) as logged, `last` by step then order."""
    ordered = in_step_order(points)
    finite = [value for _, value, _ in points if math.isfinite(value)]
    return Summary(
        last=ordered[-1][1],
        step=ordered[-1][0],
        min=min(finite, default=None),
        max=max(finite, default=None),
        count=len(points),
        spark=[value if math.isfinite(value) else None for _, value, _ in downsample(ordered, SPARK_POINTS)]
        if len(ordered) > 1
        else [],
    )


def in_step_order(points: Sequence[Point]) -> list[Point]:
    """Sort by step, keeping the order logged where steps repeat."""
    ordered = list(points)
    if any(left[0] > right[0] for left, right in pairwise(ordered)):
        ordered.sort(key=lambda point: point[0])
    return ordered


def downsample(points: Sequence[Point], most: int) -> list[Point]:
    """Keep at most `most` points (≥ 4): the first, the last, and the extremes of equal slices.

    Extremes are what the eye looks for in a curve; averaging would hide a spike or a NaN.
    """
    if len(points) <= most:
        return list(points)
    kept = [points[0]]
    slices = (most - 2) // 2
    inner = len(points) - 2
    for index in range(slices):
        part = points[1 + index * inner // slices : 1 + (index + 1) * inner // slices]
        low = min(part, key=lambda point: point[1] if math.isfinite(point[1]) else math.inf)
        high = max(part, key=lambda point: point[1] if math.isfinite(point[1]) else -math.inf)
        kept += [low, high] if low[0] <= high[0] else [high, low]
    kept.append(points[-1])
    return kept


def sparkline(values: Sequence[float | None], width: int = 12) -> str:
    """Draw values as a line of bars, at most `width` wide; a gap is a space."""
    if len(values) > width:
        values = [values[index * (len(values) - 1) // (width - 1)] for index in range(width)]
    finite = [value for value in values if value is not None and math.isfinite(value)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    span = high - low
    if not (span > 0 and math.isfinite(span)):
        return "".join(" " if value is None else _BARS[3] for value in values)
    return "".join(
        " " if value is None or not math.isfinite(value) else _BARS[min(7, int((value - low) / span * 8))]
        for value in values
    )
