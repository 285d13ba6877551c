"""Runs a suite of tests inside the extension host of a window, and is its eyes and hands in the browser.

The tests are TypeScript (`extension/vscode/test/host`); they ask over HTTP for what only a browser can see. Questions
are answered in this thread, which also owns the browser.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Frame, Locator, Page
from repositories import ROOT

_PATIENCE = 10_000
_SHOWN = "() => document.getElementById('trackside')?.dataset.shown ?? ''"
_AXE = ROOT / "node_modules/axe-core/axe.min.js"
_FAULTS = """async () => {
  const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 4).map(
      node => `${id}: ${node.target} ${node.html.slice(0, 160)} ${node.failureSummary}`));
}"""
Outside = Callable[[Mapping[str, Any]], Any]


class Driver:
    """Answers the tests of one window at a time."""

    def __init__(self) -> None:
        driver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                facts = json.loads(self.rfile.read(length) or b"{}")
                try:
                    told: dict[str, Any] = {"value": driver.answer(self.path.strip("/"), facts)}
                except Exception as error:
                    driver.keep(f"failed-{time.time():.0f}")
                    told = {"error": f"{type(error).__name__}: {error}"[:4_000]}
                body = json.dumps(told).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._server.timeout = 0.02
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._page: Page | None = None
        self._plan: Mapping[str, Any] = {}
        self._results: list[dict[str, Any]] | None = None
        self._outside: Mapping[str, Outside] = {}
        self.said: list[str] = []

    def run(
        self,
        page: Page,
        address: str,
        suites: Sequence[str],
        *,
        outside: Mapping[str, Outside] | None = None,
        patience: float = 240,
    ) -> list[dict[str, Any]]:
        """Show a window, run suites in it, and return how each test went; the same page again is loaded anew."""
        is_new = page is not self._page
        if is_new:
            self.said = []
            page.on("console", lambda message: self.said.append(message.text))
            page.expose_binding("codeAutomationLog", lambda _, kind, words: self.said.append(f"{kind}: {words}"))
            page.expose_binding("codeAutomationExit", lambda _, code, *__: self.said.append(f"exit {code}"))
        grep = os.environ.get("TRACKSIDE_GREP")
        self._page, self._plan, self._results = page, {"suites": suites, **({"grep": grep} if grep else {})}, None
        self._outside = outside or {}
        if is_new:
            page.goto(address, wait_until="commit")
        else:
            self._reload(page)
        deadline = time.monotonic() + patience
        while self._results is None and time.monotonic() < deadline:
            self._server.handle_request()
            page.wait_for_timeout(10)
        if self._results is None:
            self.keep("stuck")
            raise AssertionError("The tests told no results:\n" + "\n".join(self.said[-40:]))
        return self._results

    def _reload(self, page: Page) -> None:
        """Reload the window as its own command does: a page that is only loaded again forgets what was not yet kept."""
        page.locator(".part.titlebar").click()
        page.keyboard.press("F1")
        page.keyboard.type("Developer: Reload Window")
        page.locator(".quick-input-list .monaco-list-row.focused").filter(has_text="Reload Window").wait_for()
        page.keyboard.press("Enter")

    def close(self) -> None:
        """Answer no more."""
        self._server.server_close()

    # What the tests ask -----------------------------------------------------------------------------------

    def answer(self, what: str, facts: Mapping[str, Any]) -> Any:
        """Answer one question."""
        if what == "plan":
            return self._plan
        if what == "results":
            self._results = facts["results"]
            return None
        if what == "outside":
            return self._outside[facts["what"]](facts)
        acts: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "see": self._see, "miss": self._miss, "count": self._count, "click": self._click, "press": self._press,
            "type": self._type, "fill": self._fill, "evaluate": self._evaluate, "faults": self._faults,
            "shot": lambda asked: self.keep(asked["name"]),
        }  # fmt: skip
        return acts[what](facts)

    def _see(self, asked: Mapping[str, Any]) -> str:
        found = self._find(asked)
        found.wait_for(state="visible", timeout=_PATIENCE)
        return found.inner_text()

    def _miss(self, asked: Mapping[str, Any]) -> None:
        self._find(asked).wait_for(state="hidden", timeout=_PATIENCE)

    def _count(self, asked: Mapping[str, Any]) -> int:
        return self._where(asked).locator(asked["selector"]).count()

    def _click(self, asked: Mapping[str, Any]) -> None:
        self._find(asked).click(timeout=_PATIENCE, button=asked.get("button", "left"))

    def _press(self, asked: Mapping[str, Any]) -> None:
        self._window().keyboard.press(asked["keys"])

    def _type(self, asked: Mapping[str, Any]) -> None:
        self._window().keyboard.type(asked["text"])

    def _fill(self, asked: Mapping[str, Any]) -> None:
        field = self._find(asked)
        field.fill(asked["words"], timeout=_PATIENCE)
        field.press(asked["keys"])

    def _evaluate(self, asked: Mapping[str, Any]) -> Any:
        return self._where(asked).evaluate(asked["expression"])

    def _faults(self, asked: Mapping[str, Any]) -> list[str]:
        """Return what axe finds serious or critical in a tab."""
        where = self._where(asked)
        if not where.evaluate("() => Boolean(window.axe)"):
            # As a debugger would: the policy of a tab lets no script in.
            where.evaluate(_AXE.read_text(encoding="utf-8") + "\n;undefined")
        found: list[str] = where.evaluate(_FAULTS)
        return found

    def _find(self, asked: Mapping[str, Any]) -> Locator:
        found = self._where(asked).locator(asked["selector"])
        return (found.filter(has_text=asked["text"]) if asked.get("text") else found).first

    def _window(self) -> Page:
        assert self._page is not None
        return self._page

    def _where(self, asked: Mapping[str, Any]) -> Page | Frame:
        page = self._window()
        if "outputs" in asked:
            return self._frame_with(asked["outputs"])
        if "tab" not in asked:
            return page
        deadline = time.monotonic() + _PATIENCE / 1000
        while time.monotonic() < deadline:
            for frame in page.frames[1:]:
                try:
                    if asked["tab"] in frame.evaluate(_SHOWN):
                        return frame
                except Error:
                    # It is being loaded, or went away.
                    continue
            page.wait_for_timeout(50)
        raise AssertionError(f"No tab shows {asked['tab']}: {[frame.url for frame in page.frames]}")

    def _frame_with(self, selector: str) -> Frame:
        page = self._window()
        deadline = time.monotonic() + _PATIENCE / 1000
        while time.monotonic() < deadline:
            for frame in page.frames[1:]:
                try:
                    if frame.locator(selector).count():
                        return frame
                except Error:
                    # As above.
                    continue
            page.wait_for_timeout(50)
        raise AssertionError(f"No outputs hold {selector}: {[frame.url for frame in page.frames]}")

    def keep(self, name: str) -> None:
        folder = os.environ.get("TRACKSIDE_SHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._window().wait_for_timeout(400)
            self._window().screenshot(path=Path(folder) / f"{name}.png")
