"""A real `trackside serve` at the other end of a pipe."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from repositories import Scratch, make_experiment, make_scratch


class Editor:
    """Starts the program as an editor does, and asks."""

    def __init__(self, scratch: Scratch) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "trackside", "-C", str(scratch.path), "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._number = 0
        self.hello = self.read()

    def send(self, line: Any) -> None:
        assert self.process.stdin is not None
        data = line if isinstance(line, bytes) else json.dumps(line).encode()
        self.process.stdin.write(data + b"\n")
        self.process.stdin.flush()

    def read(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def ask(self, path: str, method: str = "GET", body: Any = None) -> Any:
        self._number += 1
        self.send({"id": self._number, "method": method, "path": path, **({} if body is None else {"body": body})})
        while (said := self.read()).get("id") != self._number:
            assert "event" in said or said["status"] == 400
        return said

    def end(self) -> int:
        _, errors = self.process.communicate(timeout=20)
        assert not errors, errors
        return self.process.returncode


@pytest.fixture
def scratch(tmp_path: Path, home: Path) -> Scratch:
    del home
    return make_scratch(tmp_path / "work")


@pytest.fixture
def editor(scratch: Scratch) -> Iterator[Editor]:
    started = Editor(scratch)
    yield started
    started.process.kill()
    started.process.communicate()


def place_of(editor: Editor) -> str:
    return quote(editor.ask("place?path=")["body"]["id"], safe="")


def test_it_says_hello_and_ends_with_its_input(editor: Editor) -> None:
    assert editor.hello["hello"] == 1
    assert editor.hello["about"]["format"] == 1
    assert editor.end() == 0


def test_hello_waits_for_nothing_that_only_a_promotion_or_a_push_needs() -> None:
    code = (
        "import sys; from trackside.desk import lines; from trackside.desk.routes import all_routes; all_routes();"
        "print({'trackside.review.promotion', 'trackside.sealing', 'trackside.sharing.pull'} & {*sys.modules})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_a_question_is_answered_in_the_shape_of_the_route(scratch: Scratch, editor: Editor) -> None:
    make_experiment(scratch, "calm-otter-3f", started=100.0, params={"lr": 0.1})
    page = editor.ask(f"places/{place_of(editor)}/runs?limit=10&query=params.lr%20%3E%200")
    assert (page["status"], page["type"]) == (200, "application/json")
    assert [row["name"] for row in page["body"]["rows"]] == ["calm-otter-3f"]


def test_an_action_takes_a_body_and_the_change_is_told(scratch: Scratch, editor: Editor) -> None:
    make_experiment(scratch, "calm-otter-3f", started=100.0)
    place = place_of(editor)
    row = editor.ask(f"places/{place}/runs")["body"]["rows"][0]
    done = editor.ask(f"places/{place}/rename", "POST", {"run": row["id"], "name": "best-one"})
    assert done["body"]["names"] == ["best-one"]
    make_experiment(scratch, "quiet-wren-9a", started=200.0)
    while "event" not in (said := editor.read()):
        continue
    assert quote(said["event"]["place"], safe="") == place


def test_a_file_comes_as_base64_with_its_name(scratch: Scratch, editor: Editor) -> None:
    make_experiment(scratch, "calm-otter-3f", started=100.0)
    said = editor.ask(f"places/{place_of(editor)}/export?format=csv")
    assert said["name"] == "runs.csv"
    assert b"calm-otter-3f" in base64.b64decode(said["base64"])


@pytest.mark.parametrize(
    ("path", "method", "body", "status", "code"),
    [
        ("nothing/here", "GET", None, 404, "not-found"),
        ("place?path=..", "GET", None, 400, "bad-path"),
        ("place?colour=red", "GET", None, 400, "bad-parameter"),
        ("places/none/runs", "GET", None, 404, "unknown-place"),
        ("places/none/rename", "POST", {"run": 1, "name": "x"}, 400, "bad-body"),
        ("places/none/rename", "POST", {"run": "a", "name": "x", "more": 1}, 400, "bad-body"),
        ("places/%ff/runs", "GET", None, 400, "bad-path"),
    ],
)
def test_what_is_wrong_is_told_in_words(
    editor: Editor, path: str, method: str, body: Any, status: int, code: str
) -> None:
    said = editor.ask(path, method, body)
    assert (said["status"], said["body"]["code"]) == (status, code)
    assert said["body"]["message"].endswith(".")


def test_lines_that_are_no_questions_are_refused_and_the_next_is_answered(editor: Editor) -> None:
    for line in (b"no json", b"[]", b'"word"', b"[" * 100_000, b'{"id": 7}', b'{"cancel": 99}', b""):
        editor.send(line)
    assert editor.ask("about")["status"] == 200


def test_annotating_takes_any_part_of_a_change_and_no_other(scratch: Scratch, editor: Editor) -> None:
    make_experiment(scratch, "calm-otter-3f", started=100.0)
    place = place_of(editor)
    run = editor.ask(f"places/{place}/runs")["body"]["rows"][0]["id"]
    assert editor.ask(f"places/{place}/annotate", "POST", {"runs": [run], "change": {"star": True}})["status"] == 200
    wrong = editor.ask(f"places/{place}/annotate", "POST", {"runs": [run], "change": {"stars": True}})
    assert wrong["body"]["code"] == "bad-body"
