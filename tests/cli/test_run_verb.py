"""`trackside run` and `watch`, with real kernels."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest
from program import trackside
from repositories import Scratch, notebook_text, scratch

pytest.importorskip("nbclient")
__all__ = ["scratch"]


def write_notebook(scratch: Scratch, name: str, *sources: str, tagged: int | None = None) -> None:
    notebook = json.loads(notebook_text(sources))
    if tagged is not None:
        notebook["cells"][tagged]["metadata"]["tags"] = ["parameters"]
    (scratch.path / name).write_text(json.dumps(notebook))


def test_notebook_becomes_an_experiment_and_stays_as_it_was(scratch: Scratch) -> None:
    write_notebook(
        scratch,
        "train.ipynb",
        "lr = 0.1\nn = 2",
        "import trackside\ntrackside.log(loss=lr, step=n)",
        "print(lr)",
        tagged=0,
    )
    before = (scratch.path / "train.ipynb").read_bytes()
    said = trackside(
        scratch,
        "run",
        "train.ipynb",
        "-p",
        "lr=0.5",
        "--name",
        "first",
        "--tag",
        "t",
        "--note",
        "{x} $y",
        "-o",
        "out.ipynb",
    )
    name, status, oid = said.out.split()
    assert (name, status) == ("first", "finished")
    assert scratch.refs()[f"refs/exps/{scratch.head()[:2]}/{scratch.head()[2:]}/first"] == oid
    record = trackside(scratch, "show", "first", "--json").json()["experiment"]["record"]
    assert record["params"]["lr"]["value"] == 0.5
    assert record["metrics"]["loss"]["last"] == 0.5
    assert (record["notebook"], record["frontend"], record["tags"], record["note"]) == (
        "train.ipynb",
        "headless",
        ["t"],
        "{x} $y",
    )
    assert (scratch.path / "train.ipynb").read_bytes() == before
    cells = json.loads((scratch.path / "out.ipynb").read_text())["cells"]
    assert [cell["metadata"].get("tags") for cell in cells[:2]] == [["parameters"], ["injected-parameters"]]
    assert cells[-1]["outputs"][0]["text"] in ("0.5\n", ["0.5\n"])
    assert not any("trackside').start" in "".join(cell["source"]) for cell in cells)


def test_parameters_take_the_place_of_those_injected_before(scratch: Scratch) -> None:
    write_notebook(scratch, "again.ipynb", "lr = 0.1", "lr = 9", "print(lr)", tagged=0)
    notebook = json.loads((scratch.path / "again.ipynb").read_text())
    notebook["cells"][1]["metadata"]["tags"] = ["injected-parameters"]
    (scratch.path / "again.ipynb").write_text(json.dumps(notebook))
    trackside(scratch, "run", "again.ipynb", "-p", "lr=0.5", "--inplace")
    cells = json.loads((scratch.path / "again.ipynb").read_text())["cells"]
    assert ["".join(cell["source"]) for cell in cells] == ["lr = 0.1", "# Parameters\nlr = 0.5", "print(lr)"]
    assert "0.5" in "".join(cells[2]["outputs"][0]["text"])


def test_failing_cell_is_quoted_and_the_run_is_sealed_as_failed(scratch: Scratch) -> None:
    write_notebook(scratch, "bad.ipynb", "x = 1", "x / 0", "y = 2")
    said = trackside(scratch, "run", "bad.ipynb", status=1)
    assert "cell 2 failed: ZeroDivisionError: division by zero\n    x / 0\n" in said.err
    assert said.out.split("\t")[1] == "failed"
    assert trackside(scratch, "list").table()[0]["status"] == "failed"


def test_interrupt_seals_the_run_as_interrupted(scratch: Scratch) -> None:
    write_notebook(
        scratch,
        "slow.ipynb",
        "import trackside\ntrackside.log(loss=0.5, step=0)",
        "open('begun', 'w').close()\nimport time\ntime.sleep(100)",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "trackside", "run", "slow.ipynb"],
        cwd=scratch.path, env=scratch.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (scratch.path / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert out.split("\t")[1] == "interrupted"
    row = trackside(scratch, "list").table()[0]
    assert (row["status"], row["metrics.loss"]) == ("interrupted", "0.5")


def test_what_cannot_begin_is_told(scratch: Scratch) -> None:
    (scratch.path / "broken.ipynb").write_text("{")
    assert "no notebook" in trackside(scratch, "run", "nothing.ipynb", status=1).err
    assert "not a notebook" in trackside(scratch, "run", "broken.ipynb", status=2).err
    assert "no kernel 'cobol'" in trackside(scratch, "run", "study.ipynb", "--kernel", "cobol", status=1).err
    assert "NAME=VALUE" in trackside(scratch, "run", "study.ipynb", "-p", "lr", status=2).err


def test_watch_in_a_pipe_tells_what_happens(scratch: Scratch) -> None:
    write_notebook(
        scratch,
        "t.ipynb",
        "import trackside, time",
        "for i in range(3):\n    trackside.log(loss=i, step=i); time.sleep(0.3)",
    )
    watching = subprocess.Popen(
        [sys.executable, "-m", "trackside", "watch", "--every", "0.1"],
        cwd=scratch.path, env=scratch.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    trackside(scratch, "run", "t.ipynb", "--name", "watched")
    time.sleep(0.5)
    watching.send_signal(signal.SIGINT)
    out, err = watching.communicate(timeout=30)
    assert watching.returncode == 0, err
    happened = [line.split("\t")[1:3] for line in out.splitlines()]
    assert ["watched", "started"] in happened
    assert ["watched", "metrics.loss"] in happened
    assert ["watched", "ended"] in happened
