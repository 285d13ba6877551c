"""Runs side by side."""

from __future__ import annotations

from typing import Any

from repositories import record_of

from trackside.annotations import no_annotations
from trackside.compare import compare_experiments, describe_input, requirements_of


def experiment(name: str, **facts: Any) -> Any:
    return {
        "name": name, "oid": None, "ref": None, "source": "trackside", "problem": None,
        "annotations": no_annotations(), "record": record_of(name, **facts),
    }  # fmt: skip


def metric_rows(*values: Any, name: str = "acc") -> Any:
    runs = [
        experiment(str(place), metrics={} if value is None else {name: value}) for place, value in enumerate(values)
    ]
    return compare_experiments(runs)["metrics"][0]


def test_best_follows_the_direction_of_the_metric() -> None:
    assert metric_rows(0.5, 0.9, 0.7)["best"] == 1
    assert metric_rows(0.5, 0.9, 0.2, name="loss")["best"] == 2


def test_nan_and_missing_values_are_never_best_and_have_no_delta() -> None:
    row = metric_rows(0.5, "NaN", None, 0.6)
    assert row["best"] == 3
    assert row["deltas"][1:3] == [None, None]
    assert row["values"][1:3] == ["NaN", None]


def test_infinities_have_no_delta() -> None:
    assert metric_rows("Infinity", "Infinity", 1.0)["deltas"] == [None, None, None]


def test_equal_values_have_no_best_and_do_not_differ() -> None:
    row = metric_rows(0.5, 0.5)
    assert row["best"] is None
    assert not row["differs"]
    assert not metric_rows("NaN", "NaN")["differs"]


def test_nothing_is_best_where_nobody_knows_which_way_is_up() -> None:
    assert metric_rows(1, 2, name="score")["best"] is None


def test_huge_whole_numbers_do_not_break_a_delta() -> None:
    assert metric_rows(1.5, 10**400)["deltas"] == [None, None]


def test_parameters_differ_by_type_and_by_absence() -> None:
    runs = [experiment("a", params={"x": 1, "y": 2, "z": 3}), experiment("b", params={"x": 1.0, "y": 2})]
    rows = {row["name"]: row for row in compare_experiments(runs)["params"]}
    assert {name: row["differs"] for name, row in rows.items()} == {"x": True, "y": False, "z": True}
    assert rows["z"]["present"] == [True, False]


def test_packages_differ_only_where_both_are_known() -> None:
    runs = [experiment("a"), experiment("b"), experiment("c")]
    packages = [{"numpy": "1", "only": "2"}, {"numpy": "2"}, None]
    rows = {row["name"]: row for row in compare_experiments(runs, packages)["packages"]}
    assert rows["numpy"]["values"] == ["1", "2", None]
    assert rows["numpy"]["differs"]
    assert rows["only"]["differs"]
    same = compare_experiments(runs, [{"numpy": "1"}, {"numpy": "1"}, None])["packages"][0]
    assert not same["differs"]


def test_requirements_are_read_back() -> None:
    assert requirements_of(b"numpy==1.2\nbroken\nscikit-learn==1.5\n") == {"numpy": "1.2", "scikit-learn": "1.5"}
    assert requirements_of(None) is None


def data(version: str | None, **more: Any) -> dict[str, Any]:
    return {"path": "a.csv", "kind": "git", "version": version, "size": 1, "origin": "seen", **more}


def differs(*inputs: Any) -> bool:
    runs = [experiment(str(place), **({} if one == "unknown" else {"inputs": one})) for place, one in enumerate(inputs)]
    return any(row["differs"] for row in compare_experiments(runs)["inputs"])


def test_data_differs_by_its_version_and_by_its_absence() -> None:
    assert not differs([data("1")], [data("1", origin="declared", size=None)])
    assert differs([data("1")], [data("2")])
    assert differs([data("1")], [data("1", kind="dvc")])
    assert differs([data("1")], [])
    assert differs([data("2", changed="during", before="1")], [data("2")])


def test_data_of_no_sure_version_is_never_called_the_same() -> None:
    assert differs([data(None)], [data(None)])
    for changed in ("since-dvc", "not-captured"):
        assert differs([data("1", changed=changed)], [data("1", changed=changed)])


def test_nothing_differs_from_runs_whose_inputs_nobody_recorded() -> None:
    assert not differs([data("1")], "unknown", [data("1")])
    assert not differs("unknown", [data("1")])
    assert differs("unknown", [data("1")], [data("2")])


def test_versions_are_worded_short_with_what_is_to_know_of_them() -> None:
    assert describe_input(None) is None
    assert describe_input(data("0123456789abcdef", changed="during", before="f" * 40)) == (  # type: ignore[arg-type]  # as stored
        "git 0123456789 (changed during the run, ffffffffff before)"
    )
    assert describe_input(data("0123456789abcdef.dir", kind="dvc")) == "dvc 0123456789.dir"  # type: ignore[arg-type]  # as stored
