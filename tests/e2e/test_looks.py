"""Light, dark, high contrast, narrow; and what an accessibility checker says."""

from __future__ import annotations

import pytest
from missing import missing
from playwright.sync_api import expect
from repositories import ROOT

from .conftest import Project
from .jupyter import Jupyter
from .pages import LabPage
from .runs import add_three

AXE = ROOT / "node_modules/axe-core/axe.min.js"
_CHECK = """async where => {
  const found = await window.axe.run(where, { resultTypes: ['violations'] });
  const told = node => node.html.slice(0, 160) + ' ' + node.any.map(why => why.message).join('; ');
  return found.violations.filter(each => ['serious', 'critical'].includes(each.impact))
    .map(each => each.id + ': ' + each.nodes.map(told).slice(0, 3).join(' | '));
}"""
THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")


def faults(lab: LabPage, where: str) -> list[str]:
    """Return what axe finds serious in a part of the page."""
    if not AXE.is_file():
        missing("needs axe-core: npm ci")
    lab.page.add_script_tag(path=str(AXE))
    return list(lab.page.evaluate(_CHECK, where))


@pytest.mark.parametrize("theme", THEMES)
def test_panel_and_tabs_have_no_serious_fault(lab: LabPage, project: Project, server: Jupyter, theme: str) -> None:
    runs = add_three(server, project)
    lab.open(project.name)
    lab.command("apputils:change-theme", {"theme": theme})
    lab.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    expect(lab.show_panel().get_by_role("row")).to_have_count(3)
    place = server.ask(f"trackside/api/place?path={project.name}")["id"]
    lab.command("trackside:open-table", {"place": place})
    expect(lab.page.locator(".ts-table").get_by_role("row").nth(3)).to_be_visible()
    assert faults(lab, "#trackside-panel") == []
    assert faults(lab, ".ts-lab-tab .ts-root") == []
    lab.command("trackside:compare", {"place": place, "runs": runs[:2]})
    expect(lab.page.get_by_role("heading", name="2 runs compared")).to_be_visible()
    assert faults(lab, ".lm-Widget:not(.lm-mod-hidden) > .ts-lab-tab .ts-root") == []


def test_the_panel_is_of_use_at_240_pixels(lab: LabPage, project: Project, server: Jupyter) -> None:
    add_three(server, project)
    lab.page.set_viewport_size({"width": 700, "height": 700})
    lab.open(project.name)
    panel = lab.show_panel()
    expect(panel.get_by_role("row")).to_have_count(3)
    wide = panel.evaluate("node => node.scrollWidth - node.clientWidth")
    assert wide <= 0
    expect(panel.get_by_text("keen-hawk-c2")).to_be_visible()


def test_the_checker_finds_a_fault_that_is_there(lab: LabPage) -> None:
    lab.open()
    lab.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<button id=faulty></button>')")
    assert any(fault.startswith("button-name") for fault in faults(lab, "#faulty"))
