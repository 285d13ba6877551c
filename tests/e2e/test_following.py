"""Run a notebook and see its run appear and move."""

from __future__ import annotations

from .conftest import Project
from .pages import LabPage


def test_a_run_appears_in_the_panel_when_its_notebook_is_run(lab: LabPage, project: Project) -> None:
    lab.open(f"{project.name}/study.ipynb")
    panel = lab.show_panel()
    lab.run_all()
    lab.page.wait_for_timeout(4000)
    lab.page.screenshot(path="/tmp/lab-1.png")
    assert lab.complaints == []
