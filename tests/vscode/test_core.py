"""The extension in a real VS Code: suites run inside its extension host, in front of a real browser."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from repositories import Scratch, make_experiment, make_experiments, notebook_text

from .conftest import Suites
from .host import VSCode

_counter = itertools.count()
NAMES = (("calm-otter-3f", 0.1), ("quiet-wren-9a", 0.2), ("keen-hawk-c2", 0.3))
LOOP = """
import sys, time, trackside as t
t.start("open-one", params={"lr": 0.5}, notebook=sys.argv[1])
for step in range(100_000):
    t.log(val_acc=1.0 - 1.0 / (step + 2), step=step)
    time.sleep(0.05)
"""


def add_three(project: Scratch) -> None:
    """Write three runs that differ; the last is the newest, and changed a module and the notebook."""
    for at, (name, lr) in enumerate(NAMES):
        files: dict[str, bytes | str] = {}
        if lr > 0.2:
            files["features.py"] = f"def scale(x):\n    return x / {at + 1}\n"
            files["study.ipynb"] = notebook_text(["import features\n", f"lr = {lr}\n"])
        make_experiment(
            project, name, run=f"20260101t000000-{at + 1:010x}", started=1_790_000_000.0 + at, duration=3.0,
            notebook="study.ipynb", params={"lr": lr, "model": "rf"}, metrics={"val_acc": [lr, 0.5, 0.9 - lr]},
            files=files,
        )  # fmt: skip


@pytest.fixture
def outside(vscode: VSCode, project: Scratch) -> Iterator[dict[str, Callable[[Mapping[str, Any]], Any]]]:
    """What other processes do to the project while a suite runs."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {**project.environment, "HOME": str(vscode.home), "XDG_STATE_HOME": str(vscode.home / "state")}

    def start(_: Mapping[str, Any]) -> None:
        words = [sys.executable, "-c", LOOP, str(project.path / "study.ipynb")]
        started.append(subprocess.Popen(words, cwd=project.path, env=environment))

    yield {
        "start": start,
        "git": lambda asked: project.git(*asked["words"]),
        **remote_of(project),
        "terminals": lambda _: vscode.has_terminals,
    }
    for process in started:
        process.kill()
        process.wait()


def remote_of(project: Scratch) -> dict[str, Callable[[Mapping[str, Any]], Any]]:
    """A remote of a project, and what others do to it."""
    bare = project.path.parent / "team.git"

    def remote(_: Mapping[str, Any]) -> None:
        project.git("init", "-q", "--bare", str(bare))
        project.git("remote", "add", "origin", str(bare))
        project.git("push", "-q", "origin", "main")

    def hook(asked: Mapping[str, Any]) -> None:
        script = bare / "hooks/pre-receive"
        script.write_text(f"#!/bin/sh\n{asked['text']}\n")
        script.chmod(0o755)

    def collide(asked: Mapping[str, Any]) -> None:
        other = Scratch(project.path.parent / "other", project.home)
        project.git("clone", "-q", str(bare), str(other.path))
        make_experiment(other, asked["name"], run="20260101t000000-00000000ee", metrics={"val_acc": 0.125})
        other.git("push", "-q", "origin", "refs/exps/*:refs/exps/*")

    return {
        "remote": remote,
        "hook": hook,
        "collide": collide,
        "shared": lambda _: project.git("--git-dir", str(bare), "for-each-ref", "refs/exps"),
    }


#: A Python that knows no Trackside until "pip" was asked for it; or one that says another hello.
STAND_IN = """#!/bin/sh
says='{says}'
if [ -n "$says" ]; then echo "$says"; cat > /dev/null; exit; fi
if [ "$2" = pip ]; then for word in "$@"; do echo "$word"; done > '{folder}/asked'; echo Installed.; exit; fi
if [ -e '{folder}/asked' ]; then exec '{python}' "$@"; fi
exec env -u PYTHONPATH '{bare}' -I "$@"
"""


