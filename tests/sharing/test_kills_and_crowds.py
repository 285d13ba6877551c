"""Pushes and pulls that are killed, and many at once beside sealing and packing: every run arrives, Git is sound."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from clones import Team, make_team, opened, refs, runs
from repositories import Scratch, make_experiments

from trackside.errors import StateError
from trackside.git.runner import Output
from trackside.sharing.pull import pull
from trackside.sharing.push import push
from trackside.sharing.transport import Peer
from trackside.store import Store

SEALER = """
import sys, trackside as t
for number in range(int(sys.argv[2])):
    t.start(f"run-{sys.argv[1]}-{number}")
    t.log(loss=0.5)
    t.end()
"""
TIDY = """
import subprocess, sys, time
end = time.time() + float(sys.argv[1])
while time.time() < end:
    subprocess.run(["git", *sys.argv[2:]], capture_output=True)
    time.sleep(0.2)
"""


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return make_team(tmp_path)


def begin(scratch: Scratch, *command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *command], cwd=scratch.path, env=scratch.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def descendants(pid: int) -> list[int]:
    """Return what a process has started and what that has started, wherever it runs."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [*descendants(child), child]
    return found


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all its Git children at one moment; stopped first, it starts no others."""
    if process.poll() is None:
        os.kill(process.pid, signal.SIGSTOP)
        for pid in [*descendants(process.pid), process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.communicate()


def sound(path: Path) -> None:
    """What is referred to is whole, and every object that is there is sound."""
    done = subprocess.run(["git", "fsck", "--no-dangling"], cwd=path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done


def remove_locks(team: Team, *clones: Scratch) -> None:
    """Remove what a person removes when Git says so; locks of runs' refs in a clone are passed by without it."""
    for folder in (team.bare, *(scratch.path / ".git" for scratch in clones)):
        for lock in folder.glob("*.lock"):
            lock.unlink()
    for lock in team.bare.glob("refs/**/*.lock"):
        lock.unlink()


def finish(team: Team, ada: Scratch, bob: Scratch) -> None:
    """Share once more, undisturbed; then everybody has everything, and nothing is left over."""
    for scratch in (ada, bob, ada):
        push(opened(scratch))
        pull(opened(scratch))
    wanted = refs(team.bare, "refs/exps", "refs/notes")
    for scratch in (ada, bob):
        assert refs(scratch.path, "refs/exps", "refs/notes") == wanted
        assert refs(scratch.path, "refs/trackside/remotes/origin/incoming") == {}
    for path in (team.bare, ada.path, bob.path):
        sound(path)


def undisturbed(folder: Path, count: int) -> float:
    """Return the seconds a whole push takes here, in a team of its own: the time in which a kill cuts one."""
    folder.mkdir()
    ada = make_team(folder).clone("ada")
    make_experiments(ada, count)
    began = time.monotonic()
    process = begin(ada, "-m", "trackside", "push")
    _, said = process.communicate()
    assert process.returncode == 0, said
    return time.monotonic() - began


def kill_again_and_again(team: Team, seed: str, kills: int, count: int) -> None:
    """Kill pushes of one clone and pulls of the other at moments of a seed."""
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiments(ada, count)
    whole = undisturbed(team.folder / "rehearsal", count)
    before = refs(ada.path, "refs/exps")
    Store(opened(ada)).annotate([next(iter(before.values()))], {"star": True})
    chance = random.Random(seed)
    reached = []
    for number in range(kills):
        process = begin(*((ada, "-m", "trackside", "push") if number % 2 == 0 else (bob, "-m", "trackside", "pull")))
        time.sleep(chance.uniform(0.1, 0.9) * whole)
        reached.append(process.poll())
        kill_all(process)
        assert refs(ada.path, "refs/exps") == before
        for path in (team.bare, bob.path):
            assert refs(path, "refs/exps").items() <= before.items()
    assert None in reached
    remove_locks(team, ada, bob)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trackside.git.locks.STALE", 0.0)
        finish(team, ada, bob)
    assert refs(team.bare, "refs/exps") == before


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds children in /proc")
def test_whatever_is_killed_goes_on_where_it_was(team: Team) -> None:
    kill_again_and_again(team, "a few", 6, 200)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds children in /proc")
