"""The panel for those who see little, use no mouse, or listen: axe finds no serious fault, keys reach everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from repositories import ROOT, Scratch, make_experiments, make_scratch

from .conftest import PATIENCE
from .jupyter import Jupyter
from .pages import LabPage
from .standalone import Standalone
from .watch import dumped

AXE = ROOT / "node_modules/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")
#: Only what is ours; a page of our own is ours whole.
_RUN = """async scope => {
  const found = await window.axe.run(scope ? { include: [scope] } : document, { resultTypes: ['violations'] });
  return found.violations.map(({ id, impact, help, nodes }) =>
    ({ id, impact, help, nodes: nodes.slice(0, 4).map(
      node => `${node.target} ${node.html.slice(0, 160)} ${node.failureSummary}`) }));
}"""


@pytest.fixture(scope="module")
def scratch_runs(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """A repository with a dozen runs."""
    scratch = make_scratch(tmp_path_factory.mktemp("calm"))
    make_experiments(scratch, 12)
    return scratch


@pytest.fixture(scope="module")
def served(scratch_runs: Scratch) -> Iterator[Standalone]:
    """`trackside ui` on it."""
    server = Standalone(scratch_runs.path, scratch_runs.environment).start()
    yield server
    server.stop()


@pytest.fixture(params=["light", "dark"])
def calm(request: pytest.FixtureRequest, browser: Browser, served: Standalone) -> Iterator[Page]:
    """The page in one of its colours."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, color_scheme=request.param, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(served.address)
    expect(page.locator(".ts-item").first).to_be_visible()
    expect(page.locator(".ts-page-view .ts-row").first).to_be_visible()
    yield page
    context.close()


def faults(page: Page, scope: str | None = None) -> list[dict[str, Any]]:
    """Return what axe finds serious or critical."""
    if not page.evaluate("() => Boolean(window.axe)"):
        # As a debugger would: the policy of the page lets no script in.
        page.evaluate(AXE.read_text(encoding="utf-8") + "\n;undefined")
    return [fault for fault in page.evaluate(_RUN, scope) if fault["impact"] in SERIOUS]


def go(page: Page, route: str) -> None:
    page.evaluate("hash => { location.hash = hash; }", route)


def runs_of(page: Page) -> list[str]:
    """The ids of all runs."""
    return page.evaluate(
        """async () => {
          const ask = async path => (await fetch('/trackside/api/' + path)).json();
          const { id } = await ask('place?path=');
          return (await ask(`places/${id}/runs?limit=50&query=&sort=&archived=true`)).rows.map(row => row.id);
        }"""
    )


def test_axe_finds_nothing_serious_in_the_page(calm: Page) -> None:
    page, runs = calm, runs_of(calm)
    found = {"table": faults(page)}
    page.locator(".ts-item").first.click(button="right")
    found["menu"] = faults(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Columns").click()
    found["columns"] = faults(page)
    page.keyboard.press("Escape")
    page.locator(".ts-panel").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="What takes the space…").click()
    expect(page.locator("dialog .ts-space")).to_be_visible()
    found["storage"] = faults(page)
    page.keyboard.press("Escape")
    page.locator(".ts-panel input").fill("params.")
    expect(page.locator(".ts-offered")).to_be_visible()
    found["offers"] = faults(page)
    page.locator(".ts-panel input").fill("params.lr ==")
    expect(page.locator(".ts-query-wrong").first).to_be_visible()
    found["wrong query"] = faults(page)
    page.locator(".ts-panel input").fill("no-such-run")
    expect(page.get_by_text("No run matches.")).to_be_visible()
    found["nothing matches"] = faults(page)
    page.locator(".ts-panel input").fill("")
    go(page, f"#/compare/{','.join(runs[:9])}")
    expect(page.locator("[data-section=environment]")).to_be_visible()
    expect(page.locator(".ts-page-view .ts-waiting")).to_have_count(0)
    found["compare"] = faults(page)
    go(page, f"#/run/{runs[0]}")
    expect(page.locator("[data-section=environment]")).to_be_visible()
    expect(page.locator(".ts-page-view .ts-waiting")).to_have_count(0)
    found["run"] = faults(page)
    page.get_by_role("button", name="Promote").click()
    expect(page.get_by_label("Branch", exact=True)).to_be_focused()
    found["promote"] = faults(page)
    wrong = {name: some for name, some in found.items() if some}
    assert wrong == {}, dumped(wrong)


