"""Notebooks in a real VS Code, with cells that run in real kernels."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
import pytest
from e2e.jupyter import TOKEN, Jupyter
from repositories import Scratch

from .conftest import Suite
from .host import VSCode

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


def kept(project: Scratch, name: str) -> str:
    """Read the notebook in the tree of a run."""
    refs = subprocess.run(
        ["git", "for-each-ref", "--format=%(refname)", "refs/exps"],
        cwd=project.path, env=project.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    [ref] = [ref for ref in refs.stdout.split() if ref.endswith(f"/{name}")]
    shown = subprocess.run(
        ["git", "show", f"{ref}:study.ipynb"], cwd=project.path, env=project.environment, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return shown.stdout


def test_notebooks(vscode: VSCode, project: Scratch, suite: Suite, jupyter: Jupyter) -> None:
    write(project.path / "study.ipynb", [TRACK, "lr = 0.5", "val_loss = 0.25"])
    write(project.path / "plain.ipynb", ["x = 1", "y = 2"])
    outside = {
        "jupyter": lambda _: {"base": jupyter.base, "token": TOKEN},
        "kept": lambda asked: kept(project, asked["name"]),
    }
    suite(vscode, project.path, "notebook", outside=outside)
