"""Chromium without a screen, and what is watched inside its pages."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.environments import ROOT
from benchmarks.model import Refused

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCRIPTS = Path(__file__).parent
PAGE = ROOT / "extension" / "server" / "trackside_server" / "static" / "page.js"
LABEXTENSION = ROOT / "labextension" / "trackside_labextension"
SIZE = {"width": 1400, "height": 900}
_FLAGS = (
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip


def need_page() -> None:
    """Refuse when the page of `trackside ui` is not built."""
    if not PAGE.is_file():
        raise Refused("the panel is not built: make panel")


def need_labextension() -> None:
    """Refuse when the panel of JupyterLab is not built."""
    if not (LABEXTENSION / "package.json").is_file():
        raise Refused("the panel is not built: make panel")


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a browser of the system; Refused when there is none or nothing to drive it with."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise Refused("needs Chromium")
    if importlib.util.find_spec("playwright") is None:
        raise Refused("needs the package playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            yield opened
        finally:
            opened.close()


@contextmanager
def window(opened: Browser) -> Iterator[Page]:
    """Open a window with nothing remembered, in which `bench` of watching.js is known."""
    context = opened.new_context(viewport=SIZE)
    context.set_default_timeout(30_000)
    context.add_init_script(path=SCRIPTS / "watching.js")
    try:
        yield context.new_page()
    finally:
        context.close()


class Thread:
    """The processor time of a page's main thread."""

    def __init__(self, page: Page) -> None:
        self._session: Any = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def seconds(self) -> float:
        """Return what it has used."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return next(float(metric["value"]) for metric in metrics if metric["name"] == "ThreadTime")

    def scroll(self, x: float, y: float, distance: float, speed: float) -> None:
        """Turn the wheel over a point, down, as the browser itself sends such events; in pixels and pixels a second."""
        told = {"x": x, "y": y, "yDistance": -distance, "speed": speed, "gestureSourceType": "mouse"}
        self._session.send("Input.synthesizeScrollGesture", told)
