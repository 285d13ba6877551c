"""One server for all tests of a process; a folder, a window and kernels of its own for each test."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from missing import missing

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")

from playwright.sync_api import (  # noqa: E402  # only where it is installed
    Browser,
    BrowserContext,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)
from repositories import ROOT  # noqa: E402

from .jupyter import Jupyter  # noqa: E402
from .pages import LabPage, write_notebook  # noqa: E402

FLAGS = [
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
#: A machine of CI under load is ten times as slow as a quiet one; a test that passes waits no longer for that.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
#: A notebook that logs a curve; the first cell starts the run.
STUDY = (
    "%load_ext trackside\n%track",
    "lr = 0.1\nepochs = 3",
    "import trackside\nfor epoch in range(epochs):\n    trackside.log(loss=1 / (epoch + 1) * lr, step=epoch)",
    "loss = 0.5 * lr",
)
_counter = itertools.count()


def chromium() -> str | None:
    """Return a browser of the system; None when there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give browsers the time they take on a busy machine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(240))
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """JupyterLab with the panel."""
    if not (ROOT / "labextension/trackside_labextension/package.json").is_file():
        missing("the panel is not built: make panel")
    running = Jupyter(tmp_path_factory.mktemp("jupyter")).start()
    yield running
    running.stop()


@pytest.fixture(scope="package")
def started() -> Iterator[Playwright]:
    """Playwright; gone with the last test here, since a loop of its driver's own runs in this thread until then."""
    if chromium() is None:
        missing("needs Chromium")
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def browser(started: Playwright) -> Iterator[Browser]:
    """Chromium, for windows that share nothing."""
    opened = started.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def profile(started: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Chromium with a profile, as people have it: only there is a compiled JupyterLab kept for the next window."""
    size: ViewportSize = {"width": 1400, "height": 900}
    folder = tmp_path_factory.mktemp("profile")
    opened = started.chromium.launch_persistent_context(folder, executable_path=chromium(), args=FLAGS, viewport=size)
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


@dataclass(frozen=True)
class Project:
    """A repository below the server's root; `name` is its path there."""

    path: Path
    name: str

    def git(self, *words: str) -> str:
        """Run git in it."""
        environment = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(["git", *words], cwd=self.path, env=environment, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def experiments(self) -> dict[str, str]:
        """Return the commit of each sealed run, by its name."""
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/exps").splitlines()
        pairs = [line.split(" ") for line in lines]
        return {ref.rpartition("/")[2]: oid for ref, oid in pairs if "/trackside" not in ref}

    def sealed(self, count: int = 1) -> list[str]:
        """Wait until so many runs are sealed; return their refs, oldest first."""
        deadline = time.monotonic() + PATIENCE / 1000
        refs: list[str] = []
        while time.monotonic() < deadline:
            refs = self.git("for-each-ref", "--sort=creatordate", "--format=%(refname)", "refs/exps").splitlines()
            if len(refs) >= count:
                return refs
            time.sleep(0.1)
        raise AssertionError(f"{refs} are not {count} runs")


@pytest.fixture
def project(server: Jupyter) -> Project:
    """A repository with `study.ipynb`, committed."""
    return make_project(server)


def make_project(server: Jupyter) -> Project:
    """Make one below the server's root."""
    name = f"project{next(_counter)}"
    made = Project(server.root / name, name)
    write_notebook(made.path / "study.ipynb", STUDY)
    made.git("init", "--quiet", "--initial-branch=main")
    made.git("add", "--all")
    made.git("commit", "--quiet", "-m", "Begin")
    return made


@pytest.fixture
def page(profile: BrowserContext, server: Jupyter) -> Iterator[Page]:
    """A window with nothing remembered but programs."""
    kept = list(profile.pages)
    opened = profile.new_page()
    yield opened
    told = {"origin": server.base, "storageTypes": "cookies,local_storage,indexeddb,service_workers"}
    profile.new_cdp_session(kept[0]).send("Storage.clearDataForOrigin", told)
    profile.clear_cookies()
    for window in profile.pages:
        # With its last window a browser with a profile ends.
        if window not in kept:
            window.close()


@pytest.fixture
def lab(page: Page, server: Jupyter) -> Iterator[LabPage]:
    """A window on the server; its kernels end with the test."""
    yield LabPage(page, server)
    server.end_sessions()


@pytest.fixture
def jp_asyncio_loop() -> None:
    """No loop of pytest-jupyter's: Playwright has one running in this thread."""


@pytest.fixture
def jp_server_cleanup() -> None:
    """No server of pytest-jupyter's to clean up after."""
