"""The index is derived: whatever happens to it, only time is lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from repositories import Scratch, make_experiments, scratch

from trackside.git.repository import open_repository
from trackside.index import Glance, Index
from trackside.reading import select
from trackside.store import Store

__all__ = ["scratch"]
ROW = (Glance("a" * 40, "trackside", None, 1.0, "[]", "[1]"), b"{}")


def test_what_was_added_is_there_for_the_next_process(tmp_path: Path) -> None:
    index = Index(tmp_path)
    index.add([ROW])
    index.set_notes("tip", {"a" * 40: b"event"})
    index.close()
    again = Index(tmp_path)
    assert again.glances() == again.glances(["a" * 40, "b" * 40]) == {"a" * 40: ROW[0]}
    assert again.records() == {"a" * 40: b"{}"}
    assert again.notes("tip") == {"a" * 40: b"event"}
    assert again.notes("other") is None


def test_forgetting_drops_commits_that_are_gone(tmp_path: Path) -> None:
    index = Index(tmp_path)
    index.add([ROW])
    assert index.forget(["a" * 40]) == 0
    assert index.forget([]) == 1
    assert index.glances() == {} == index.records()


def test_thousands_of_ids_are_asked_in_parts(tmp_path: Path) -> None:
    index = Index(tmp_path)
    oids = [f"{number:040d}" for number in range(2_500)]
    index.add([(ROW[0]._replace(oid=oid), b"{}") for oid in oids])
    assert set(index.glances(oids)) == set(index.records(oids)) == set(oids)


@pytest.mark.parametrize("data", [b"", b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 5_000])
def test_damaged_file_is_made_anew(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "index.sqlite").write_bytes(data)
    index = Index(tmp_path)
    index.add([ROW])
    assert index.glances()


def test_index_of_another_version_is_made_anew(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "index.sqlite")
    connection.executescript("CREATE TABLE glance (other TEXT); PRAGMA user_version = 99;")
    connection.close()
    index = Index(tmp_path)
    index.add([ROW])
    assert index.glances()


def test_second_listing_asks_git_for_no_record(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    make_experiments(scratch, 3)
    repository = open_repository(scratch.path)
    assert len(Store(repository).entries(Store(repository).shelf())) == 3

    def refuse(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("trackside.store.parse_stored", refuse)
    assert len(Store(repository).rows(Store(repository).shelf())) == 3


@pytest.mark.parametrize("glance", ["[]", "nonsense", "1],[2"])
def test_glances_somebody_else_wrote_are_read_anew(scratch: Scratch, glance: str) -> None:
    make_experiments(scratch, 3)
    repository = open_repository(scratch.path)
    store = Store(repository)
    store.entries(store.shelf())
    store.close()
    connection = sqlite3.connect(repository.own_dir / "index.sqlite")
    connection.execute("UPDATE glance SET glance = ?", [glance])
    connection.commit()
    connection.close()
    assert len(select(repository, query="metrics.acc > 0").entries) == 3


def test_rows_in_any_order_and_number_are_all_there_once_settled(tmp_path: Path) -> None:
    index = Index(tmp_path)
    rows = [(ROW[0]._replace(oid=f"{number * 7_919 % 12_000:040d}"), b"%d" % number) for number in range(12_000)]
    for begin in range(0, len(rows), 1_000):
        index.add(rows[begin : begin + 1_000])
    index.add(rows[:1])
    assert index.is_settled
    assert index.records() == {glance.oid: record for glance, record in rows}
    assert index.glances() == {glance.oid: glance for glance, _ in rows}
