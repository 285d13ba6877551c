"""The extension in a real VS Code: each suite runs inside its extension host, in front of a real browser."""

from __future__ import annotations

from repositories import Scratch, make_experiment

from .conftest import Suite
from .host import VSCode

NAMES = (("calm-otter-3f", 0.1), ("quiet-wren-9a", 0.2), ("keen-hawk-c2", 0.3))


def add_three(project: Scratch) -> None:
    """Write three runs that differ; the last is the newest."""
    for at, (name, lr) in enumerate(NAMES):
        make_experiment(
            project, name, run=f"20260101t000000-{at + 1:010x}", started=1_790_000_000.0 + at, duration=3.0,
            notebook="study.ipynb", params={"lr": lr, "model": "rf"}, metrics={"val_acc": [lr, 0.5, 0.9 - lr]},
        )  # fmt: skip


def test_the_tree(vscode: VSCode, project: Scratch, suite: Suite) -> None:
    add_three(project)
    suite(vscode, project.path, "tree")
