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
