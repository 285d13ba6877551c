"""Runs that are open while the server looks: they move, end when asked to, and are not lost when their process is."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from repositories import ROOT, Scratch, make_experiment
from server.conftest import CALM, Client
from server.test_routes import check

LOOP = """
import sys, time, trackside as t
t.start("open-one", params={"lr": 0.5}, notebook=sys.argv[1])
for step in range(100_000):
    t.log(loss=1.0 / (step + 1))
    time.sleep(0.05)
"""


@pytest.fixture
def process(scratch: Scratch) -> Iterator[subprocess.Popen[bytes]]:
    """A process with an open run that logs twenty points a second."""
    environment = {**scratch.environment, "XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]}
    command = [sys.executable, "-c", LOOP, str(scratch.path / "study.ipynb")]
    started = subprocess.Popen(command, cwd=scratch.path, env=environment)
    yield started
    started.kill()
    started.wait()


def _points(row: Any) -> int:
    return row["metrics"]["loss"]["count"] if row["metrics"] else 0


def open_row(page: Any) -> Any:
    return next((row for row in page["rows"] if row["status"] == "open" and _points(row) > 1), None)


@pytest.fixture
def subscribe(jp_serverapp: Any, jp_ws_fetch: Any) -> Any:
    """Listen to the event bus as a page does, with the watcher at work."""

    async def begin() -> Any:
        for app in jp_serverapp.extension_manager.extension_apps["trackside_server"]:
            await app._start_jupyter_server_extension(jp_serverapp)
        return await jp_ws_fetch("api", "events", "subscribe")

    return begin


async def heard(socket: Any, what: str, timeout: float = 10.0) -> Any:
    """Return the next event that tells of `what`."""
    while True:
        said = json.loads(await asyncio.wait_for(socket.read_message(), timeout))
        if "what" in said and what in said["what"]:
            return said


async def test_an_open_run_is_a_row_that_moves(ask: Client, process: Any) -> None:
    place = await ask.place()
    page = check(await ask.until(f"places/{place}/runs", lambda found: open_row(found) is not None), "Page")
    row = open_row(page)
    assert row["name"] == "open-one" and row["oid"] is None and row["source"] == "journal" and page["open"] == 1
    count = row["metrics"]["loss"]["count"]
    await ask.until(f"places/{place}/runs", lambda found: open_row(found)["metrics"]["loss"]["count"] > count)
    details = check(await ask(f"places/{place}/runs/{row['id']}"), "Details")
    assert details["series"]["loss"][1]["t"] > 0
    for what in ("executed", "environment"):
        await ask(f"places/{place}/runs/{row['id']}/{what}")
    assert (await ask(f"places/{place}/diff?after={row['id']}", status=400))["code"] == "open-run"
    assert (await ask(f"places/{place}/delete", "POST", {"runs": [row["id"]]}, status=409))["code"] == "open-run"
    await ask(f"places/{place}/annotate", "POST", {"runs": [row["id"]], "change": {"tags": ["seen"], "note": "live"}})
    await ask.until(f"places/{place}/runs", lambda found: open_row(found)["tags"] == ["seen"])


async def test_a_killed_run_is_interrupted_in_the_next_page_under_the_same_handle(ask: Client, process: Any) -> None:
    place = await ask.place()
    row = open_row(await ask.until(f"places/{place}/runs", lambda found: open_row(found) is not None))
    process.send_signal(signal.SIGKILL)
    process.wait()
    page = await ask.until(f"places/{place}/runs", lambda found: found["open"] == 0)
    (found,) = page["rows"]
    assert (found["id"], found["status"], found["source"]) == (row["id"], "interrupted", "trackside")
    assert (await ask(f"places/{place}/runs/{row['id']}"))["series"]["loss"][1]["t"] > 0


@pytest.mark.parametrize("discard", [False, True])
async def test_a_run_ends_when_the_panel_asks_and_its_loop_goes_on(ask: Client, process: Any, discard: bool) -> None:
    place = await ask.place()
    row = open_row(await ask.until(f"places/{place}/runs", lambda found: open_row(found) is not None))
    begun = time.monotonic()
    check(await ask(f"places/{place}/end", "POST", {"run": row["id"], "discard": discard}), "Done")
    assert time.monotonic() - begun < 2.0
    page = await ask.until(f"places/{place}/runs", lambda found: found["open"] == 0)
    assert [found["status"] for found in page["rows"] if found["id"] == row["id"]] == ([] if discard else ["finished"])
    await asyncio.sleep(0.3)
    assert process.poll() is None
    status = 404 if discard else 409
    await ask(f"places/{place}/end", "POST", {"run": row["id"], "discard": False}, status=status)


async def test_changes_are_told_on_the_event_bus(ask: Client, subscribe: Any, scratch: Scratch, process: Any) -> None:
    events = await subscribe()
    place = await ask.place()
    row = open_row(await ask.until(f"places/{place}/runs", lambda found: open_row(found) is not None))
    moved = await heard(events, "open")
    assert moved["place"] == place and moved["runs"] == [row["id"]]
    check({key: moved[key] for key in ("place", "revision", "what", "runs")}, "Changed")
    process.kill()
    process.wait()
    await heard(events, "runs")
    make_experiment(scratch, "made-elsewhere", run=CALM)
    await heard(events, "runs")
    task = await ask(f"places/{place}/promote", "POST", {"run": CALM, "branch": ""}, status=202)
    await heard(events, "tasks")
    await ask.until(f"tasks/{task['id']}", lambda found: found["state"] == "done")


async def test_a_change_found_by_one_reader_is_told_to_the_others(
    ask: Client, subscribe: Any, scratch: Scratch
) -> None:
    events = await subscribe()
    place = await ask.place()
    await ask(f"places/{place}/runs")
    await asyncio.sleep(0.3)
    make_experiment(scratch, "made-elsewhere", run=CALM)
    # The page comes first and reads the change; the event has to come all the same.
    assert (await ask(f"places/{place}/runs"))["total"] == 1
    assert (await heard(events, "runs"))["place"] == place


async def test_the_editors_notebook_is_laid_beside_the_journal(ask: Client, scratch: Scratch, process: Any) -> None:
    place = await ask.place()
    row = open_row(await ask.until(f"places/{place}/runs", lambda found: open_row(found) is not None))
    content = json.loads((scratch.path / "study.ipynb").read_text())
    content["cells"][0]["source"] = "unsaved = True\n"
    asked = {"run": row["id"], "path": "work/project/study.ipynb", "content": content}
    check(await ask(f"places/{place}/editor", "POST", asked), "Done")
    laid = scratch.path / ".git" / "trackside" / "journal" / f"{row['id']}.d" / "editor.ipynb"
    assert json.loads(laid.read_bytes())["cells"][0]["source"] == ["unsaved = True\n"]
    assert laid.stat().st_mode & 0o777 == 0o600
    (scratch.path / "other.ipynb").write_text("{}")
    other = {**asked, "path": "work/project/other.ipynb"}
    assert (await ask(f"places/{place}/editor", "POST", other, status=409))["code"] == "other-notebook"
    assert (await ask(f"places/{place}/editor", "POST", {**asked, "path": "../x"}, status=400))["code"] == "bad-path"
    large = {**asked, "content": {**content, "metadata": {"x": "y" * 5_000_000}}}
    await ask(f"places/{place}/editor", "POST", large)
    nonsense = {**asked, "content": {"cells": 3}}
    assert (await ask(f"places/{place}/editor", "POST", nonsense, status=400))["code"] == "bad-notebook"


CELLS = [
    "%load_ext trackside",
    "%track told-to-end",
    "import time, trackside\nfor step in range(300):\n    trackside.log(loss=step)\n    time.sleep(0.02)",
]


@pytest.fixture
def kernel(scratch: Scratch) -> Iterator[Any]:
    """A real kernel in the repository."""
    from jupyter_client.manager import start_new_kernel

    environment = {
        **os.environ,
        "JPY_SESSION_NAME": str(scratch.path / "study.ipynb"),
        "PYTHONPATH": str(ROOT / "kernel_side"),
    }
    manager, client = start_new_kernel(cwd=str(scratch.path), env=environment)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


async def test_a_run_of_a_busy_kernel_ends_when_asked(ask: Client, kernel: Any, scratch: Scratch) -> None:
    for source in CELLS[:2]:
        kernel.execute_interactive(source, timeout=30, output_hook=lambda _: None)
    kernel.execute(CELLS[2])
    place = await ask.place()
    row = open_row(await ask.until(f"places/{place}/runs", lambda found: open_row(found) is not None))
    begun = time.monotonic()
    await ask(f"places/{place}/end", "POST", {"run": row["id"], "discard": False})
    page = await ask.until(f"places/{place}/runs", lambda found: found["open"] == 0)
    assert time.monotonic() - begun < 5.0, "while the cell was busy"
    (found,) = page["rows"]
    assert (found["id"], found["name"], found["status"]) == (row["id"], "told-to-end", "finished")
    cells = check(await ask(f"places/{place}/runs/{row['id']}/executed"), "Executed")["cells"]
    assert "range(300)" in cells[-1]["source"]
    # The loop is not stopped by the end of its run.
    reply = kernel.execute_interactive("1 + 1", timeout=30, output_hook=lambda _: None)
    assert reply["content"]["status"] == "ok"
    assert list((scratch.path / ".git" / "trackside" / "journal").glob("*.ask")) == []


def test_a_word_beside_the_journal_is_taken_once(tmp_path: Path) -> None:
    from trackside.journal.asked import ask_path, take_ask, write_ask

    journal = tmp_path / "20260101t000000-0000000001.jsonl"
    assert take_ask(journal) is None
    write_ask(journal, "end")
    write_ask(journal, "discard")
    assert (take_ask(journal), take_ask(journal)) == ("discard", None)
    ask_path(journal).write_text('{"ask": "format the disk"}')
    assert take_ask(journal) is None
    assert list(tmp_path.iterdir()) == []
