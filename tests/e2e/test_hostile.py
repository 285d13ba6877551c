"""Whatever a stranger writes into a run is text on the screen: nothing of it runs, loads, opens or leads elsewhere.

These pages are large, and so they are waited for with `wait_for`: each time `expect` looks in vain, it writes down the
accessibility tree of the whole page, which takes a second here.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from repositories import ROOT, Scratch, make_scratch

from .conftest import PATIENCE
from .hostile import ALL, DAMAGED, DVC, card_notebook, make_hostile
from .jupyter import Jupyter
from .pages import LabPage
from .payloads import COUNT, INHERITED, TEMPLATES, payload
from .standalone import Standalone
from .watch import LAB, STANDALONE, Watch, dumped

WINDOW = {"width": 1500, "height": 1000}
IMAGE = "<img src=x onerror=X('1 {}')>"
CARD = json.loads((ROOT / "tests/fixtures/contract/card.json").read_text())


@dataclass(frozen=True)
class Hostile:
    """The repository and what serves it."""

    scratch: Scratch
    server: Standalone
    oids: dict[str, str]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """`trackside ui` on a repository of payloads."""
    scratch = make_scratch(tmp_path_factory.mktemp("hostile"))
    oids = make_hostile(scratch)
    server = Standalone(scratch.path, scratch.environment).start()
    yield Hostile(scratch, server, oids)
    server.stop()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """The windows on the page of `trackside ui`."""
    opened = browser.new_context(viewport=WINDOW, accept_downloads=True)
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@dataclass(frozen=True)
class Opened:
    """A window on the page of `trackside ui`, watched."""

    page: Page
    watch: Watch
    ids: dict[str, str]

    def go(self, route: str) -> None:
        """Show a view."""
        self.page.evaluate("hash => { location.hash = hash; }", route)

    @property
    def main(self) -> Locator:
        """The view in front."""
        return self.page.locator(".ts-page-view")

    def draw(self, settled: str) -> str:
        """Wait until a view is drawn whole; return its text."""
        self.main.locator(settled).first.wait_for()
        expect(self.main.locator(".ts-waiting")).to_have_count(0)
        return self.main.inner_text()


@pytest.fixture(scope="module")
def opened(context: BrowserContext, hostile: Hostile) -> Opened:
    """The page, with every run in it."""
    watch = Watch(context, hostile.server.base, STANDALONE)
    page = context.new_page()
    page.goto(hostile.server.address)
    page.locator(".ts-item").first.wait_for()
    page.locator(".ts-page-view .ts-row").first.wait_for()
    place = ask(page, "place?path=")["id"]
    rows = ask(page, f"places/{place}/runs?limit=500&query=&sort=&archived=true")["rows"]
    return Opened(page, watch, {row["name"]: row["id"] for row in rows})


def ask(page: Page, path: str) -> Any:
    """Ask the server as the page does."""
    return page.evaluate("async path => (await fetch('/trackside/api/' + path)).json()", path)


def expect_payloads(text: str, field: str) -> None:
    """A payload stands there as text, so that no test passes on an empty page."""
    assert IMAGE.format(field) in text, f"{field} is not shown"


def test_the_corpus_is_as_large_as_promised() -> None:
    assert COUNT >= 60 and len(set(TEMPLATES)) == COUNT
    assert set(TEMPLATES) >= INHERITED


def test_panel_and_table_show_text_and_run_nothing(opened: Opened) -> None:
    page = opened.page
    panel = page.locator(".ts-panel")
    text = scrolled(panel.locator(".ts-list"))
    for wanted in (f"run-{COUNT - 1:02d}", "run-00", ALL, DAMAGED, DVC):
        assert wanted in text
    expect_payloads(text, "pn")
    page.get_by_role("button", name="Columns").click()
    boxes = page.locator(".ts-columns input[type=checkbox]")
    expect_payloads(page.locator(".ts-columns").inner_text(), "pn")
    boxes.evaluate_all("boxes => boxes.filter(box => !box.checked).forEach(box => box.click())")
    page.keyboard.press("Escape")
    opened.main.locator("[role=columnheader]").nth(2 * COUNT).wait_for(state="attached")
    text = scrolled(opened.main.get_by_role("grid"), across=True)
    for field in ("ti", "nn", "nt", "an", "br", "nb", "pv", "pn", "mn"):
        expect_payloads(text, field)
    row = panel.locator(".ts-item", has_text="run-01").first
    panel.locator(".ts-list").evaluate("node => { node.scrollTop = node.scrollHeight - 700; }")
    row.click(button="right")
    page.get_by_role("menuitem", name="Note…").click()
    expect(page.locator(".ts-editor textarea")).to_have_value(payload(1, "nn"))
    page.keyboard.press("Escape")
    row.click(button="right")
    page.get_by_role("menuitem", name="Tags…").click()
    expect_payloads(page.locator(".ts-editor").inner_text(), "nt")
    page.keyboard.press("Escape")
    assert opened.watch.hits() == [], dumped(opened.watch.hits())


def scrolled(box: Locator, *, across: bool = False) -> str:
    """Scroll a list of which only what is in sight is drawn from end to end, or a table across too; return its text."""
    text, drawn, there = box.evaluate(SCROLLED, across)
    assert not across or drawn == there > 0, f"{drawn} of {there} cells were drawn"
    return str(text)


#: Steps are longer than what is in sight, for some more is drawn around it; the cells are counted.
SCROLLED = """async (node, isAcross) => {
  const texts = [], cells = new Set();
  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  const isWaiting = () => node.querySelector('.ts-row-waiting, .ts-item-waiting');
  for (let top = 0; ; top += node.clientHeight * 1.2) {
    for (let left = 0; ; left += node.clientWidth * 1.8) {
      node.scrollTo(left, top);
      do await frame(); while (isWaiting());
      texts.push(node.innerText);
      for (const row of node.querySelectorAll('.ts-row')) {
        for (const cell of row.querySelectorAll('[aria-colindex]')) {
          cells.add(`${row.getAttribute('aria-rowindex')} ${cell.getAttribute('aria-colindex')}`);
        }
      }
      if (!isAcross || left + node.clientWidth >= node.scrollWidth) break;
    }
    if (top + node.clientHeight >= node.scrollHeight) break;
  }
  node.scrollTo(0, 0);
  const [rows, columns] = ['aria-rowcount', 'aria-colcount'].map(name => Number(node.getAttribute(name)));
  return [texts.join(' '), cells.size, (rows - 1) * columns];
}"""


@pytest.mark.parametrize(("label", "field"), [("Author", "an"), ("Branch", "br"), ("Notebook", "nb"), ("text", "pv")])
def test_groups_are_text(opened: Opened, label: str, field: str) -> None:
    opened.go("#/table")
    opened.main.locator(".ts-tablebar").get_by_role("button").first.click()
    opened.page.get_by_role("menuitemcheckbox", name=label, exact=True).click()
    opened.main.get_by_role("treegrid").wait_for()
    opened.draw(".ts-row")
    expect_payloads(scrolled(opened.main.get_by_role("treegrid")), field)
    opened.main.locator(".ts-tablebar").get_by_role("button").first.click()
    opened.page.get_by_role("menuitemcheckbox", name="No groups").click()
    opened.main.get_by_role("grid").wait_for()
    assert opened.watch.hits() == [], dumped(opened.watch.hits())


def test_what_is_offered_for_a_filter_is_text(opened: Opened) -> None:
    box = opened.page.locator(".ts-panel input[role=combobox]")
    for typed in ("params.", "metrics.", "params.text == ", "author == ", "branch == "):
        box.fill(typed)
        opened.page.locator(".ts-offered").wait_for()
    box.fill("<img src=x onerror=X('query')> ==")
    opened.page.locator(".ts-query-wrong").first.wait_for()
    box.fill("<img src=x onerror=X('query')>")
    opened.page.wait_for_timeout(500)
    box.fill("")
    opened.page.locator(".ts-panel .ts-item").first.wait_for()
    assert opened.watch.hits() == [], dumped(opened.watch.hits())


def test_a_new_filter_shows_its_first_rows_wherever_the_list_stood(opened: Opened) -> None:
    box, listed = opened.page.locator(".ts-panel input[role=combobox]"), opened.page.locator(".ts-panel .ts-list")
    for typed in ("run-", ""):
        listed.evaluate("node => { node.scrollTop = node.scrollHeight; }")
        expect(listed.locator(".ts-item").last).not_to_have_class(re.compile("waiting"))
        box.fill(typed)
        listed.locator(".ts-item[aria-rowindex='1'], .ts-item-waiting").first.wait_for()
        expect(listed.locator(".ts-item-waiting")).to_have_count(0)
        assert listed.evaluate("node => node.scrollTop") == 0


def test_compare_shows_text_and_its_files_run_nothing(opened: Opened, context: BrowserContext, tmp_path: Path) -> None:
    page = opened.page
    runs = [opened.ids["run-00"], opened.ids[ALL], *(opened.ids[f"run-{n:02d}"] for n in range(1, 24))]
    opened.go(f"#/compare/{','.join(runs)}")
    opened.draw("[data-section=code] .ts-section-body")
    expect(opened.main.locator("[data-section=code]")).to_contain_text("odd/")
    page.get_by_label("Show all").check()
    for section in ("differences", "curves", "parallel", "scatter", "figures", "code", "environment"):
        opened.main.locator(f"[data-section={section}]").scroll_into_view_if_needed()
        page.wait_for_timeout(150)
    text = opened.draw("[data-section=environment]")
    for field in ("ti", "an", "br", "nb", "pv", "pn", "mn", "pk", "ve", "path"):
        expect_payloads(text, field)
    open_all(opened.main)
    assert opened.watch.hits() == [], dumped(opened.watch.hits())
    opened.main.get_by_role("button", name="Export").click()
    with page.expect_download() as table:
        page.get_by_role("menuitem", name="CSV").click()
    table.value.save_as(tmp_path / "table.csv")
    assert formulas((tmp_path / "table.csv").read_text("utf-8-sig")) == []
    opened.main.get_by_role("button", name="Export").click()
    with page.expect_download() as whole:
        page.get_by_role("menuitem", name="HTML").click()
    whole.value.save_as(tmp_path / "page.html")
    alone = context.new_page()
    alone.goto((tmp_path / "page.html").as_uri())
    for folded in alone.locator("details").all():
        folded.evaluate("node => { node.open = true; }")
    expect_payloads(alone.inner_text("body"), "pv")
    assert "<script" not in (tmp_path / "page.html").read_text().lower()
    assert alone.locator("img, iframe, object, embed, link, base, form, a").count() == 0
    assert opened.watch.hits() == [], dumped(opened.watch.hits())


def test_the_exported_page_is_safe_without_its_policy(opened: Opened, context: BrowserContext, tmp_path: Path) -> None:
    opened.go(f"#/compare/{opened.ids['run-00']},{','.join(opened.ids[f'run-{n:02d}'] for n in range(1, COUNT))}")
    opened.main.locator("[data-section=differences] table").wait_for()
    opened.main.get_by_role("button", name="Export").click()
    with opened.page.expect_download() as whole:
        opened.page.get_by_role("menuitem", name="HTML").click()
    whole.value.save_as(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    bare = re.sub(r"<meta http-equiv[^>]*>", "", text, count=1)
    assert bare != text
    (tmp_path / "bare.html").write_text(bare)
    context.new_page().goto((tmp_path / "bare.html").as_uri())
    assert opened.watch.hits() == [], dumped(opened.watch.hits())


def open_all(where: Locator) -> None:
    """Unfold everything that can be."""
    where.locator("details:not([open])").evaluate_all("nodes => nodes.forEach(node => { node.open = true; })")
    where.locator("[aria-expanded=false]:not([aria-haspopup])").evaluate_all(
        "nodes => nodes.forEach(node => node.click())"
    )


def test_the_run_tab_shows_every_field_as_text(opened: Opened) -> None:
    opened.go(f"#/run/{opened.ids[ALL]}")
    opened.draw("[data-section=cells] li")
    for section in opened.main.locator("[data-section]").all():
        section.scroll_into_view_if_needed()
    open_all(opened.main)
    everything = opened.main.locator("[data-section=environment]").get_by_role("button", name="All")
    everything.click()
    expect(everything).to_have_count(0)
    text = opened.draw("[data-section=environment]")
    shown = ("ti", "tag", "an", "br", "df", "pn", "pl", "mn", "fn", "wm", "wh", "om", "ap", "ar", "fp", "nr")
    for field in (*shown, "cs", "so", "sa", "se", "tp", "md", "tx", "ev", "tb", "pk", "ve", "py", "pf", "cp", "gp"):
        expect_payloads(text, field)
    assert opened.main.locator("pre script, a[href]").count() == 0
    assert opened.watch.hits() == [], dumped(opened.watch.hits())


def test_every_run_opens_as_text(opened: Opened) -> None:
    for number in range(COUNT):
        opened.go(f"#/run/{opened.ids[f'run-{number:02d}']}")
        opened.main.locator("h2", has_text=f"run-{number:02d}").wait_for()
        opened.main.locator("[data-section=cells] li").first.wait_for(state="attached")
    assert opened.watch.hits() == [], dumped(opened.watch.hits())


def test_the_promotion_dialog_shows_text(opened: Opened) -> None:
    for name in (ALL, "run-01", "run-63"):
        opened.go(f"#/run/{opened.ids[name]}")
        opened.main.locator("h2", has_text=name).wait_for()
        opened.main.get_by_role("button", name="Promote").click()
        dialog = opened.page.get_by_role("dialog", name="Promote")
        dialog.locator("details").first.wait_for()
        dialog.locator("details").evaluate_all("nodes => nodes.forEach(node => { node.open = true; })")
        if name != "run-63":
            expect_payloads(dialog.inner_text(), "path")
        report = opened.watch.forgive_report(dialog)
        report.locator("h1").wait_for()
        assert report.locator("script, iframe, form, object, embed, link, a[href], img").count() == 0
        dialog.get_by_label("Branch").fill("<img src=x onerror=X('branch')>")
        dialog.locator("[role=alert]").first.wait_for()
        report.locator("h1").wait_for()
        # The report names the branch, so it came anew.
        opened.watch.forgive_report(dialog)
        opened.page.keyboard.press("Escape")
    assert opened.watch.hits() == [], dumped(opened.watch.hits())


def test_a_refused_name_comes_back_as_text(opened: Opened) -> None:
    opened.page.locator(".ts-item", has_text="run-").first.click(button="right")
    opened.page.get_by_role("menuitem", name="Rename…").click()
    opened.page.locator(".ts-editor input").fill("<img src=x onerror=X('name')>")
    opened.page.keyboard.press("Enter")
    opened.page.locator(".ts-toast-error").wait_for()
    assert opened.watch.hits() == [], dumped(opened.watch.hits())


def test_pictures_are_pixels_or_nothing(opened: Opened) -> None:
    place = ask(opened.page, "place?path=")["id"]
    path = f"places/{place}/runs/{opened.ids['run-01']}"
    told = opened.page.evaluate(
        """async paths => Promise.all(paths.map(async path => {
          const answer = await fetch('/trackside/api/' + path);
          return [answer.status, answer.headers.get('content-type'), answer.headers.get('content-security-policy')];
        }))""",
        [f"{path}/figures/0", f"{path}/figures/1", f"{path}/images/0", f"{path}/images/1"],
    )
    assert [status for status, *_ in told] == [200, 404, 200, 404]
    for status, mime, policy in told:
        if status == 200:
            assert mime == "image/png" and "sandbox" in policy


def test_a_spreadsheet_finds_no_formula_in_an_export(opened: Opened, tmp_path: Path) -> None:
    opened.go("#/table")
    with opened.page.expect_download() as table:
        opened.main.get_by_role("button", name="Export as CSV").click()
    table.value.save_as(tmp_path / "runs.csv")
    text = (tmp_path / "runs.csv").read_text("utf-8")
    assert "cmd|' /C calc'!A0" in text
    assert formulas(text) == []


def formulas(text: str) -> list[str]:
    """Return the cells a spreadsheet would reckon: text that begins as a formula does."""
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert len(cells) > COUNT
    return [cell for cell in cells if cell[:1] in tuple("=+-@\t\r") and not is_number(cell)]


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# In JupyterLab, where no policy of ours steps in ------------------------------------------------------


@pytest.fixture
def lab_project(server: Jupyter, hostile: Hostile) -> str:
    """The hostile repository below the root of the server; its path there."""
    link = server.root / "hostile"
    if not link.exists():
        hostile.scratch.git("clone", "--quiet", str(hostile.scratch.path), str(link))
        url = str(hostile.scratch.path)
        Scratch(link, hostile.scratch.home).git(
            "fetch", "--quiet", url, "refs/exps/*:refs/exps/*", "refs/notes/trackside:refs/notes/trackside"
        )
        (link / "cards.ipynb").write_bytes(card_notebook(CARD))
    return "hostile"


@pytest.fixture
def hostile_lab(browser: Browser, server: Jupyter, lab_project: str) -> Iterator[tuple[LabPage, Watch, str]]:
    """JupyterLab on the folder, watched; and the id of its place."""
    context = browser.new_context(viewport=WINDOW)
    context.set_default_timeout(PATIENCE)
    watch = Watch(context, server.base, LAB)
    lab = LabPage(context.new_page(), server)
    lab.open(lab_project)
    place = server.ask(f"trackside/api/place?path={lab_project}")["id"]
    yield lab, watch, place
    context.close()
    server.end_sessions()


def ids_of(server: Jupyter, place: str) -> dict[str, str]:
    rows = server.ask(f"trackside/api/places/{place}/runs?limit=500&query=&sort=&archived=true")["rows"]
    return {row["name"]: row["id"] for row in rows}


def test_lab_shows_panel_table_compare_and_runs_as_text(hostile_lab: tuple[LabPage, Watch, str]) -> None:
    lab, watch, place = hostile_lab
    ids, page = ids_of(lab.server, place), lab.page
    panel = lab.show_panel()
    panel.locator(".ts-item").first.wait_for()
    expect_payloads(scrolled(panel.locator(".ts-list")), "pn")
    lab.command("trackside:open-table", {"place": place})
    table = page.locator(".ts-table")
    table.locator(".ts-row").first.wait_for()
    expect_payloads(scrolled(table.get_by_role("grid"), across=True), "pv")
    lab.command(
        "trackside:compare",
        {"place": place, "runs": [ids["run-00"], ids[ALL], *(ids[f"run-{n:02d}"] for n in range(1, 30))]},
    )
    compare = page.locator(".ts-compare")
    compare.locator("[data-section=environment]").wait_for(state="attached")
    for section in ("differences", "curves", "figures", "code", "environment"):
        compare.locator(f"[data-section={section}]").scroll_into_view_if_needed()
        page.wait_for_timeout(300)
    expect_payloads(compare.inner_text(), "pv")
    for name in (ALL, *(f"run-{n:02d}" for n in range(0, COUNT, 8))):
        lab.command("trackside:open-run", {"place": place, "run": ids[name]})
        run = page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .ts-report", has=page.locator("h2", has_text=name))
        run.locator("[data-section=cells] li").first.wait_for(state="attached")
    lab.command("trackside:promote", {"place": place, "run": ids["run-01"]})
    dialog = page.locator("dialog.ts-dialog")
    dialog.locator("details").first.wait_for()
    expect_payloads(dialog.inner_text(), "path")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert watch.hits() == [], dumped(watch.hits())


def test_a_card_somebody_sent_runs_nothing(hostile_lab: tuple[LabPage, Watch, str]) -> None:
    lab, watch, _ = hostile_lab
    lab.command("docmanager:open", {"path": "hostile/cards.ipynb", "kernel": {"shouldStart": False}})
    book = lab.page.locator(".jp-Notebook")
    book.locator(".ts-card").first.wait_for()
    for place in range(0, COUNT + 10, 6):
        lab.page.evaluate("at => window.jupyterapp.shell.currentWidget.content.scrollToItem(at, 'start')", place)
        lab.page.wait_for_timeout(80)
    assert watch.hits() == [], dumped(watch.hits())
    assert book.locator(".ts-card a[href], .ts-card script").count() == 0
    expect_payloads(lab.page.evaluate(ALL_CARDS), "mn")


ALL_CARDS = "() => [...document.querySelectorAll('.ts-card')].map(card => card.textContent).join(' ')"


def test_a_notebook_as_it_was_is_not_trusted_for_saying_so(hostile_lab: tuple[LabPage, Watch, str]) -> None:
    lab, watch, place = hostile_lab
    run = ids_of(lab.server, place)[ALL]
    lab.command("trackside:open-notebook-as-it-was", {"place": place, "run": run, "name": ALL})
    book = lab.page.locator(".jp-Notebook")
    book.locator(".jp-OutputArea-output").first.wait_for()
    for at in range(0, 2 * COUNT, 6):
        lab.page.evaluate("at => window.jupyterapp.shell.currentWidget.content.scrollToItem(at, 'start')", at)
        lab.page.wait_for_timeout(60)
    trusted = lab.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.trusted).length"
    )
    assert trusted == 0
    assert [hit for hit in watch.hits() if hit.startswith(("hit", "dialog", "navigation", "window"))] == []
