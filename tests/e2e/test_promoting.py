"""A run is promoted from the page and pushed to a bare repository of this machine."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from repositories import Scratch, make_experiment, make_scratch, notebook_text

from .conftest import PATIENCE
from .standalone import Standalone

RUN = "20260101t000000-0000000001"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """A run that changed a notebook, whose branch conflicts with a main that moved; `origin` is a bare repository."""
    folder = tmp_path_factory.mktemp("promoting")
    scratch = make_scratch(folder)
    make_experiment(
        scratch, "calm-otter", run=RUN, title="Half <b>the</b> rate", metrics={"val_acc": [0.5, 0.9]},
        files={"study.ipynb": notebook_text(["import features\n", "lr = 0.3\n"])},
    )  # fmt: skip
    (scratch.path / "study.ipynb").write_text(notebook_text(["import features\n", "lr = 0.2\n"]))
    scratch.git("commit", "-qam", "Another rate")
    scratch.git("init", "-q", "--bare", str(folder / "origin.git"))
    scratch.git("remote", "add", "origin", str(folder / "origin.git"))
    scratch.git("push", "-q", "origin", "main")
    return scratch


@pytest.fixture
def opened(study: Scratch, browser: Browser) -> Iterator[Page]:
    """The run in the page."""
    server = Standalone(study.path, study.environment).start()
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(server.address)
    expect(page.locator(".ts-item").first).to_be_visible()
    page.evaluate("hash => { location.hash = hash; }", f"#/run/{RUN}")
    page.get_by_role("button", name="Promote").click()
    expect(page.get_by_text("1 file changes")).to_be_visible()
    yield page
    context.close()
    server.stop()


def there(study: Scratch) -> dict[str, str]:
    """Return the branches of the bare repository."""
    words = ["git", "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads"]
    origin = Path(study.git("remote", "get-url", "origin"))
    done = subprocess.run(words, cwd=origin, env=study.environment, capture_output=True, check=True, text=True)
    return dict(line.split(" ") for line in done.stdout.splitlines())


def test_a_run_is_promoted_and_pushed_from_the_page(opened: Page, study: Scratch) -> None:
    before = study.state()
    told: list[str] = []
    opened.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    conflicts = opened.get_by_role("region", name="Conflicts")
    expect(conflicts).to_contain_text("study.ipynb")
    expect(conflicts).to_contain_text("cell 2")
    opened.get_by_text("Report for the review").first.click()
    report = opened.frame_locator("iframe[title='Report for the review']")
    expect(report.locator("h1")).to_have_text("Half <b>the</b> rate")
    # Its style is let in by the page's policy: without, it would stand in the browser's own letters.
    assert "sans" in report.locator("body").evaluate("body => getComputedStyle(body).fontFamily")
    opened.get_by_role("checkbox", name="Push it to origin").check()
    expect(opened.get_by_role("checkbox", name="Open a pull request")).to_have_count(0)
    opened.get_by_role("button", name="Make and push it").click()
    expect(opened.get_by_text("The branch exp/calm-otter is made and pushed to origin.")).to_be_visible()
    assert there(study)["exp/calm-otter"] == study.git("rev-parse", "exp/calm-otter")
    assert "lr = 0.3" in study.git("show", "exp/calm-otter:study.ipynb")
    after = study.state()
    assert {**after, "branches": before["branches"]} == before
    opened.get_by_role("button", name="Close", exact=True).last.click()
    expect(opened.locator("dialog")).to_have_count(0)
    expect(opened.get_by_text("exp/calm-otter").first).to_be_visible()
    assert told == []


def test_a_refused_push_is_told_in_the_servers_words_and_can_be_tried_again(opened: Page, study: Scratch) -> None:
    origin = Path(study.git("remote", "get-url", "origin"))
    hook = origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'only on <i>Fridays</i>' >&2\nexit 1\n")
    hook.chmod(0o755)
    opened.get_by_label("Branch", exact=True).fill("exp/second")
    opened.get_by_role("checkbox", name="Push it to origin").check()
    button = opened.get_by_role("button", name="Make and push it")
    expect(button).to_be_enabled()
    button.click()
    problem = opened.get_by_role("alert").first
    expect(problem).to_contain_text("only on <i>Fridays</i>")
    assert "exp/second" not in there(study)
    hook.unlink()
    expect(button).to_be_enabled()
    button.click()
    expect(opened.get_by_text("The branch exp/second is made and pushed to origin.")).to_be_visible()
    assert "exp/second" in there(study)
