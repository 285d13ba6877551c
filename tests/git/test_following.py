"""Git that is listened to while it runs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from repositories import Scratch, scratch, trackside_home

from trackside.errors import GitError, GitMissingError, StateError
from trackside.git.runner import Git

__all__ = ["scratch", "trackside_home"]


def saying(home: Scratch, script: str) -> Git:
    """Git whose command `speak` is a script."""
    return Git(str(home.path), "publisher", config=[("alias.speak", f"!{script}")])


def test_lines_come_as_they_are_said_and_a_carriage_return_ends_one(trackside_home: Scratch) -> None:
    heard: list[tuple[str, float]] = []
    begun = time.monotonic()
    git = saying(trackside_home, r"printf '1%%\r2%%\r\n\nlast' >&2; sleep 0.6; printf ' one\n' >&2; echo out; exit 3 #")
    answer = git.follow("speak", heard=lambda line: heard.append((line, time.monotonic() - begun)))
    lines = [line for line, _ in heard if line]
    assert lines == ["1%", "2%", "last one"] and answer.err.splitlines() == lines
    assert (answer.status, answer.out) == (3, b"out\n")
    assert heard[0][1] < heard[-1][1] - 0.4
    assert "" in [line for line, _ in heard]


def test_much_on_both_pipes_is_read_whole(trackside_home: Scratch) -> None:
    git = saying(trackside_home, "seq 1 60000; seq 1 60000 >&2 #")
    answer = git.follow("speak", heard=lambda _line: None)
    assert len(answer.out.splitlines()) == len(answer.err.splitlines()) == 60_000


def test_process_left_behind_holds_nobody_up(trackside_home: Scratch) -> None:
    begun = time.monotonic()
    git = saying(trackside_home, "sleep 20 & echo said >&2 #")
    assert git.follow("speak", heard=lambda _line: None).err == "said"
    assert time.monotonic() - begun < 10


def test_long_silence_ends_it(trackside_home: Scratch) -> None:
    git = saying(trackside_home, "sleep 20 #")._replace(timeout=0.5)
    begun = time.monotonic()
    with pytest.raises(GitError) as caught:
        git.follow("speak", heard=lambda _line: None)
    assert caught.value.code == "git-timeout" and time.monotonic() - begun < 10


def test_whoever_listens_can_stop_it(trackside_home: Scratch) -> None:
    def stop(_line: str) -> None:
        raise StateError("Stopped.")

    begun = time.monotonic()
    with pytest.raises(StateError):
        saying(trackside_home, "sleep 20 #").follow("speak", heard=stop)
    assert time.monotonic() - begun < 10


def test_git_that_is_not_there_is_told_and_a_reader_may_not(
    trackside_home: Scratch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError, match="reader"):
        Git(str(trackside_home.path), "reader").follow("push", heard=lambda _line: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissingError):
        Git(str(trackside_home.path)).follow("version", heard=lambda _line: None)
