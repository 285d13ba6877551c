"""The experiment holds the notebook as the person saw it, saved or not."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from playwright.sync_api import expect

from .conftest import Project
from .jupyter import Jupyter
from .pages import LabPage


def notebook_of(project: Project, ref: str) -> dict[str, Any]:
    """Read the notebook in the tree of a run."""
    return json.loads(project.git("show", f"{ref}:study.ipynb"))


def test_an_unsaved_edit_is_in_the_experiment(lab: LabPage, project: Project) -> None:
    before = (project.path / "study.ipynb").read_bytes()
    lab.open(f"{project.name}/study.ipynb")
    lab.write_cell(1, "lr = 0.25  # not saved\nepochs = 2")
    lab.run_all()
    lab.end_run()
    [ref] = project.sealed()
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
    [ref] = project.sealed()
    kept = notebook_of(project, ref)
    assert "".join(kept["cells"][3]["source"]) == "print('first')"
    assert "first" in json.dumps(kept["cells"][3]["outputs"])


def test_a_saved_notebook_is_kept_as_its_file_but_for_our_own_card(lab: LabPage, project: Project) -> None:
    lab.open(f"{project.name}/study.ipynb")
    lab.write_cell(3, "1 + 1")
    lab.run_all()
    lab.save()
    lab.end_run()
    [ref] = project.sealed()
    saved = json.loads((project.path / "study.ipynb").read_text())
    for cell in saved["cells"]:
        cell["outputs"] = [out for out in cell["outputs"] if not out.get("metadata", {}).get("trackside")]
    assert project.git("show", f"{ref}:study.ipynb") == json.dumps(saved, indent=1, sort_keys=True)


#: Logs when its cell has long ended.
LATE = "import threading, trackside\nthreading.Timer(3, lambda: trackside.log(late=7.25)).start()"


def is_dirty(lab: LabPage) -> bool:
    """Whether the notebook in front has changes that are not saved."""
    return lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.model.dirty")


def test_a_saved_notebook_stays_saved_while_the_card_of_an_open_run_moves(lab: LabPage, project: Project) -> None:
    lab.open(f"{project.name}/study.ipynb")
    lab.write_cell(2, LATE)
    lab.run_all()
    lab.save()
    card = lab.page.locator(".ts-card")
    expect(card).not_to_contain_text("7.25")
    assert not is_dirty(lab)
    expect(card).to_contain_text("7.25")
    assert not is_dirty(lab)
    lab.write_cell(3, "edited = 1")
    assert is_dirty(lab)
    lab.save()
    # How a run ended is worth saving.
    lab.end_run()
    expect(card).not_to_contain_text("running")
    lab.page.wait_for_function("() => window.jupyterapp.shell.currentWidget.context.model.dirty")


def test_without_a_front_end_the_saved_file_is_kept(server: Jupyter, project: Project) -> None:
    before = project.git("hash-object", "study.ipynb")
    run = [sys.executable, "-m", "trackside", "run", "study.ipynb"]
    subprocess.run(run, cwd=project.path, env=server.environment, check=True, capture_output=True)
    [ref] = project.sealed()
    assert project.git("rev-parse", f"{ref}:study.ipynb") == before
