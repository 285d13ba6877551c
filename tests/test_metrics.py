"""From points to what a table shows."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from trackside.metrics import SPARK_POINTS, downsample, in_step_order, sparkline, summarize

POINTS = st.lists(st.tuples(st.integers(0, 1_000), st.floats(), st.floats(0, 1e9)), min_size=1, max_size=300)


def points(*values: float) -> list[tuple[int, float, float]]:
    return [(step, value, float(step)) for step, value in enumerate(values)]


def test_last_is_by_step_then_by_order_logged() -> None:
    summary = summarize([(5, 0.5, 0.0), (1, 0.1, 1.0), (5, 0.7, 2.0)])
    assert (summary.last, summary.step, summary.count) == (0.7, 5, 3)


def test_min_and_max_are_over_finite_points() -> None:
    summary = summarize(points(math.nan, 2.0, math.inf, 1.0))
    assert (summary.min, summary.max) == (1.0, 2.0)
    assert summary.spark == [None, 2.0, None, 1.0]


def test_series_without_a_finite_point_has_no_extremes() -> None:
    summary = summarize(points(math.nan, math.inf))
    assert (summary.min, summary.max) == (None, None)


def test_one_point_draws_no_curve() -> None:
    assert summarize(points(1.0)).spark == []


@given(POINTS)
def test_curve_is_bounded_and_keeps_first_last_and_extremes(series: list[tuple[int, float, float]]) -> None:
    ordered = in_step_order(series)
    kept = downsample(ordered, SPARK_POINTS)
    assert len(kept) <= SPARK_POINTS
    assert kept[0] is ordered[0]
    assert kept[-1] is ordered[-1]
    finite = [value for _, value, _ in series if math.isfinite(value)]
    if finite:
        assert max(finite) in [value for _, value, _ in kept]
        assert min(finite) in [value for _, value, _ in kept]


def test_spike_survives_downsampling() -> None:
    series = points(*([0.0] * 5_000), 9.0, *([0.0] * 5_000))
    assert 9.0 in [value for _, value, _ in downsample(series, SPARK_POINTS)]


def test_sparkline_of_gaps_constants_and_infinities() -> None:
    assert sparkline([]) == ""
    assert sparkline([None, math.nan]) == ""
    assert sparkline([2.0, 2.0]) == "▄▄"
    assert sparkline([0.0, None, 1.0]) == "▁ █"
    assert sparkline([-1e308, math.inf, 1e308]) != ""
    assert len(sparkline(list(range(100)), 12)) == 12
