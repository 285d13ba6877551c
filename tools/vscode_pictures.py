"""Take the pictures of the extension for VS Code: the runs of `make demo` in a real code-server, in a headless browser.

`.venv/bin/python tools/vscode_pictures.py` writes docs/images/vscode*.png; with `--into FOLDER`, somewhere else.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / ".demo" / "project"
EXTENSION = ROOT / "extension" / "vscode"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")
SIZE = {"width": 1280, "height": 720}
_PATIENCE = 60_000

sys.path.insert(0, str(ROOT / "tests"))


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "images", metavar="FOLDER")
    parser.add_argument("--project", type=Path, default=PROJECT, metavar="FOLDER")
    options = parser.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None or not options.project.exists():
        raise SystemExit("Chromium and .demo/project are needed: apt-get install chromium, make demo")
    from vscode.host import VSCode

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        shutil.copytree(options.project, folder / "digits")
        vsix = folder / "trackside.vsix"
        subprocess.run(["node", "tools/vsix.mjs", str(vsix)], cwd=EXTENSION, check=True)
        found = subprocess.run(["node", "tools/host.mjs"], cwd=EXTENSION, check=True, stdout=subprocess.PIPE)
        host = VSCode(folder / "vscode", json.loads(found.stdout), {})
        host.install(vsix)
        host.start(trusts=True)
        try:
            window = playwright.chromium.launch(executable_path=browser, args=list(FLAGS))
            page = window.new_page(viewport=SIZE, device_scale_factor=1.5)
            page.set_default_timeout(_PATIENCE)
            page.goto(f"http://{host.authority}/?folder={folder / 'digits'}")
            _take(page, options.into)
            window.close()
        finally:
            host.stop()


def _take(page: Page, into: Path) -> None:
    page.locator(".activitybar a[aria-label^='Trackside']").click()
    page.locator(".monaco-list-row[aria-label*='finished']").first.wait_for()
    page.locator(".action-label[aria-label^='Open Experiments'], .action-label[aria-label*='Open Experiments']").click()
    page.frame_locator("iframe.webview").frame_locator("iframe").locator("[role=row]").nth(3).wait_for()
    _shoot(page, into / "vscode.png")
    page.keyboard.press("F1")
    page.keyboard.type("Toggle between Light/Dark Themes")
    page.locator(".quick-input-list .monaco-list-row.focused").filter(has_text="Light/Dark").wait_for()
    page.keyboard.press("Enter")
    _shoot(page, into / "vscode-dark.png")


def _shoot(page: Page, target: Path) -> None:
    """Save what stands there, in few colours."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(2_000)
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target)
    with Image.open(target) as opened:
        opened.convert("RGB").quantize(128, Image.Quantize.FASTOCTREE).save(target, optimize=True)


if __name__ == "__main__":
    main()
