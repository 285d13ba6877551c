"""Where there is nothing to show, the panel says why in a sentence, and what to do about it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from repositories import Scratch, make_experiment, make_scratch

from .conftest import PATIENCE
from .hostile import DAMAGED, make_hostile
from .jupyter import Jupyter
from .pages import LabPage
from .standalone import Standalone


def make_folder(server: Jupyter, name: str, *, repository: bool) -> Path:
    """Make a folder below the root, a repository without a commit when asked for."""
    path = server.root / name
    if not path.exists():
        path.mkdir()
        (path / "notes.txt").write_text("calm\n")
        if repository:
            subprocess.run(["git", "init", "--quiet", str(path)], check=True, env=server.environment)
    return path


def commit(server: Jupyter, path: Path) -> None:
    """Make the first commit."""
    for words in (["add", "."], ["commit", "--quiet", "-m", "Begin"]):
        subprocess.run(["git", *words], cwd=path, check=True, env=server.environment)


def face_of(page: Page, server: Jupyter, folder: str) -> Locator:
    """Open JupyterLab at a folder; return the face in the side panel."""
    return LabPage(page, server).open(folder).show_panel().locator(".ts-face")


def test_a_folder_in_no_repository_says_how_to_begin(page: Page, server: Jupyter) -> None:
    make_folder(server, "plain", repository=False)
    face = face_of(page, server, "plain")
    expect(face).to_contain_text("Git repository")
    expect(face).to_contain_text("git init")
    expect(face.get_by_role("button", name="Look again")).to_be_visible()


def test_a_repository_without_a_commit_says_what_is_missing(page: Page, server: Jupyter) -> None:
    make_folder(server, "unborn", repository=True)
    face = face_of(page, server, "unborn")
    expect(face).to_contain_text("no commit yet")
    expect(face).to_contain_text("git commit")


def test_an_empty_repository_shows_the_two_lines_that_track(page: Page, server: Jupyter) -> None:
    path = make_folder(server, "empty", repository=True)
    commit(server, path)
    face = face_of(page, server, "empty")
    expect(face).to_contain_text("No runs yet.")
    expect(face).to_contain_text("%load_ext trackside")
    expect(face).to_contain_text("%track")


def test_without_git_the_panel_says_so(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("node", "sh"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    without = Jupyter(tmp_path / "jupyter")
    without.environment["PATH"] = os.fspath(folder)
    without.start()
    try:
        face = face_of(page, without, "")
        expect(face).to_contain_text("git")
        expect(face).to_have_attribute("role", "alert")
        assert "not found" in face.inner_text() or "nstall" in face.inner_text()
    finally:
        without.stop()


def test_without_its_server_the_panel_says_what_to_install(page: Page, tmp_path: Path) -> None:
    without = Jupyter(tmp_path / "jupyter")
    config = Path(without.environment["JUPYTER_CONFIG_DIR"]) / "jupyter_server_config.d/trackside.json"
    config.parent.mkdir(parents=True)
    # The folder of an environment is asked before a person's own.
    without.environment["JUPYTER_CONFIG_PATH"] = without.environment["JUPYTER_CONFIG_DIR"]
    config.write_text(json.dumps({"ServerApp": {"jpserver_extensions": {"trackside_server": False}}}))
    without.start()
    try:
        face = face_of(page, without, "")
        expect(face).to_contain_text("server part of Trackside is missing")
        expect(face).to_contain_text("pip install trackside")
    finally:
        without.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """`trackside ui` on a few calm runs, a failed one and a damaged one."""
    scratch = make_scratch(tmp_path_factory.mktemp("faces"))
    fill(scratch)
    server = Standalone(scratch.path, scratch.environment).start()
    yield server
    server.stop()


def fill(scratch: Scratch) -> None:
    for number in range(6):
        make_experiment(
            scratch, f"calm-otter-{number:02d}", started=1_790_000_000.0 + number, title="A bolder learning rate",
            params={"lr": 0.1 / (number + 1), "model": "rf"}, metrics={"acc": [0.5, 0.7, 0.8 + number / 50]},
            tags=["paper"], author={"name": "Ada Lovelace", "email": "ada@example.org", "fallback": False},
            status="failed" if number == 2 else "finished",
        )  # fmt: skip
    head = scratch.head()
    scratch.git(
        "fast-import", "--quiet",
        stdin=(
            f"commit refs/exps/{head[:2]}/{head[2:]}/{DAMAGED}\n"
            f"committer Ada Lovelace <ada@example.org> 1790000000 +0000\ndata 1\nx\nfrom {head}\n"
            "M 100644 inline .trackside/run.json\ndata 3\n{5}\n\n"
        ).encode(),
    )  # fmt: skip


def test_a_damaged_run_is_a_row_with_a_sentence_beside_the_others(page: Page, served: Standalone) -> None:
    page.goto(served.address)
    row = page.locator(".ts-item", has_text=DAMAGED)
    expect(row).to_contain_text("not valid JSON")
    expect(page.locator(".ts-item")).to_have_count(7)
    # It is the oldest, and yet nothing is compared with it.
    expect(page.locator(".ts-panel-summary")).to_contain_text("calm-otter-00")
    row.dblclick()
    expect(page.locator(".ts-page-view [role=alert]").first).to_contain_text("not valid JSON")


def test_a_wrong_filter_and_one_that_finds_nothing_say_so(page: Page, served: Standalone) -> None:
    page.goto(served.address)
    expect(page.locator(".ts-item")).to_have_count(7)
    box = page.locator(".ts-panel input")
    box.fill("metrics.acc >")
    expect(page.locator(".ts-panel [role=alert], .ts-panel .ts-query-error").first).to_be_visible()
    expect(page.locator(".ts-item")).to_have_count(7)
    box.fill("metrics.acc > 5")
    face = page.locator(".ts-panel .ts-face")
    expect(face).to_contain_text("No run matches.")
    face.get_by_role("button", name="Show all runs").click()
    expect(page.locator(".ts-item")).to_have_count(7)
    expect(box).to_have_value("")


LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "contrast": {"forced_colors": "active"},
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("width", [300, 1300])
def test_nothing_is_wider_than_its_window(
    browser: Browser, served: Standalone, tmp_path_factory: pytest.TempPathFactory, look: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, **LOOKS[look])
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(served.address)
    expect(page.locator(".ts-item").first).to_be_visible()
    folder = tmp_path_factory.getbasetemp() / "looks"
    folder.mkdir(exist_ok=True)
    page.locator(".ts-item").nth(1).locator("[role=checkbox]").click()
    page.screenshot(path=folder / f"{look}-{width}.png")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("() => document.querySelector('.ts-panel').scrollWidth <= innerWidth")
    page.locator(".ts-panel input").fill("nothing-like-this")
    expect(page.locator(".ts-panel .ts-face")).to_be_visible()
    page.screenshot(path=folder / f"{look}-{width}-face.png")
    context.close()


def test_a_hostile_repository_is_no_wider_than_its_window(browser: Browser, tmp_path: Path) -> None:
    scratch = make_scratch(tmp_path)
    make_hostile(scratch)
    server = Standalone(scratch.path, scratch.environment).start()
    context = browser.new_context(viewport={"width": 300, "height": 900})
    page = context.new_page()
    page.goto(server.address)
    expect(page.locator(".ts-item").first).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    context.close()
    server.stop()
