"""Take the README's pictures of the panel: the runs of `make demo` in a real JupyterLab, in a headless browser.

`.venv/bin/python tools/panel_pictures.py` writes docs/images/panel-*.png; with `--into FOLDER`, somewhere else.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / ".demo" / "project"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")
SIZE = {"width": 1280, "height": 800}
_LIGHT, _DARK = "JupyterLab Light", "JupyterLab Dark"

sys.path.insert(0, str(ROOT / "tests"))


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "images", metavar="FOLDER")
    into = parser.parse_args().into
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None or not PROJECT.exists():
        raise SystemExit("Chromium and .demo/project are needed: apt-get install chromium, make demo")
    from e2e.jupyter import Jupyter

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Jupyter(Path(folder) / "jupyter")
        shutil.copytree(PROJECT, server.root / "digits")
        server.start()
        try:
            window = playwright.chromium.launch(executable_path=browser, args=list(FLAGS))
            page = window.new_page(viewport=SIZE, device_scale_factor=1.5)
            _take(page, server, into)
            window.close()
        finally:
            server.stop()


def _take(page: Page, server: object, into: Path) -> None:
    from e2e.pages import LabPage

    lab = LabPage(page, server)  # type: ignore[arg-type]  # the server of the tests
    lab.open("digits/digits.ipynb")
    lab.show_panel()
    place = lab.server.ask("trackside/api/place?path=digits")["id"]
    rows = lab.server.ask(f"trackside/api/places/{place}/runs?query=metrics.val_accuracy%20%3E%200&sort=started")[
        "rows"
    ]
    lab.command("trackside:open-table", {"place": place})
    page.wait_for_selector(".ts-table [role=row]:nth-child(3)")
    _shoot(page, into / "panel-table.png", _LIGHT)
    _shoot(page, into / "panel-table-dark.png", _DARK)
    best = max(rows, key=lambda row: row["metrics"]["val_accuracy"]["last"])
    lab.command("trackside:compare", {"place": place, "runs": [rows[0]["id"], best["id"]]})
    page.wait_for_selector("canvas")
    _shoot(page, into / "panel-compare.png", _LIGHT)
    _shoot(page, into / "panel-compare-dark.png", _DARK)


def _shoot(page: Page, target: Path, theme: str) -> None:
    """Save what stands there in a theme, in few colours."""
    page.evaluate("name => window.jupyterapp.commands.execute('apputils:change-theme', { theme: name })", theme)
    page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=theme)
    page.mouse.move(0, 0)
    page.wait_for_timeout(2_000)
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target)
    with Image.open(target) as opened:
        opened.convert("RGB").quantize(192, Image.Quantize.FASTOCTREE).save(target, optimize=True)


if __name__ == "__main__":
    main()
