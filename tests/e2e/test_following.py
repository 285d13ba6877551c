"""Run a notebook and see its run appear, move, end, or be found interrupted."""

from __future__ import annotations

import os
import re
import signal

from playwright.sync_api import Locator, expect

from .conftest import Project
from .jupyter import Jupyter
from .pages import LabPage
from .runs import add_three

SLOW = (
    "import time, trackside\nfor step in range(60):\n    trackside.log(loss=60 - step, step=step)\n    time.sleep(0.1)"
)


def first_row(panel: Locator) -> Locator:
    """The newest run of the panel."""
    return panel.get_by_role("row").first


def test_a_run_appears_and_moves_while_its_cell_runs(lab: LabPage, project: Project, server: Jupyter) -> None:
    # None of them has the metric that the open one will have: once that was an error of the server.
    add_three(server, project)
    lab.open(f"{project.name}/study.ipynb")
    panel = lab.show_panel()
    lab.write_cell(2, SLOW)
    lab.start_all()
    row = first_row(panel)
    expect(row.get_by_role("img", name="running")).to_be_visible()
    status = lab.page.locator(".ts-lab-status")
    expect(status).to_contain_text("loss")
    before = status.inner_text().rpartition("loss")[2]
    expect(status).not_to_have_text(re.compile(rf"loss{re.escape(before)}$"))
    assert lab.complaints == []


def test_the_toolbar_starts_a_run_without_adding_a_cell(lab: LabPage, project: Project) -> None:
    lab.open(f"{project.name}/study.ipynb")
    cells = lab.page.locator(".jp-Notebook .jp-Cell").count()
    lab.page.get_by_role("button", name="Track this notebook").click()
    expect(lab.page.locator(".ts-lab-track-open")).to_be_visible()
    assert lab.page.locator(".jp-Notebook .jp-Cell").count() == cells
    lab.run_cell(1)
    expect(lab.page.locator(".ts-lab-badge-tracked").first).to_be_visible()


def test_a_run_is_ended_from_the_panel(lab: LabPage, project: Project) -> None:
    lab.open(f"{project.name}/study.ipynb")
    panel = lab.show_panel()
    lab.run_all()
    row = first_row(panel)
    expect(row.get_by_role("img", name="running")).to_be_visible()
    row.click(button="right")
    lab.page.get_by_role("menuitem", name="End the run").click()
    expect(row.get_by_role("img", name="finished")).to_be_visible()
    assert len(project.sealed()) == 1


def test_a_killed_kernel_leaves_an_interrupted_run(lab: LabPage, project: Project, server: Jupyter) -> None:
    lab.open(f"{project.name}/study.ipynb")
    panel = lab.show_panel()
    lab.write_cell(3, "import os\nprint(os.getpid())")
    lab.run_all()
    expect(first_row(panel).get_by_role("img", name="running")).to_be_visible()
    output = lab.page.locator(".jp-OutputArea-output pre").last.inner_text()
    server.ask(f"api/sessions/{server.ask('api/sessions')[0]['id']}", method="GET")
    os.kill(int(output.strip()), signal.SIGKILL)
    expect(first_row(panel).get_by_role("img", name="interrupted")).to_be_visible()


def test_a_reload_leaves_everything_as_it_was(lab: LabPage, project: Project) -> None:
    lab.open(f"{project.name}/study.ipynb", workspace=project.name)
    lab.show_panel()
    lab.run_all()
    lab.save()
    lab.command("trackside:open-table")
    tab = lab.page.get_by_role("tab", name="Experiments: ")
    expect(tab).to_be_visible()
    lab.wait_for_layout(project.name)
    lab.page.goto(f"{lab.server.base}/lab/workspaces/{project.name}")
    expect(tab).to_be_visible()
    expect(lab.panel).to_be_visible()
    expect(lab.page.locator(".ts-table").get_by_role("row").nth(1)).to_be_visible()
