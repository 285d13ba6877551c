"""Fake forges ready to be asked: the project behind them, the remote that names them, the credential they take."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from states import run_git

from review.fakes.bitbucket import FakeCloud, FakeDataCenter
from review.fakes.gitea import FakeGitea
from review.fakes.github import FakeGitHub
from review.fakes.gitlab import FakeGitLab
from review.fakes.state import TOKEN, Forge
from trackside.git.repository import Repository, open_repository
from trackside.review.forges import Credentials
from trackside.review.remote import Remote
from trackside.review.requested import RequestAsked

BRANCH = 'exp/wärmer-"2"'
MARKER = "<!-- trackside:report -->"
FAKES: dict[str, type[Forge]] = {
    "github": FakeGitHub,
    "gitlab": FakeGitLab,
    "gitea": FakeGitea,
    "bitbucket-cloud": FakeCloud,
    "bitbucket-server": FakeDataCenter,
}


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository behind a forge: `main`, a branch with one commit more, and one with none."""
    folder = tmp_path_factory.mktemp("forge")
    identity = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@x",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@x",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    run_git(folder, "init", "-q", "--bare", "-b", "main", "study.git", **identity)
    path = folder / "study.git"
    tree = run_git(path, "hash-object", "-t", "tree", "-w", "--stdin", stdin="").strip()
    first = run_git(path, "commit-tree", tree, "-m", "Begin", **identity).strip()
    second = run_git(path, "commit-tree", tree, "-p", first, "-m", "Raise accuracy", **identity).strip()
    for name, oid in (("main", first), ("release", first), ("exp/same", first), (BRANCH, second), ("exp/b", second)):
        run_git(path, "update-ref", f"refs/heads/{name}", oid)
    return path


@pytest.fixture
def clone(tmp_path: Path) -> Repository:
    """The repository of the person who promotes."""
    run_git(tmp_path, "init", "-q", "mine")
    return open_repository(tmp_path / "mine")


@pytest.fixture(params=list(FAKES))
def forge(request: pytest.FixtureRequest, bare: Path) -> Iterator[Forge]:
    """Each of the five forges; in the end nothing that was asked or answered contradicts its description."""
    with FAKES[request.param](bare) as running:
        yield running
        assert running.violations == [], running.violations


@pytest.fixture(params=["github", "bitbucket-server"])
def either(request: pytest.FixtureRequest, bare: Path) -> Iterator[Forge]:
    """Two forges as unlike as can be, for what HTTP alone decides."""
    with running(request.param, bare) as forge:
        yield forge


@contextmanager
def running(name: str, bare: Path, **options: Any) -> Iterator[Any]:
    """Run one forge."""
    with FAKES[name](bare, **options) as forge:
        yield forge
        assert forge.violations == [], forge.violations


def name_of(forge: Forge) -> Any:
    """Return the forge's name."""
    return next(name for name, kind in FAKES.items() if isinstance(forge, kind))


def remote_of(forge: Forge, /, **more: Any) -> Remote:
    """Return the remote that names a forge's project."""
    known: dict[str, Any] = {
        "name": "origin",
        "address": f"{forge.home}/{forge.project}.git",
        "scheme": forge.scheme,
        "host": "127.0.0.1",
        "project": forge.project,
        "web": forge.home,
        "forge": name_of(forge),
    }
    return Remote(**{**known, **more})


def credentials_of(forge: Forge, clone: Repository, token: str = TOKEN, **more: str) -> Credentials:
    """Return credentials that hold one token, named by Git's setting for the host."""
    run_git(Path(clone.git.folder), "config", f"trackside.{forge.web}.tokenVariable", "MY_TOKEN")
    return Credentials(clone, {"MY_TOKEN": token, **more})


def asking(text: str = "accuracy 0.91 → 0.93", **more: Any) -> RequestAsked:
    """Ask for a request with a report of ours."""

    def body(forge: object, limit: int | None) -> str:
        del forge, limit
        return f"{MARKER}\n\n{text}"

    given: dict[str, Any] = {"branch": BRANCH, "onto": "main", "title": "Raise accuracy", "body": body}
    return RequestAsked(**{**given, **more})
