"""JupyterLab and Notebook 7 in a browser, as a person uses them: what tests do and look at."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Dialog, Locator, Page, expect

from .jupyter import TOKEN, Jupyter

_PANEL = "#trackside-panel"
#: How the ids of our tabs begin in a layout.
_TABS = "trackside-tabs:"
#: A promise alone would count as true for `wait_for_function`.
_READY = """async () => {
  const app = window.jupyterapp;
  const pause = () => new Promise(done => setTimeout(done, 50));
  while (!app.shell.currentWidget?.sessionContext) await pause();
  const panel = app.shell.currentWidget;
  await panel.revealed; await panel.context.ready; await panel.sessionContext.ready;
  while (!panel.sessionContext.session?.kernel) await pause();
  await panel.sessionContext.session.kernel.info;
}"""


def write_notebook(path: Path, cells: Sequence[str]) -> None:
    """Write a notebook of code cells; the ids are c0, c1, …"""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = [
        {"cell_type": "code", "execution_count": None, "id": f"c{at}", "metadata": {}, "outputs": [], "source": text}
        for at, text in enumerate(cells)
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    content = {"cells": body, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content, indent=1) + "\n")


class LabPage:
    """One window."""

    def __init__(self, page: Page, server: Jupyter) -> None:
        self.page, self.server = page, server
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._answer)

    def _answer(self, dialog: Dialog) -> None:
        """Leave a page whose notebook is not saved; any other dialog of the browser's own is a fault."""
        if dialog.type == "beforeunload":
            dialog.accept()
        else:
            self.complaints.append(f"dialog: {dialog.message}")
            dialog.dismiss()

    def open(self, path: str = "", *, workspace: str = "e2e", reset: bool = True) -> LabPage:
        """Open JupyterLab with a notebook, or with a folder."""
        tree = f"/tree/{path}" if path else ""
        question = f"?token={TOKEN}{'&reset' if reset else ''}"
        self.page.goto(f"{self.server.base}/lab/workspaces/{workspace}{tree}{question}")
        self.page.wait_for_selector("#jp-main-dock-panel", timeout=60_000)
        self.page.evaluate("() => window.jupyterapp.restored")
        if path.endswith(".ipynb"):
            self.wait_for_kernel()
        return self

    def open_in_notebook7(self, path: str) -> LabPage:
        """Open a notebook in Notebook 7."""
        self.page.goto(f"{self.server.base}/notebooks/{path}?token={TOKEN}")
        self.page.wait_for_selector(".jp-Notebook", timeout=60_000)
        self.page.evaluate("() => window.jupyterapp.restored")
        self.wait_for_kernel()
        return self

    def wait_for_kernel(self) -> None:
        """Wait until the notebook in front can run cells."""
        self.page.evaluate(_READY)

    def command(self, name: str, args: dict[str, Any] | None = None) -> Any:
        """Run a command as the palette does, and wait for its end."""
        return self.page.evaluate(
            "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); }", [name, args or {}]
        )

    def run_all(self) -> None:
        """Run all cells and wait for the last."""
        self.command("notebook:run-all-cells")

    def start_all(self) -> None:
        """Begin to run all cells, and go on at once."""
        self.page.evaluate("() => { void window.jupyterapp.commands.execute('notebook:run-all-cells'); }")

    def run_cell(self, at: int) -> None:
        """Run one cell and wait for it."""
        self.page.evaluate(
            """async at => {
              const app = window.jupyterapp; const book = app.shell.currentWidget.content;
              book.activeCellIndex = at; book.deselectAll();
              await app.commands.execute('notebook:run-cell');
            }""",
            at,
        )

    def write_cell(self, at: int, text: str) -> None:
        """Change a cell in the editor, without saving."""
        self.page.evaluate(
            "([at, text]) => window.jupyterapp.shell.currentWidget.content.widgets[at].model.sharedModel"
            ".setSource(text)",
            [at, text],
        )

    def end_run(self) -> None:
        """End the open run of the notebook in front, once the window knows of it."""
        expect(self.page.locator(".ts-lab-track-open")).to_be_visible()
        self.command("trackside:end-run")

    def wait_for_layout(self, workspace: str) -> None:
        """Wait until JupyterLab has kept a layout with a tab of ours in it, as it does a moment after a change."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            kept = self.server.ask(f"lab/api/workspaces/{workspace}")["data"]
            tabs = [name for name in kept if name.startswith(_TABS)]
            if tabs and _TABS in json.dumps(kept.get("layout-restorer:data", {}).get("main", {})):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"No tab is kept in {kept}")

    def save(self) -> None:
        """Save the notebook in front."""
        self.command("docmanager:save")

    @property
    def panel(self) -> Locator:
        """The side panel."""
        return self.page.locator(_PANEL)

    def show_panel(self) -> Locator:
        """Bring the side panel to the front."""
        self.command("trackside:show-panel")
        expect(self.panel).to_be_visible()
        return self.panel
