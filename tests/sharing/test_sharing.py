"""Runs and annotations through a bare repository that several people share."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cli.program import on_terminal, trackside
from clones import Team, make_team, opened, refs, runs
from repositories import make_experiment, make_experiments

from trackside.contract import Annotations
from trackside.errors import GitError, NotFoundError, StateError
from trackside.git.runner import Output
from trackside.sharing.pull import pull
from trackside.sharing.push import push
from trackside.sharing.told import Wanted
from trackside.sharing.transport import Peer
from trackside.store import Store
from trackside.travelled import read_travelled


def note_fetches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that takes every commit which is fetched from now on."""
    fetched: list[str] = []
    whole = Peer.fetch

    def fetch(peer: Peer, oids: Sequence[str]) -> Output:
        fetched.extend(oids)
        return whole(peer, oids)

    monkeypatch.setattr(Peer, "fetch", fetch)
    return fetched


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return make_team(tmp_path)


def annotations(store: Store) -> dict[str, Annotations]:
    return {item["name"]: item["annotations"] for item in store.read(store.shelf())}


@pytest.mark.parametrize("kind", ["path", "file"])
@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_run_travels_one_to_one_with_its_annotations(tmp_path: Path, kind: str, object_format: str) -> None:
    team = make_team(tmp_path, object_format=object_format)
    address = f"file://{team.bare}" if kind == "file" else ""
    ada, bob = team.clone("ada", address=address), team.clone("bob", address=address)
    oid = make_experiment(ada, "calm-otter", metrics={"acc": [0.5, 0.9]})
    Store(opened(ada)).annotate([oid], {"star": True})
    before = ada.state(), bob.state()
    assert push(opened(ada)).moved == ["calm-otter"]
    pulled = pull(opened(bob))
    assert (pulled.moved, pulled.held) == (["calm-otter"], [])
    assert runs(ada.path) == runs(bob.path) == runs(team.bare) == {"calm-otter": oid}
    assert refs(ada.path, "refs/exps") == refs(bob.path, "refs/exps") == refs(team.bare, "refs/exps")
    assert annotations(Store(opened(bob))) == annotations(Store(opened(ada)))
    assert (ada.state(), bob.state()) == before
    assert refs(bob.path, "refs/trackside/remotes/origin/incoming") == {}


