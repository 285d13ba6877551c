"""Which data made a run, for a notebook in a real kernel over data that Git and the installed DVC track."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from dvc_repository import DvcRepository
from hosts.notebooks import LOAD, Tracked, run_notebook

pytestmark = pytest.mark.dvc

CELLS = [
    LOAD,
    "%track first",
    "%track data labels.tsv gone.csv link.csv",
    "from pathlib import Path\nimport os\nDATA = Path('data')\nBIG = 'big.bin'",
    "rows = (DATA / 'train.csv').read_text()\nwith open(BIG, 'rb') as file:\n    size = len(file.read())",
    "names = os.listdir('images')\nmade = open(f'{os.getcwd()}/made.txt').read()\nopen('free.txt').read()",
    "Path('data/written.csv').write_text('x')\nscore = 0.5\nprint('went on')",
    "%track end",
    "%track second\nopen('big.bin', 'rb').read(1), (DATA / 'train.csv').read_text()",
    "%track end",
    "%track compare first second",
    "%track help",
]


@pytest.fixture(scope="module")
def data(
    make_dvc_repository: Callable[[], DvcRepository], tmp_path_factory: pytest.TempPathFactory
) -> tuple[DvcRepository, Tracked]:
    """A notebook that read its data twice; in between nothing changed but the cells."""
    repository = make_dvc_repository()
    root = repository.root
    for name, content in {
        "data/train.csv": "a,b\n1,2\n", "data/written.csv": "old", "big.bin": "0" * 1_000, "images/1.png": "1",
        "images/2.png": "22",
    }.items():  # fmt: skip
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(content)
    repository.dvc("add", "-q", "big.bin", "images")
    repository.dvc("stage", "add", "-q", "--run", "-n", "make", "-o", "made.txt", "echo made > made.txt")
    repository.commit("Data")
    (root / "labels.tsv").write_text("x\ty\n")
    (root / "free.txt").write_text("free")
    outside = tmp_path_factory.mktemp("outside") / "secret.csv"
    outside.write_text("secret")
    os.symlink(outside, root / "link.csv")
    return repository, run_notebook(root, CELLS, repository=False)


def inputs(record: Any) -> dict[str, tuple[str, str | None, str]]:
    return {one["path"]: (one["kind"], one["version"], one["origin"]) for one in record["inputs"]}


def test_a_notebooks_data_is_found_with_the_versions_git_and_dvc_know(data: tuple[DvcRepository, Tracked]) -> None:
    repository, tracked = data
    pointed = yaml.safe_load((repository.root / "images.dvc").read_text())["outs"][0]["md5"]

    found = inputs(tracked.record("first"))

    assert found == {
        "labels.tsv": ("untracked", hashlib.md5(b"x\ty\n").hexdigest(), "declared"),
        "big.bin": ("dvc", hashlib.md5(b"0" * 1_000).hexdigest(), "seen"),
        "data/train.csv": ("git", repository.git("rev-parse", "HEAD:data/train.csv"), "seen"),
        "images": ("dvc", pointed, "seen"),
        "made.txt": ("dvc", hashlib.md5(b"made\n").hexdigest(), "seen"),
    }
    assert all("changed" not in one for one in tracked.record("first")["inputs"])


def test_what_cannot_be_declared_is_told_and_the_cell_goes_on(data: tuple[DvcRepository, Tracked]) -> None:
    tracked = data[1]
    assert tracked.text(2) == (
        "Trackside: There is no file or folder gone.csv. Paths count from the kernel's working folder; see `%pwd`.\n"
        "Trackside: link.csv is a link that leads out of the repository."
    )
    assert tracked.text(6) == "went on"
    said = [warning["message"] for warning in tracked.record("first")["warnings"] if warning["code"] == "input"]
    assert said[-1] == "The input labels.tsv is tracked neither by Git nor by DVC, so another clone will not have it."


def test_a_notebook_sees_what_data_differs(data: tuple[DvcRepository, Tracked]) -> None:
    tracked = data[1]
    assert set(inputs(tracked.record("second"))) == {"big.bin", "data/train.csv"}
    lines = [line.split()[:2] for line in tracked.text(10).splitlines()]
    assert ["data", "images"] in lines
    assert ["data", "big.bin"] not in lines
    assert "%track data PATH" in tracked.text(11)


def test_the_terminal_tells_the_same(data: tuple[DvcRepository, Tracked]) -> None:
    repository, _ = data

    def trackside(*args: str) -> str:
        command = [sys.executable, "-m", "trackside", *args]
        return subprocess.run(
            command, cwd=repository.root, capture_output=True, text=True, check=True, env=repository.environment
        ).stdout

    assert "input\tdata/train.csv (git " in trackside("show", "first")
    compared = [line.split("\t")[:2] for line in trackside("compare", "first", "second").splitlines()]
    assert ["data", "made.txt"] in compared
    assert ["data", "big.bin"] not in compared
