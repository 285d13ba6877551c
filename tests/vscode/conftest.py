"""One VS Code for all tests of a process; a folder and a window for each suite."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")

from e2e.conftest import browser, jp_asyncio_loop, jp_server_cleanup  # noqa: E402, F401  # fixtures
from playwright.sync_api import Browser  # noqa: E402  # only where it is installed
from repositories import ROOT, Scratch, make_scratch  # noqa: E402

from .driver import Driver, Outside  # noqa: E402
from .host import EXTENSION, VSCode  # noqa: E402

Suite = Callable[..., list[dict[str, Any]]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give windows the time they take on a busy machine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def built() -> None:
    """The extension and its tests, as their sources are now."""
    if not (ROOT / "ui/lib/index.js").is_file() or shutil.which("node") is None:
        pytest.skip("the panel is not built: make panel")
    done = subprocess.run(["node", "tools/build.mjs", "--tests"], cwd=EXTENSION, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def find_host(version: str) -> Mapping[str, str]:
    """Return where a code-server is, installed when it was not there."""
    environment = {**os.environ, "HOME": os.path.expanduser("~root") if os.getuid() == 0 else os.environ["HOME"]}
    done = subprocess.run(
        ["node", "tools/host.mjs", version], cwd=EXTENSION, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"code-server could not be installed: {done.stderr[-500:]}")
    found: Mapping[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    """What the tests inside talk to."""
    made = Driver()
    yield made
    made.close()


@pytest.fixture(scope="package")
def vscode(built: None, driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:  # noqa: ARG001
    """The oldest VS Code that the extension says it works in; it trusts every folder."""
    environment = {"TRACKSIDE_TEST_DRIVER": driver.address}
    running = VSCode(tmp_path_factory.mktemp("vscode"), find_host("oldest"), environment).start(trusts=True)
    yield running
    running.stop()


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    """A repository with a module and a notebook."""
    return make_scratch(tmp_path)


@pytest.fixture
def suite(browser: Browser, driver: Driver) -> Iterator[Suite]:  # noqa: F811
    """Run a suite in a window with nothing remembered; fails with the words of every test that failed."""
    contexts = []

    def run(
        host: VSCode, folder: Path, name: str, *, outside: Mapping[str, Outside] | None = None
    ) -> list[dict[str, Any]]:
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        contexts.append(context)
        results = driver.run(context.new_page(), host.address(folder), name, outside=outside)
        failed = [f"{result['title']}\n{result['error']}" for result in results if result["error"]]
        assert results and not failed, "\n\n".join(failed)
        return results

    yield run
    for context in contexts:
        context.close()
