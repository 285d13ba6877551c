"""What takes the space: by kind, by run, by file; checked against what Git itself frees."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from repositories import make_experiment, make_scratch
from test_cleaning import Place

from trackside.cleaning.space import look_at_storage
from trackside.contract import Storage
from trackside.git.repository import open_repository
from trackside.store import Store


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "no-global"))
    monkeypatch.setenv("DVC_SYSTEM_CONFIG_DIR", str(tmp_path / "no-system"))
    return Place(make_scratch(tmp_path / "clone"))


def look(place: Place, limit: int | None = None) -> Storage:
    return look_at_storage(open_repository(place.path), limit)


def bytes_of(found: Storage, kind: str) -> int:
    return next(part["bytes"] for part in found["parts"] if part["kind"] == kind)


def store_size(place: Place) -> int:
    place.scratch.git("reflog", "expire", "--expire=now", "--all")
    place.scratch.git("gc", "-q", "--prune=now")
    folder = place.path / ".git" / "objects" / "pack"
    return sum(path.stat().st_size for path in folder.glob("*.pack"))


def test_what_a_run_takes_in_git_is_what_its_deletion_frees(place: Place) -> None:
    shared, mine, theirs = (os.urandom(size) for size in (200_000, 100_000, 50_000))
    make_experiment(place.scratch, "first", files={"shared.bin": shared, "mine.bin": mine})
    make_experiment(place.scratch, "second", files={"shared.bin": shared, "theirs.bin": theirs})
    before, found = store_size(place), look(place)
    assert [run["name"] for run in found["runs"]] == ["first", "second"]
    (name,) = [name for name in place.scratch.refs() if name.endswith("/first")]
    place.scratch.git("update-ref", "-d", name)
    assert before - store_size(place) == pytest.approx(found["runs"][0]["git"], rel=0.02)
    assert bytes_of(found, "experiments") == pytest.approx(350_000, rel=0.02)


def test_what_a_branch_holds_too_is_not_the_runs_alone(place: Place) -> None:
    oid = make_experiment(place.scratch, "first", files={"mine.bin": os.urandom(100_000)})
    assert look(place)["runs"][0]["git"] > 100_000
    place.scratch.git("update-ref", "refs/heads/exp/first", oid)
    assert look(place)["runs"][0]["git"] == 0
    assert bytes_of(look(place), "experiments") == 0


def test_deleted_runs_are_the_trash(place: Place) -> None:
    make_experiment(place.scratch, "first", files={"mine.bin": os.urandom(100_000)})
    store = Store(open_repository(place.path))
    store.delete(["first"])
    store.close()
    found = look(place)
    assert (found["runs"], bytes_of(found, "experiments")) == ([], 0)
    assert bytes_of(found, "trash") == pytest.approx(100_000, rel=0.02)


def test_large_files_are_told_by_run_and_by_path(place: Place) -> None:
    place.init_dvc()
    (place.path / "data").mkdir()
    for name, size in (("a", 1_000), ("b", 2_000)):
        (place.path / "data" / name).write_bytes(os.urandom(size))
    data = place.keep("data", None)
    place.run("first", place.keep("net.bin", b"1" * 10_000), data)
    place.run("second", place.keep("net.bin", b"2" * 20_000), data)
    place.keep("lost.bin", b"3" * 30_000)
    found = look(place)
    listing = (place.path / ".dvc/cache/files/md5" / str(data.md5)[:2] / str(data.md5)[2:]).stat().st_size
    assert [(run["name"], run["files"], run["shared"], run["missing"]) for run in found["runs"]] == [
        ("second", 20_000, 3_000 + listing, 0),
        ("first", 10_000, 3_000 + listing, 0),
    ]
    assert found["paths"] == [
        {"path": "net.bin", "versions": 2, "runs": 2, "bytes": 30_000},
        {"path": "data", "versions": 1, "runs": 2, "bytes": 3_000 + listing},
    ]
    (cache,) = [cache for cache in found["caches"] if cache["kind"] == "dvc"]
    assert (cache["objects"], cache["bytes"], cache["needless"]) == (6, 63_000 + listing, 30_000)


def test_a_large_file_that_is_not_here_is_told(place: Place) -> None:
    kept = place.keep("net.bin")
    place.run("first", kept)
    (place.path / ".git/trackside/cache/files/md5" / str(kept.md5)[:2] / str(kept.md5)[2:]).unlink()
    assert [(run["files"], run["missing"]) for run in look(place)["runs"]] == [(0, 1)]


def test_the_lists_are_cut_and_say_how_long_they_are(place: Place) -> None:
    for name in ("first", "second", "third"):
        make_experiment(place.scratch, name)
    found = look(place, 2)
    assert (len(found["runs"]), found["total_runs"]) == (2, 3)


def test_where_needs_are_not_known_sizes_are_told_all_the_same(place: Place) -> None:
    place.init_dvc()
    place.keep("net.bin")
    tree = place.path.parent / "drive"
    place.scratch.git("worktree", "add", "-q", str(tree))
    tree.rename(tree.with_name("unplugged"))
    found = look(place)
    assert "is not there" in (found["problem"] or "")
    assert [(cache["bytes"], cache["needless"]) for cache in found["caches"]] == [(0, None), (7, None)]
