"""Which columns a table shows."""

from __future__ import annotations

import pytest
from test_query import a_row

from trackside.columns import columns_of
from trackside.errors import UsageError


def test_only_what_varies_is_a_column_and_the_rest_is_counted() -> None:
    rows = [
        a_row("a", params={"lr": 0.1, "seed": 1}, metrics={"acc": 0.9, "f1": 0.5}),
        a_row("b", params={"lr": 0.2, "seed": 1}, metrics={"acc": 0.8, "f1": 0.5}),
    ]
    columns = columns_of(rows)
    assert (columns.metrics, columns.params, columns.same) == (["acc"], ["lr"], ["f1", "seed"])


def test_value_missing_in_one_run_makes_a_column() -> None:
    assert columns_of([a_row("a", params={"lr": None}), a_row("b")]).params == ["lr"]


def test_true_and_one_are_different_values() -> None:
    assert columns_of([a_row("a", params={"x": True}), a_row("b", params={"x": 1})]).params == ["x"]


def test_one_run_shows_all_it_has() -> None:
    columns = columns_of([a_row("a", params={"lr": 0.1}, metrics={"acc": 0.9})])
    assert (columns.metrics, columns.params, columns.same) == (["acc"], ["lr"], [])


def test_asked_columns_come_as_asked_and_unknown_ones_are_refused() -> None:
    columns = columns_of([], ["name", "metrics.val loss", "params.a.b"])
    assert (columns.fields, columns.metrics, columns.params) == (["name"], ["val loss"], ["a.b"])
    with pytest.raises(UsageError, match="no column"):
        columns_of([], ["nmae"])
