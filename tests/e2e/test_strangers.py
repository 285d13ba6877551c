"""Runs come from strangers: nothing they hold is ever taken for HTML, a script or an address."""

from __future__ import annotations

import json

from playwright.sync_api import expect
from repositories import ROOT

from .conftest import Project
from .jupyter import Jupyter
from .pages import LabPage, write_notebook
from .payloads import PAYLOADS
from .runs import add_run

#: What holds a payload in each run.
FIELDS = (
    "title", "note", "tag", "parameter's name", "parameter's value", "metric's name", "branch", "author",
    "address of the author",
    "warning", "hint", "order of cells", "artifact", "source and output of a cell",
)  # fmt: skip


def add_hostile(server: Jupyter, project: Project, number: int, text: str) -> str:
    """Write a run that holds a payload in every field."""
    executed = {
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [{
            "cell_type": "code", "id": "a", "metadata": {"trackside": {"ok": True}}, "execution_count": 1,
            "source": text,
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": text},
                {"output_type": "display_data", "metadata": {}, "data": {"text/html": text, "text/plain": text}},
                {"output_type": "error", "ename": text, "evalue": text, "traceback": [text]},
            ],
        }],
    }  # fmt: skip
    return add_run(
        server, project, f"stranger-{number:02d}", number + 1, title=text, note=text, tags=[text], branch=text,
        author={"name": text, "email": text, "fallback": False},
        params={text: 1, "value": text}, metrics={text: [0.1, 0.2], "acc": [0.1 + number, 0.2]},
        warnings=[{"code": text, "message": text, "hint": text}],
        order=[{"kind": "edited", "level": "warning", "cell": 0, "names": [text], "message": text}],
        artifacts=[{"path": text, "size": 1, "md5": None, "stored": "none", "reason": text}],
        files={".trackside/executed.ipynb": json.dumps(executed), "notes.py": f"# {text}\n"},
    )  # fmt: skip


def test_no_text_of_a_run_is_ever_run(lab: LabPage, project: Project, server: Jupyter) -> None:
    assert len(PAYLOADS) >= 60 and len(FIELDS) == 14
    runs = [add_hostile(server, project, number, text) for number, text in enumerate(PAYLOADS)]
    lab.open(project.name)
    expect(lab.show_panel().get_by_role("row").first).to_be_visible()
    place = server.ask(f"trackside/api/place?path={project.name}")["id"]
    lab.command("trackside:open-table", {"place": place})
    expect(lab.page.locator(".ts-table").get_by_role("row").nth(5)).to_be_visible()
    for run, text in zip(runs, PAYLOADS):
        lab.command("trackside:open-run", {"place": place, "run": run})
        expect(lab.page.locator(f'[id="trackside-run-{place}-{run}"] .ts-root :is(h1, h2, h3)').first).to_be_visible()
        if run == runs[1]:
            expect(lab.page.get_by_text(text).first).to_be_visible()
        lab.command("application:close")
    lab.command("trackside:compare", {"place": place, "runs": runs[:6]})
    expect(lab.page.get_by_role("heading", name="6 runs compared")).to_be_visible()
    lab.page.wait_for_timeout(1_000)
    assert lab.page.evaluate("() => window.__hit") is None
    assert lab.complaints == []
    # The same text does run where it is taken for HTML: the canary sings.
    lab.page.evaluate("text => document.body.insertAdjacentHTML('beforeend', text)", PAYLOADS[1])
    lab.page.wait_for_function("() => window.__hit === 1")


def test_the_card_of_a_strangers_notebook_is_only_text(lab: LabPage, project: Project) -> None:
    card = json.loads((ROOT / "tests/fixtures/contract/card.json").read_text())
    outputs = []
    for text in PAYLOADS:
        hostile = {**card, "name": text, "title": text, "sentence": text, "hint": text, "branch": text}
        hostile["params"] = [{"name": text, "value": text, "was": text, "change": "changed"}]
        hostile["metrics"] = [{**card["metrics"][0], "name": text, "last": text}]
        hostile["warnings"] = [{"code": text, "message": text, "hint": text}]
        data = {"application/vnd.trackside.run+json": hostile, "text/plain": "a run"}
        outputs.append({"output_type": "display_data", "metadata": {}, "data": data})
    path = project.path / "cards.ipynb"
    write_notebook(path, ["1"])
    content = json.loads(path.read_text())
    content["cells"][0]["outputs"] = outputs
    path.write_text(json.dumps(content))
    lab.open(f"{project.name}/cards.ipynb")
    expect(lab.page.locator(".ts-card").first).to_be_visible()
    assert lab.page.locator(".ts-card").count() > 20
    assert lab.page.evaluate("() => window.__hit") is None
    assert lab.complaints == []
