"""The experiment holds the notebook as the person saw it, saved or not."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from .conftest import Project
from .jupyter import Jupyter
from .pages import LabPage


def sealed(project: Project, count: int = 1) -> list[str]:
    """Wait until so many runs are sealed; return their names, oldest first."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        names = project.git("for-each-ref", "--sort=creatordate", "--format=%(refname)", "refs/exps").splitlines()
        if len(names) >= count:
            return names
        time.sleep(0.1)
    raise AssertionError(f"{names} are not {count} runs")


def notebook_of(project: Project, ref: str) -> dict[str, Any]:
    """Read the notebook in the tree of a run."""
    return json.loads(project.git("show", f"{ref}:study.ipynb"))


def test_an_unsaved_edit_is_in_the_experiment(lab: LabPage, project: Project) -> None:
    before = (project.path / "study.ipynb").read_bytes()
    lab.open(f"{project.name}/study.ipynb")
    lab.write_cell(1, "lr = 0.25  # not saved\nepochs = 2")
    lab.run_all()
    lab.end_run()
    [ref] = sealed(project)
    kept = notebook_of(project, ref)
    assert "not saved" in "".join(kept["cells"][1]["source"])
    assert kept["cells"][2]["execution_count"] == 3
    assert (project.path / "study.ipynb").read_bytes() == before
    own = [out for cell in kept["cells"] for out in cell["outputs"] if out.get("metadata", {}).get("trackside")]
    assert own == []


def test_run_all_again_leaves_the_first_run_its_own_notebook(lab: LabPage, project: Project) -> None:
    lab.open(f"{project.name}/study.ipynb")
    lab.write_cell(3, "print('first')")
    lab.run_all()
    lab.page.wait_for_timeout(1500)
    lab.write_cell(3, "print('second')")
    lab.run_all()
    [ref] = sealed(project)
    kept = notebook_of(project, ref)
    assert "".join(kept["cells"][3]["source"]) == "print('first')"
    assert "first" in json.dumps(kept["cells"][3]["outputs"])


def test_a_saved_notebook_is_kept_as_its_file_but_for_our_own_card(lab: LabPage, project: Project) -> None:
    lab.open(f"{project.name}/study.ipynb")
    lab.write_cell(3, "1 + 1")
    lab.run_all()
    lab.save()
    lab.end_run()
    [ref] = sealed(project)
    saved = json.loads((project.path / "study.ipynb").read_text())
    for cell in saved["cells"]:
        cell["outputs"] = [out for out in cell["outputs"] if not out.get("metadata", {}).get("trackside")]
    assert project.git("show", f"{ref}:study.ipynb") == json.dumps(saved, indent=1, sort_keys=True)


def test_without_a_front_end_the_saved_file_is_kept(server: Jupyter, project: Project) -> None:
    before = project.git("hash-object", "study.ipynb")
    run = [sys.executable, "-m", "trackside", "run", "study.ipynb"]
    subprocess.run(run, cwd=project.path, env=server.environment, check=True, capture_output=True)
    [ref] = sealed(project)
    assert project.git("rev-parse", f"{ref}:study.ipynb") == before
