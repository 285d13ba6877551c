"""From a run to a review, all parts joined: a branch made, pushed by Git over HTTP, and a request at the same host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from repositories import Scratch, make_experiment, notebook_text

from review.fakes.gitea import FakeGitea
from review.fakes.github import FakeGitHub
from review.fakes.gitlab import FakeGitLab
from review.fakes.state import TOKEN, Forge
from review.peers import HttpPeer, add_hook, make_bare, remember_password
from trackside.catalogue import Catalogue
from trackside.errors import GitError, StateError
from trackside.review.asked import Asked
from trackside.review.promotion import preview, promote

FAKES: dict[str, type[Forge]] = {"github": FakeGitHub, "gitlab": FakeGitLab, "gitea": FakeGitea}


@pytest.fixture
def study(trackside_home: Scratch) -> Scratch:
    """Two runs, the second one better."""
    files = {"study.ipynb": notebook_text(["import features\n", "lr = 0.3\n"])}
    make_experiment(trackside_home, "calm-otter", run="r1", started=100.0, metrics={"val_acc": [0.4, 0.9]})
    make_experiment(trackside_home, "keen-hawk", run="r2", started=200.0, metrics={"val_acc": [0.4, 0.97]}, files=files)
    return trackside_home


@pytest.fixture(params=list(FAKES))
def forge(request: pytest.FixtureRequest, study: Scratch, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    """A forge whose API and whose Git are at one address, which the clone knows as `origin`."""
    project = FAKES[request.param].project
    bare = make_bare(study, f"{project}.git")
    peer = HttpPeer(study, study.path.parent / "served")
    peer.server.server_close()
    with FAKES[request.param](bare) as running:
        api: Any = running._server.RequestHandlerClass

        class Both(api):  # type: ignore[misc]  # a class made by the fake
            def do_GET(self) -> None:
                if ".git/" not in self.path:
                    self._serve()
                    return
                self.close_connection = True
                self.path = self.path.removeprefix(running.home.removeprefix(running.web))
                peer.answer(self)

            do_POST = do_GET

        running._server.RequestHandlerClass = Both
        remember_password(study, int(running.host.partition(":")[2]))
        study.git("remote", "add", "origin", f"{running.home}/{project}.git")
        study.git("config", "--global", f"trackside.{running.web}.tokenVariable", "MY_TOKEN")
        monkeypatch.setenv("MY_TOKEN", TOKEN)
        (study.path / "trackside.toml").write_text(f'[forges]\n"{running.host}" = "{request.param}"\n')
        yield running
        assert running.violations == [], running.violations


def test_a_request_is_opened_once_and_then_updated(study: Scratch, forge: Forge) -> None:
    catalogue, state = Catalogue(study.path), study.state()
    told: list[tuple[str, float | None]] = []
    asked = Asked(run="keen-hawk", request=True, draft=True)
    shown = preview(catalogue, asked)
    assert shown["remote"] is not None and shown["remote"]["requests"] and shown["problems"] == []
    first = promote(catalogue, asked, lambda message, share=None: told.append((message, share)))
    assert first["pushed"] == "origin" and first["request"] is not None, first
    assert (first["request"]["rung"], first["request"]["state"]) == ("api", "created"), first["notes"]
    (pull,) = forge.pulls
    assert (pull.branch, pull.onto) == ("exp/keen-hawk", "main")
    assert pull.is_draft or pull.title.startswith(("Draft: ", "WIP: "))
    assert "<!-- trackside:report -->" in pull.body and "0.9700" in pull.body and shown["title"] in pull.title
    shares = [share for _, share in told if share is not None]
    assert shares == sorted(shares) and any("Pushing exp/keen-hawk" in message for message, _ in told)
    again = promote(catalogue, Asked(run="keen-hawk", request=True, title="Another title", outputs="keep"))
    assert again["request"] is not None and again["request"]["state"] == "updated", again
    assert len(forge.pulls) == 1 and "Another title" in forge.pulls[0].title
    after = study.state()
    assert {**after, "branches": state["branches"]} == state
    assert TOKEN not in repr((first, again, told, shown))


def test_an_api_that_fails_leaves_the_branch_pushed_and_an_address(study: Scratch, forge: Forge) -> None:
    forge.fail(403, {"message": "not today"})
    made = promote(Catalogue(study.path), Asked(run="keen-hawk", request=True))
    assert made["pushed"] == "origin" and made["request"] is not None and made["request"]["state"] == "offered"
    assert (made["url"] or "").startswith(forge.home) and made["notes"]


@pytest.fixture
def origin(study: Scratch) -> Path:
    """A bare repository by its path."""
    bare = make_bare(study)
    study.git("remote", "add", "origin", str(bare))
    study.git("fetch", "-q", "origin")
    return bare


def test_report_compares_with_the_targets_record_then_with_the_baseline_run(study: Scratch, origin: Path) -> None:
    del origin
    catalogue = Catalogue(study.path)
    assert "`keen-hawk` against `calm-otter`" in preview(catalogue, Asked(run="keen-hawk"))["report"]
    promote(catalogue, Asked(run="keen-hawk"))
    # It is now itself the run that others are compared with.
    assert "`keen-hawk` against `calm-otter`" in preview(catalogue, Asked(run="keen-hawk"))["report"]
    make_experiment(study, "late-wren", run="r3", started=300.0, metrics={"val_acc": [0.4, 0.99]})
    study.git("push", "-q", "origin", "exp/keen-hawk:main")
    study.git("fetch", "-q", "origin")
    assert "0.9700 to 0.9900" in preview(Catalogue(study.path), Asked(run="late-wren"))["report"]


def test_what_stops_the_work_at_the_push_leaves_the_branch_and_a_second_try_goes_on(
    study: Scratch, origin: Path
) -> None:
    del origin
    catalogue = Catalogue(study.path)

    def stop(message: str, share: float | None = None) -> None:
        del share
        if message.startswith("Pushing"):
            raise StateError("It was cancelled.", code="cancelled")

    with pytest.raises(StateError, match="cancelled"):
        promote(catalogue, Asked(run="keen-hawk", push=True), stop)
    assert "refs/heads/exp/keen-hawk" in study.refs()
    made = promote(catalogue, Asked(run="keen-hawk", push=True))
    assert made["pushed"] == "origin" and made["oid"] == study.refs()["refs/heads/exp/keen-hawk"]


def test_a_branch_of_ours_is_replaced_on_the_remote_and_one_that_grew_is_not(study: Scratch, origin: Path) -> None:
    catalogue = Catalogue(study.path)
    promote(catalogue, Asked(run="keen-hawk", push=True))
    (study.path / "features.py").unlink()
    second = promote(catalogue, Asked(run="keen-hawk", push=True, branch="exp/keen-hawk", outputs="keep", sign=False))
    assert study.git("ls-remote", "origin", "exp/keen-hawk").startswith(second["oid"])
    tip = study.git("--git-dir", str(origin), "rev-parse", "exp/keen-hawk")
    grown = study.git(
        "--git-dir", str(origin), "-c", "user.name=G", "-c", "user.email=g@x", "commit-tree", f"{tip}^{{tree}}", "-p",
        tip, "-m", "A reviewer's commit",
    )  # fmt: skip
    study.git("--git-dir", str(origin), "update-ref", "refs/heads/exp/keen-hawk", grown)
    study.git("branch", "-D", "exp/keen-hawk")
    add_hook(origin, "update", "exit 0")
    make_experiment(study, "keen-hawk-b", run="r4", started=400.0)
    with pytest.raises(GitError):
        promote(catalogue, Asked(run="keen-hawk-b", branch="exp/keen-hawk", push=True))
    assert study.git("--git-dir", str(origin), "rev-parse", "exp/keen-hawk") == grown
