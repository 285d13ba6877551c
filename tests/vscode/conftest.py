"""One VS Code for all tests of a process; a folder and a window for each suite."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from missing import missing

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")

from e2e.conftest import browser, jp_asyncio_loop, jp_server_cleanup, started  # noqa: E402, F401  # fixtures
from playwright.sync_api import Browser, Page  # noqa: E402  # only where it is installed
from repositories import ROOT, Scratch, make_scratch  # noqa: E402

from .driver import Driver, Outside  # noqa: E402
from .host import EXTENSION, VSCode  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give windows the time they take on a busy machine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))
            item.add_marker(pytest.mark.xdist_group("browser"))


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Let one process at a time do something to files that all share."""
    with (EXTENSION / f".{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def built() -> None:
    """The extension and its tests, as their sources are now; not built twice: other processes may run what is there."""
    if not (ROOT / "ui/lib/index.js").is_file() or shutil.which("node") is None:
        missing("the panel is not built: make panel")
    with alone("build"):
        stamp, now = EXTENSION / "dist-tests/.built", digest()
        if not stamp.is_file() or stamp.read_text() != now:
            words = ["node", "tools/build.mjs", "--tests"]
            done = subprocess.run(words, cwd=EXTENSION, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            stamp.write_text(now)


def digest() -> str:
    """Return a digest of what the extension is built from."""
    found = hashlib.sha256()
    folders = [*(EXTENSION / name for name in ("src", "webview", "test", "tools")), ROOT / "ui/lib", ROOT / "ui/style"]
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        found.update(str(path).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def find_host(version: str) -> Mapping[str, Any]:
    """Return where a code-server is, installed when it was not there."""
    # npm's settings and cache are the person's, not those of a test's own home.
    environment = {**os.environ, "HOME": pwd.getpwuid(os.getuid()).pw_dir}
    with alone("host"):
        done = subprocess.run(
            ["node", "tools/host.mjs", version], cwd=EXTENSION, env=environment, capture_output=True, text=True
        )
    if done.returncode:
        missing(f"code-server could not be installed: {done.stderr[-500:]}")
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    """What the tests inside talk to."""
    made = Driver()
    yield made
    made.close()


@contextmanager
def opened(driver: Driver, folder: Path, version: str, *, trusts: bool) -> Iterator[VSCode]:
    """Run a VS Code that knows where to ask the driver."""
    environment = {"TRACKSIDE_TEST_DRIVER": driver.address}
    running = VSCode(folder, find_host(version), environment).start(trusts=trusts)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="package")
def vscode(built: None, driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:  # noqa: ARG001  # built: work done, not a value
    """The oldest VS Code that the extension says it works in; it trusts every folder."""
    with opened(driver, tmp_path_factory.mktemp("vscode"), "oldest", trusts=True) as running:
        yield running


@pytest.fixture
def careful(built: None, driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:  # noqa: ARG001  # as above
    """The same, but it trusts no folder until a person says so."""
    with opened(driver, tmp_path_factory.mktemp("vscode"), "oldest", trusts=False) as running:
        yield running


@pytest.fixture
def newest(built: None, driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VSCode]:  # noqa: ARG001  # as above
    """The newest VS Code that can be had as a package."""
    with opened(driver, tmp_path_factory.mktemp("vscode"), "newest", trusts=True) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    """A repository with a module and a notebook."""
    return make_scratch(tmp_path)


@dataclass(frozen=True)
class Suites:
    """Runs suites in windows with nothing remembered."""

    driver: Driver
    page: Page

    def run(
        self, host: VSCode, folder: Path, *names: str, outside: Mapping[str, Outside] | None = None
    ) -> list[dict[str, Any]]:
        """Run suites; fails with the words of every test that failed. A second time, the window is loaded again."""
        results = self.driver.run(self.page, host.address(folder), names, outside=outside)
        failed = [f"{result['title']}\n{result['error']}" for result in results if result["error"]]
        assert results and not failed, "\n\n".join(failed)
        return results


@pytest.fixture
def suites(browser: Browser, driver: Driver) -> Iterator[Suites]:  # noqa: F811
    """A window with nothing remembered, to run suites in."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    yield Suites(driver, context.new_page())
    context.close()
