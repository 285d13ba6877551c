"""What front ends are given: open runs, runs left by dead processes, experiments of other tools."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import pytest
from repositories import Scratch, make_experiment, scratch, trackside_home

from trackside.errors import NotFoundError, UsageError
from trackside.format import new_run_id
from trackside.git.repository import Repository, open_repository
from trackside.journal.liveness import boot_id, process_start
from trackside.journal.places import journal_folder
from trackside.journal.writer import Journal
from trackside.reading import baseline_run, code_diff, comparison, details, listing, select

__all__ = ["scratch", "trackside_home"]


@pytest.fixture
def repository(trackside_home: Scratch) -> Repository:
    return open_repository(trackside_home.path)


def write_journal(repository: Repository, name: str, *, alive: bool, packages: dict[str, str] | None = None) -> Journal:
    """Begin a run of this process, or of one that is gone."""
    run = new_run_id()
    journal = Journal.create(journal_folder(repository), run)
    facts: dict[str, Any] = {
        "format": 1, "run": run, "name": name, "title": "", "tags": [], "note": "", "notebook": None,
        "frontend": "script",
        "cwd": str(repository.toplevel), "python": "3.11", "derived_from": None, "boot": boot_id(), "pid": os.getpid(),
        "process_start": process_start(os.getpid()) if alive else "long ago",
    }  # fmt: skip
    journal.append("start", **facts)
    journal.append("params", values={"lr": {"value": 0.1, "origin": "explicit", "box": "params", "rule": ""}})
    journal.append("point", k="acc", v=0.5, s=0)
    journal.append("point", k="acc", v="NaN", s=1)
    if packages is not None:
        journal.append("environment", file=journal.keep(json.dumps({"packages": packages}).encode()))
    return journal


def test_open_run_stands_on_top_with_what_is_known(repository: Repository, trackside_home: Scratch) -> None:
    make_experiment(trackside_home, "sealed", metrics={"acc": 0.4}, started=time.time() - 60)
    write_journal(repository, "open-one", alive=True)
    first, second = listing(repository)["experiments"]
    assert (first["name"], first["source"], first["oid"], first["record"]["status"]) == (
        "open-one",
        "journal",
        None,
        "open",
    )
    assert first["record"]["metrics"]["acc"]["count"] == 2
    assert second["name"] == "sealed"
    assert [item["name"] for item in listing(repository, query='status == "open"')["experiments"]] == ["open-one"]


def test_open_run_can_be_shown_and_compared(repository: Repository, trackside_home: Scratch) -> None:
    make_experiment(trackside_home, "sealed", metrics={"acc": 0.4}, files={".trackside/requirements.txt": "numpy==1\n"})
    write_journal(repository, "open-one", alive=True, packages={"numpy": "2"})
    found = details(repository)
    assert found["experiment"]["name"] == "open-one"
    assert [(point["step"], point["value"]) for point in found["series"]["acc"]] == [(0, 0.5), (1, "NaN")]
    compared = comparison(repository, ["sealed", "open-one"])
    assert compared["packages"][0]["values"] == ["1", "2"]


def test_run_of_a_dead_process_becomes_an_experiment_by_being_listed(
    repository: Repository, trackside_home: Scratch
) -> None:
    write_journal(repository, "left-behind", alive=False).close()
    selection = select(repository)
    (experiment,) = selection.experiments()
    assert selection.said == ["Recovered the run left-behind."]
    assert (experiment["source"], experiment["record"]["status"]) == ("trackside", "interrupted")
    assert any(ref.endswith("/left-behind") for ref in trackside_home.refs())


def test_run_that_waits_is_a_row_with_the_reason(repository: Repository, trackside_home: Scratch) -> None:
    write_journal(repository, "waiting", alive=False).close()
    trackside_home.git("update-ref", "-d", "HEAD")
    (experiment,) = listing(repository)["experiments"]
    assert (experiment["source"], experiment["record"]["status"]) == ("journal", "interrupted")
    assert experiment["problem"] is not None and "no commit yet" in experiment["problem"]


def test_experiment_of_another_tool_is_listed_and_shown(repository: Repository, trackside_home: Scratch) -> None:
    head = trackside_home.head()
    files = {
        "params.yaml": "lr: 0.25\nmodel: rf\n",
        "dvclive/metrics.json": '{"acc": 0.75}',
        "dvclive/plots/metrics/acc.tsv": "step\tacc\n0\t0.5\n1\t0.75\n",
        "dvclive/dvc.yaml": "metrics:\n- metrics.json\nplots:\n- plots/metrics:\n    x: step\n",
    }
    parts = [
        f"commit refs/exps/{head[:2]}/{head[2:]}/dvc-one\ncommitter Bo <bo@example.org> 1790000000 +0000\n"
        f"data 22\ndvc: commit experiment\nfrom {head}\n"
    ]
    parts += [f"M 100644 inline {path}\ndata {len(text)}\n{text}\n" for path, text in files.items()]
    trackside_home.git("fast-import", "--quiet", stdin="".join(parts).encode())
    (experiment,) = listing(repository)["experiments"]
    assert (experiment["source"], experiment["problem"]) == ("dvc", None)
    assert experiment["record"]["params"]["lr"]["value"] == 0.25
    assert experiment["record"]["metrics"]["acc"]["last"] == 0.75
    assert experiment["record"]["author"]["name"] == "Bo"
    assert [point["value"] for point in details(repository, "dvc-one")["series"]["acc"]] == [0.5, 0.75]


def test_baseline_is_the_promoted_run_else_the_oldest(repository: Repository, trackside_home: Scratch) -> None:
    from trackside.store import Store

    for number in range(3):
        oid = make_experiment(trackside_home, f"run-{number}", started=1_790_000_000.0 + number)
    assert listing(repository)["baseline"] == "run-0"
    Store(repository).annotate([oid], {"promoted": "exp/run-2"})
    assert listing(repository)["baseline"] == "run-2"
    found = baseline_run(listing(repository)["experiments"])
    assert found is not None and found["name"] == "run-2"
    assert baseline_run([]) is None


def test_total_is_counted_before_the_limit(repository: Repository, trackside_home: Scratch) -> None:
    for number in range(3):
        make_experiment(trackside_home, f"run-{number}", started=1_790_000_000.0 + number)
    found = listing(repository, limit=1)
    assert (found["total"], [item["name"] for item in found["experiments"]]) == (3, ["run-2"])


def test_without_runs_each_verb_says_so(repository: Repository) -> None:
    assert listing(repository)["experiments"] == []
    with pytest.raises(NotFoundError, match="no runs here yet"):
        details(repository)
    with pytest.raises(UsageError):
        comparison(repository, ["one"])
    with pytest.raises(NotFoundError):
        code_diff(repository, "nobody")


@pytest.mark.parametrize("odd", ['a"b', "naïve", "a'b", "a$b"])
def test_names_that_need_an_escape_are_written_as_json_among_others(
    repository: Repository, trackside_home: Scratch, odd: str
) -> None:
    make_experiment(trackside_home, "plain", run="20260101t000000-0000000001", metrics={"acc": 0.5})
    oid = make_experiment(trackside_home, "other", run="20260101t000000-0000000002", metrics={"acc": 0.6})
    head = trackside_home.head()
    trackside_home.git("update-ref", f"refs/exps/{head[:2]}/{head[2:]}/{odd}", oid)
    written = json.loads(b"".join(select(repository).listing_json()))
    assert written == listing(repository)
    assert sorted(run["name"] for run in written["experiments"]) == sorted(["plain", "other", odd])
