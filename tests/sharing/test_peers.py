"""Runs through Git servers as they really are: HTTP with a password, ssh, the Git protocol; and what they refuse."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from clones import Team, make_team, opened, refs, runs
from missing import missing
from repositories import Scratch, make_experiment, make_experiments
from review.peers import (
    PASSWORD,
    HttpPeer,
    add_hook,
    configure_ssh,
    daemon,
    free_port,
    http_peer,
    remember_password,
    ssh_peer,
)

from trackside.errors import GitError
from trackside.git.repository import Repository
from trackside.sharing.pull import pull
from trackside.sharing.push import push
from trackside.sharing.told import Wanted
from trackside.store import Store


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return make_team(tmp_path)


@pytest.fixture
def ada(team: Team, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """The clone of a person whose home and programs this process has."""
    scratch = team.clone("ada")
    monkeypatch.setenv("HOME", str(scratch.home))
    monkeypatch.setenv("PATH", f"{scratch.home / 'bin'}:{scratch.environment['PATH']}")
    return scratch


@pytest.fixture
def bob(team: Team) -> Scratch:
    return team.clone("bob")


@pytest.fixture
def http(team: Team, ada: Scratch) -> Iterator[HttpPeer]:
    """The bare repository served by HTTP to who knows the password."""
    with http_peer(ada, team.folder) as serving:
        remember_password(ada, serving.port)
        yield serving


@pytest.fixture
def ssh(team: Team, ada: Scratch) -> Iterator[str]:
    """The address of the bare repository by ssh."""
    if shutil.which("ssh") is None:
        missing("there is no ssh here")
    with ssh_peer(ada) as port:
        configure_ssh(ada, port)
        yield f"ssh://git@127.0.0.1:{port}{team.bare}"


def point(scratch: Scratch, address: str) -> None:
    scratch.git("remote", "set-url", "origin", address)


def exchange(team: Team, one: Scratch, two: Scratch, address: str) -> None:
    """Let two clones give each other their runs and annotations."""
    point(one, address)
    point(two, address)
    make_experiments(one, 30)
    mine = make_experiment(two, "mine")
    Store(opened(two)).annotate([mine], {"star": True})
    before = one.state(), two.state()
    assert len(push(opened(one)).moved) == 30
    assert len(pull(opened(two)).moved) == 30
    assert push(opened(two)).moved == ["mine"]
    assert pull(opened(one)).moved == ["mine"]
    assert refs(one.path, "refs/exps", "refs/notes") == refs(two.path, "refs/exps", "refs/notes")
    assert refs(one.path, "refs/exps", "refs/notes") == refs(team.bare, "refs/exps", "refs/notes")
    assert (one.state(), two.state()) == before


def refusal(share: Callable[[Repository], object], scratch: Scratch) -> GitError:
    with pytest.raises(GitError) as caught:
        share(opened(scratch))
    assert caught.value.hint
    return caught.value


def test_runs_travel_by_http(team: Team, ada: Scratch, bob: Scratch, http: HttpPeer) -> None:
    exchange(team, ada, bob, f"http://127.0.0.1:{http.port}/team.git")
    assert any("git-receive-pack" in path for path in http.asked)


def test_runs_travel_by_ssh_which_never_asks(team: Team, ada: Scratch, bob: Scratch, ssh: str) -> None:
    exchange(team, ada, bob, ssh)
    assert "BatchMode=yes" in (ada.home / "ssh-arguments").read_text()


def test_a_server_that_does_not_know_the_person_is_told_and_nobody_is_asked(ada: Scratch, http: HttpPeer) -> None:
    make_experiment(ada, "calm-otter")
    point(ada, f"http://127.0.0.1:{http.port}/team.git")
    remember_password(ada, http.port, "wrong")
    for share in (push, pull):
        error = refusal(share, ada)
        assert error.code == "share-auth" and "git fetch origin" in error.hint
        assert PASSWORD not in f"{error.message}{error.hint}{error.detail}"


@pytest.mark.parametrize(("status", "code"), [(403, "share-denied"), (404, "share-not-found"), (500, "share")])
def test_what_an_http_server_answers_is_told(ada: Scratch, http: HttpPeer, status: int, code: str) -> None:
    make_experiment(ada, "calm-otter")
    point(ada, f"http://127.0.0.1:{http.port}/team.git")
    http.status = status
    for share in (push, pull):
        assert refusal(share, ada).code == code


def test_a_server_that_only_reads_gives_and_takes_nothing(
    team: Team, ada: Scratch, bob: Scratch, http: HttpPeer
) -> None:  # fmt: skip
    make_experiment(bob, "brave-lynx")
    push(opened(bob))
    make_experiment(ada, "calm-otter")
    team_git = replace(bob, path=team.bare)
    team_git.git("config", "http.receivepack", "false")
    point(ada, f"http://127.0.0.1:{http.port}/team.git")
    error = refusal(push, ada)
    assert error.code == "share-denied" and "trackside push NAME" in error.hint
    assert pull(opened(ada)).moved == ["brave-lynx"]
    with daemon(ada, team.bare, writable=False) as address:
        point(ada, address)
        assert refusal(push, ada).code == "share-denied"
        assert pull(opened(ada)).same == 1


def test_keys_that_are_not_known_are_told(ada: Scratch, ssh: str) -> None:
    make_experiment(ada, "calm-otter")
    point(ada, ssh)
    port = int(ssh.partition("127.0.0.1:")[2].partition("/")[0])
    configure_ssh(ada, port, key="stranger")
    assert [refusal(share, ada).code for share in (push, pull)] == ["share-auth", "share-auth"]
    configure_ssh(ada, port, is_known=False)
    assert [refusal(share, ada).code for share in (push, pull)] == ["share-host-key", "share-host-key"]
    point(ada, f"ssh://git@127.0.0.1:{free_port()}/x.git")
    assert refusal(push, ada).code == "share-network"


def test_a_hidden_place_is_told_by_http_too(team: Team, ada: Scratch, bob: Scratch, http: HttpPeer) -> None:
    make_experiment(bob, "brave-lynx")
    push(opened(bob))
    make_experiment(ada, "calm-otter")
    replace(bob, path=team.bare).git("config", "transfer.hideRefs", "refs/exps")
    point(ada, f"http://127.0.0.1:{http.port}/team.git")
    assert refusal(push, ada).code == "share-hidden"
    pulled = pull(opened(ada))
    assert pulled.moved == [] and "hides them" in pulled.notes[0]


def test_a_protected_ref_holds_no_other_run_up(team: Team, ada: Scratch, http: HttpPeer) -> None:
    for name in ("calm-otter", "guarded", "brave-lynx"):
        make_experiment(ada, name)
    add_hook(team.bare, "update", 'case "$1" in */guarded) echo "protected place" >&2; exit 1;; esac')
    point(ada, f"http://127.0.0.1:{http.port}/team.git")
    pushed = push(opened(ada))
    assert sorted(pushed.moved) == ["brave-lynx", "calm-otter"]
    assert [one.name for one in pushed.held] == ["guarded"]
    assert "declined" in pushed.held[0].why and "ask who looks after it" in pushed.held[0].hint
    assert set(runs(team.bare)) == {"brave-lynx", "calm-otter"}


def test_a_server_that_takes_nothing_at_all_is_told_for_each_run(team: Team, ada: Scratch) -> None:
    make_experiment(ada, "calm-otter")
    add_hook(team.bare, "pre-receive", "echo closed for the night >&2; exit 1")
    pushed = push(opened(ada), wanted=Wanted(names=("calm-otter",)))
    assert pushed.moved == [] and "declined" in pushed.held[0].why and pushed.held[0].hint
    assert pushed.notes == ["origin said: closed for the night"]