def test_another_run_of_the_same_name_is_overwritten_nowhere(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    first = make_experiment(ada, "twin", params={"lr": 1})
    second = make_experiment(bob, "twin", params={"lr": 2})
    push(opened(ada))
    pushed = push(opened(bob))
    assert [(one.name, one.why) for one in pushed.held] == [("twin", "another run of that name is there")]
    assert "trackside rename twin" in pushed.held[0].hint
    (held,) = pull(opened(bob)).held
    assert (held.name, held.oid) == ("twin", first)
    assert refs(bob.path)[held.kept] == first
    assert runs(team.bare)["twin"] == first and runs(bob.path / ".git")["twin"]
    assert refs(bob.path, "refs/exps") == {next(iter(refs(bob.path, "refs/exps"))): second}
    assert pull(opened(bob), "", Wanted(names=(first[:12],)), name="twin-of-ada").moved == ["twin-of-ada"]
    assert refs(bob.path, "refs/trackside") == {
        ref: oid for ref, oid in refs(bob.path, "refs/trackside").items() if "/exps/" not in ref
    }
    assert pull(opened(bob)).held == []


def test_the_same_name_on_another_baseline_is_another_run_too(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiment(ada, "twin")
    push(opened(ada))
    bob.git("commit", "-q", "--allow-empty", "-m", "Go on")
    mine = make_experiment(bob, "twin")
    assert [one.name for one in push(opened(bob)).held] == ["twin"]
    assert [one.name for one in pull(opened(bob)).held] == ["twin"]
    assert list(refs(bob.path, "refs/exps").values()) == [mine]


def test_nothing_is_pruned_and_a_deleted_run_stays_deleted(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiment(ada, "calm-otter")
    make_experiment(ada, "brave-lynx")
    bob.git("config", "fetch.prune", "true")
    push(opened(ada))
    pull(opened(bob))
    for ref in refs(team.bare, "refs/exps"):
        team.clone("eve").git("push", "-q", "origin", f":{ref}") if ref.endswith("lynx") else None
    Store(opened(bob)).delete(["calm-otter"])
    pulled = pull(opened(bob))
    assert (pulled.moved, set(runs(bob.path))) == ([], {"brave-lynx"})


def test_runs_can_be_chosen(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    author = {"name": "Bob", "email": "bob@example.org", "fallback": False}
    starred = make_experiment(ada, "starred")
    make_experiment(ada, "bobs", author=author)
    make_experiment(ada, "plain")
    Store(opened(ada)).annotate([starred], {"star": True})
    assert push(opened(ada), wanted=Wanted(names=("pla",))).moved == ["plain"]
    assert push(opened(ada), wanted=Wanted(starred=True)).moved == ["starred"]
    ada.git("config", "user.email", "bob@example.org")
    assert push(opened(ada), wanted=Wanted(mine=True)).moved == ["bobs"]
    assert pull(opened(bob), "origin", Wanted(names=("plain",))).moved == ["plain"]
    with pytest.raises(NotFoundError):
        pull(opened(bob), "origin", Wanted(names=("nobody",)))


def test_a_pull_can_be_narrowed_to_ones_own_runs(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    bob.git("config", "user.email", "bob@example.org")
    make_experiments(ada, 5)
    make_experiment(ada, "bobs")
    (ref,) = (ref for ref in refs(ada.path, "refs/exps") if ref.endswith("/bobs"))
    bobs = ("-c", "user.name=Bob", "-c", "user.email=Bob@Example.org")
    mine = ada.git(*bobs, "commit-tree", f"{ref}^{{tree}}", "-p", ada.head(), "-m", "bobs")
    ada.git("update-ref", ref, mine)
    push(opened(ada))
    fetched = note_fetches(monkeypatch)
    pulled = pull(opened(bob), wanted=Wanted(mine=True))
    assert (pulled.moved, pulled.held, runs(bob.path)) == (["bobs"], [], {"bobs": mine})
    assert len(fetched) == 6
    assert refs(bob.path, "refs/trackside") == {}
    again = pull(opened(bob), wanted=Wanted(mine=True))
    assert (again.moved, again.same, len(fetched)) == ([], 1, 6)
    assert len(pull(opened(bob)).moved) == 5


def test_one_who_is_nobody_has_no_runs_of_their_own(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = team.clone("bob")
    bob.git("config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(StateError) as caught:
        pull(opened(bob), wanted=Wanted(mine=True))
    assert "user.email" in caught.value.hint


def test_a_pull_can_be_narrowed_to_runs_that_somebody_starred(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    one, two, three = (make_experiment(ada, name) for name in ("one", "two", "three"))
    Store(opened(ada)).annotate([one, two], {"star": True})
    Store(opened(ada)).annotate([two], {"star": False})
    push(opened(ada))
    fetched = note_fetches(monkeypatch)
    pulled = pull(opened(bob), wanted=Wanted(starred=True))
    assert (pulled.moved, pulled.annotations, runs(bob.path)) == (["one"], "moved", {"one": one})
    assert one in fetched and not {two, three} & {*fetched}
    assert sorted(pull(opened(bob)).moved) == ["three", "two"]


def test_what_another_pull_held_back_is_still_told_after_a_narrowed_one(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiment(ada, "twin")
    make_experiment(bob, "twin", params={"lr": 2})
    bob.git("config", "user.email", "bob@example.org")
    push(opened(ada))
    assert [one.name for one in pull(opened(bob)).held] == ["twin"]
    for wanted in (Wanted(mine=True), Wanted(starred=True)):
        assert pull(opened(bob), wanted=wanted).held == []
        assert [run["name"] for _, run in read_travelled(opened(bob).own_dir).held(())] == ["twin"]


def test_many_runs_travel_in_parts_and_a_second_time_nothing_does(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackside.sharing.transport.AT_ONCE", 150)
    monkeypatch.setattr("trackside.sharing.pull.AT_ONCE", 150)
    monkeypatch.setattr("trackside.sharing.pull._LOOKED_AT", 60)
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiments(ada, 400)
    assert len(push(opened(ada)).moved) == 400
    assert len(pull(opened(bob)).moved) == 400
    assert refs(ada.path, "refs/exps") == refs(bob.path, "refs/exps")
    assert (push(opened(ada)).same, pull(opened(bob)).same) == (400, 400)
    assert list((ada.path / ".git" / "trackside").glob("push-*")) == []


def test_people_who_annotate_at_once_see_the_same_in_the_end(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    oid = make_experiment(ada, "calm-otter")
    push(opened(ada))
    pull(opened(bob))
    Store(opened(ada)).annotate([oid], {"tag": ["paper"], "note": "first"})
    Store(opened(bob)).annotate([oid], {"tag": ["slides"], "note": "second"})
    push(opened(ada))
    push(opened(bob))
    pull(opened(ada))
    both = annotations(Store(opened(ada)))
    assert both == annotations(Store(opened(bob)))
    assert both["calm-otter"]["tags"] == ["paper", "slides"] and both["calm-otter"]["note"] == "second"
    assert refs(ada.path, "refs/notes") == refs(bob.path, "refs/notes") == refs(team.bare, "refs/notes")


def test_annotations_of_runs_that_are_not_here_are_kept(team: Team) -> None:
    ada, bob, eve = team.clone("ada"), team.clone("bob"), team.clone("eve")
    one, two = make_experiment(ada, "one"), make_experiment(ada, "two")
    Store(opened(ada)).annotate([one, two], {"star": True})
    push(opened(ada))
    mine = make_experiment(bob, "mine")
    Store(opened(bob)).annotate([mine], {"star": True})
    pull(opened(bob), "origin", Wanted(names=("one",)))
    push(opened(bob))
    pull(opened(eve))
    assert {name: item["star"] for name, item in annotations(Store(opened(eve))).items()} == {
        "one": True, "two": True, "mine": True,
    }  # fmt: skip


def test_a_server_that_hides_runs_is_told(team: Team) -> None:
    ada = team.clone("ada")
    make_experiment(ada, "calm-otter")
    (team.bare / "config").write_text((team.bare / "config").read_text() + "[transfer]\n\thideRefs = refs/exps\n")
    with pytest.raises(GitError) as caught:
        push(opened(ada))
    assert caught.value.code == "share-hidden" and "hideRefs" in caught.value.hint
    assert "hides them" in pull(opened(ada)).notes[0]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/nowhere/at/all.git", "share-not-found"),
        ("https://127.0.0.1:9/team.git", "share-network"),
        ("ssh://127.0.0.1:9/team.git", "share-network"),
    ],
)
def test_a_remote_that_cannot_be_reached_is_told_with_the_next_step(team: Team, address: str, code: str) -> None:
    ada = team.clone("ada")
    make_experiment(ada, "calm-otter")
    ada.git("remote", "set-url", "origin", address)
    for share in (push, pull):
        with pytest.raises(GitError) as caught:
            share(opened(ada))
        assert caught.value.code == code and caught.value.hint


@pytest.mark.parametrize("version", ["0", "1", "2"])
def test_every_protocol_of_git_will_do(team: Team, version: str) -> None:
    ada, bob = (team.clone(name, address=f"file://{team.bare}") for name in ("ada", "bob"))
    for scratch in (ada, bob):
        scratch.git("config", "protocol.version", version)
    make_experiments(ada, 30)
    assert (len(push(opened(ada)).moved), len(pull(opened(bob)).moved)) == (30, 30)


def test_wrong_credentials_are_told_and_nobody_is_asked(team: Team) -> None:
    class Closed(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="team"')
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    ada = team.clone("ada")
    make_experiment(ada, "calm-otter")
    server = HTTPServer(("127.0.0.1", 0), Closed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for user in ("", "ada:s3cret@"):
            ada.git("remote", "set-url", "origin", f"http://{user}127.0.0.1:{server.server_port}/team.git")
            with pytest.raises(GitError) as caught:
                push(opened(ada))
            assert caught.value.code == "share-auth"
            assert "s3cret" not in f"{caught.value.message}{caught.value.hint}{caught.value.detail}"
    finally:
        server.shutdown()
        server.server_close()


def lose(path: Path, oid: str) -> None:
    """Remove one object from a repository."""
    for pack in (path / "objects/pack").glob("*.pack"):
        data = pack.read_bytes()
        for part in pack.parent.glob(f"{pack.stem}.*"):
            part.unlink()
        subprocess.run(["git", "unpack-objects", "-q"], cwd=path, input=data, check=True)
    (path / "objects" / oid[:2] / oid[2:]).unlink()


def test_a_run_whose_objects_are_gone_holds_no_other_up(team: Team) -> None:
    ada = team.clone("ada")
    make_experiments(ada, 30)
    make_experiment(ada, "broken", files={"lost.txt": b"only here"})
    lose(ada.path / ".git", ada.git("rev-parse", f"{runs(ada.path)['broken']}:lost.txt"))
    pushed = push(opened(ada))
    assert len(pushed.moved) == 30
    assert [(one.name, one.why) for one in pushed.held] == [("broken", "it is damaged here")]


@pytest.mark.parametrize("what", [":lost.txt", "^{tree}"])
def test_a_run_whose_objects_are_gone_at_the_remote_holds_no_other_up(team: Team, what: str) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiments(ada, 12)
    oid = make_experiment(ada, "broken", files={"lost.txt": b"only here"})
    push(opened(ada))
    lose(team.bare, ada.git("rev-parse", f"{oid}{what}"))
    pulled = pull(opened(bob))
    assert len(pulled.moved) == 12
    assert [one.name for one in pulled.held] == ["broken"] and "damaged there" in pulled.held[0].why


def test_work_that_is_stopped_leaves_nothing_behind(team: Team) -> None:
    ada = team.clone("ada")
    make_experiments(ada, 30)

    def stop(message: str, progress: float | None = None) -> None:
        if message.startswith("Sending") and progress != 2:
            raise StateError("Stopped.")

    with pytest.raises(StateError, match="Stopped"):
        push(opened(ada), progress=stop)
    assert list((ada.path / ".git" / "trackside").glob("push-*")) == []
    assert len(push(opened(ada)).moved) in (0, 30)
    assert len(runs(team.bare)) == 30


def test_a_terminal_sees_how_far_it_is(team: Team) -> None:
    ada = team.clone("ada")
    make_experiment(ada, "calm-otter")
    drawn = on_terminal(ada, "push")
    assert "Sending to origin: writing objects" in drawn and "100%" in drawn and "sent calm-otter" in drawn


def test_the_command_line_pushes_and_pulls(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiment(ada, "calm-otter")
    make_experiment(bob, "calm-otter", params={"lr": 1})
    said = trackside(ada, "push", "origin", "calm-otter")
    assert said.out.splitlines() == ["sent calm-otter", "1 run to origin, 0 there already; annotations: nothing new"]
    told = trackside(bob, "pull", "--json", status=1).json()
    assert told["held"][0]["why"] == "another run of that name is here"
    assert "trackside pull origin" in trackside(bob, "pull", status=1).err
    assert trackside(bob, "pull", "elsewhere", status=1).err.startswith("Trackside: origin has no run named elsewhere")


def test_the_magic_pushes_and_pulls(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiment(ada, "calm-otter")
    for scratch, line, words in ((ada, "push origin calm-otter", "sent calm-otter"), (bob, "pull", "got calm-otter")):
        code = f"get_ipython().run_line_magic('load_ext', 'trackside'); get_ipython().run_line_magic('track', '{line}')"
        done = subprocess.run(
            [sys.executable, "-m", "IPython", "--no-banner", "-c", code],
            cwd=scratch.path, env=scratch.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert words in done.stdout, done
    assert runs(ada.path) == runs(bob.path)
