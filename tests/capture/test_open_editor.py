"""The notebook of the open editor: asked for at the start and the end, with something to fall back on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trackside.capture import editor
from trackside.capture.editor import FILE, Editor


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editor, "EDITOR_PATIENCE", {"start": 0.2, "end": 0.2, "next": 0.4})
    monkeypatch.setattr(Editor, "_answers", None)


def answering(folder: Path, **answers: bytes) -> Callable[[Any], None]:
    """Lay an answer beside the journal for each occasion that has one."""

    def ask(message: Any) -> None:
        if message["at"] in answers:
            (folder / FILE).write_bytes(answers[message["at"]])

    return ask


def make(tmp_path: Path, told: list[str], **answers: bytes) -> Editor:
    (tmp_path / "study.ipynb").write_bytes(b"saved")
    os.utime(tmp_path / "study.ipynb", (1, 1))
    notebook = str(tmp_path / "study.ipynb")
    return Editor(
        answering(tmp_path, **answers), tmp_path, "run", notebook=notebook, warn=lambda code, *_: told.append(code)
    )


@pytest.mark.parametrize("at", ["end", "next"])
def test_the_start_stands_in_for_an_end_that_nobody_answers_and_is_told(tmp_path: Path, at: Any) -> None:
    told: list[str] = []
    asked = make(tmp_path, told, start=b"as it began")
    assert asked.read("start") == asked.read(at) == asked.read(at) == b"as it began"
    assert told == ["editor"]


def test_a_file_saved_since_is_newer_than_the_start(tmp_path: Path) -> None:
    told: list[str] = []
    asked = make(tmp_path, told, start=b"as it began")
    asked.read("start")
    later = time.time() + 5
    os.utime(tmp_path / "study.ipynb", (later, later))
    assert asked.read("end") is None
    assert told == []


def test_an_end_that_is_answered_is_taken_without_a_word(tmp_path: Path) -> None:
    told: list[str] = []
    asked = make(tmp_path, told, start=b"as it began", end=b"as it ended")
    assert (asked.read("start"), asked.read("end")) == (b"as it began", b"as it ended")
    assert told == []


def test_the_end_is_not_asked_for_where_nobody_answered_the_start(tmp_path: Path) -> None:
    told: list[str] = []
    asked = make(tmp_path, told, end=b"as it ended")
    assert asked.read("start") is None
    assert asked.read("end") is None
    assert told == []
