"""`%track view` in browsers on a server that knows nothing of Trackside: everything comes from the kernel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect
from repositories import ROOT

from .conftest import Project, make_project
from .jupyter import Jupyter
from .pages import LabPage, write_notebook
from .runs import add_three

LOAD = "%load_ext trackside"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """JupyterLab without our extensions, neither of the server nor of the front end."""
    if not (ROOT / "kernel_side/trackside/display/static/widget.js").is_file():
        pytest.skip("the widget is not built: make panel")
    running = Jupyter(tmp_path_factory.mktemp("bare"), has_panel=False).start()
    yield running
    running.stop()


@pytest.fixture
def project(server: Jupyter) -> Project:
    made = make_project(server)
    write_notebook(made.path / "view.ipynb", [LOAD, "%track view", "%track view --compare calm-otter-3f keen-hawk-c2"])
    return made


def live(lab: LabPage, at: int = 0) -> Locator:
    """The live table of one output."""
    return lab.page.locator(".ts-widget").nth(at)


def rows(lab: LabPage) -> Locator:
    return live(lab).locator(".ts-row")


def still(lab: LabPage) -> Locator:
    """The table that stays."""
    return lab.page.locator(".trackside-view table")


def test_the_table_filters_opens_compares_and_follows(lab: LabPage, project: Project, server: Jupyter) -> None:
    add_three(server, project)
    lab.open(f"{project.name}/view.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    expect(rows(lab)).to_have_count(3)
    expect(still(lab)).to_be_hidden()
    lab.page.screenshot(path="/tmp/wid/table.png")