@pytest.mark.parametrize("seed", ["one", "two", "three", "four"])
def test_whatever_is_killed_at_a_hundred_moments_goes_on_where_it_was(team: Team, seed: str) -> None:
    kill_again_and_again(team, seed, 100, 2_000)


def interrupt_and_go_on(team: Team, count: int) -> None:
    """Stop a pull once a first part is here; the next fetches the rest and nothing else."""
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiments(ada, count)
    push(opened(ada))
    incoming = "refs/trackside/remotes/origin/incoming"

    def stop(message: str, progress: float | None = None) -> None:
        if refs(bob.path, incoming):
            raise StateError(f"Stopped: {message} {progress}")

    with pytest.raises(StateError, match="Stopped: Fetching"):
        pull(opened(bob), progress=stop)
    kept = refs(bob.path, incoming).values()
    here = {oid for one in kept for oid in bob.git("rev-list", "--parents", "-1", one).split()[1:]}
    assert 0 < len(here) < count
    asked: list[str] = []
    whole = Peer.fetch

    def fetch(peer: Peer, oids: Sequence[str]) -> Output:
        asked.extend(oids)
        return whole(peer, oids)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Peer, "fetch", fetch)
        pull(opened(bob))
    assert len(asked) == count - len(here) and here.isdisjoint(asked)
    assert refs(bob.path, "refs/exps") == refs(ada.path, "refs/exps")
    assert refs(bob.path, incoming) == {}


def test_an_interrupted_pull_fetches_only_the_rest(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackside.sharing.pull.AT_ONCE", 100)
    monkeypatch.setattr("trackside.sharing.pull._LOOKED_AT", 50)
    interrupt_and_go_on(team, 300)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_an_interrupted_pull_of_ten_thousand_fetches_only_the_rest(team: Team) -> None:
    interrupt_and_go_on(team, 10_000)


def crowd(team: Team, rounds: int, *, pack_seconds: float) -> None:
    """Sixteen processes: two clones seal, push and pull, and everywhere refs are packed and garbage collected."""
    ada, bob = team.clone("ada"), team.clone("bob")
    for scratch in (ada, bob):
        make_experiments(scratch, 0, pack_refs=False)
    share = ["import sys", "from trackside.cli import main", "for _ in range(int(sys.argv.pop(1))):"]
    program = "\n".join([*share, "    status = main(sys.argv[1:])", "sys.exit(3 if status == 3 else 0)"])
    started = [begin(one, "-c", SEALER, f"{who}{number}", str(rounds)) for who, one in (("ada", ada), ("bob", bob))
               for number in range(2)]  # fmt: skip
    started += [
        begin(one, "-c", program, str(rounds), way) for one in (ada, bob) for way in ("push", "pull", "push")
    ]  # fmt: skip
    places = (ada, bob, Scratch(team.bare, ada.home))
    tidying = [begin(one, "-c", TIDY, str(pack_seconds), *what) for one in places
               for what in (("pack-refs", "--all"), ("gc", "-q"))]  # fmt: skip
    assert len(started) + len(tidying) == 16
    said = [process.communicate()[1].decode() for process in [*started, *tidying]]
    assert [process.returncode for process in started] == [0] * len(started), said
    assert "Traceback" not in "".join(said)
    for scratch in (ada, bob):
        done = subprocess.run([sys.executable, "-m", "trackside", "recover"], cwd=scratch.path, env=scratch.environment)
        assert done.returncode == 0
    finish(team, ada, bob)
    wanted = {f"run-{name}{number}-{run}" for name in ("ada", "bob") for number in range(2) for run in range(rounds)}
    assert set(runs(ada.path)) == set(runs(bob.path)) == set(runs(team.bare)) == wanted


def test_a_crowd_that_pushes_pulls_seals_packs_and_collects_loses_nothing(team: Team) -> None:
    crowd(team, 3, pack_seconds=3)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_crowd_that_goes_on_for_minutes_loses_nothing(team: Team) -> None:
    crowd(team, 40, pack_seconds=120)
