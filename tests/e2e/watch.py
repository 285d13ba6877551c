"""Sees what text of a stranger does in a browser: a call, a dialog, a request, a frame, a window, a way elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Frame, FrameLocator, Locator, Page, Request, expect

#: Every window and frame: `X` tells a call of a payload, whoever makes it; so does a policy that had to step in.
CANARY = """() => {
  window.__hits = [];
  const hit = word => { window.__hits.push(String(word)); window.top.postMessage({ __hit: String(word) }, '*'); };
  window.X = window.__hit = hit;
  window.addEventListener('message', event => {
    if (event.data && event.data.__hit) window.__hits.push(event.data.__hit);
  });
  document.addEventListener('securitypolicyviolation', event =>
    window.__hits.push(`policy ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => hit(name);
}"""
#: What the page asks of its server when it draws rows of any repository.
STANDALONE = re.compile(r"/(?:trackside/(?:static/[\w.-]+|api/.*)?|api/events/subscribe|login)?\Z")
LAB = re.compile(r"/(?:lab|static|api|trackside|kernelspecs|custom|files|login|tree|lsp)(?:[/?].*)?\Z")


class Watch:
    """Watches all windows of a context; `seen` is what went wrong, in the order it did."""

    def __init__(self, context: BrowserContext, base: str, known: re.Pattern[str], *, frames: int = 0) -> None:
        self.base, self.known = base, known
        self.seen: list[str] = []
        self.pages: list[Page] = []
        self.requests = 0
        self._frames = frames
        context.add_init_script(f"({CANARY})()")
        context.on("page", self._page)
        context.on("request", self._request)
        for page in context.pages:
            self._page(page)

    def _page(self, page: Page) -> None:
        self.pages.append(page)
        page.on("dialog", lambda dialog: (self.seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: self.seen.append(f"error {error}"))
        page.on("console", lambda message: self._console(message.text))
        page.on("frameattached", self._frame)
        page.on("framenavigated", self._navigated)
        page.on("popup", lambda popup: self.seen.append(f"window {popup.url}"))

    def _console(self, text: str) -> None:
        if "Content Security Policy" in text or "Refused to" in text or "violates" in text:
            self.seen.append(f"console {text[:300]}")

    def _frame(self, frame: Frame) -> None:
        self.seen.append(f"frame {frame.name} {frame.url}")

    def _navigated(self, frame: Frame) -> None:
        if not self._is_known(frame.url):
            self.seen.append(f"navigation {frame.url}")

    def _request(self, request: Request) -> None:
        self.requests += 1
        if not self._is_known(request.url):
            self.seen.append(f"request {request.method} {request.url}")

    def _is_known(self, url: str) -> bool:
        if url.startswith(("blob:", "data:", "about:blank", "file:")):
            return True
        path = url[len(self.base) :].split("#")[0].split("?")[0]
        # A name may well stand in a question; what stands in a path was taken for an address.
        return url.startswith(f"{self.base}/") and "xss-canary" not in path and self.known.match(path) is not None

    def forgive_report(self, dialog: Locator) -> FrameLocator:
        """Return the report's frame in a dialog, which is meant to be there and can do nothing; forget that it came."""
        frame = dialog.locator("iframe")
        expect(frame).to_have_count(1)
        assert frame.evaluate("node => [node.getAttribute('sandbox'), node.hasAttribute('src')]") == ["", False]
        self.seen = [word for word in self.seen if word.strip() not in ("frame", "navigation about:srcdoc")]
        return dialog.frame_locator("iframe")

    def hits(self) -> list[str]:
        """Return everything that went wrong until now, calls of payloads among it."""
        called = [hit for page in self.pages if not page.is_closed() for hit in page.evaluate("() => window.__hits")]
        return [*self.seen, *(f"hit {word}" for word in called)]


def shown(page: Page, *, where: str = "body") -> str:
    """Return the text in a part of a page as a person could read it, addresses of links and values of fields not."""
    return str(page.locator(where).first.evaluate("node => node.textContent"))


def count_shown(text: str, texts: list[str], shorten: Callable[[str], str]) -> int:
    """Tell how many of the texts are there, so that nothing passes by not being drawn."""
    return sum(shorten(each) in text for each in texts)


def dumped(value: object) -> str:
    """Show a value in the message of a failed test."""
    return json.dumps(value, indent=1, ensure_ascii=True)
