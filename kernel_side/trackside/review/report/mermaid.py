"""Curves as `xychart-beta` of mermaid, or as a line of bars where nothing draws it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from trackside.metrics import sparkline
from trackside.review.report.report import CurvePair, Point

_POINTS: Final = 30
_LONGEST_NAME: Final = 40
#: Base and run, legible on white and on black; mermaid's own first colour is nearly that of paper.
_COLOURS: Final = ("#8a929d", "#3b7ddd")
#: Mermaid's text in quotes knows no escape: what it could take for its own becomes a blank.
_FOREIGN: Final = re.compile(r"[^\w ./()%+-]+")


def chart(pair: CurvePair) -> str:
    """Draw both curves over their steps, as a block of mermaid; a curve of the base comes first.

    A chart spaces its points evenly, so both are read off at the same steps: from the nearest point at or before.
    """
    curves = [curve for curve in (pair.before, pair.after) if curve]
    first, last = min(curve[0][0] for curve in curves), max(curve[-1][0] for curve in curves)
    count = min(_POINTS, max(max(len(curve) for curve in curves), 2))
    steps = [first + (last - first) * place / (count - 1) for place in range(count)]
    rows = [_sampled(curve, steps) for curve in curves]
    values = [value for row in rows for value in row]
    low, high = min(values), max(values)
    margin = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    name = " ".join(_FOREIGN.sub(" ", pair.name).split())[:_LONGEST_NAME] or "metric"
    colours = ", ".join(_COLOURS if pair.before else _COLOURS[1:])
    lines = [
        "```mermaid",
        f'%%{{init: {{"themeVariables": {{"xyChart": {{"plotColorPalette": "{colours}"}}}}}}}}%%',
        "xychart-beta",
        f'  x-axis "step" {first} --> {max(last, first + 1)}',
        f'  y-axis "{name}" {_number(low - margin)} --> {_number(high + margin)}',
        *(f"  line [{', '.join(map(_number, row))}]" for row in rows),
        "```",
    ]
    return "\n".join(lines)


def bars(curve: Sequence[Point]) -> str:
    """Draw one curve as a line of bars."""
    return sparkline([value for _, value in curve], 24)


def _sampled(curve: Sequence[Point], steps: Sequence[float]) -> list[float]:
    found, place = [], 0
    for step in steps:
        while place + 1 < len(curve) and curve[place + 1][0] <= step:
            place += 1
        found.append(float(curve[place][1]))
    return found


def _number(value: float) -> str:
    """Write a number without an exponent: mermaid's grammar of numbers has none."""
    text = f"{value:.5g}"
    if "e" in text:
        text = f"{float(text):.12f}".rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"
