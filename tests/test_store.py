"""The experiments of a clone, in real repositories."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest
from repositories import Scratch, make_experiment, make_experiments, make_scratch, scratch

from trackside.encode import json_bytes
from trackside.errors import NameTakenError, NotFoundError, UsageError
from trackside.experiment import empty_record
from trackside.git.notes import read_note
from trackside.git.objects import read_objects
from trackside.git.repository import Repository, open_repository
from trackside.index import Index
from trackside.row import row_of
from trackside.store import Store

__all__ = ["scratch"]


def open_store(scratch: Scratch) -> Store:
    return Store(open_repository(scratch.path))


def names(store: Store) -> list[str]:
    return sorted(row.name for row in store.rows(store.shelf()))


def test_experiments_are_read_with_their_annotations(scratch: Scratch) -> None:
    oid = make_experiment(scratch, "calm-otter", params={"lr": 0.1}, metrics={"acc": [0.5, 0.9]}, tags=["own"])
    store = open_store(scratch)
    store.annotate([oid], {"tag": ["paper"], "star": True, "note": "good"})
    (experiment,) = store.read(store.shelf())
    (row,) = store.rows(store.shelf())
    assert experiment["annotations"]["tags"] == row.tags == ["own", "paper"]
    assert experiment["annotations"]["star"] and row.star
    assert row.note == "good"
    assert experiment["record"]["metrics"]["acc"]["last"] == row.metrics["acc"][0] == 0.9


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_both_object_formats_and_packed_refs_are_read(tmp_path: Path, object_format: str) -> None:
    scratch = make_scratch(tmp_path, object_format=object_format)
    make_experiments(scratch, 5)
    make_experiment(scratch, "loose")
    assert names(open_store(scratch)) == ["loose", *(f"run-{number:06d}" for number in range(5))]


def test_more_experiments_than_are_read_in_one_go_are_all_read(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trackside.store._AT_ONCE", 7)
    make_experiments(scratch, 30)
    assert len(names(open_store(scratch))) == 30
    store = open_store(scratch)
    assert len(store.read(store.shelf())) == 30


def test_damaged_experiment_is_a_row_with_a_message(scratch: Scratch) -> None:
    make_experiment(scratch, "good")
    make_experiment(scratch, "bad", files={".trackside/run.json": b"{"})
    rows = {row.name: row.problem for row in open_store(scratch).rows(open_store(scratch).shelf())}
    assert rows == {"good": None, "bad": "Its record is not valid JSON."}


def test_experiment_whose_objects_are_gone_is_a_row_with_a_message(scratch: Scratch) -> None:
    oid = make_experiment(scratch, "lost")
    make_experiment(scratch, "good")
    scratch.git("unpack-objects", "-q", check=False)
    for pack in (scratch.path / ".git/objects/pack").glob("*.pack"):
        data = pack.read_bytes()
        for part in pack.parent.glob(f"{pack.stem}.*"):
            part.unlink()
        scratch.git("unpack-objects", "-q", stdin=data)
    (scratch.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    store = open_store(scratch)
    problems = {row.name: row.problem for row in store.rows(store.shelf())}
    assert problems["good"] is None
    assert problems["lost"] is not None and "git fsck" in problems["lost"]
    assert {item["name"]: item["problem"] for item in store.read(store.shelf())} == problems


def test_refs_of_other_depth_are_passed_over(scratch: Scratch) -> None:
    make_experiment(scratch, "good")
    scratch.git("update-ref", "refs/exps/exec/EXEC_BASELINE", "HEAD")
    scratch.git("update-ref", "refs/exps/odd", "HEAD")
    assert names(open_store(scratch)) == ["good"]


def test_find_takes_beginnings_of_names_and_ids(scratch: Scratch) -> None:
    oid = make_experiment(scratch, "calm-otter")
    make_experiment(scratch, "calm-owl")
    make_experiment(scratch, "calm")
    store = open_store(scratch)
    assert store.find("calm-ot")[1] == store.find(oid[:10])[1] == store.find(oid)[1] == oid
    assert store.find("calm")[0].name == "calm"
    with pytest.raises(NotFoundError, match="several runs"):
        store.find("calm-o")
    with pytest.raises(NotFoundError) as caught:
        store.find("clam-otter")
    assert caught.value.hint == "Did you mean calm-otter?"
    with pytest.raises(NotFoundError):
        store.find("")


def test_one_name_on_two_baselines_must_be_told_apart_by_id(scratch: Scratch) -> None:
    first = make_experiment(scratch, "twin")
    scratch.git("commit", "-q", "--allow-empty", "-m", "Go on")
    second = make_experiment(scratch, "twin")
    store = open_store(scratch)
    with pytest.raises(NotFoundError, match="several runs"):
        store.find("twin")
    assert store.find(second)[1] == second != first


def test_annotating_many_times_keeps_every_event_and_the_work_tree(scratch: Scratch) -> None:
    oid = make_experiment(scratch, "calm-otter")
    before = scratch.state()
    store = open_store(scratch)
    for number in range(5):
        store.annotate([oid], {"tag": [str(number)]})
    (row,) = store.rows(store.shelf())
    assert row.tags == ["0", "1", "2", "3", "4"]
    assert scratch.state() == before
    assert len(scratch.git("notes", "--ref=trackside", "show", oid).splitlines()) == 5


def test_two_who_annotate_at_the_same_moment_both_keep_their_word(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    oid = make_experiment(scratch, "calm-otter")
    store, other = open_store(scratch), open_store(scratch)
    store.annotate([oid], {"tag": ["first"]})
    met = []

    def read_while_somebody_writes(repository: Repository, tip: str, target: str) -> bytes:
        before = read_note(repository, tip, target)
        if not met:
            met.append(True)
            other.annotate([oid], {"tag": ["other"]})
        return before

    monkeypatch.setattr("trackside.git.notes.read_note", read_while_somebody_writes)
    store.annotate([oid], {"tag": ["second"]})
    (row,) = store.rows(store.shelf())
    assert sorted(row.tags) == ["first", "other", "second"]


def test_notes_in_folders_are_found_again(scratch: Scratch) -> None:
    oids = [make_experiment(scratch, f"run-{number}") for number in range(3)]
    notes = "".join(f"M 100644 inline {number:02x}/{number:038x}\ndata 2\n{{}}\n" for number in range(256))
    stream = f"commit refs/notes/trackside\ncommitter A <a@example.org> 0 +0000\ndata 0\n{notes}done\n"
    scratch.git("fast-import", "--quiet", "--done", stdin=stream.encode())
    store = open_store(scratch)
    for oid in oids * 2:
        store.annotate([oid], {"star": True})
    assert "/" in scratch.git("ls-tree", "-r", "--name-only", "refs/notes/trackside").splitlines()[0]
    assert [len(scratch.git("notes", "--ref=trackside", "show", oid).splitlines()) for oid in oids] == [2, 2, 2]


def test_rename_moves_the_ref_and_keeps_the_annotations(scratch: Scratch) -> None:
    oid = make_experiment(scratch, "calm-otter")
    make_experiment(scratch, "taken")
    scratch.git("branch", "a-branch")
    store = open_store(scratch)
    store.annotate([oid], {"star": True})
    store.rename("calm-otter", "best")
    row = next(row for row in store.rows(store.shelf()) if row.name == "best")
    assert row.star and row.oid == oid
    for wanted in ("taken", "a-branch"):
        with pytest.raises(NameTakenError):
            store.rename("best", wanted)
    with pytest.raises(UsageError):
        store.rename("best", "Not A Name")


def test_delete_and_undelete_give_the_same_ref_back(scratch: Scratch) -> None:
    make_experiment(scratch, "calm-otter")
    make_experiment(scratch, "calm-owl")
    store = open_store(scratch)
    before = scratch.refs()
    assert sorted(store.delete(["calm-otter", "calm-ow", "calm-owl"])) == ["calm-otter", "calm-owl"]
    assert names(store) == []
    assert sorted(ref.name for ref, _ in store.trash()) == ["calm-otter", "calm-owl"]
    store.undelete("calm-otter")
    store.undelete("calm-owl")
    assert scratch.refs() == before
    with pytest.raises(NotFoundError):
        store.undelete("calm-owl")


def test_deleting_the_same_name_twice_in_one_second_keeps_both(scratch: Scratch) -> None:
    store = open_store(scratch)
    for value in (0.1, 0.2):
        make_experiment(scratch, "again", metrics={"acc": value})
        store.delete(["again"])
    assert [ref.name for ref, _ in store.trash()] == ["again", "again"]


def test_undelete_never_takes_a_name_in_use(scratch: Scratch) -> None:
    store = open_store(scratch)
    make_experiment(scratch, "again", metrics={"acc": 0.1})
    store.delete(["again"])
    make_experiment(scratch, "again", metrics={"acc": 0.2})
    with pytest.raises(NameTakenError):
        store.undelete("again")


def test_stored_records_are_json_of_what_was_checked(scratch: Scratch) -> None:
    oid = make_experiment(scratch, "calm-otter", metrics={"acc": [0.5, "NaN"]})
    store = open_store(scratch)
    store.entries(store.shelf())
    assert json.loads(store.records([oid])[oid])["metrics"]["acc"]["last"] == "NaN"


def test_without_a_place_for_the_index_all_is_read_all_the_same(scratch: Scratch) -> None:
    make_experiments(scratch, 3)
    (scratch.path / ".git/trackside").write_text("in the way")
    store = open_store(scratch)
    assert not store.index.is_usable
    assert len(store.read(store.shelf())) == len(store.rows(store.shelf())) == 3


@pytest.mark.parametrize("has_memory_files", [True, False])
def test_hundreds_are_read_with_and_without_files_in_memory(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch, has_memory_files: bool
) -> None:
    if not has_memory_files:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    make_experiments(scratch, 250)
    store = open_store(scratch)
    shelf = store.shelf()
    stored = read_objects(store.repository, [f"{oid}:.trackside/run.json" for oid in shelf.refs])
    read = [json.loads(found.data)["name"] for found in stored if found is not None]
    assert sorted(read) == names(store) == [f"run-{number:06d}" for number in range(250)]


def test_hundreds_read_at_once_are_what_they_are_one_by_one(scratch: Scratch) -> None:
    make_experiments(scratch, 300)
    make_experiment(scratch, "odd", files={".trackside/run.json": b'{"format": 1, "title": "spaced"}'})
    store = open_store(scratch)
    shelf = store.shelf()
    at_once = {row.name: row for row in store.rows(shelf)}
    one_by_one = open_store(scratch)
    one_by_one.index.forget(())
    for oid in [*list(shelf.refs)[::20], store.find("odd")[1]]:
        (experiment,) = one_by_one.read(shelf, [oid])
        assert row_of(experiment) == at_once[experiment["name"]]


def test_a_whole_number_too_large_for_the_index_is_still_a_row(scratch: Scratch) -> None:
    record = {**empty_record(name="late"), "started": 10**30}
    make_experiment(scratch, "late", files={".trackside/run.json": json_bytes(record)})
    store = open_store(scratch)
    assert [row.started for row in store.rows(store.shelf())] == [10**30]
    assert names(open_store(scratch)) == ["late"]


def test_what_waits_for_the_index_is_read_without_it_and_is_there_once_closed(scratch: Scratch) -> None:
    make_experiments(scratch, 150)
    store = open_store(scratch)
    shelf = store.shelf()
    store.entries(shelf)
    assert len(store.records(list(shelf.refs))) == 150
    store.close()
    index = Index(store.repository.own_dir)
    assert set(index.glances()) == set(index.records()) == set(shelf.refs)


def test_a_locked_index_costs_no_run(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackside.index._PATIENCE", 0.05)
    make_experiments(scratch, 150)
    store = open_store(scratch)
    shelf = store.shelf()
    assert store.index.is_usable
    other = sqlite3.connect(store.index.path)
    other.execute("BEGIN IMMEDIATE")
    assert len(store.entries(shelf)) == 150
    assert not store.index.is_settled
    assert {item["record"]["branch"] for item in store.read(shelf)} == {"main"}
    other.close()
