"""Pushing a branch to real Git servers."""

from __future__ import annotations

import pytest
from repositories import Scratch, trackside_home
from repositories import scratch as scratch

from review.peers import add_remote, daemon, http_peer, make_bare, peer_refs, remember_password
from trackside.git.repository import Repository, open_repository
from trackside.review.push import Pushed, push
from trackside.review.remote import pick_remote

__all__ = ["trackside_home"]
BRANCH = "exp/calm-otter"
REF = f"refs/heads/{BRANCH}"


@pytest.fixture
def home(trackside_home: Scratch) -> Scratch:
    """A repository with a branch that was promoted."""
    commit(trackside_home, "one")
    return trackside_home


def commit(home: Scratch, text: str) -> str:
    """Put one commit onto the promoted branch, without checking it out."""
    tree = home.git("rev-parse", "HEAD^{tree}")
    oid = home.git("commit-tree", tree, "-p", "HEAD", "-m", text)
    home.git("update-ref", REF, oid)
    return oid


def repository(home: Scratch) -> Repository:
    return open_repository(home.path)


def go(home: Scratch, expected: str | None = "", **more: object) -> Pushed:
    here = repository(home)
    return push(here, pick_remote(here), BRANCH, expected=expected, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["path", "file"])
def test_branch_is_pushed_and_the_clone_stays_as_it_is(home: Scratch, form: str) -> None:
    peer = make_bare(home)
    add_remote(home, str(peer) if form == "path" else f"file://{peer}")
    before = home.state()
    pushed = go(home)
    assert (pushed.state, pushed.link) == ("created", None)
    assert peer_refs(home, peer)[REF] == home.git("rev-parse", REF)
    assert home.state() == before


def test_branch_is_pushed_by_the_git_protocol(home: Scratch) -> None:
    peer = make_bare(home)
    with daemon(home, peer) as address:
        add_remote(home, address)
        assert go(home).state == "created"
    assert REF in peer_refs(home, peer)


def test_branch_is_pushed_by_http_with_what_the_credential_helper_knows(home: Scratch) -> None:
    peer = make_bare(home)
    with http_peer(home, peer) as server:
        remember_password(home, server.port)
        add_remote(home, f"http://127.0.0.1:{server.port}/{peer.name}")
        assert go(home).state == "created"
    assert REF in peer_refs(home, peer)
