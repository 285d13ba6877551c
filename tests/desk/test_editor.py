"""A real kernel as VS Code starts one, and a child of the editor that hands its notebook over."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from desk.test_lines import Editor, editor, place_of, scratch
from hosts.notebooks import LOAD, Tracked, make_repository, run_notebook
from repositories import Scratch

from trackside.journal.liveness import boot_id, process_start
from trackside.run import fold

__all__ = ["editor", "scratch"]

UNSAVED = json.dumps({"cells": [], "metadata": {"edited": 0.00001}, "nbformat": 4, "nbformat_minor": 5}, indent=3)


class Answering:
    """Answers each question of a kernel once, as the extension does, and notes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.editor = Editor(Scratch(folder, folder))
        self.place = self.editor.ask("place?path=")["body"]["id"]
        self.editor.ask(f"places/{quote(self.place, safe='')}/runs")
        self.asked: list[str] = []
        self.events: list[Any] = []
        self.said: list[Any] = []
        self.body: dict[str, Any] = {"path": "study.ipynb", "content": UNSAVED}
        #: What stands in the editor on an occasion, where it is something else.
        self.contents: dict[str, str] = {}
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while line := self.editor.process.stdout.readline():  # type: ignore[union-attr]  # it was made with a pipe
            said = json.loads(line)
            if "event" not in said:
                self.said.append(said)
            else:
                self.events.append(said["event"])
            for asked in said.get("event", {}).get("asked", []):
                if asked["at"] not in self.asked:
                    self.asked.append(asked["at"])
                    body = {"run": asked["run"], **self.body}
                    body["content"] = self.contents.get(asked["at"], body["content"])
                    path = f"places/{quote(self.place, safe='')}/editor"
                    self.editor.send({"id": 100, "method": "POST", "path": path, "body": body})


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Answering]:
    make_repository(tmp_path / "work")
    (tmp_path / "work" / "study.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    found = Answering(tmp_path / "work")
    yield found
    found.editor.process.kill()
    found.editor.process.wait()


def run_in_code(answering: Answering, *cells: str) -> Tracked:
    """Run cells in a kernel that VS Code told where its notebook is."""
    found = f"__vsc_ipynb_file__ = {str(answering.folder / 'study.ipynb')!r}"
    return run_notebook(answering.folder, [f"{found}\n{LOAD}", *cells], repository=False)


def test_the_unsaved_notebook_is_in_the_run_to_the_byte(answering: Answering) -> None:
    tracked = run_in_code(answering, "%track first", "import time; time.sleep(1)", "%track end")
    assert answering.asked == ["start", "end"]
    assert tracked.file("first", "study.ipynb") == UNSAVED
    assert tracked.record("first")["frontend"] == "vscode"


def test_a_run_that_ends_because_the_next_one_starts_asks_for_what_stood_before(answering: Answering) -> None:
    tracked = run_in_code(answering, "%track first", "import time; time.sleep(1)", "%track second", "%track end")
    assert answering.asked[:2] == ["start", "next"]
    assert tracked.file("first", "study.ipynb") == UNSAVED


def test_a_run_that_is_over_before_its_start_was_noted_has_the_notebook_of_its_end(answering: Answering) -> None:
    # On a busy machine "Run All" twice once left the outputs of the first time out of its run.
    answering.contents["next"] = UNSAVED.replace("[]", '[{"cell_type": "markdown", "metadata": {}, "source": ""}]')
    tracked = run_in_code(answering, "%track first", "%track second", "%track end")
    assert answering.asked[:2] == ["start", "next"]
    assert tracked.file("first", "study.ipynb") == answering.contents["next"]


RUN = "20260921t143540-0000000009"


def write_journal(folder: Path, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """Write the journal of a run that this process holds open."""
    start = {
        "t": time.time(), "e": "start", "run": RUN, "name": "open-one", "pid": os.getpid(), "boot": boot_id(),
        "process_start": process_start(os.getpid()), "notebook": str(folder / "study.ipynb"),
    }  # fmt: skip
    journal = folder / ".git" / "trackside" / "journal"
    journal.mkdir(parents=True, exist_ok=True)
    lines = [start, *events]
    (journal / f"{RUN}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return lines


@pytest.mark.parametrize("content", ["no json", "[]", '{"cells": 1, "nbformat": 4}', "[" * 100_000, {"cells": []}])
def test_what_is_no_notebook_is_refused(scratch: Scratch, editor: Editor, content: Any) -> None:
    write_journal(scratch.path)
    body = {"run": RUN, "path": "study.ipynb", "content": content}
    said = editor.ask(f"places/{place_of(editor)}/editor", "POST", body)
    assert (said["status"], said["body"]["code"]) == (400, "bad-notebook")


def test_a_question_that_nobody_waits_for_any_more_is_not_told(answering: Answering) -> None:
    lines = write_journal(answering.folder, {"t": time.time() - 60, "e": "editor-asked", "at": "start"})
    assert fold(lines).last_seen == lines[0]["t"]
    deadline = time.monotonic() + 10
    while not answering.events and time.monotonic() < deadline:
        time.sleep(0.05)
    assert answering.events
    assert not answering.asked
