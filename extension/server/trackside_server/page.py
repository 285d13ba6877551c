"""The page of `trackside ui`: a shell of HTML around the files that are built into `static/`."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any, Final

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from trackside.desk.routes import RESOURCE
from trackside.review.report.page_style import style_source

STATIC: Final = Path(__file__).parent / "static"
SCRIPT: Final = "page.js"
STYLE: Final = "page.css"
_POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        # The report of a review stands in a frame without an address, which has this policy too.
        f"style-src 'self' {style_source()}",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    ]
)
_MISSING: Final = (
    "<main><h1>Trackside</h1><p>The page is not built: its files are missing from this installation.</p>"
    "<p>From a checkout: <code>npm ci &amp;&amp; npm run build</code>, then load this page again.</p></main>"
)


class PageHandler(JupyterHandler):
    """Gives the page to who is signed in."""

    @web.authenticated
    @authorized(action="read", resource=RESOURCE)  # type: ignore[untyped-decorator]  # Jupyter's has no types
    async def get(self) -> None:
        """Write the shell; the token stays out of it, the cookie and the XSRF cookie do."""
        # Asked for, so that the cookie is set: the page sends it back with what it changes.
        _ = self.xsrf_token
        config = {
            "baseUrl": self.base_url,
            "path": self.settings.get("trackside_path", ""),
            "events": f"{self.base_url}api/events/subscribe",
        }
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        self.finish(page_text(config, has_files=(STATIC / SCRIPT).is_file(), has_style=(STATIC / STYLE).is_file()))

    @property
    def content_security_policy(self) -> str:
        """Let the page load and speak to its own server, and nothing else."""
        return _POLICY


def page_text(config: dict[str, Any], *, has_files: bool, has_style: bool = True) -> str:
    """Return the HTML; `config` is read by the page as JSON from an attribute, never run."""
    base = html.escape(f"{config['baseUrl']}trackside/static/", quote=True)
    said = html.escape(json.dumps(config), quote=True)
    style = f'<link rel="stylesheet" href="{base}{STYLE}">' if has_style else ""
    script = f'<script type="module" src="{base}{SCRIPT}"></script>' if has_files else ""
    body = f'<div id="trackside" data-config="{said}"></div>' if has_files else _MISSING
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Trackside</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{style}</head><body>{body}{script}</body></html>\n"
    )


class PageFile(JupyterHandler, web.StaticFileHandler):
    """Gives the built files to who is signed in."""

    @web.authenticated
    @authorized(action="read", resource=RESOURCE)  # type: ignore[untyped-decorator]  # Jupyter's has no types
    async def get(self, path: str, include_body: bool = True) -> None:  # type: ignore[override]  # two bases differ in it
        """Give one file."""
        await web.StaticFileHandler.get(self, path, include_body)

    @web.authenticated
    @authorized(action="read", resource=RESOURCE)  # type: ignore[untyped-decorator]  # Jupyter's has no types
    async def head(self, path: str) -> None:  # type: ignore[override]  # two bases differ in it
        """Give the head of one file."""
        await web.StaticFileHandler.get(self, path, include_body=False)

    def set_extra_headers(self, path: str) -> None:
        """Let no browser guess what a file is, nor keep it past the next release."""
        del path
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-cache")

    @property
    def content_security_policy(self) -> str:
        """Let a file opened by itself do nothing."""
        return "default-src 'none'; style-src 'self'; sandbox"
