"""What a clone remembers of its remotes: marks that may be lost and never do harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trackside.travelled import FILE, Travelled, mark_seen, read_travelled, remember

ONE, TWO, THREE = ("1" * 40, "2" * 40, "3" * 40)


def held(oid: str, why: str = "another run of that name is here") -> Any:
    return {"name": "twin", "oid": oid, "why": why, "hint": "", "kept": None}


def test_runs_that_arrived_are_new_until_they_were_seen(tmp_path: Path) -> None:
    remember(tmp_path, "origin", [ONE, TWO], arrived=[ONE, TWO])
    remember(tmp_path, "backup", [TWO])
    found = read_travelled(tmp_path)
    assert (set(found.fresh), found.holders(TWO), found.holders(THREE)) == ({ONE, TWO}, ["origin", "backup"], [])
    mark_seen(tmp_path, {ONE})
    assert set(read_travelled(tmp_path).fresh) == {TWO}
    mark_seen(tmp_path, None)
    assert set(read_travelled(tmp_path).fresh) == set()


def test_a_pull_of_all_replaces_what_was_held_and_one_of_some_only_theirs(tmp_path: Path) -> None:
    remember(tmp_path, "origin", [ONE, TWO, THREE], held=[held(ONE), held(TWO)])
    remember(tmp_path, "origin", [ONE, TWO, THREE], held=[held(TWO, "damaged")], asked=[TWO])
    assert [(run["oid"], run["why"]) for _, run in read_travelled(tmp_path).held(())] == [
        (ONE, "another run of that name is here"), (TWO, "damaged"),
    ]  # fmt: skip
    # A push looks at none of them; a run that is the clone's own by now, or gone from the remote, is held no more.
    remember(tmp_path, "origin", [ONE, THREE])
    assert [run["oid"] for _, run in read_travelled(tmp_path).held({THREE})] == [ONE]
    assert read_travelled(tmp_path).held({ONE}) == []
    remember(tmp_path, "origin", [ONE], held=[])
    assert read_travelled(tmp_path).held(()) == []


@pytest.mark.parametrize(
    "stored",
    [
        b"", b"{", b"[]", b"7", b'{"remotes": 3, "fresh": []}', b"[" * 100_000,
        b'{"remotes": {"origin": 7, "x": {"when": "y", "runs": [1, "zz"], "held": [{}]}}, "fresh": {"a": 1}}',
        json.dumps({"remotes": {"x": {"held": [{**held("a"), "kept": 7}, {**held("a"), "more": 1}]}}}).encode(),
    ],
)  # fmt: skip
def test_a_damaged_file_is_as_if_nothing_was_remembered(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / FILE).write_bytes(stored)
    found = read_travelled(tmp_path)
    assert (found.fresh, found.holders(ONE), found.held(())) == ({}, [], [])
    remember(tmp_path, "origin", [ONE], arrived=[ONE])
    assert read_travelled(tmp_path).holders(ONE) == ["origin"]


def test_a_disk_that_refuses_loses_the_marks_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remember(tmp_path / "file" / "below", "origin", [ONE], arrived=[ONE])
    assert read_travelled(tmp_path / "file" / "below") == Travelled()
