"""`git gc --prune=now` in the moment between a fetch and the ref that keeps what came: nothing is lost by it."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from clones import Team, make_team, opened, refs, runs
from repositories import Scratch, make_experiments
from test_sharing import lose

from trackside.errors import GitError
from trackside.sharing.fetching import Fetching
from trackside.sharing.pull import pull
from trackside.sharing.push import push


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return make_team(tmp_path)


Between = Callable[[Callable[[Sequence[str]], None]], None]


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """Have something happen when Git has fetched and no ref keeps what came."""

    def set_up(action: Callable[[Sequence[str]], None]) -> None:
        keep = Fetching._keep

        def after_it(fetching: Fetching, oids: Sequence[str]) -> str:
            action(oids)
            return keep(fetching, oids)

        monkeypatch.setattr(Fetching, "_keep", after_it)

    return set_up


def is_here(scratch: Scratch, oid: str) -> bool:
    return subprocess.run(["git", "cat-file", "-e", oid], cwd=scratch.path, capture_output=True).returncode == 0


def shared(team: Team, count: int) -> tuple[Scratch, Scratch]:
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiments(ada, count)
    push(opened(ada))
    return ada, bob


@pytest.mark.parametrize("count", [3, 150])
def test_runs_that_git_collects_before_a_ref_keeps_them_are_fetched_again(
    team: Team, between: Between, count: int
) -> None:
    ada, bob = shared(team, count)
    gone: list[bool] = []

    def collect(oids: Sequence[str]) -> None:
        if not gone:
            assert is_here(bob, oids[0])
            bob.git("gc", "--quiet", "--prune=now")
            gone.append(not is_here(bob, oids[0]))

    between(collect)
    pulled = pull(opened(bob))
    assert gone == [True]
    assert (len(pulled.moved), pulled.held) == (count, [])
    assert runs(bob.path) == runs(ada.path)
    assert refs(bob.path, "refs/trackside/remotes/origin/incoming") == {}
    assert bob.git("fsck", "--no-dangling") == ""


def test_a_collection_that_goes_on_is_waited_for_and_what_it_takes_later_is_fetched_again(
    team: Team, between: Between
) -> None:
    ada, bob = shared(team, 3)
    blob = ada.git("rev-parse", f"{next(iter(runs(ada.path).values()))}:.trackside/run.json")
    lock = bob.path / ".git" / "gc.pid"
    begun: list[threading.Thread] = []

    def end() -> None:
        time.sleep(0.3)
        try:
            lose(bob.path / ".git", blob)
        finally:
            lock.unlink()

    def collect(oids: Sequence[str]) -> None:
        del oids
        if not begun:
            # What a collection has in its hands that looked for refs a moment ago.
            lock.write_text(f"{os.getpid()} {socket.gethostname()}")
            begun.append(threading.Thread(target=end))
            begun[0].start()

    between(collect)
    heard: list[str] = []

    def hear(message: str, share: float | None = None) -> None:
        del share
        heard.append(message)

    pulled = pull(opened(bob), progress=hear)
    begun[0].join()
    assert "Waiting for git gc to end" in heard
    assert (len(pulled.moved), pulled.held) == (3, [])
    assert bob.git("fsck", "--no-dangling") == ""


def test_collecting_without_end_is_told_and_the_next_pull_brings_all(team: Team) -> None:
    ada, bob = shared(team, 3)
    with pytest.MonkeyPatch.context() as patch:
        keep = Fetching._keep

        def collected(fetching: Fetching, oids: Sequence[str]) -> str:
            bob.git("gc", "--quiet", "--prune=now")
            return keep(fetching, oids)

        patch.setattr(Fetching, "_keep", collected)
        with pytest.raises(GitError, match="takes what was just fetched") as caught:
            pull(opened(bob))
    assert "pull again" in caught.value.hint
    assert refs(bob.path, "refs/exps", "refs/trackside") == {}
    bob.git("gc", "--quiet")
    assert len(pull(opened(bob)).moved) == 3 and runs(bob.path) == runs(ada.path)


def test_a_pull_that_was_killed_in_that_moment_is_made_good_by_the_next(team: Team, between: Between) -> None:
    ada, bob = shared(team, 3)
    killed: list[bool] = []

    def collect(oids: Sequence[str]) -> None:
        del oids
        if not killed:
            bob.git("gc", "--quiet", "--prune=now")
            killed.append(True)

    def kill(*_: object) -> bool:
        raise KeyboardInterrupt

    between(collect)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trackside.sharing.fetching.is_lost", kill)
        with pytest.raises(KeyboardInterrupt):
            pull(opened(bob))
    assert len(refs(bob.path, "refs/trackside/remotes/origin/incoming")) == 1
    pulled = pull(opened(bob))
    assert (len(pulled.moved), pulled.held) == (3, [])
    assert refs(bob.path, "refs/trackside/remotes/origin/incoming") == {}
    assert runs(bob.path) == runs(ada.path) and bob.git("fsck", "--no-dangling") == ""
