"""A new name is told to those who know the run by another; nobody's own name for it changes."""

from __future__ import annotations

import re
from pathlib import Path

from cli.program import on_terminal, trackside
from clones import make_team, opened, runs
from repositories import Scratch, make_experiment

from trackside.display.still import still_of_runs
from trackside.reading import select
from trackside.sharing.pull import pull
from trackside.sharing.push import push
from trackside.store import Store


def test_two_people_who_rename_a_run_at_once_are_told_the_same(tmp_path: Path) -> None:
    team = make_team(tmp_path)
    ada, bob = team.clone("ada"), team.clone("bob")
    oid = make_experiment(ada, "calm-otter")
    push(opened(ada))
    pull(opened(bob))
    Store(opened(ada)).rename("calm-otter", "name-of-ada")
    Store(opened(bob)).rename("calm-otter", "name-of-bob")
    push(opened(ada))
    assert push(opened(bob)).annotations == "merged"
    pull(opened(ada))
    stores = [Store(opened(clone)) for clone in (ada, bob)]
    (one,), (two,) = ([row.alias for row in store.rows(store.shelf())] for store in stores)
    assert one == two == "name-of-bob"
    assert (runs(ada.path), runs(bob.path)) == ({"name-of-ada": oid}, {"name-of-bob": oid})
    # The remote keeps the one name it has, and nobody gets the run twice.
    assert runs(team.bare) == {"calm-otter": oid}
    assert pull(opened(ada)).moved == pull(opened(bob)).moved == []


def shown(scratch: Scratch, *words: str) -> str:
    """Return what a terminal shows, without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(scratch, *words))


def test_a_name_given_elsewhere_is_shown_beside_the_own_one(tmp_path: Path) -> None:
    team = make_team(tmp_path)
    ada, bob = team.clone("ada"), team.clone("bob")
    make_experiment(ada, "calm-otter")
    make_experiment(ada, "brave-lynx")
    push(opened(ada))
    pull(opened(bob))
    Store(opened(ada)).rename("calm-otter", "paper-table-2")
    push(opened(ada))
    pull(opened(bob))
    assert "calm-otter also paper-table-2" in shown(bob, "list")
    assert "also called  paper-table-2" in shown(bob, "show", "calm-otter")
    assert "calm-otter also paper-table-2" in still_of_runs(select(opened(bob))).text()
    assert "also called\tpaper-table-2" in trackside(bob, "show", "calm-otter").out
    # Who gave the name has it as the own one, and a run nobody renamed has no other.
    assert "also" not in shown(ada, "list") + shown(ada, "show", "paper-table-2")
    assert "also" not in shown(bob, "show", "brave-lynx")
