"""The filter language: what it takes, what it refuses and with which words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from repositories import record_of

from trackside.annotations import no_annotations
from trackside.errors import UsageError
from trackside.query import parse_query, parse_sort
from trackside.row import Row, row_of

NOW = 1_790_000_000.0


def a_row(name: str = "ann", *, tags: tuple[str, ...] = (), star: bool = False, **facts: Any) -> Row:
    noted = {**no_annotations(tags), "star": star}
    record = record_of(name, **{"started": NOW - 7_200, "duration": 90.0, **facts})
    return row_of(
        {
            "name": name,
            "oid": "ab" * 20,
            "ref": "r",
            "source": "trackside",
            "problem": None,
            "annotations": noted,
            "record": record,
        }  # type: ignore[typeddict-item]
    )


def matches(text: str, row: Row) -> bool:
    return parse_query(text, now=NOW).matches(row)


ROW = a_row(
    params={"model": "rf", "lr": 0.1, "n": 3, "flag": True, "a.b": "deep", "any name": 1, "sizes": [1, 2]},
    metrics={"acc": [0.5, 0.95, 0.9], "val loss": "NaN", "big": "Infinity", "m.min": 7},
    branch="main",
    notebook="nb/study.ipynb",
    tags=("paper", "Big"),
    author={"name": "Ada Lovelace", "email": "ada@example.org", "fallback": False},
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'metrics.acc > 0.8 and params.model == "rf"',
        "metrics.acc.max >= 0.95",
        'metrics["acc"].count == 3',
        "metrics.m.min == 7",
        "0.8 < metrics.acc <= 0.9",
        "metrics.big > 1e300",
        'params["any name"] == 1',
        'params.a.b == "deep"',
        "params.flag",
        "params.flag == true",
        'params.model in ["svm", "rf"]',
        'params.model in ("svm", "rf")',
        'params.model not in ["svm"]',
        'name ~ "AN"',
        'author ~ "ada"',
        'tags ~ "big"',
        '"paper" in tags',
        "not star",
        "not (star or archived)",
        "duration < 2m and age == 2h",
        "age > 1.5h",
        'started >= "2026-09-21" and started < "2026-09-22"',
        'started == "2026-09"',
        '"2026" == started',
        'notebook == "nb/study.ipynb" && branch = "main"',
        "params.nothing == none",
        "params.lr != none",
        "(((((params.n == 3)))))",
    ],
)
def test_filter_takes_the_run(text: str) -> None:
    assert matches(text, ROW)


@pytest.mark.parametrize(
    "text",
    [
        "metrics.acc > 0.95",
        "metrics.nothing > 0",
        "metrics.nothing < 0",
        "params.nothing != 3",
        'metrics["val loss"] > 0',
        'metrics["val loss"] < 0',
        'params.lr == "0.1"',
        'params.lr != "x"',
        "params.model > 3",
        "params.flag == 1",
        "params.sizes > 1",
        "params.sizes < params.sizes",
        "star",
        "not params.flag",
        'name !~ "an"',
        'params.n ~ "3"',
        'started < "2026-01-01"',
    ],
)
def test_missing_or_unlike_values_make_a_comparison_false(text: str) -> None:
    assert not matches(text, ROW)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("statsu == 3", 1, "Did you mean status?"),
        ("acc > 3", 1, "metrics.acc"),
        ("name ==", 8, "ends too early"),
        ('name == "x', 9, "not closed"),
        ("a b", 1, "no field"),
        ("metrics.acc > 5q", 15, "no number or duration"),
        ("metrics.acc > 3 3", 17, "too many"),
        ("metrics > 3", 1, "Which of the metrics"),
        ("3", 1, "alone says nothing"),
        ('started > "soon"', 9, "no date"),
        ("params[3] == 1", 8, "name in quotes"),
        ("name in [author]", 10, "plain values"),
        ("__import__('os')", 1, "no field"),
        ("name == `x`", 9, "means nothing"),
    ],
)
def test_mistake_is_told_with_its_place(text: str, place: int, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_query(text)
    assert f"character {place}:" in caught.value.message
    assert words in f"{caught.value.message} {caught.value.hint}"


def test_deep_nesting_and_long_text_are_refused() -> None:
    for text in ("(" * 5_000 + "star", "not " * 3 + "(" * 60 + "star" + ")" * 60, "x" * 20_000):
        with pytest.raises(UsageError):
            parse_query(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="metrics.acp \"'()[]<>=~!0159andorti,-\\\t", max_size=40))
def test_any_text_either_parses_or_is_a_usage_error(text: str) -> None:
    try:
        query = parse_query(text, now=NOW)
    except UsageError:
        return
    assert query.matches(ROW) in (True, False)


def test_sort_puts_missing_and_nan_last_in_both_directions() -> None:
    rows = [
        a_row("low", metrics={"acc": 0.1}),
        a_row("nan", metrics={"acc": "NaN"}),
        a_row("high", metrics={"acc": 0.9}),
        a_row("none"),
    ]
    assert [row.name for row in parse_sort("metrics.acc")(rows)] == ["low", "high", "nan", "none"]
    assert [row.name for row in parse_sort("-metrics.acc")(rows)] == ["high", "low", "nan", "none"]


def test_sort_by_several_keys_keeps_the_first_in_charge() -> None:
    rows = [a_row("b", params={"m": "x"}), a_row("a", params={"m": "y"}), a_row("c", params={"m": "x"})]
    assert [row.name for row in parse_sort("-params.m, name")(rows)] == ["a", "b", "c"]


def test_sort_of_mixed_types_does_not_fail() -> None:
    rows = [a_row("s", params={"p": "x"}), a_row("n", params={"p": 3}), a_row("l", params={"p": [1]})]
    assert [row.name for row in parse_sort("params.p")(rows)] == ["n", "s", "l"]


@pytest.mark.parametrize("text", ["nonsense", "metrics.a b", "3", "-", "name,,title ="])
def test_bad_sort_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        parse_sort(text)
