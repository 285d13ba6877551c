"""A record as we write it, decoded by its types: what fits is exactly what reading each field would give."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import states
from repositories import record_of

from trackside.canonical import cut_glance
from trackside.encode import json_bytes
from trackside.experiment import empty_record, parse_stored
from trackside.row import glance_of

GOOD = record_of("good", params={"lr": 0.1, "names": ["a", None]}, metrics={"acc": [0.1, "NaN", 0.3]}, tags=["x"])
FULL = {
    **GOOD,
    "title": 'a "quoted" \\ title\n',
    "note": "naïve ☃ 🎉",
    "derived_from": "0" * 40,
    "params": {
        "lr": {"value": 0.1, "type": "float", "origin": "auto", "box": "params", "rule": "assigned"},
        "layers": {"value": [64, "x", None], "type": "list", "origin": "explicit", "box": "other"},
        "seed": {"value": 1, "type": "int", "origin": "explicit", "box": "data"},
    },
    "metrics": {
        "acc": {
            "last": 0.5, "step": 3, "min": 0, "max": None, "count": 2, "direction": "higher", "origin": "printed",
            "spark": [0.5, None, 1],
        },
    },
    "figures": [{"path": "p", "name": "n", "mime": "image/png", "size": 9, "cell": 3, "step": None}],
    "artifacts": [
        {"path": "a", "size": 1, "md5": None, "stored": "none", "reason": "r"},
        {"path": "b", "size": 1, "md5": "0f", "stored": "local", "files": 2, "reason": "r"},
    ],
    "inputs": [
        {"path": "d.csv", "kind": "git", "version": "ab", "size": 3, "origin": "seen"},
        {"path": "e", "kind": "dvc", "version": "0f.dir", "size": None, "origin": "declared", "files": 2,
         "changed": "during", "before": "0e.dir"},
    ],
    "order": [{"kind": "edited", "level": "warning", "cell": 2, "names": ["x"], "message": "m"}],
    "files": {
        "changed": ["a.py"], "added": [], "deleted": ["b.py"], "changed_during": [],
        "not_captured": [{"path": "c", "reason": "r"}],
    },
    "warnings": [{"code": "c", "message": "m", "hint": "h"}],
    "run": "20260921t142640-0000000002",
    "code": "c" * 32,
}  # fmt: skip


#: Every kind of value, and words that mean something somewhere else.
WORDS = ["", "x", "auto", "NaN", "git", "params", "warning", "finished", "higher", "\ud800", '"', "a/b"]
LEAVES: list[Any] = [None, True, 0, 1, -1.5, -0.0, 1e-300, 1e22, 10**30, float("inf"), *WORDS, [], {}, [1], [[]], [{}]]


def assert_cut_as_read(data: bytes) -> bool:
    """Where the types fit, hold it against reading each field; tell whether they did."""
    cut = cut_glance(data)
    if cut is None:
        return False
    record, problem, is_whole = parse_stored(data)
    assert (problem, is_whole) == (None, True)
    assert cut.started == record["started"]
    assert repr(json.loads(cut.tags)) == repr(record["tags"])
    assert repr(json.loads(cut.glance)) == repr(json.loads(glance_of(record)))
    return True


@pytest.mark.parametrize("record", [GOOD, FULL, {**GOOD, "code": ""}, empty_record()])
def test_a_record_as_we_write_it_is_cut(record: dict[str, Any]) -> None:
    assert assert_cut_as_read(json_bytes(record))


def test_the_record_of_a_sealed_run_is_cut(repository: Path) -> None:
    states.write(repository, {"train.py": "lr = 0.5\n"})
    states.track(repository, "real")
    oid = states.experiments(repository)["real"]
    data = subprocess.run(
        ["git", "cat-file", "blob", f"{oid}:.trackside/run.json"], cwd=repository, capture_output=True, check=True
    ).stdout
    assert assert_cut_as_read(data)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inside for place in _places(item, (*path, key)))]


def _changed(place: tuple[Any, ...], change: str, value: object = None) -> bytes:
    """Return the full record with one value put, removed or added at a place."""
    record: Any = json.loads(json_bytes(FULL))
    *above, last = place
    parent = record
    for key in above:
        parent = parent[key]
    if change == "put":
        parent[last] = value
    elif change == "remove":
        del parent[last]
    elif isinstance(parent, dict):
        parent[change] = value
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":")).replace(":Infinity", ":1e999")
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    "place", [place for place in _places(FULL) if place], ids=lambda place: ".".join(map(str, place))
)
def test_nothing_is_cut_that_reading_each_field_would_change(place: tuple[Any, ...]) -> None:
    for value in LEAVES:
        assert_cut_as_read(_changed(place, "put", value))
    assert_cut_as_read(_changed(place, "remove"))
    for key in ("y", "rule", "values", "files", "reason"):
        for value in ("x", 1, [[]]):
            assert_cut_as_read(_changed(place, key, value))


@pytest.mark.parametrize(
    "put", [b"", b'"', b"\\", b",", b"{", b"}", b"]", b":", b"0", b".", b"-", b"e", b" ", b"\n", b"\xff"]
)
def test_no_single_byte_changed_is_taken_for_what_it_is_not(put: bytes) -> None:
    data = json_bytes(FULL)
    for at in range(len(data)):
        assert_cut_as_read(data[:at] + put + data[at + 1 :])
        assert_cut_as_read(data[:at] + put + data[at:])


@pytest.mark.parametrize("kind", ["params", "metrics"])
def test_a_name_that_stands_twice_is_left_to_the_parser(kind: str) -> None:
    data = json_bytes(FULL)
    (name, fact), *_ = FULL[kind].items()
    twice = b'"%s":{' % kind.encode()
    pair = b'"%s":%s,' % (name.encode(), json_bytes(fact))
    assert cut_glance(data.replace(twice, twice + pair)) is None


def test_a_record_of_a_newer_format_is_left_to_the_parser() -> None:
    assert cut_glance(json_bytes({**FULL, "format": 2})) is None
