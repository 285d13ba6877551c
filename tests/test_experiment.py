"""A stored record is a stranger's: whatever it holds, something can be shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from repositories import record_of

from trackside.encode import json_bytes
from trackside.experiment import empty_record, parse_record, parse_stored
from trackside.row import glance_of, parse_glances

GOOD = record_of("good", params={"lr": 0.1, "names": ["a", None]}, metrics={"acc": [0.1, "NaN", 0.3]}, tags=["x"])


def test_good_record_is_read_back_as_it_is() -> None:
    record, problem, is_whole = parse_stored(json_bytes(GOOD))
    assert record == GOOD
    assert problem is None
    assert is_whole


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "no format version"),
        (b'{"format": true}', "no format version"),
        (b'{"format": NaN}', "not valid JSON"),
        (b'{"format": 99}', "format 99"),
        (b" " * 8_000_001, "larger than 8 MB"),
    ],
)
def test_damaged_record_is_told_in_a_sentence(data: bytes, words: str) -> None:
    record, problem = parse_record(data, name="n", baseline="b")
    assert problem is not None
    assert words in problem
    assert record["name"] == "n" or "format" not in words


def test_wrong_fields_are_named_and_the_others_kept() -> None:
    stored = {**GOOD, "params": [], "duration": "long", "status": "exploded", "title": "kept"}
    record, problem = parse_record(json_bytes(stored))
    assert problem == "Its record is damaged in: status, duration, params."
    assert record["title"] == "kept"
    assert record["params"] == {}
    assert record["metrics"] == GOOD["metrics"]


def test_unknown_fields_are_left_out_and_not_handed_on_unparsed() -> None:
    record, problem, is_whole = parse_stored(json_bytes({**GOOD, "from_the_future": 1}))
    assert record == GOOD
    assert problem is None
    assert not is_whole


def test_newer_format_shows_what_is_known_and_says_so() -> None:
    record, problem = parse_record(json_bytes({**GOOD, "format": 2, "extra": 1}))
    assert record["metrics"] == GOOD["metrics"]
    assert problem is not None
    assert "Update Trackside" in problem


@pytest.mark.parametrize("spark", [["x"], [True], [[1]], "curve", {"a": 1}])
def test_sparkline_holds_numbers_and_gaps_only(spark: object) -> None:
    stored = json.loads(json_bytes(GOOD))
    stored["metrics"]["acc"]["spark"] = spark
    assert parse_record(json_bytes(stored))[1] == "Its record is damaged in: metrics."


def test_lone_surrogate_is_not_handed_on_unparsed() -> None:
    data = json.dumps({**GOOD, "title": "\ud800"}).encode()
    record, problem, is_whole = parse_stored(data)
    assert not is_whole
    assert problem is None
    json_bytes(record).decode("utf-8")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "x"]), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(list(GOOD)), JSON))
def test_any_json_gives_a_record_that_can_be_listed(stored: dict[str, Any]) -> None:
    record, _ = parse_record(json_bytes({**GOOD, **stored}))
    assert set(record) == set(empty_record())
    assert parse_glances([glance_of(record).decode()])


@pytest.mark.parametrize("field", ["started", "ended", "duration"])
def test_an_integer_larger_than_any_float_is_a_wrong_time(field: str) -> None:
    record, problem = parse_record(json_bytes({**GOOD, field: 10**400}))
    assert problem == f"Its record is damaged in: {field}."
    assert record["title"] == GOOD["title"]


def test_a_number_in_place_of_a_yes_is_put_right_and_not_handed_on_unparsed() -> None:
    stored = {**GOOD, "author": {"name": "Ada", "email": "", "fallback": 1}}
    record, problem, is_whole = parse_stored(json_bytes(stored))
    assert record["author"]["fallback"] is True
    assert problem is None
    assert not is_whole
