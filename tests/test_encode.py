"""The encoder against the readers people use: Python's json, PyYAML (YAML 1.1) and ruamel.yaml (YAML 1.2)."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from trackside.encode import json_bytes, parse_number, yaml_bytes

TRAPS = """y n yes No ON off TRUE false null ~ Null nan .nan .NaN NaN inf -.inf Infinity 1e5 1e-5 1E5 .5 5. 0o17 017 08
0x1F 0b11 1_000 1:30 190:20:30 2024-01-01 2024-01-01T00:00:00Z 12:30:45 << = - -- --- ... ? : # & * ! | > % @ ` [] {}
, a:b a: :a a#b +1 -1 1. +.5 -.inf 1e+5 true. yes/no""".split()
TEXTS = [
    *TRAPS,
    *("", " ", " a", "a ", "a: b", "a #b", "- a", "--- a", "'q'", '"q"', "a\tb", "a\nb", "\r", "\x00", "\x07", "\x85"),
    *("\u2028", "\ufeff", "\ufffe", "ü", "日本", "😀", "C:\\x", "${x}", "{{x}}", "a - b", "k" * 5000, "\x7f"),
]

texts = st.one_of(st.sampled_from(TEXTS), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts
)  # fmt: skip
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)
mappings = st.dictionaries(texts, values, max_size=6)


def same(left: Any, right: Any) -> bool:
    if type(left) is dict and isinstance(right, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if type(left) is list and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if type(left) is float:
        return type(right) is float and (left, math.copysign(1, left)) == (right, math.copysign(1, right))
    return type(left) is type(right) and left == right


def read_by_all(data: bytes) -> list[Any]:
    ruamel = YAML(typ="safe", pure=True)
    ruamel.version = (1, 2)  # type: ignore[assignment]
    return [yaml.safe_load(data), yaml.load(data, yaml.CSafeLoader), YAML(typ="safe", pure=True).load(data),
            ruamel.load(b"%YAML 1.2\n---\n" + data)]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(mappings)
@example({"lr": 1e-05, "big": 1e22, "tiny": 5e-324, "minus": -0.0, "n": 10**60})
@example({"": {"": []}, "a": [[], {}, [[1]], [{"b": None}]]})
def test_yaml_is_read_back_value_by_value_by_every_reader(mapping: dict[str, Any]) -> None:
    data = yaml_bytes(mapping)
    for found in read_by_all(data):
        assert same(mapping, found), data


@pytest.mark.parametrize("text", TEXTS)
def test_text_that_looks_like_something_else_stays_text(text: str) -> None:
    mapping = {"value": text, text: "key", "in": [text]}
    for found in read_by_all(yaml_bytes(mapping)):
        assert same(mapping, found)


@settings(max_examples=200, deadline=None)
@given(values)
def test_json_is_read_back_value_by_value(value: Any) -> None:
    assert same(value, json.loads(json_bytes(value)))


def test_nan_and_infinities_are_words_in_both_forms() -> None:
    facts = {"a": math.nan, "b": [math.inf, -math.inf], "c": 1.5}
    words = {"a": "NaN", "b": ["Infinity", "-Infinity"], "c": 1.5}
    assert json.loads(json_bytes(facts)) == words
    assert all(found == words for found in read_by_all(yaml_bytes(facts)))
    assert [parse_number(word) for word in words["b"]] == facts["b"]  # type: ignore[attr-defined]
    assert math.isnan(parse_number("NaN") or 0)


def test_json_is_compact_utf8_in_the_order_given() -> None:
    assert json_bytes({"b": [1, 2.5], "a": "ü"}) == '{"b":[1,2.5],"a":"ü"}'.encode()


def test_a_small_float_is_written_with_its_point() -> None:
    assert yaml_bytes({"lr": 1e-05, "name": "adam", "on": "on"}) == b'lr: 1.0e-05\nname: adam\n"on": "on"\n'


def test_long_keys_and_lone_surrogates_are_read_by_every_reader() -> None:
    for found in read_by_all(yaml_bytes({"k" * 3000: {"x": 1}, "\udc80": "a\udcff"})):
        assert found == {"k" * 3000: {"x": 1}, "\\udc80": "a\\udcff"}
    assert json.loads(json_bytes({"\udc80": "a\udcff"})) == {"\\udc80": "a\\udcff"}


def test_nothing_json_like_raises() -> None:
    inside: list[Any] = []
    inside.append(inside)
    deep: Any = 0
    for _ in range(5000):
        deep = [deep]
    odd = {
        "loop": inside,
        "deep": deep,
        "long": 10**5000,
        "set": {1},
        3: None,
        None: 1,
        (1,): 2,
        1.5: float("nan"),
        True: 0,
    }
    for data in (json_bytes(odd), yaml_bytes(odd)):  # type: ignore[arg-type]
        found = yaml.safe_load(data)
        assert found["loop"] == ["…"]
        assert found["long"] == hex(10**5000)
        assert found["set"] is None
        assert found["3"] is None


@pytest.mark.parametrize("value", [True, "1", None, [], "nan", "inf"])
def test_what_is_no_number_is_none(value: object) -> None:
    assert parse_number(value) is None


def test_numbers_are_themselves() -> None:
    assert (parse_number(3), parse_number(0.1), parse_number(10**30)) == (3, 0.1, 10**30)
