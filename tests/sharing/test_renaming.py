"""A new name is told to those who know the run by another; nobody's own name for it changes."""

from __future__ import annotations

from pathlib import Path

from clones import make_team, opened, runs
from repositories import make_experiment

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
