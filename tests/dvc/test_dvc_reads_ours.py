"""The installed `dvc` command reads, compares and manages experiments whose files are ours."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dvc_repository import DvcRepository
from facts import METRICS, PARAMS, experiment_files

from trackside.artifacts.dvccache import write_dvc_cache, write_entry_of
from trackside.artifacts.pointer import pointer_bytes
from trackside.git.repository import open_repository

pytestmark = pytest.mark.dvc

PARAMS_PATH, METRICS_PATH = ".trackside/params.yaml", ".trackside/metrics.json"
IN_FILES: dict[str, Any] = {**PARAMS, "odd": "NaN"}


def experiments(shown: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return name → data of every experiment in `dvc exp show --json`."""
    ranges = [found for baseline in shown for found in baseline["experiments"] or ()]
    return {found["name"]: found["revs"][0]["data"] for found in ranges}


def test_exp_list_names_them(shared: DvcRepository) -> None:
    listed = shared.dvc("exp", "list", "--name-only").split()
    assert {"one", "two"} <= set(listed)


def test_exp_show_has_every_value_as_it_was(shared: DvcRepository) -> None:
    shown = experiments(shared.dvc_json("exp", "show"))
    assert shown["one"]["params"] == {PARAMS_PATH: {"data": IN_FILES}}
    assert shown["one"]["metrics"] == {METRICS_PATH: {"data": {**METRICS, "ü.f1": "NaN"}}}
    assert shown["two"]["params"][PARAMS_PATH]["data"]["lr"] == 0.1


def test_our_cache_entry_is_the_one_dvc_writes(shared: DvcRepository) -> None:
    oid = shared.add_experiment(
        "with-model", {**experiment_files(), "out/model.bin.dvc": pointer_bytes("model.bin", md5="0" * 32, size=7)}
    )
    entry = shared.root / ".dvc" / "tmp" / "exps" / "cache" / oid[:2] / oid[2:]
    shared.dvc("exp", "show", "--json")
    theirs = json.loads(entry.read_bytes())
    entry.unlink()
    assert write_entry_of(open_repository(shared.root), oid)
    assert json.loads(entry.read_bytes()) == theirs
    assert theirs["outs"]["out/model.bin"]["size"] == 7


def test_no_cache_entry_is_written_where_other_files_speak_to_dvc(shared: DvcRepository) -> None:
    oid = shared.add_experiment("with-pipeline", {**experiment_files(), "dvc.yaml": b"metrics:\n- other.json\n"})
    assert not write_entry_of(open_repository(shared.root), oid)


def test_no_cache_entry_is_written_where_patterns_may_hide_our_files(shared: DvcRepository) -> None:
    oid = shared.add_experiment("with-ignore", {**experiment_files(), ".dvcignore": b"# all\n*.yaml\n"})
    assert not write_entry_of(open_repository(shared.root), oid)


def test_exp_params_and_metrics_diff_show_what_changed(shared: DvcRepository) -> None:
    both = shared.dvc_json("exp", "diff", "one", "two")
    assert both["params"][PARAMS_PATH] == {"lr": {"old": 1e-05, "new": 0.1, "diff": pytest.approx(0.09999)}}
    assert both["metrics"][METRICS_PATH] == {"acc": {"old": 0.93, "new": 0.95, "diff": pytest.approx(0.02)}}
    assert shared.dvc_json("params", "diff", "one", "two") == both["params"]
    assert shared.dvc_json("metrics", "diff", "one", "two") == both["metrics"]


def test_plots_diff_shows_each_curve_under_its_own_name(shared: DvcRepository) -> None:
    plots = shared.dvc_json("plots", "diff", "one", "two")["data"]
    axes = set()
    for path, drawn in plots.items():
        for plot in drawn:
            assert sorted(plot["revisions"]) == ["one", "two"] or len(plot["revisions"]) == 1, path
            if plot["type"] == "vega":
                axes.add(plot["content"]["layer"][1]["encoding"]["y"]["title"])
    assert axes == {name if name not in ("rev", "step") else f"{name} (value)" for name in METRICS}
    assert ".trackside/plots/images/cell-001-0.png" in plots


def test_apply_branch_rename_and_remove_work(make_dvc_repository: Callable[[], DvcRepository]) -> None:
    repository = make_dvc_repository()
    one = repository.add_experiment("one", experiment_files())
    repository.add_experiment("two", experiment_files(lr=0.1))
    repository.dvc("exp", "apply", "one")
    assert (repository.root / PARAMS_PATH).read_bytes() == experiment_files()[PARAMS_PATH]
    repository.dvc("exp", "branch", "one", "best")
    assert repository.git("rev-parse", "best") == one
    repository.dvc("exp", "rename", "two", "second")
    assert set(repository.refs()) == {"one", "second"}
    repository.dvc("exp", "remove", "second")
    assert set(repository.refs()) == {"one"}


def test_a_thousand_of_ours_are_shown_without_reading_their_trees(
    make_dvc_repository: Callable[[], DvcRepository], record_property: Callable[[str, object], None]
) -> None:
    repository = make_dvc_repository()
    oids = add_thousand(repository)
    for number, oid in enumerate(oids):
        assert write_dvc_cache(
            repository.root, oid, committed=1767225600, params={"lr": number}, metrics={"acc": number / 1000}
        )
    begin = time.perf_counter()
    shown = experiments(repository.dvc_json("exp", "show"))
    record_property("seconds for dvc exp show of 1,000", round(time.perf_counter() - begin, 2))
    assert len(shown) == 1000
    assert shown["run-7"]["params"] == {PARAMS_PATH: {"data": {"lr": 7}}}


def add_thousand(repository: DvcRepository) -> list[str]:
    """Put experiments there by one `fast-import`; their trees hold nothing, so only the entries can tell."""
    place = f"refs/exps/{repository.baseline[:2]}/{repository.baseline[2:]}"
    stream = "".join(
        f"commit {place}/run-{number}\ncommitter Ada <a@b> 1767225600 +0000\n"
        f"data {len(str(number))}\n{number}\nfrom {repository.baseline}\n\n"
        for number in range(1000)
    )
    repository.git("fast-import", "--quiet", data=stream.encode())
    refs = repository.refs()
    return [refs[f"run-{number}"] for number in range(1000)]


def test_without_dvc_here_nothing_is_written(tmp_path: Path) -> None:
    assert not write_dvc_cache(tmp_path, "a" * 40, committed=0, params={}, metrics={})
    assert list(tmp_path.iterdir()) == []
