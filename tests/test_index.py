"""The index is derived: whatever happens to it, only time is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
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


def test_what_other_processes_add_is_found_by_its_commit(tmp_path: Path) -> None:
    index, other = Index(tmp_path), Index(tmp_path)
    rows = some_rows(3)
    for number, row in enumerate(rows):
        (other if number % 2 else index).add([row])
        oids = [glance.oid for glance, _ in rows[: number + 1]]
        assert list(index.records(oids)) == list(other.records(oids)) == oids
    other.forget([rows[0][0].oid])
    assert list(index.records([glance.oid for glance, _ in rows])) == [rows[0][0].oid]


def some_rows(count: int) -> list[tuple[Glance, bytes]]:
    return [(ROW[0]._replace(oid=f"{number:040x}"), b"%d" % number) for number in range(count)]


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_first_index_gets_its_name_when_it_is_whole_and_leaves_no_other_file(tmp_path: Path) -> None:
    index = Index(tmp_path)
    index.add(some_rows(3_000))
    assert "index.sqlite" not in files_in(tmp_path)
    index.close()
    assert files_in(tmp_path) == ["index.sqlite"]
    assert len(Index(tmp_path).records()) == 3_000


def test_first_index_is_added_to_the_one_another_process_made_meanwhile(tmp_path: Path) -> None:
    index, other = Index(tmp_path), Index(tmp_path)
    index.add(some_rows(200)[50:])
    other.add(some_rows(60))
    other.close()
    index.close()
    again = Index(tmp_path)
    assert again.records() == {glance.oid: record for glance, record in some_rows(200)}
    assert files_in(tmp_path)[0] == "index.sqlite"
    connection = sqlite3.connect(tmp_path / "index.sqlite")
    assert sum(len(oids.split("\n")) for (oids,) in connection.execute("SELECT oids FROM glance")) == 200


def test_first_index_is_kept_where_the_disk_knows_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    index = Index(tmp_path)
    index.add(some_rows(200))
    index.close()
    assert len(Index(tmp_path).glances()) == 200


FILLING = """
import os, sys
from pathlib import Path
from trackside.index import Glance, Index
index = Index(Path(sys.argv[1]))
rows = [(Glance(f"{number:040x}", "trackside", None, 1.0, "[]", "[1]"), b"%d" % number) for number in range(3_000)]
for begin in range(0, 3_000, 500):
    index.add(rows[begin : begin + 500])
if sys.argv[2] == "killed":
    index._writes[2].result()
    os.kill(os.getpid(), 9)
index.close()
"""


def test_a_process_killed_while_it_fills_costs_only_time(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", FILLING, str(tmp_path), "killed"], check=False)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith("index.sqlite-new-")
    os.utime(left, (1, 1))
    index = Index(tmp_path)
    index.add(some_rows(200))
    index.close()
    assert files_in(tmp_path) == ["index.sqlite"]
    assert len(Index(tmp_path).records()) == 200


def test_many_processes_that_fill_at_once_keep_each_run_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FILLING, str(tmp_path), "to the end"]
    crowd = [subprocess.Popen(command) for _ in range(6)]
    assert [process.wait() for process in crowd] == [0] * 6
    assert len(Index(tmp_path).records()) == 3_000
    connection = sqlite3.connect(tmp_path / "index.sqlite")
    assert sum(len(oids.split("\n")) for (oids,) in connection.execute("SELECT oids FROM glance")) == 3_000
    assert [name for name in files_in(tmp_path) if "-new-" in name] == []


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE glance SET oids = 'x'", "UPDATE glance SET facts = 'nonsense'", "UPDATE glance SET facts = '[[],[]]'",
        "UPDATE glance SET facts = 3", "UPDATE record SET record = x'00'", "UPDATE record SET record = 7",
    ],
)  # fmt: skip
def test_a_part_that_makes_no_sense_is_dropped_and_can_be_added_again(tmp_path: Path, spoil: str) -> None:
    index = Index(tmp_path)
    index.add(some_rows(150))
    index.close()
    connection = sqlite3.connect(tmp_path / "index.sqlite")
    connection.execute(spoil)
    connection.commit()
    connection.close()
    again = Index(tmp_path)
    assert again.records() == {} or again.glances() == {}
    again.add(some_rows(150))
    again.close()
    assert len(Index(tmp_path).records()) == len(Index(tmp_path).glances()) == 150


def test_forgetting_some_runs_of_a_part_keeps_the_others(tmp_path: Path) -> None:
    index = Index(tmp_path)
    index.add(some_rows(150))
    index.close()
    index = Index(tmp_path)
    keep = [glance.oid for glance, _ in some_rows(150)[::2]]
    assert index.forget(keep) == 75
    assert set(index.glances()) == set(index.records()) == set(keep)
