"""Two curves as one SVG drawing. Pure; every number is ours, every text is escaped by whoever captions it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trackside.card_words import format_number
from trackside.review.report.report import CurvePair, Point

_WIDTH: Final = 400
_HEIGHT: Final = 170
_LEFT: Final = 54
_RIGHT: Final = 10
_TOP: Final = 8
_BOTTOM: Final = 24
_LINES: Final = 3


def drawing(pair: CurvePair) -> str:
    """Draw both curves over their steps; the base is dashed."""
    points = [*pair.before, *pair.after]
    first, last = min(step for step, _ in points), max(step for step, _ in points)
    low, high = min(value for _, value in points), max(value for _, value in points)
    margin = (high / 2 - low / 2) * 0.1 or abs(high) * 0.05 or 1.0
    low, high = low - margin, high + margin

    def place(point: Point) -> tuple[float, float]:
        across = (point[0] - first) / (last - first) if last > first else 0.5
        # Halved, since the span of the largest floats is none.
        up = (point[1] / 2 - low / 2) / (high / 2 - low / 2)
        return (
            round(_LEFT + across * (_WIDTH - _LEFT - _RIGHT), 1),
            round(_HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM), 1),
        )

    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="curve">', _grid(low, high)]
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 6}">step {first}</text>')
    parts.append(f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">{last}</text>')
    parts += [_line([place(point) for point in curve], kind) for curve, kind in ((pair.before, "b"), (pair.after, ""))]
    return "".join([*parts, "</svg>"])


def _grid(low: float, high: float) -> str:
    parts = []
    for number in range(_LINES):
        share = number / (_LINES - 1)
        y = round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)
        value = format_number(low * (1 - share) + high * share)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{value}</text>')
    return "".join(parts)


def _line(places: Sequence[tuple[float, float]], kind: str) -> str:
    if not places:
        return ""
    name = f' class="{kind}"' if kind else ""
    x, y = places[-1]
    drawn = " ".join(f"{across},{down}" for across, down in places)
    return f'<polyline{name} points="{drawn}"/><circle{name} cx="{x}" cy="{y}" r="3"/>'