def test_axe_finds_nothing_serious_of_ours_in_lab(page: Page, server: Jupyter, scratch_runs: Scratch) -> None:
    link = server.root / "calm"
    if not link.exists():
        scratch_runs.git("clone", "--quiet", str(scratch_runs.path), str(link))
        scratch_runs.git("-C", str(link), "fetch", "--quiet", str(scratch_runs.path), "refs/exps/*:refs/exps/*")
    lab = LabPage(page, server).open("calm")
    place = server.ask("trackside/api/place?path=calm")["id"]
    panel = lab.show_panel()
    expect(panel.locator(".ts-item").first).to_be_visible()
    found = {"panel": faults(page, "#trackside-panel")}
    panel.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="What takes the space…").click()
    expect(page.locator("dialog .ts-space")).to_be_visible()
    found["storage"] = faults(page, "dialog.ts-dialog")
    page.keyboard.press("Escape")
    lab.command("trackside:open-table", {"place": place})
    expect(page.locator(".ts-table .ts-row").first).to_be_visible()
    found["table"] = faults(page, ".ts-table")
    rows = server.ask(f"trackside/api/places/{place}/runs?limit=9&query=&sort=")["rows"]
    lab.command("trackside:compare", {"place": place, "runs": [row["id"] for row in rows[:2]]})
    expect(page.locator(".ts-compare [data-section=environment]")).to_be_visible()
    found["compare"] = faults(page, ".ts-compare")
    lab.command("trackside:open-run", {"place": place, "run": rows[0]["id"]})
    expect(page.locator(".ts-run-report [data-section=environment]")).to_be_visible()
    expect(page.locator(".ts-run-report .ts-waiting")).to_have_count(0)
    found["run"] = faults(page, ".ts-run-report")
    lab.command("trackside:promote", {"place": place, "run": rows[0]["id"]})
    expect(page.get_by_label("Branch", exact=True)).to_be_focused()
    found["promote"] = faults(page, "dialog.ts-dialog")
    wrong = {name: some for name, some in found.items() if some}
    assert wrong == {}, dumped(wrong)


def focused(page: Page) -> str:
    """Say what has the focus."""
    return page.evaluate(
        """() => {
          const node = document.activeElement;
          const name = node.getAttribute('aria-label') ?? node.placeholder ?? node.textContent.trim().slice(0, 40);
          return `${node.getAttribute('role') ?? node.tagName.toLowerCase()} ${name}`;
        }"""
    )


#: Outline or ring of what has the focus, or of its frame or the row it stands for.
_RING = """() => {
  const node = document.activeElement;
  const active = document.getElementById(node.getAttribute('aria-activedescendant') ?? '');
  const seen = [node, node.parentElement, active].filter(Boolean).map(each => getComputedStyle(each));
  return seen.some(style => (
    style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none')
    || getComputedStyle(node).backgroundColor !== 'rgba(0, 0, 0, 0)';
}"""


def tab_to(page: Page, wanted: str, most: int = 40) -> list[str]:
    """Press Tab until something has the focus; each stop on the way shows that it has it."""
    way: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        way.append(focused(page))
        assert page.evaluate(_RING), f"no focus to be seen at {way[-1]}"
        if way[-1].startswith(wanted):
            return way
    raise AssertionError(f"{wanted} is not reached: {way}")


def test_two_runs_are_found_and_compared_without_a_mouse(browser: Browser, served: Standalone) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(served.address)
    expect(page.locator(".ts-page-view .ts-row").first).to_be_visible()
    tab_to(page, "combobox Filter runs")
    page.keyboard.type("run-00000")
    expect(page.locator(".ts-panel-summary")).to_contain_text("of 12")
    tab_to(page, "grid Runs")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".ts-panel .ts-bar")).to_contain_text("2 selected")
    tab_to(page, "button Compare")
    page.keyboard.press("Enter")
    expect(page.locator(".ts-compare [data-section=environment]")).to_be_visible()
    tab_to(page, "tab ")
    page.keyboard.press("Delete")
    expect(page.locator(".ts-compare")).to_have_count(0)
    expect(page.locator(".ts-page-view .ts-row").first).to_be_visible()
    context.close()


def test_a_dialog_keeps_the_focus_and_gives_it_back(browser: Browser, served: Standalone) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(served.address)
    expect(page.locator(".ts-item").first).to_be_visible()
    go(page, f"#/run/{runs_of(page)[0]}")
    button = page.get_by_role("button", name="Promote")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Branch", exact=True)).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        # The browser's own frame may have it between the last and the first.
        assert page.evaluate(
            "() => document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(button).to_be_focused()
    page.locator(".ts-list").focus()
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".ts-list")).to_be_focused()
    context.close()
