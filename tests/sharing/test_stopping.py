"""Ctrl-C and cancelling: Git and DVC end with the person's patience, nothing is half, and the next one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from clones import Team, make_team, opened, runs
from repositories import Scratch, make_experiment
from test_large_files import run_with_files
from test_large_files import team as dvc_team

from trackside.cli import main
from trackside.errors import StateError
from trackside.sharing.pull import pull
from trackside.sharing.push import push

__all__ = ["dvc_team"]


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return make_team(tmp_path)


def started(scratch: Scratch, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "trackside", *words], cwd=scratch.path, env=scratch.environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def written(path: Path) -> int:
    """Wait for a process to write its number."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if path.exists() and path.read_text().strip():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError(f"{path} was not written")


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_ctrl_c_ends_a_push_with_all_it_started(team: Team) -> None:
    ada = team.clone("ada")
    make_experiment(ada, "calm-otter")
    hook = team.bare / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\necho $$ > {team.bare}/hook.pid\nexec sleep 60\n")
    hook.chmod(0o755)
    process = started(ada, "push")
    child = written(team.bare / "hook.pid")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130 and b"What arrived stays" in err and b"Traceback" not in err
    assert is_gone(child)
    assert runs(team.bare) == {}
    hook.unlink()
    assert push(opened(ada)).moved == ["calm-otter"]


def test_ctrl_c_ends_a_pull_with_all_it_started(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiment(ada, "calm-otter")
    push(opened(ada))
    slow = team.folder / "slow-upload-pack"
    slow.write_text(f"#!/bin/sh\necho $$ > {team.folder}/pack.pid\nexec sleep 60\n")
    slow.chmod(0o755)
    bob.git("config", "remote.origin.uploadpack", str(slow))
    process = started(bob, "pull")
    child = written(team.folder / "pack.pid")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130 and b"Traceback" not in err
    assert is_gone(child)
    assert runs(bob.path) == {}
    bob.git("config", "--unset", "remote.origin.uploadpack")
    assert pull(opened(bob)).moved == ["calm-otter"]


@pytest.mark.dvc
def test_a_stopped_push_ends_dvc_too(dvc_team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = dvc_team.clone("ada")
    run_with_files(ada, "calm-otter")
    children: list[int] = []

    class Watched(subprocess.Popen[bytes]):
        """Tells its number."""

        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            children.append(self.pid)

    monkeypatch.setattr("trackside.artifacts.dvcmove.subprocess.Popen", Watched)

    def stop(message: str, share: float | None = None) -> None:
        del share
        if "large file" in message and children:
            raise StateError("Stopped.")

    with pytest.raises(StateError, match="Stopped"):
        push(opened(ada), progress=stop)
    assert children and is_gone(children[-1])
    assert runs(dvc_team.bare) == {}
    again = push(opened(ada))
    assert (again.moved, again.files.moved, again.files.missing) == (["calm-otter"], 2, [])


def test_a_watching_pull_tells_what_is_new_and_ends_with_ctrl_c(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    process = started(bob, "pull", "--watch", "5")
    time.sleep(1)
    make_experiment(ada, "calm-otter")
    push(opened(ada))
    deadline = time.monotonic() + 30
    while not runs(bob.path) and time.monotonic() < deadline:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (0, b"")
    assert out.decode().splitlines()[0] == "got calm-otter"
    assert list(runs(bob.path)) == ["calm-otter"]


def test_watching_is_bounded(team: Team) -> None:
    bob = team.clone("bob")
    for words in (("--watch", "1"), ("--watch", "1e9"), ("--watch", "nan"), ("x", "--as", "y", "--watch")):
        assert main(["-C", str(bob.path), "pull", *words]) == 2, words
