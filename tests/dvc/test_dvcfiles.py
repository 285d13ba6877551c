"""File names, tables and declarations made of facts with any names."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackside.dvcfiles import (
    column_name,
    curve_path,
    dvc_files,
    format_curve,
    is_alone,
    metrics_bytes,
    parse_curve,
    parse_metrics,
    parse_timed_curve,
    safe_name,
)

NAMES = [
    *("loss", "Loss", "LOSS", "train/loss", "train loss", "train-loss", "con", "nul.x", "", "..", ".a", "a" * 300),
    *("ü", "a\0b", "\udc80", "x-0123456789", "val_acc", "a:b", "a\\b", " ", "-", "日本"),
]


def test_no_two_names_meet_in_one_file_even_where_case_does_not_count() -> None:
    files = {safe_name(name).lower() for name in NAMES}
    assert len(files) == len(NAMES)


@given(st.one_of(st.sampled_from(NAMES), st.text(max_size=30)))
def test_every_file_name_is_safe_everywhere(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", safe_name(name))
    assert safe_name(name).partition(".")[0] not in ("con", "prn", "aux", "nul")


def test_a_safe_name_stays_as_it_is() -> None:
    assert (safe_name("val_acc"), safe_name("top-5.acc")) == ("val_acc", "top-5.acc")


def test_a_made_name_cannot_be_had_by_another_metric() -> None:
    made = safe_name("Loss")
    assert safe_name(made) != made


def test_an_image_named_by_a_safe_stem_and_a_step_stays_as_it_is() -> None:
    name = f"{safe_name('a' * 60)}-1000000.png"
    assert f"plots/images/{name}" in dvc_files({}, {}, {}, {name: b"x"})


numbers = st.one_of(st.integers(-(10**18), 10**18), st.floats(allow_nan=False))


@given(st.text(max_size=20), st.lists(st.tuples(st.integers(-(10**9), 10**9), numbers), max_size=20))
def test_a_curve_is_read_back_exactly(name: str, points: list[tuple[int, float]]) -> None:
    assert parse_curve(format_curve(name, points)) == points


def test_nan_survives_a_curve() -> None:
    ((step, value),) = parse_curve(format_curve("loss", [(3, math.nan)]))
    assert (step, math.isnan(value)) == (3, True)


def test_a_curve_with_times_reads_back_with_and_without_them() -> None:
    data = format_curve("time", [(0, 0.5), (1, math.inf)], [0.25, 61.0])
    assert data == b"step\ttime\ttime (value)\n0\t0.250\t0.5\n1\t61.000\tInfinity\n"
    assert parse_timed_curve(data) == [(0, 0.5, 0.25), (1, math.inf, 61.0)]
    assert parse_curve(data) == [(0, 0.5), (1, math.inf)]
    assert parse_timed_curve(format_curve("loss", [(0, 0.5)])) == [(0, 0.5, None)]
    assert parse_timed_curve(b"step\ttime\tx\n1\tnan\t2\n2\tsoon\t3\n") == [(1, 2, None), (2, 3, None)]


def test_a_damaged_curve_gives_the_rows_that_can_be_read() -> None:
    assert parse_curve(b"step\tloss\n1\t0.5\n2\n\xff\t3\n4\tx\n5\t0.25\n") == [(1, 0.5), (5, 0.25)]


@pytest.mark.parametrize(("name", "column"), [("loss", "loss"), ("step", "step (value)"), ("a\rb", "a\\x0db")])
def test_columns_never_collide_with_those_of_dvc(name: str, column: str) -> None:
    assert column_name(name) == column


def test_metrics_are_one_a_line_and_read_back() -> None:
    metrics = {"a": 0.1, "b c": 10**30, "d": -math.inf}
    assert metrics_bytes({"a": 0.5, "b": 1}) == b'{\n  "a": 0.5,\n  "b": 1\n}\n'
    assert parse_metrics(metrics_bytes(metrics)) == metrics


def test_only_what_is_there_is_declared() -> None:
    assert dvc_files({}, {}, {}, {}) == {}
    assert set(dvc_files({"lr": 1}, {}, {"loss": []}, {})) == {"params.yaml", "dvc.yaml"}


def test_the_declaration_is_the_same_for_all_names() -> None:
    first = dvc_files({"lr": 1}, {"a": 1.0}, {"a": [(0, 1.0)]}, {"x.png": b""})
    second = dvc_files({"${y}": 2}, {"${b}": 1.0}, {"${b}": [(0, 1.0)]}, {"Ä ${c}.png": b""})
    assert first["dvc.yaml"] == second["dvc.yaml"]
    assert curve_path("${b}") in second
    assert all(re.fullmatch(r"[a-z0-9._/-]+", path) for path in second)


@pytest.mark.parametrize("path", ["dvc.yaml", "a/dvc.lock", "data.csv.dvc", "params.yaml"])
def test_other_files_that_speak_to_dvc_are_noticed(path: str) -> None:
    assert is_alone(["train.py", ".trackside/dvc.yaml", "conf/params.yaml"])
    assert not is_alone(["train.py", path])
