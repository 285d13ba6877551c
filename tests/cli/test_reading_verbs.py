"""`trackside list`, `show`, `compare`, `diff`, `export`: the real program in real repositories."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from program import on_terminal, trackside
from repositories import NOTEBOOK, Scratch, make_experiment, make_experiments, notebook_text, scratch
from test_contract import check

from trackside.cli.words import safe

__all__ = ["scratch"]
EVIL = "\x1b[31mred\x07\u202egnp\u2066\n\ttail"


def test_list_in_a_pipe_is_tab_separated_with_exact_values(scratch: Scratch) -> None:
    make_experiment(
        scratch, "one", params={"lr": 0.1, "on": True}, metrics={"acc": [0.1, 0.30000000000000004]}, tags=["a", "b"]
    )
    make_experiment(scratch, "two", metrics={"acc": "NaN"}, started=1_790_000_060.0)
    said = trackside(scratch, "list")
    two, one = said.table()
    assert (one["name"], one["metrics.acc"], one["params.lr"], one["params.on"], one["tags"]) == (
        "one", "0.30000000000000004", "0.1", "true", "a,b",
    )  # fmt: skip
    assert (two["name"], two["metrics.acc"], two["params.lr"], two["started"]) == (
        "two",
        "NaN",
        "",
        "2026-09-21T14:14:20Z",
    )
    assert "\x1b" not in said.out
    assert said.err == ""


def test_filter_sort_limit_and_columns(scratch: Scratch) -> None:
    make_experiments(scratch, 20)
    said = trackside(
        scratch,
        "list",
        'params.model == "rf"',
        "--sort",
        "-metrics.acc",
        "-n",
        "2",
        "--columns",
        "name,metrics.acc,params.lr",
    )
    assert said.out.splitlines()[0] == "name\tmetrics.acc\tparams.lr"
    assert [row["name"] for row in said.table()] == ["run-000018", "run-000016"]
    assert trackside(scratch, "list", "metrics.acc", ">", "2").out.count("\n") == 1


WIDE = {"model": "gradient-boosted", "learning_rate": 0.000123456, "number_of_estimators": 1200, "seed": 1}


@pytest.mark.parametrize("width", [30, 44, 60, 80, 100, 160])
def test_a_narrow_terminal_drops_columns_and_cuts_none(scratch: Scratch, width: int) -> None:
    for number, name in enumerate(["patient-heron-4k", "brisk-marmot-7q"]):
        params = {key: value if type(value) is str else value + number for key, value in WIDE.items()}
        metrics = {"validation_accuracy": [0.5, 0.912345 + number / 10], "loss": [0.9, 0.25 + number]}
        make_experiment(scratch, name, params=params | {"model": f"{WIDE['model']}-{number}"}, metrics=metrics)
    out = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(scratch, "list", width=width))
    head, *lines = out.replace("\r", "").split("\n")
    table = [line for line in [head, *lines] if line.startswith(("name ", "✓"))]
    assert len(table) == 3
    assert not any("…" in line for line in table)
    assert all(len(line.rstrip()) <= width for line in table)
    assert "patient-heron-4k" in out
    told = re.search(r"(\d+) more column", out)
    shown = sum(title in head for title in ("age", "duration", "validation_accuracy", "loss", *WIDE))
    assert shown + ("▁" in out) + (int(told[1]) if told else 0) == 9


def test_json_keeps_the_contract(scratch: Scratch) -> None:
    make_experiment(scratch, "one", params={"lr": 0.1}, metrics={"acc": [0.1, "NaN"]}, title=EVIL)
    make_experiment(
        scratch, "two", metrics={"acc": 0.7}, files={"features.py": "pass\n", NOTEBOOK: notebook_text(["x = 1"])}
    )
    make_experiment(scratch, "bad", files={".trackside/run.json": b'{"format": 1, "status": 3}'})
    trackside(scratch, "tag", "one", "paper")
    listing = trackside(scratch, "list", "--json").json()
    check(listing, "Listing")
    assert {item["name"]: item["annotations"]["tags"] for item in listing["experiments"]} == {
        "one": ["paper"],
        "two": [],
        "bad": [],
    }
    check(trackside(scratch, "show", "one", "--json").json(), "Details")
    check(trackside(scratch, "show", "bad", "--json").json(), "Details")
    check(trackside(scratch, "compare", "one", "two", "bad", "--json").json(), "Comparison")
    check(trackside(scratch, "diff", "one", "two", "--json").json(), "CodeDiff")
    check(trackside(scratch, "doctor", "--json", status=None).json(), "Report")
    check(json.loads(trackside(scratch, "show", "nobody", "--json", status=1).err), "Failure")
    check(json.loads(trackside(scratch, "list", "((", "--json", status=2).err), "Failure")


def test_python_and_the_program_tell_the_same_listing(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    make_experiments(scratch, 5)
    trackside(scratch, "star", "run-000003")
    from trackside.git.repository import open_repository
    from trackside.reading import listing

    for key, value in scratch.environment.items():
        monkeypatch.setenv(key, value)
    for query in ("", "star", "metrics.acc > 0"):
        assert trackside(scratch, "list", query, "--json").json() == listing(open_repository(scratch.path), query=query)


def test_names_no_run_has_are_told_beside_the_output(scratch: Scratch) -> None:
    make_experiments(scratch, 2)
    said = trackside(scratch, "list", "metrics.acx > 0 or params.modle == 1 or metrics.acc.max > 9")
    assert "No run here has a metric 'acx'. Did you mean 'acc'?" in said.err
    assert "No run here has a parameter 'modle'. Did you mean 'model'?" in said.err
    assert "acc.max" not in said.err


def test_nothing_a_stranger_wrote_acts_on_the_screen(scratch: Scratch) -> None:
    make_experiment(
        scratch, "evil", title=EVIL, note=EVIL, tags=[EVIL], params={EVIL: EVIL}, metrics={EVIL: 0.5}, notebook=EVIL,
        warnings=[{"code": "x", "message": EVIL, "hint": EVIL}], branch=EVIL,
        author={"name": EVIL, "email": EVIL, "fallback": False},
        files={".trackside/executed.ipynb": notebook_text([EVIL]), "evil.py": EVIL},
    )  # fmt: skip
    make_experiment(scratch, "other", params={EVIL: 1}, metrics={EVIL: 0.6})
    for args in (
        ["list"],
        ["show", "evil"],
        ["show", "evil", "--cells"],
        ["compare", "evil", "other"],
        ["diff", "evil"],
    ):
        piped = trackside(scratch, *args).out
        assert not any(char in piped for char in "\x1b\x07\u202e\u2066"), args
        drawn = on_terminal(scratch, *args)
        assert not any(char in drawn for char in "\x07\u202e\u2066"), args
        assert "\x1b[31mred" not in drawn, args


def test_neutralised_text_keeps_letters_of_every_script() -> None:
    text = "naïve 日本語 Ελλάδα עברית 👩‍🔬 ½"
    assert safe(text) == text
    assert safe("a\x00\x9b\u200b\ue000") == "a\\x00\\x9b\\u200b\\ue000"
    assert safe("a\tb\nc", lines=True) == "a\tb\nc"


def test_terminal_table_shows_what_varies_and_counts_the_rest(scratch: Scratch) -> None:
    make_experiments(scratch, 60)
    drawn = on_terminal(scratch, "list", width=160)
    assert "run-000059" in drawn
    assert "50 of 60 runs" in drawn
    assert "same in all: 2 (flag, seed)" in drawn
    assert "▲" in drawn


def test_terminal_without_runs_says_how_to_begin(scratch: Scratch) -> None:
    assert "%track" in on_terminal(scratch, "list")


def test_show_without_a_name_shows_the_newest(scratch: Scratch) -> None:
    make_experiments(scratch, 3)
    facts = dict(line.split("\t") for line in trackside(scratch, "show").out.splitlines())
    assert facts["name"] == "run-000002"
    assert "run-000002" in on_terminal(scratch, "show")


def test_show_gives_curves_and_executed_cells(scratch: Scratch) -> None:
    make_experiment(
        scratch,
        "one",
        metrics={"acc": [0.1, "NaN", 0.3]},
        files={".trackside/executed.ipynb": notebook_text(["a = 1", "b"])},
    )
    details = trackside(scratch, "show", "one", "--json").json()
    assert [(point["step"], point["value"]) for point in details["series"]["acc"]] == [(0, 0.1), (1, "NaN"), (2, 0.3)]
    assert [cell["source"] for cell in details["cells"]] == ["a = 1", "b"]
    assert "a = 1" in trackside(scratch, "show", "one", "--cells").out


def test_compare_shows_what_differs(scratch: Scratch) -> None:
    make_experiment(scratch, "one", params={"lr": 0.1, "seed": 1}, metrics={"acc": 0.5})
    make_experiment(scratch, "two", params={"lr": 0.2, "seed": 1}, metrics={"acc": 0.75})
    lines = trackside(scratch, "compare", "one", "two").out.splitlines()
    assert lines == ["kind\tname\tone\ttwo", "metric\tacc\t0.5\t0.75", "param\tlr\t0.1\t0.2"]
    assert "param\tseed\t1\t1" in trackside(scratch, "compare", "one", "two", "--all").out
    assert "+0.2500" in on_terminal(scratch, "compare", "one", "two")


def test_diff_tells_cells_and_modules_and_leaves_records_out(scratch: Scratch) -> None:
    edited = {
        "features.py": "def scale(x):\n    return x / 4\n",
        NOTEBOOK: notebook_text(["import features\n", "lr = 0.5\n"]),
    }
    make_experiment(scratch, "one", metrics={"acc": 0.5}, files=edited)
    said = trackside(scratch, "diff", "one").out
    assert "-    return x / 2\n+    return x / 4" in said
    assert "@@ changed code cell 2 @@\n-lr = 0.1\n+lr = 0.5" in said
    assert ".trackside" not in said
    assert "import features" not in said


def test_csv_has_every_value_exactly(scratch: Scratch) -> None:
    make_experiment(
        scratch, "one", params={"text": 'a,"b"\n=1+1', "n": 10**30}, metrics={"acc": [0.1, 0.30000000000000004]}
    )
    trackside(scratch, "export", "-o", "runs.csv")
    (row,) = csv.DictReader(io.StringIO((scratch.path / "runs.csv").read_text()))
    assert row["params.text"] == 'a,"b"\n=1+1'
    assert row["params.n"] == str(10**30)
    assert (row["metrics.acc"], row["metrics.acc.min"], row["metrics.acc.count"]) == ("0.30000000000000004", "0.1", "2")


def test_json_export_is_the_listing(scratch: Scratch) -> None:
    make_experiments(scratch, 3)
    check(trackside(scratch, "export", "--format", "json").json(), "Listing")


def test_parquet_export_is_read_back(scratch: Scratch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    make_experiment(scratch, "one", params={"mixed": 1, "n": 1}, metrics={"acc": 0.5})
    make_experiment(scratch, "two", params={"mixed": "x", "n": 10**30}, metrics={"acc": "NaN"})
    trackside(scratch, "export", "-o", "runs.parquet", "--sort", "name")
    table = parquet.read_table(scratch.path / "runs.parquet").to_pydict()
    assert table["params.mixed"] == ["1", "x"]
    assert table["metrics.acc"][0] == 0.5
    assert table["metrics.acc"][1] != table["metrics.acc"][1]


def test_closed_pipe_is_no_error(scratch: Scratch) -> None:
    make_experiments(scratch, 2_000)
    done = subprocess.run(
        f"{sys.executable} -m trackside list --json | head -c 10", shell=True, cwd=scratch.path,
        env=scratch.environment, capture_output=True, check=True,
    )  # fmt: skip
    assert len(done.stdout) == 10
    assert done.stderr == b""


def test_reading_changes_nothing_of_the_users(scratch: Scratch) -> None:
    make_experiments(scratch, 3)
    before, refs = scratch.state(), scratch.refs()
    for args in (
        ["list"],
        ["show"],
        ["compare", "run-000001", "run-000002"],
        ["diff", "run-000001"],
        ["doctor"],
        ["gc"],
        ["storage"],
    ):
        trackside(scratch, *args)
    assert (scratch.state(), scratch.refs()) == (before, refs)


def test_storage_tells_sizes_as_numbers_and_as_json(scratch: Scratch) -> None:
    make_experiments(scratch, 3)
    said = trackside(scratch, "storage", "--limit", "2")
    blocks = [block.splitlines() for block in said.out.strip().split("\n\n")]
    assert [block[0].split("\t")[0] for block in blocks] == ["what", "run"]
    assert blocks[0][1].startswith("runs, in Git\t3\t")
    assert [line.startswith("run-00000") for line in blocks[1][1:]] == [True, True]
    assert "1 more runs" in said.err
    told = json.loads(trackside(scratch, "storage", "--json").out)
    check(told, "Storage")
    assert (told["total_runs"], len(told["runs"])) == (3, 3)
    trackside(scratch, "storage", "--limit", "0", status=2)


def test_outside_a_repository_the_error_says_what_to_do(scratch: Scratch, tmp_path: Path) -> None:
    said = trackside(scratch, "-C", str(tmp_path), "list", status=1)
    assert said.out == ""
    assert (
        said.err
        == "Trackside: This folder is in no Git repository.\n  `git init` makes one and adopts the runs kept so far.\n"
    )
