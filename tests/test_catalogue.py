"""The rows of a clone held warm: the same as a fresh listing, and read again only when something changed."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from typing import Any

import pytest
from repositories import Scratch, make_experiment, make_experiments, notebook_text, scratch, trackside_home  # noqa: F401

import trackside
from trackside.catalogue import Catalogue, acts, details
from trackside.catalogue.shortcuts import filter_quickly, sort_quickly
from trackside.catalogue.verdicts import choose_main_metric, pooled_deviation, verdict_of
from trackside.catalogue.warm import Sealed
from trackside.query import parse_query, parse_sort
from trackside.row import Row


def rows_of_chance(count: int) -> list[Row]:
    """Rows with every kind of value, and without some."""
    chance = random.Random(7)
    values: list[Any] = [0.1, 0.5, 1, 2, True, None, "rf", "Svm", [1, 2], -3]
    rows = []
    for number in range(count):
        params = {name: chance.choice(values) for name in ("lr", "model") if chance.random() < 0.8}
        params["n"] = chance.randrange(5)
        last = chance.choice([0.1, 0.5, 0.9, 1, "NaN", "Infinity", "-Infinity"])
        metrics = {"acc": [last, None, None, 1, "higher"]} if chance.random() < 0.9 else {}
        metrics["loss"] = [chance.random(), 0.0, 1.0, 2, "lower"]
        facts: dict[str, Any] = dict.fromkeys(Row._fields[:17], "")
        facts.update(started=float(number), tags=[], params=params, hidden={}, metrics=metrics, name=f"r{number}")
        rows.append(Row(**facts, oid=f"{number:040x}"))
    return rows


@pytest.mark.parametrize(
    "query",
    [
        "metrics.acc > 0.4", "metrics.acc >= 1 and params.lr == 0.1", "metrics.loss < .5 and metrics.acc > -1",
        'params.model == "rf"', 'params.model > "a"', "params.lr == 1", "params.n == 3 && metrics.acc < 2",
        "params.none == 1", "params.model == 'rf'", "metrics.none > 1", "params.model <= 1e0", "metrics.acc == 1.0",
    ],
)  # fmt: skip
def test_a_filter_by_column_finds_what_the_language_finds(query: str) -> None:
    sealed = Sealed(rows_of_chance(500))
    matches = parse_query(query).matches
    wanted = [place for place, row in enumerate(sealed.rows) if matches(row)]
    assert filter_quickly(sealed, query, range(500)) == wanted


@pytest.mark.parametrize("words", ["r1", "GRÖSSE r2", "study", "x", "a b", "1'"])
def test_words_in_one_text_a_row_find_what_the_language_finds(words: str) -> None:
    fields = ("name", "tags", "note", "title", "notebook")
    parts = [" or ".join(f'{one} ~ "{word}"' for one in fields) for word in words.split()]
    query = " and ".join(f"({part})" for part in parts)
    rows = [
        row._replace(tags=["Größe", "x1"], title="A b") if at % 3 else row for at, row in enumerate(rows_of_chance(90))
    ]
    sealed = Sealed(rows)
    matches = parse_query(query).matches
    wanted = [place for place, row in enumerate(sealed.rows) if matches(row)]
    assert filter_quickly(sealed, query, range(90)) == wanted
    assert filter_quickly(sealed, f"{query} or star", range(90)) is None


@pytest.mark.parametrize(
    "query",
    [
        "metrics.acc > 0.4 or params.n == 1", "not params.n == 1", 'metrics.acc == "NaN"', "params.lr == 5m",
        "params.n in [1]", '"and" in tags', "(params.n == 1)", "metrics.acc.min > 1", "params.lr == true",
        'params.model == "a and b" or params.n == 1',
    ],
)  # fmt: skip
def test_any_other_filter_is_left_to_the_language(query: str) -> None:
    assert filter_quickly(Sealed(rows_of_chance(5)), query, range(5)) is None


@pytest.mark.parametrize("sort", ["-metrics.loss", "metrics.loss", "params.n,-metrics.loss", "-params.n,metrics.loss"])
def test_an_order_by_column_is_that_of_the_language(sort: str) -> None:
    sealed = Sealed(rows_of_chance(500))
    order = parse_sort(sort)(sealed.rows)
    assert [sealed.rows[place] for place in sort_quickly(sealed, sort, range(500)) or []] == order
    assert sort_quickly(sealed, "params.model", range(500)) is None, "texts among numbers"
    assert sort_quickly(sealed, "-started", range(500)) is None


def test_a_page_reads_refs_only_after_something_changed(
    trackside_home: Scratch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from trackside.git import runner

    make_experiments(trackside_home, 20)
    catalogue = Catalogue(trackside_home.path)
    time.sleep(0.1)
    catalogue.page()
    asked: list[str] = []
    attempt = runner.Git.attempt
    monkeypatch.setattr(
        runner.Git, "attempt", lambda self, *args, **more: asked.append(args[0]) or attempt(self, *args, **more)
    )
    first = catalogue.page(query="metrics.acc > 0")
    assert asked == []
    make_experiment(trackside_home, "one-more", started=9e9)
    after = catalogue.page()
    assert "for-each-ref" in asked and after["total"] == 21 and after["rows"][0]["name"] == "one-more"
    assert after["revision"] != first["revision"]


@pytest.mark.parametrize("packed", [False, True])
def test_renaming_annotating_and_deleting_elsewhere_is_seen(trackside_home: Scratch, packed: bool) -> None:
    make_experiments(trackside_home, 5, pack_refs=packed)
    catalogue, other = Catalogue(trackside_home.path), Catalogue(trackside_home.path)
    handle = catalogue.page()["rows"][0]["id"]
    acts.rename(other, handle, "new-name")
    assert catalogue.row(handle).name == "new-name"
    acts.annotate(other, [handle], {"star": True, "tags": ["x"]})
    assert (catalogue.row(handle).star, catalogue.row(handle).tags) == (True, ["x"])
    acts.delete(other, [handle])
    assert catalogue.page()["total"] == 4
    acts.undelete(other, ["new-name"])
    assert catalogue.row(handle).name == "new-name" and catalogue.row(handle).star


def test_two_refs_of_one_run_have_handles_of_their_own(trackside_home: Scratch) -> None:
    oid = make_experiment(trackside_home, "first-name", run="20260101t000000-0000000001")
    head = trackside_home.head()
    trackside_home.git("update-ref", f"refs/exps/{head[:2]}/{head[2:]}/second-name", oid)
    handles = {row["id"] for row in Catalogue(trackside_home.path).page()["rows"]}
    assert len(handles) == 2 and "20260101t000000-0000000001" in handles


def test_the_spread_of_twins_is_noise() -> None:
    deviation = pooled_deviation([[0.90, 0.91, 0.92], [0.5], []])
    assert deviation == pytest.approx(0.01)
    assert verdict_of(0.015, "higher", deviation) == "noise"
    assert verdict_of(0.03, "higher", deviation) == "better"
    assert verdict_of(0.03, "lower", deviation) == "worse"
    assert verdict_of(0.0, "higher", deviation) == "same"
    assert verdict_of(0.03, "unknown", None) == "unknown"
    assert verdict_of(1e-9, "higher", 0.0) == "better", "equal twins: every change is real"


def test_the_main_metric_is_common_has_a_direction_and_is_held_out() -> None:
    known = {"val_acc": "higher", "acc": "higher", "val_loss": "lower", "time": "unknown"}
    assert choose_main_metric({"acc": 100, "time": 100, "val_acc": 90, "val_loss": 90}, known) == "val_acc"
    assert choose_main_metric({"acc": 100, "val_acc": 20}, known) == "acc"
    assert choose_main_metric({"acc": 100, "val_acc": 20}, known, "val_acc") == "val_acc"
    assert choose_main_metric({}, {}) is None


def test_settings_name_the_main_metric(trackside_home: Scratch) -> None:
    make_experiments(trackside_home, 3)
    catalogue = Catalogue(trackside_home.path)
    assert catalogue.page()["main_metric"] == "acc"
    (trackside_home.path / "trackside.toml").write_text('[table]\nmain_metric = "loss"\n')
    page = catalogue.page()
    assert page["main_metric"] == "loss" and page["rows"][0]["spark"][0] == pytest.approx(0.5)


@pytest.mark.parametrize("count", [300, pytest.param(100_000, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_many_runs_are_filtered_and_sorted_as_few_are(trackside_home: Scratch, count: int) -> None:
    make_experiments(trackside_home, count, steps=2)
    catalogue = Catalogue(trackside_home.path)
    values = [
        row["metrics"]["acc"]["last"]
        for offset in range(0, count, 500)
        for row in catalogue.page(offset=offset, limit=500)["rows"]
    ]
    assert len(values) == count
    page = catalogue.page(query="metrics.acc > 0.6", sort="-metrics.acc", limit=50)
    assert page["total"] == sum(value > 0.6 for value in values)
    assert [row["metrics"]["acc"]["last"] for row in page["rows"]] == sorted(values, reverse=True)[:50]


def run_notebook(at: Scratch, *args: str) -> None:
    """Run the notebook of the scratch repository headless."""
    command = [sys.executable, "-m", "trackside", "run", "study.ipynb", *args]
    done = subprocess.run(command, cwd=at.path, env=at.environment, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_runs_of_equal_code_are_twins_however_their_parameters_were_given(trackside_home: Scratch) -> None:
    code = (
        "import trackside, time\nfor step in range(3):\n    trackside.log(loss=lr / (step + 1))\n    time.sleep(0.01)"
    )
    (trackside_home.path / "study.ipynb").write_text(notebook_text(["lr = 0.1", code]))
    trackside_home.git("commit", "-qam", "A notebook")
    run_notebook(trackside_home)
    run_notebook(trackside_home, "-p", "lr=0.1")
    run_notebook(trackside_home, "-p", "lr=0.3")
    catalogue = Catalogue(trackside_home.path)
    rows = [catalogue.row(row["id"]) for row in catalogue.page()["rows"]]
    assert len({row.code for row in rows}) == 1 and rows[0].code
    assert sorted(row["twins"] for row in catalogue.page()["rows"]) == [1, 2, 2]
    series = details.read_details(catalogue, rows[0].run)["series"]["loss"]
    times = [point["t"] for point in series]
    assert None not in times and times == sorted(times) and times[-1] > times[0]
    (trackside_home.path / "features.py").write_text("def scale(x):\n    return x\n")
    run_notebook(trackside_home)
    assert catalogue.row(catalogue.page()["rows"][0]["id"]).code != rows[0].code


def test_a_journal_sealed_twice_gives_one_commit_with_code_and_times(trackside_home: Scratch) -> None:
    from trackside.git.repository import open_repository
    from trackside.journal.places import journal_folder, list_journals
    from trackside.sealing import seal

    (trackside_home.path / "features.py").write_text("def scale(x):\n    return x\n")
    trackside.start("once", params={"lr": 0.1})
    for step in range(3):
        trackside.log(loss=1.0 / (step + 1))
    trackside.end()
    repository = open_repository(trackside_home.path)
    (journal,) = list_journals(journal_folder(repository))
    (oid,) = [oid for ref, oid in trackside_home.refs().items() if ref.startswith("refs/exps/")]
    ref = next(ref for ref in trackside_home.refs() if ref.startswith("refs/exps/"))
    trackside_home.git("update-ref", "-d", ref)
    lines = [line for line in journal.read_bytes().splitlines(keepends=True) if b'"sealed"' not in line]
    journal.write_bytes(b"".join(lines))
    assert seal(repository, journal).oid == oid
    curve = trackside_home.git("show", f"{oid}:.trackside/plots/metrics/loss.tsv").splitlines()
    assert curve[0] == "step\ttime\tloss" and len(curve[1].split("\t")) == 3
