"""Runs of a team in the page: a real bare repository, the clone that the page shows, and that of somebody else."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from repositories import Scratch, make_experiment, make_scratch

from .conftest import PATIENCE, Project
from .jupyter import Jupyter
from .pages import LabPage
from .runs import add_three
from .standalone import Standalone


@dataclass(frozen=True)
class Team:
    """The clone that is shown, Eve's, and the bare repository between them."""

    ada: Scratch
    eve: Scratch
    bare: Path

    def there(self) -> set[str]:
        words = ["git", "for-each-ref", "--format=%(refname:lstrip=4)", "refs/exps"]
        done = subprocess.run(words, cwd=self.bare, capture_output=True, check=True, text=True)
        return {line.rpartition("/")[2] for line in done.stdout.splitlines()}

    def eve_pushes(self, name: str, number: int, value: float) -> str:
        """Make a run of Eve's and push it; returns the commit."""
        oid = make_experiment(
            self.eve, name, run=f"20260102t000000-{number:010x}", started=1_790_000_100.0 + number,
            params={"lr": 0.2}, metrics={"val_acc": [0.5, value]}, author={"name": "Eve", "email": "eve@example.org",
            "fallback": False},
        )  # fmt: skip
        self.eve.git("push", "-q", "origin", f"refs/exps/*/{name}:refs/exps/*/{name}")
        return oid


def make_team(folder: Path) -> Team:
    """Three runs of Ada's, none pushed yet."""
    ada = make_scratch(folder)
    bare = folder / "team.git"
    ada.git("clone", "-q", "--bare", str(ada.path), str(bare))
    ada.git("remote", "add", "origin", str(bare))
    home = folder / "eve"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n\tname = Eve\n\temail = eve@example.org\n")
    eve = Scratch(home / "project", home)
    subprocess.run(["git", "clone", "-q", str(bare), str(eve.path)], env=eve.environment, check=True)
    for at, (name, lr) in enumerate([("calm-otter", 0.1), ("quiet-wren", 0.2), ("keen-hawk", 0.3)]):
        make_experiment(
            ada, name, run=f"20260101t000000-{at + 1:010x}", started=1_790_000_000.0 + at,
            params={"lr": lr}, metrics={"val_acc": [0.5, 0.9 - lr]},
        )  # fmt: skip
    return Team(ada, eve, bare)


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return make_team(tmp_path)


@pytest.fixture
def opened(team: Team, browser: Browser) -> Iterator[Page]:
    """The runs of Ada's clone in the page."""
    server = Standalone(team.ada.path, team.ada.environment).start()
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(server.address)
    expect(page.locator(".ts-item")).to_have_count(3)
    yield page
    context.close()
    server.stop()


def choose(page: Page, item: str) -> None:
    page.locator(".ts-panel").get_by_role("button", name="Push and pull").click()
    page.get_by_role("menuitem", name=item).click()


def test_what_a_pull_brings_and_holds_back_is_shown_and_taken_in(opened: Page, team: Team) -> None:
    team.eve_pushes("brisk-finch", 1, 0.95)
    theirs = team.eve_pushes("keen-hawk", 2, 0.4)
    before = team.ada.state()
    panel = opened.locator(".ts-panel")
    choose(opened, "Pull from origin")
    expect(panel.get_by_text("1 run from origin")).to_be_visible()
    expect(panel.get_by_text("1 new run since the last pull")).to_be_visible()
    row = panel.get_by_role("row").filter(has_text="brisk-finch")
    expect(row.get_by_text("new", exact=True)).to_be_visible()
    expect(opened.locator(".ts-table").get_by_role("columnheader", name="remote")).to_be_visible()
    panel.get_by_role("button", name="Look at them").click()
    held = opened.get_by_role("listitem", name="keen-hawk")
    expect(held).to_contain_text("another run of that name is here")
    expect(held.get_by_role("button")).to_have_count(2)
    # By keys alone: the form is sent by Enter.
    held.get_by_role("button", name="Take in under another name…").click()
    opened.keyboard.type("hawk-of-eve")
    opened.keyboard.press("Enter")
    expect(opened.get_by_text("There are none.")).to_be_visible()
    opened.keyboard.press("Escape")
    expect(panel.get_by_role("row").filter(has_text="hawk-of-eve")).to_be_visible()
    assert theirs in team.ada.refs().values()
    assert {**team.ada.state(), "refs": None} == {**before, "refs": None}
    row.dblclick()
    expect(opened.get_by_role("heading", name="brisk-finch")).to_be_visible()
    expect(row.get_by_text("new", exact=True)).to_have_count(0)


def test_a_held_run_is_looked_at_and_nothing_else(opened: Page, team: Team) -> None:
    team.eve_pushes("keen-hawk", 2, 0.4)
    choose(opened, "Pull from origin")
    opened.locator(".ts-panel").get_by_role("button", name="Look at them").click()
    opened.get_by_role("listitem", name="keen-hawk").get_by_role("button", name="Show").click()
    view = opened.get_by_role("tabpanel")
    expect(view.get_by_text("This run was held back")).to_be_visible()
    expect(view.get_by_text("0.4").first).to_be_visible()
    expect(view.get_by_role("button", name="Promote")).to_have_count(0)


def test_a_run_is_pushed_by_a_key_and_a_slow_push_is_cancelled(opened: Page, team: Team) -> None:
    panel = opened.locator(".ts-panel")
    expect(panel.get_by_role("button", name="Push and pull")).to_be_visible()
    panel.get_by_role("grid", name="Runs").focus()
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("p")
    expect(panel.get_by_text("1 run to origin")).to_be_visible()
    assert team.there() == {"quiet-wren"}
    hook = team.bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexec sleep 60\n")
    hook.chmod(0o755)
    choose(opened, "Push all runs")
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_text("It was cancelled.")).to_be_visible()
    assert team.there() == {"quiet-wren"}
    hook.write_text("#!/bin/sh\necho 'only on <i>Fridays</i>' >&2\nexit 1\n")
    choose(opened, "Push all runs")
    expect(panel.get_by_text("declined").first).to_be_visible()
    assert opened.locator(".ts-sharing i").count() == 0


def test_the_menu_of_jupyterlab_pulls_and_pushes(lab: LabPage, project: Project, server: Jupyter) -> None:
    add_three(server, project)
    bare = project.path.with_name(f"{project.name}.git")
    project.git("clone", "-q", "--bare", "--single-branch", ".", str(bare))
    project.git("remote", "add", "origin", str(bare))
    lab.open(project.name)
    expect(lab.show_panel().get_by_role("row")).to_have_count(3)
    lab.page.evaluate("() => { void window.jupyterapp.commands.execute('trackside:push'); }")
    lab.page.locator(".jp-Dialog").get_by_role("button", name="Push").click()
    expect(lab.panel.get_by_text("3 runs to origin")).to_be_visible()
    lab.command("trackside:pull")
    expect(lab.panel.get_by_text("0 runs from origin, 3 there already")).to_be_visible()
