"""Pushes and pulls that are killed, and many at once beside sealing and packing: every run arrives, Git is sound."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clones import Team, make_team, opened, refs, runs
from repositories import Scratch, make_experiments

from trackside.sharing.pull import pull
from trackside.sharing.push import push

SEALER = """
import sys, trackside as t
for number in range(int(sys.argv[2])):
    t.start(f"run-{sys.argv[1]}-{number}")
    t.log(loss=0.5)
    t.end()
"""


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return make_team(tmp_path)


def begin(scratch: Scratch, *command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *command], cwd=scratch.path, env=scratch.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def is_sound(path: Path) -> bool:
    done = subprocess.run(["git", "fsck", "--connectivity-only", "--no-dangling"], cwd=path, capture_output=True)
    return done.returncode == 0 and not done.stdout


@pytest.mark.parametrize("way", ["push", "pull"])
def test_whatever_is_killed_goes_on_where_it_was(team: Team, way: str) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiments(ada, 300)
    if way == "pull":
        push(opened(ada))
    scratch = ada if way == "push" else bob
    chance = random.Random(way)
    for _ in range(8):
        process = begin(scratch, "-m", "trackside", way)
        time.sleep(chance.uniform(0.2, 0.9))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    # What git children of the killed ones still do is theirs to finish.
    time.sleep(1)
    (push if way == "push" else pull)(opened(scratch))
    assert refs(team.bare, "refs/exps") == refs(ada.path, "refs/exps")
    if way == "pull":
        assert refs(bob.path, "refs/exps") == refs(ada.path, "refs/exps")
        assert refs(bob.path, "refs/trackside/remotes/origin/incoming") == {}
    assert is_sound(team.bare) and is_sound(scratch.path)


def test_a_crowd_that_pushes_pulls_seals_and_packs_loses_nothing(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    for scratch in (ada, bob):
        make_experiments(scratch, 0, pack_refs=False)
    started = [
        begin(scratch, "-c", SEALER, f"{name}{number}", "3")
        for name, scratch in (("ada", ada), ("bob", bob))
        for number in range(2)
    ]
    share = ["import sys", "from trackside.cli import main", "for _ in range(3): status = main(sys.argv[1:])"]
    program = "\n".join([*share, "sys.exit(3 if status == 3 else 0)"])
    started += [begin(scratch, "-c", program, way) for scratch in (ada, bob) for way in ("push", "pull", "pull")]
    while any(process.poll() is None for process in started[:4]):
        for path in (ada.path, bob.path, team.bare):
            subprocess.run(["git", "pack-refs", "--all"], cwd=path, capture_output=True)
        time.sleep(0.1)
    said = [process.communicate()[1].decode() for process in started]
    assert [process.returncode for process in started] == [0] * len(started), said
    assert "Traceback" not in "".join(said)
    for scratch in (ada, bob):
        subprocess.run([sys.executable, "-m", "trackside", "recover"], cwd=scratch.path, env=scratch.environment)
    for scratch in (ada, bob, ada):
        push(opened(scratch))
        pull(opened(scratch))
    wanted = {f"run-{name}{number}-{run}" for name in ("ada", "bob") for number in range(2) for run in range(3)}
    assert set(runs(ada.path)) == set(runs(bob.path)) == set(runs(team.bare)) == wanted
    assert all(map(is_sound, (ada.path, bob.path, team.bare)))
