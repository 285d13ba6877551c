"""Runs and their files move between `trackside push|pull`, `dvc exp push|pull` and a plain `dvc pull`, all for real."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from clones import Team, make_team, opened, runs
from repositories import Scratch
from test_large_files import cached, remote_config, run_with_files, team

from trackside.sharing.pull import pull
from trackside.sharing.push import push

__all__ = ["team"]

pytestmark = pytest.mark.dvc


def dvc(scratch: Scratch, *args: str) -> str:
    command = [sys.executable, "-m", "dvc", *args]
    environment = {**scratch.environment, "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run(command, cwd=scratch.path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_dvc_pulls_the_runs_and_files_that_we_pushed(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    run_with_files(ada, "calm-otter")
    push(opened(ada))
    dvc(bob, "exp", "pull", "-q", "origin", "calm-otter")
    assert runs(bob.path) == runs(ada.path)
    assert cached(bob) == cached(ada) and len(cached(ada)) == 5


def test_we_pull_the_experiment_and_files_that_dvc_pushed(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    (ada.path / "data").mkdir()
    for name in ("a.csv", "b.csv"):
        (ada.path / "data" / name).write_text(name)
    (ada.path / "model.bin").write_bytes(b"weights" * 1000)
    dvc(ada, "add", "-q", "data", "model.bin")
    ada.git("add", "-A")
    dvc(ada, "exp", "save", "-q", "--name", "keen-fox")
    dvc(ada, "exp", "push", "-q", "origin", "keen-fox")
    pulled = pull(opened(bob))
    assert (pulled.moved, pulled.held, pulled.files.moved, pulled.files.missing) == (["keen-fox"], [], 2, [])
    assert runs(bob.path)["keen-fox"] == runs(ada.path)["keen-fox"]
    assert cached(bob) == cached(ada) and len(cached(ada)) == 4


def test_with_a_configuration_of_dvc_nobody_committed_dvc_pushes_the_files_of_a_run(tmp_path: Path) -> None:
    """`dvc exp push` reads the remote from the experiment's commit, and pushes no file where it names none."""
    ada = make_team(tmp_path).clone("ada")
    (ada.path / ".dvc").mkdir()
    (ada.path / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    (ada.path / ".dvc" / "config").write_text(remote_config(str(tmp_path / "store")))
    (ada.path / "model.bin").write_bytes(b"weights" * 1000)
    code = (
        "import trackside\nwith trackside.start('calm-otter'):\n    trackside.log_artifact('model.bin', store='dvc')\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ada.path, env=ada.environment, check=True, capture_output=True)
    dvc(ada, "exp", "push", "-q", "origin", "calm-otter")
    stored = {path.parent.name + path.name for path in (tmp_path / "store").glob("files/md5/*/*")}
    assert stored == cached(ada) and len(stored) == 1


def test_a_plain_dvc_pull_on_a_promoted_branch_brings_the_files(team: Team) -> None:
    ada, eve = team.clone("ada"), team.clone("eve")
    run_with_files(ada, "calm-otter")
    push(opened(ada))
    promoted = [sys.executable, "-m", "trackside", "promote", "calm-otter", "--branch", "exp/otter", "--push"]
    subprocess.run(promoted, cwd=ada.path, env=ada.environment, check=True, capture_output=True)
    eve.git("fetch", "-q")
    eve.git("checkout", "-q", "exp/otter")
    assert not (eve.path / "model.bin").exists()
    dvc(eve, "pull", "-q")
    for path in ("model.bin", "data/0.csv", "data/2.csv"):
        assert (eve.path / path).read_bytes() == (ada.path / path).read_bytes()
    assert eve.git("status", "--porcelain") == ""
