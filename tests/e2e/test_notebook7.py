"""The same in Notebook 7: button, card and marks on a notebook, the panel beside it and beside the files."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Project
from .jupyter import TOKEN, Jupyter
from .pages import LabPage
from .runs import add_three


def test_a_notebook_has_button_card_and_marks(lab: LabPage, project: Project) -> None:
    lab.open_in_notebook7(f"{project.name}/study.ipynb")
    expect(lab.page.get_by_role("button", name="Track this notebook")).to_be_visible()
    lab.run_all()
    expect(lab.page.locator(".ts-card")).to_be_visible()
    expect(lab.page.locator(".ts-lab-track-open")).to_be_visible()
    expect(lab.page.locator(".ts-lab-badge-tracked").first).to_be_visible()
    lab.command("trackside:show-panel")
    expect(lab.panel.get_by_role("row").first).to_be_visible()
    # Two of Notebook 7.6's own: its file browser asks for a command that another of its plugins may not have added yet.
    of_its_own = ("reading 'schema'", "'filebrowser:open-path' not registered")
    assert [told for told in lab.complaints if not any(words in told for words in of_its_own)] == []


def test_the_notebook_of_a_run_is_shown_as_its_cells(lab: LabPage, project: Project, server: Jupyter) -> None:
    add_three(server, project)
    lab.page.goto(f"{server.base}/tree/{project.name}?token={TOKEN}")
    lab.page.get_by_role("tab", name="Runs").click()
    lab.panel.get_by_role("row").filter(has_text="keen-hawk-c2").click(button="right")
    lab.page.get_by_role("menuitem", name="Notebook as it was").click()
    expect(lab.page.locator(".ts-run-report [data-section=cells] h3 button")).to_be_focused()


def test_the_tree_page_has_a_tab_with_the_runs(lab: LabPage, project: Project, server: Jupyter) -> None:
    add_three(server, project)
    lab.page.goto(f"{server.base}/tree/{project.name}?token={TOKEN}")
    lab.page.get_by_role("tab", name="Runs").click()
    expect(lab.panel.get_by_role("row")).to_have_count(3)