def test_a_folder_on_its_way_to_its_first_run(vscode: VSCode, tmp_path: Path, suites: Suites) -> None:
    (tmp_path / "project").mkdir()
    project = Scratch(tmp_path / "project", tmp_path / "home")
    project.home.mkdir()
    (project.home / ".gitconfig").write_text((vscode.home / ".gitconfig").read_text())
    bare = Path(getattr(sys, "_base_executable", sys.executable)).resolve()

    def python(asked: Mapping[str, Any]) -> str:
        program = tmp_path / f"python{next(_counter)}"
        program.write_text(STAND_IN.format(says=asked["says"], folder=tmp_path, python=sys.executable, bare=bare))
        program.chmod(0o755)
        return str(program)

    def run(_: Mapping[str, Any]) -> None:
        make_experiment(project, "calm-otter-3f", run="20260101t000000-0000000001", metrics={"val_acc": 0.5})

    suites.run(
        vscode, project.path, "setup",
        outside={
            "python": python,
            "terminals": lambda _: vscode.has_terminals,
            "installed": lambda _: (tmp_path / "asked").read_text().split(),
            "init": lambda _: project.git("init", "-q"),
            "commit": lambda _: project.git("commit", "-q", "--allow-empty", "-m", "Begin"),
            "run": run,
        },
    )  # fmt: skip


def test_nothing_is_started_in_a_folder_that_is_not_trusted(careful: VSCode, project: Scratch, suites: Suites) -> None:
    add_three(project)

    def children(_: Mapping[str, Any]) -> int:
        programs = Path("/proc").glob("[0-9]*/cmdline")
        found = {one.parent for one in programs if {str(project.path), "serve"} <= {*words_of(one)}}
        # A child of one has its words until it becomes Git.
        return sum(parent_of(one) not in found for one in found)

    suites.run(careful, project.path, "untrusted", outside={"children": children})


def parent_of(process: Path) -> Path | None:
    """Return the process that started one; None when it is gone."""
    try:
        return process.parent / (process / "stat").read_text().rpartition(")")[2].split()[1]
    except OSError:
        return None


def words_of(program: Path) -> list[str]:
    """Return the words a process was started with; none when it is gone."""
    try:
        return program.read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return []


def test_tabs_come_back_after_a_reload(vscode: VSCode, project: Scratch, suites: Suites) -> None:
    add_three(project)
    suites.run(vscode, project.path, "before-reload")
    suites.run(vscode, project.path, "after-reload")


def test_two_folders_one_without_a_repository(
    vscode: VSCode, project: Scratch, suites: Suites, outside: dict[str, Any]
) -> None:
    add_three(project)
    notes = Scratch(project.path.parent / "notes", project.home)
    notes.path.mkdir()
    workspace = project.path.parent / "both.code-workspace"

    def write(*folders: str) -> None:
        workspace.write_text(json.dumps({"folders": [{"path": folder} for folder in folders]}))

    def init(_: Mapping[str, Any]) -> None:
        notes.git("init", "-q")
        notes.git("commit", "-q", "--allow-empty", "-m", "Begin")

    def run(_: Mapping[str, Any]) -> None:
        make_experiment(notes, "lone-lark-07", run="20260101t000000-00000000aa", metrics={"val_acc": 0.5})

    # The second folder is added to a workspace that is open.
    write("project")
    both = {"workspace": lambda _: write("project", "notes")}
    suites.run(vscode, workspace, "folders", outside={**outside, **both, "init": init, "run": run})


@pytest.mark.long
@pytest.mark.parametrize("count", [1_000, 10_000])
def test_many_runs_are_there_soon(vscode: VSCode, project: Scratch, suites: Suites, count: int) -> None:
    make_experiments(project, count)

    def figures(asked: Mapping[str, Any]) -> None:
        print(f"{count} runs: tree {asked['tree']} ms, first rows of the table {asked['table']} ms")  # noqa: T201

    suites.run(vscode, project.path, "speed", outside={"figures": figures})


@pytest.mark.long
def test_the_newest_code_server(newest: VSCode, project: Scratch, suites: Suites, outside: dict[str, Any]) -> None:
    add_three(project)
    suites.run(newest, project.path, "tree", "tabs", "diffs", "promote", outside=outside)


def test_runs_in_tree_tabs_and_differences(
    vscode: VSCode, project: Scratch, suites: Suites, outside: dict[str, Any]
) -> None:
    add_three(project)
    names = os.environ.get("TRACKSIDE_SUITES", "tree,tabs,diffs,sharing,promote,acts").split(",")
    suites.run(vscode, project.path, *names, outside=outside)
