"""`%track view` in browsers on a server that knows nothing of Trackside: everything comes from the kernel."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from missing import missing
from playwright.sync_api import Locator, expect
from repositories import ROOT

from benchmarks.multiply import multiply

from .conftest import Project, make_project
from .jupyter import TOKEN, Jupyter
from .pages import LabPage, write_notebook
from .runs import add_run, add_three
from .test_looks import faults

#: Bytes of a notebook with two views in it.
_LARGEST = 12_000
#: As with every ipykernel before 7, and in every front end that knows no subshells.
_NO_SUBSHELLS = """() => {
  window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.commsOverSubshells = 'disabled';
}"""
_START = """at => {
  window.jupyterapp.shell.currentWidget.content.activeCellIndex = at;
  void window.jupyterapp.commands.execute('notebook:run-cell');
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """JupyterLab without our extensions, neither of the server nor of the front end."""
    if not (ROOT / "kernel_side/trackside/display/static/widget.js").is_file():
        missing("the widget is not built: make panel")
    running = Jupyter(tmp_path_factory.mktemp("bare"), has_panel=False).start()
    yield running
    running.stop()


@pytest.fixture
def project(server: Jupyter) -> Project:
    """A repository with three runs and a notebook that shows them."""
    made = make_project(server)
    add_three(server, made)
    cells = ["%load_ext trackside", "%track view", "%track view --compare calm-otter-3f keen-hawk-c2", "7 * 6"]
    write_notebook(made.path / "view.ipynb", cells)
    return made


def rows(view: Locator) -> Locator:
    return view.locator(".ts-row")


def still(lab: LabPage) -> Locator:
    """The tables that stay."""
    return lab.page.locator(".trackside-view table")


def notes(lab: LabPage) -> Locator:
    return lab.page.locator("[data-trackside-note]")


def shown(lab: LabPage, *cells: int) -> Locator:
    """Run cells of the notebook in front; return the live view of the last, with what it shows."""
    for cell in cells:
        lab.run_cell(cell)
    view = lab.page.locator(".ts-widget").last
    view.locator(".ts-row, .ts-report").first.wait_for()
    return view


def test_the_table_filters_opens_compares_and_follows(lab: LabPage, project: Project, server: Jupyter) -> None:
    view = shown(lab.open(f"{project.name}/view.ipynb"), 0, 1)
    expect(rows(view)).to_have_count(3)
    expect(still(lab)).to_be_hidden()
    add_run(server, project, "fresh-finch-1a", 9, params={"lr": 0.9, "model": "rf"}, metrics={"val_acc": [0.1, 0.95]})
    expect(rows(view)).to_have_count(4)
    view.get_by_role("combobox").fill("params.lr > 0.25")
    expect(rows(view)).to_have_count(2)
    for name in ("fresh-finch-1a", "keen-hawk-c2"):
        rows(view).filter(has_text=name).get_by_role("checkbox").check()
    view.get_by_role("button", name="Compare").click()
    expect(view.locator(".ts-plot").first).to_be_visible()
    view.get_by_role("tab", name="Experiments").click()
    # Were they the notebook's, these keys would make a cell and delete one.
    view.locator(".ts-grid").press("a")
    view.locator(".ts-grid").press("x")
    expect(lab.page.locator(".jp-CodeCell")).to_have_count(4)
    rows(view).filter(has_text="keen-hawk-c2").dblclick()
    expect(view.get_by_role("tab", name="keen-hawk-c2", exact=True)).to_be_visible()
    expect(view.locator(".ts-run-report")).to_contain_text("val_acc")
    assert lab.complaints == []


def test_an_output_of_the_widget_own_waits_for_a_busy_kernel_and_says_so(lab: LabPage, project: Project) -> None:
    lab.open(f"{project.name}/view.ipynb")
    lab.page.evaluate(_NO_SUBSHELLS)
    # As in VS Code, where a mark in the HTML would not be found.
    lab.write_cell(0, f"__vsc_ipynb_file__ = {str(project.path / 'view.ipynb')!r}\n%load_ext trackside")
    view = shown(lab, 0, 1)
    expect(rows(view)).to_have_count(3)
    expect(lab.page.locator(".trackside-view")).to_have_count(0)
    lab.write_cell(3, "import time; time.sleep(3)")
    lab.page.evaluate(_START, 3)
    view.get_by_role("combobox").fill("params.lr > 0.25")
    busy = view.get_by_role("status").filter(has_text="The kernel is busy")
    expect(busy).to_be_visible()
    expect(rows(view)).to_have_count(1)
    expect(busy).to_be_hidden()


def test_a_saved_notebook_is_small_and_shows_its_tables_without_the_kernel(
    lab: LabPage, project: Project, server: Jupyter
) -> None:
    lab.open(f"{project.name}/view.ipynb")
    expect(shown(lab, 0, 1, 2).get_by_role("tab", name="calm-otter-3f")).to_be_visible()
    lab.save()
    text = (project.path / "view.ipynb").read_text()
    assert len(text) < _LARGEST
    assert "widget-view" not in text and "widgets" not in text
    lab.page.reload()
    lab.page.wait_for_selector(".ts-report")
    # The kernel still runs: what was live is live again.
    expect(lab.page.locator(".ts-widget")).to_have_count(2)
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(notes(lab).first).to_contain_text("has ended: run the cell again")
    expect(still(lab)).to_have_count(2)
    server.end_sessions()
    lab.page.goto(f"{server.base}/lab/workspaces/other/tree/{project.name}/view.ipynb?token={TOKEN}&reset")
    lab.page.wait_for_selector(".trackside-view table")
    expect(still(lab)).to_have_count(2)
    expect(still(lab).first).to_contain_text("keen-hawk-c2")
    expect(lab.page.get_by_text("Error displaying widget")).to_have_count(0)
    assert lab.complaints == []


def test_notebook_7_scrolls_a_thousand_runs_in_the_dark(lab: LabPage, project: Project) -> None:
    many = multiply(project.path, 1_200)
    lab.open_in_notebook7(f"{many.name}/view.ipynb")
    lab.command("apputils:change-theme", {"theme": "JupyterLab Dark"})
    lab.page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    view = shown(lab, 0, 1)
    expect(view.get_by_text(re.compile("^1.200 runs$"))).to_be_visible()
    assert view.locator(".ts-table").evaluate("box => getComputedStyle(box).backgroundColor") == "rgb(33, 33, 33)"
    assert faults(lab, ".ts-widget") == []
    view.locator(".ts-grid").evaluate("grid => grid.scrollTo(0, grid.scrollHeight)")
    expect(rows(view).filter(has_text="calm-otter-3f")).to_be_visible()
    assert rows(view).count() < 80
