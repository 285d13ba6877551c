"""`trackside promote`: the real program in real repositories, with a bare one to push to."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from program import on_terminal, trackside
from repositories import Scratch, make_experiment, notebook_text, scratch

from tools.schema import SCHEMA

__all__ = ["scratch"]


def check(value: object, shape: str) -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator({**schema, "$ref": f"#/$defs/{shape}"}).validate(value)


@pytest.fixture
def promotable(scratch: Scratch) -> Scratch:
    """A run that changed a module and a notebook."""
    make_experiment(
        scratch,
        "calm-otter",
        run="20260101t000000-0000000001",
        params={"lr": 0.3},
        metrics={"val_acc": [0.4, 0.97]},
        files={
            "features.py": "def scale(x):\n    return x / 4\n",
            "study.ipynb": notebook_text(["import features\n", "lr = 0.3\n"]),
        },
    )
    return scratch


def test_a_dry_run_tells_all_and_makes_nothing(promotable: Scratch) -> None:
    refs, state = promotable.refs(), promotable.state()
    said = trackside(promotable, "promote", "calm", "--dry-run").out
    assert said.startswith("calm-otter as branch exp/calm-otter")
    assert "M features.py  +1 -1" in said and "M study.ipynb  1 cell  +1 -1" in said
    assert "  | " in said and "problem" not in said
    check(trackside(promotable, "promote", "calm", "--dry-run", "--json").json(), "PromotePreview")
    assert promotable.refs() == refs and promotable.state() == state


def test_a_dry_run_with_a_problem_exits_1_and_names_it(promotable: Scratch) -> None:
    said = trackside(promotable, "promote", "calm", "--branch", "a..b", "--dry-run", status=1).out
    assert "problem: 'a..b' cannot be the name of a branch." in said
    assert "cannot be the name" in trackside(promotable, "promote", "calm", "--branch=-x", status=2).err
    assert "There is no run" in trackside(promotable, "promote", "nobody", status=1).err


def test_the_branch_is_made_and_noted_and_nothing_else_moves(promotable: Scratch) -> None:
    before = promotable.state()
    said = trackside(promotable, "promote", "calm", "--branch", "try/otter").out
    assert said.startswith("branch try/otter is at ")
    after = promotable.state()
    assert {key: after[key] for key in after if key != "branches"} == {
        key: before[key] for key in before if key != "branches"
    }
    assert promotable.git("show", "try/otter:features.py").endswith("x / 4")
    promoted = trackside(promotable, "list", "--json").json()["experiments"][0]["annotations"]["promoted"]
    assert promoted == "try/otter"
    check(trackside(promotable, "promote", "calm", "--branch", "other", "--json").json(), "Promoted")


def test_text_of_a_run_does_not_act_on_the_terminal(promotable: Scratch) -> None:
    make_experiment(promotable, "evil", title="\x1b]0;gone\x07\x1b[2J", files={"a\x1b[2Jb.py": "x\n"})
    for said in (
        trackside(promotable, "promote", "evil", "--dry-run").out,
        on_terminal(promotable, "promote", "evil", "--dry-run"),
    ):
        assert "\x1b[2J" not in said and "\x07" not in said and "b.py" in said


@pytest.fixture
def pushable(promotable: Scratch) -> Scratch:
    """The same with a bare repository as `origin`."""
    promotable.git("init", "-q", "--bare", str(promotable.path.parent / "origin.git"))
    promotable.git("remote", "add", "origin", str(promotable.path.parent / "origin.git"))
    promotable.git("push", "-q", "origin", "main")
    return promotable


def test_the_branch_is_pushed_with_its_progress_drawn(pushable: Scratch) -> None:
    assert "--push would push it to origin" in trackside(pushable, "promote", "calm", "--dry-run").out
    drawn = on_terminal(pushable, "promote", "calm", "--push")
    assert "Pushing exp/calm-otter to origin" in drawn and "pushed to origin" in drawn
    assert pushable.git("ls-remote", "origin", "exp/calm-otter").startswith(pushable.git("rev-parse", "exp/calm-otter"))
    said = trackside(pushable, "promote", "calm", "--pr")
    assert "pushed to origin" in said.out and "is at no forge" in said.out and said.err == ""


def test_what_conflicts_is_told_and_stops_only_an_update(pushable: Scratch) -> None:
    (pushable.path / "features.py").write_text("def scale(x):\n    return x / 8\n")
    pushable.git("commit", "-qam", "Scale otherwise")
    pushable.git("push", "-q", "origin", "main")
    said = trackside(pushable, "promote", "calm", "--dry-run").out
    assert "does not merge with main by itself:\n    features.py: " in said
    refused = trackside(pushable, "promote", "calm", "--update", status=1)
    assert "features.py" in refused.err and "refs/heads/exp/calm-otter" not in pushable.refs()
    assert "It does not merge with main by itself: features.py" in trackside(pushable, "promote", "calm").out


def test_a_remote_that_is_not_there_is_told_before_anything_is_made(pushable: Scratch) -> None:
    refs = pushable.refs()
    said = trackside(pushable, "promote", "calm", "--push", "--remote", "nowhere", status=1)
    assert "There is no remote 'nowhere'" in said.err and pushable.refs() == refs
