"""What takes the space: in the page, of a clone with large files in DVC's cache and gone from it; in JupyterLab."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from repositories import Scratch, make_experiment, make_scratch

from trackside.artifacts import keep_artifact

from .conftest import PATIENCE, Project
from .jupyter import Jupyter
from .pages import LabPage
from .runs import add_three
from .standalone import Standalone
from .watch import STANDALONE, Watch, dumped

HOSTILE = "<img src=x onerror=X('path')>/net.bin"
MARKED = "<b>marked"


class NoJournal:
    """Everything here is above the limit."""

    def append(self, kind: str, /, **fields: object) -> None:
        raise AssertionError(kind, fields)

    def keep(self, data: bytes) -> dict[str, object]:
        raise AssertionError(len(data))


def keep(scratch: Scratch, path: str, size: int) -> dict[str, object]:
    """Put a large file into DVC's cache; returns what a record says of it."""
    target = scratch.path / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(os.urandom(size))
    kept = keep_artifact(
        target, repository_root=scratch.path, common_dir=scratch.path / ".git", sink=NoJournal(), store="dvc", limit=0
    )
    return {"path": kept.path, "size": kept.size, "md5": kept.md5, "stored": kept.stored}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """Runs of large files, and one of a stranger's choice of names."""
    made = make_scratch(tmp_path_factory.mktemp("space"))
    (made.path / ".dvc").mkdir()
    (made.path / ".dvc/config").write_text("")
    data = keep(made, "data/train.bin", 300_000)
    for number, size in enumerate((2_000_000, 900_000), 1):
        make_experiment(
            made, ("calm-otter", "keen-fox")[number - 1], artifacts=[keep(made, "models/net.bin", size), data],
            run=f"20260101t000000-{number:010x}", started=1_790_000_000.0 + number,
            files={"notes.md": os.urandom(9_000)},
        )  # fmt: skip
    strange = {"path": HOSTILE, "size": 5, "md5": "f" * 32, "stored": "dvc"}
    make_experiment(made, MARKED, artifacts=[strange], run=f"20260101t000000-{9:010x}", started=1_790_000_009.0)
    return made


@pytest.fixture(scope="module")
def served(scratch: Scratch) -> Iterator[Standalone]:
    server = Standalone(scratch.path, scratch.environment).start()
    yield server
    server.stop()


@pytest.fixture
def opened(browser: Browser, served: Standalone) -> Iterator[Page]:
    """The page, in a window of its own that is watched."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    watch = Watch(context, served.base, STANDALONE)
    page = context.new_page()
    page.goto(served.address)
    expect(page.locator(".ts-item")).to_have_count(3)
    yield page
    hits = watch.hits()
    context.close()
    assert hits == [], dumped(hits)


def look(page: Page) -> Locator:
    """Ask in the side panel."""
    page.locator(".ts-panel").get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="What takes the space…").click()
    dialog = page.get_by_role("dialog", name="What takes the space")
    expect(dialog.locator(".ts-space")).to_be_visible()
    return dialog


def test_what_takes_the_space_is_told_and_leads_to_the_run(opened: Page, scratch: Scratch) -> None:
    before = scratch.state()
    dialog = look(opened)
    expect(dialog.locator(".ts-space-all")).to_contain_text("MB")
    kinds = dialog.get_by_role("table", name="By kind")
    expect(kinds.get_by_role("row").filter(has_text="DVC's cache")).to_contain_text("3.20 MB")
    runs = dialog.get_by_role("table", name="Largest runs").get_by_role("row")
    expect(runs.nth(1)).to_contain_text("calm-otter")
    expect(runs.nth(1)).to_contain_text("2.00 MB")
    expect(runs.filter(has_text="marked")).to_contain_text("0 B0 B1")
    files = dialog.get_by_role("table", name="Largest files").get_by_role("row")
    assert [files.nth(at).inner_text().split("\t") for at in (1, 2)] == [
        ["models/net.bin", "2", "2", "2.90 MB"],
        ["data/train.bin", "1", "2", "300 kB"],
    ]
    # What strangers named is text.
    expect(runs.filter(has_text=MARKED)).to_be_visible()
    expect(files.filter(has_text=HOSTILE)).to_be_visible()
    assert dialog.locator("b, img").count() == 0
    # By keys alone.
    runs.nth(1).get_by_role("button").focus()
    opened.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(opened.get_by_role("heading", name="calm-otter")).to_be_visible()
    assert scratch.state() == before


def test_the_view_fits_a_narrow_window(opened: Page) -> None:
    opened.set_viewport_size({"width": 420, "height": 700})
    look(opened)
    # Into the padding of the dialog nothing reaches either.
    right = "node => Math.ceil(node.getBoundingClientRect().right)"
    edge = opened.locator(".ts-space").evaluate(right)
    assert [table.evaluate(right) <= edge for table in opened.locator(".ts-space-table").all()] == [True] * 3


def test_the_palette_of_jupyterlab_shows_it_over_the_panel(lab: LabPage, project: Project, server: Jupyter) -> None:
    add_three(server, project)
    lab.open(project.name)
    expect(lab.show_panel().get_by_role("row")).to_have_count(3)
    lab.page.keyboard.press("Control+Shift+C")
    lab.page.keyboard.type("Takes the Space")
    found = lab.page.locator(".lm-CommandPalette-item:not(.lm-mod-hidden)")
    expect(found).to_have_count(1)
    found.click()
    dialog = lab.page.get_by_role("dialog", name="What takes the space")
    dialog.get_by_role("button", name="keen-hawk-c2").click()
    expect(dialog).to_have_count(0)
    expect(lab.page.get_by_role("tab", name="keen-hawk-c2")).to_be_visible()
    assert lab.complaints == []
