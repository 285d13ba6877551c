"""Notebooks in a real VS Code, with cells that run in real kernels."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Any

import nbformat
import pytest
from e2e.jupyter import TOKEN, Jupyter
from repositories import ROOT, Scratch

from .conftest import Suites
from .host import VSCode

CARD = "application/vnd.trackside.run+json"
TRACK = "%load_ext trackside\n%track"


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """A Jupyter server whose kernels the stand-in of the Jupyter extension uses."""
    running = Jupyter(tmp_path_factory.mktemp("jupyter")).start()
    yield running
    running.stop()


def write(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook as VS Code saves it."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    for at, cell in enumerate(notebook.cells):
        cell["id"] = f"cell{at}"
    path.write_text(json.dumps(notebook, indent=1, sort_keys=True) + "\n")


def kept(project: Scratch, name: str, path: str) -> str:
    """Read the notebook in the tree of a run, once it is sealed."""
    for _ in range(100):
        refs = git(project, "for-each-ref", "--format=%(refname)", "refs/exps").split()
        found = [ref for ref in refs if ref.endswith(f"/{name}")]
        if found:
            return git(project, "show", f"{found[0]}:{path}")
        time.sleep(0.1)
    raise AssertionError(f"{name} is not sealed")


def git(project: Scratch, *words: str) -> str:
    """Run git in the project."""
    done = subprocess.run(
        ["git", *words], cwd=project.path, env=project.environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def differences(project: Scratch, name: str, path: str) -> str:
    """Tell where the notebook of a run is not its file without the outputs of ours; nothing when they are equal."""
    saved = json.loads((project.path / path).read_text())
    for cell in saved["cells"]:
        cell["outputs"] = [out for out in cell["outputs"] if not out.get("metadata", {}).get("trackside")]
    # The card may have been drawn again while the file was written; VS Code takes the cell's number away meanwhile.
    saved["cells"][0]["execution_count"] = json.loads(kept(project, name, path))["cells"][0]["execution_count"]
    wanted = json.dumps(saved, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    found = kept(project, name, path)
    return "\n".join(unified_diff(wanted.splitlines(keepends=True), found.splitlines(keepends=True)))


def hostile() -> Any:
    """Return a notebook of a stranger: a card that says what is code elsewhere, and two that are none."""
    card = json.loads((ROOT / "tests/fixtures/contract/card.json").read_text())
    card["name"] = "<img src=x onerror=alert(1)>"
    card["run"] = "20260101t000000-00000000ff"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1") for _ in range(3)])
    for cell, data in zip(notebook.cells, (card, {**card, "metrics": "many"}, "no card"), strict=True):
        cell.outputs = [nbformat.v4.new_output("display_data", {CARD: data, "text/plain": "next best"})]
    return notebook


def test_notebooks(vscode: VSCode, project: Scratch, suites: Suites, jupyter: Jupyter) -> None:
    work_in(vscode, project, suites, jupyter)


@pytest.mark.long
def test_notebooks_in_the_newest(newest: VSCode, project: Scratch, suites: Suites, jupyter: Jupyter) -> None:
    work_in(newest, project, suites, jupyter)


def work_in(host: VSCode, project: Scratch, suites: Suites, jupyter: Jupyter) -> None:
    """Work with five notebooks of a project."""
    write(project.path / "study.ipynb", [TRACK, "lr = 0.5", "val_loss = 0.25"])
    write(project.path / "plain.ipynb", ["x = 1", "y = 2"])
    write(project.path / "again.ipynb", [TRACK, "print('none')"])
    write(project.path / "saved.ipynb", [TRACK, "tiny = 1e-05\nprint('\N{SNOWMAN}')", "{'a': 1.0, 'b': 2e-7}"])
    (project.path / "hostile.ipynb").write_text(json.dumps(hostile()))
    outside = {
        "jupyter": lambda _: {"base": jupyter.base, "token": TOKEN},
        "kept": lambda asked: kept(project, asked["name"], asked["path"]),
        "differences": lambda asked: differences(project, asked["name"], "saved.ipynb"),
    }
    suites.run(host, project.path, "notebook", outside=outside)
