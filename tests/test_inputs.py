"""Which data made a run: found in the journal and in Git's objects, in the version that was used."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import states

import trackside
from trackside import api
from trackside.artifacts import standing
from trackside.artifacts.pointer import pointer_bytes
from trackside.experiment import parse_record
from trackside.git.repository import open_repository
from trackside.inputs import MOST
from trackside.recovery import recover
from trackside.sealing import seal

DATA = {
    "data/train.csv": "a,b\n1,2\n", "data/deep/test.csv": "a,b\n3,4\n", "data/table": "x", "one.csv": "1\n",
    "nested/two.csv": "2\n",
}  # fmt: skip
MD5 = "88bb69a5d5e02ec7af5f68d82feb1f1d"


@pytest.fixture
def clone(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with some data in it, as the working folder."""
    states.write(repository, DATA)
    states.commit(repository, "Data")
    monkeypatch.chdir(repository)
    return repository


def ran(
    folder: Path, *cells: str, declared: Sequence[Any] = (), during: Callable[[], object] = int, name: str = "first"
) -> Any:
    """Make a run that executed these cells; return its record."""
    states.begin(folder, name)
    recorder = api.recorder()
    assert recorder is not None
    for number, source in enumerate(cells, 1):
        recorder.journal.append("cell", cell=number, msg=None, id=None, count=number, source=source)
        recorder.journal.append("cell-end", cell=number, ok=True, error=None)
    trackside.log_input(*declared)
    during()
    with states.working_in(folder):
        outcome = api.finish()
    assert outcome.sealed is not None, outcome.trouble
    return states.record_of(folder, outcome.sealed.name)


def inputs_of(record: Any) -> dict[str, Any]:
    return {one["path"]: one for one in record["inputs"]}


def git_id(folder: Path, name: str) -> str:
    return states.run_git(folder, "rev-parse", name).strip()


# Git -----------------------------------------------------------------------------------------------


def test_a_file_named_in_a_cell_is_recorded_as_git_knows_it(clone: Path) -> None:
    record = ran(clone, "pd.read_csv('data/train.csv')", "x = 'nothing.csv'")

    oid = git_id(clone, "HEAD:data/train.csv")
    assert record["inputs"] == [
        {"path": "data/train.csv", "kind": "git", "version": oid, "size": 8, "origin": "seen"}
    ]  # fmt: skip


@pytest.mark.parametrize("options", [[], ["--object-format=sha256"]], ids=["sha1", "sha256"])
def test_each_version_is_what_the_tree_of_the_experiment_holds(tmp_path: Path, options: list[str]) -> None:
    folder = states.make_repository(tmp_path / "other", *options, files={**DATA, "data/gone.csv": "x", "d/x/y": "1"})
    states.write(folder, {"data/train.csv": "changed\n", "data/deep/test.csv": "too\n", "data/new.json": "{}"})
    (folder / "data/gone.csv").unlink()
    (folder / "data/table").chmod(0o755)

    with states.working_in(folder):
        cells = (
            "open('data/train.csv')",
            "os.listdir('data')",
            "os.listdir('data/deep')",
            "glob('d/*')",
            "f('one.csv')",
        )
        record = ran(folder, *cells)

    found = inputs_of(record)
    assert set(found) == {"data/train.csv", "data", "data/deep", "d", "one.csv"}
    experiment = states.experiments(folder)["first"]
    assert {path: one["version"] for path, one in found.items()} == {
        path: git_id(folder, f"{experiment}:{path}") for path in found
    }


def test_what_changed_during_the_run_says_so_with_both_versions(clone: Path) -> None:
    before = git_id(clone, "HEAD:one.csv")
    record = ran(
        clone, "open('one.csv')", "os.listdir('data')", during=lambda: states.write(clone, {"one.csv": "other\n"})
    )

    found = inputs_of(record)
    assert (found["one.csv"]["changed"], found["one.csv"]["before"]) == ("during", before)
    assert found["one.csv"]["version"] == git_id(clone, f"{states.experiments(clone)['first']}:one.csv")
    assert "changed" not in found["data"]
    assert [warning for warning in record["warnings"] if warning["code"] == "input"] == []


def test_a_file_removed_by_the_run_is_known_by_what_it_was(clone: Path) -> None:
    oid = git_id(clone, "HEAD:one.csv")
    record = ran(clone, declared=["one.csv"], during=(clone / "one.csv").unlink)

    assert (inputs_of(record)["one.csv"]["version"], inputs_of(record)["one.csv"]["changed"]) == (oid, "during")
    assert "changed during the run" in record["warnings"][-1]["message"]


def test_a_change_that_could_not_be_captured_leaves_no_version(clone: Path) -> None:
    states.write(clone, {"one.csv": "token = ghp_" + "a1B2" * 9 + "\n"})
    record = ran(clone, "open('one.csv')", "os.listdir('data')")

    found = inputs_of(record)
    assert (found["one.csv"]["version"], found["one.csv"]["changed"]) == (None, "not-captured")
    assert found["data"]["version"]
    assert any("could not be captured" in warning["message"] for warning in record["warnings"])


def test_only_what_git_or_dvc_tracks_is_seen(clone: Path) -> None:
    states.write(clone, {"free.csv": "1", "free.json": "{}", "staged.csv": "2"})
    states.run_git(clone, "add", "staged.csv")
    record = ran(clone, "a = ['free.csv', 'free.json', 'staged.csv', '.git/config', 'train.py']")

    assert list(inputs_of(record)) == ["staged.csv"]


def test_a_bare_word_names_no_folder_unless_it_stands_as_a_path(clone: Path) -> None:
    assert ran(clone, "split = 'data'\nplot(label='data')\nframe['nested']")["inputs"] == []
    assert list(inputs_of(ran(clone, "load('data')", "DIR = 'nested'\nuse(DIR)", name="other"))) == ["data", "nested"]


def test_paths_count_from_the_working_folder_and_from_the_notebooks(clone: Path) -> None:
    states.write(clone, {"nested/study.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'})
    with states.working_in(clone / "data"):
        api.start("first", notebook=str(clone / "nested/study.ipynb"))
        recorder = api.recorder()
        assert recorder is not None
        cell = f"open('train.csv'), open('two.csv'), open('../one.csv'), open({str(clone / 'data/deep/test.csv')!r})"
        recorder.journal.append("cell", cell=1, msg=None, id=None, count=1, source=cell)
        api.finish()

    found = inputs_of(states.record_of(clone, "first"))
    assert set(found) == {"data/train.csv", "nested/two.csv", "one.csv", "data/deep/test.csv"}


def test_a_link_is_followed_inside_the_repository_and_never_out_of_it(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text("secret")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.csv").write_text("secret")
    os.symlink("data/train.csv", clone / "inside.csv")
    os.symlink(tmp_path / "outside.csv", clone / "out.csv")
    os.symlink(tmp_path / "elsewhere", clone / "away")
    os.symlink(".git", clone / "dotgit")
    states.commit(clone, "Links")

    record = ran(clone, "open('inside.csv'), open('out.csv'), open('away/a.csv'), open('dotgit/config')")

    assert inputs_of(record)["data/train.csv"]["version"] == git_id(clone, "HEAD:data/train.csv")
    assert list(inputs_of(record)) == ["data/train.csv"]


@pytest.mark.parametrize("name", ["we ird.csv", "a:b.csv", "-x.csv", "x~1^{}@{1}.csv", "*.csv", "ünï.csv", "q'\".csv"])
def test_a_hostile_name_is_only_a_name(clone: Path, name: str) -> None:
    states.write(clone, {name: "x\n", "x.csv": "y\n"})
    states.commit(clone, "Odd")
    record = ran(clone, f"open({name!r})", declared=[name, "x.csv; touch hacked"])

    assert inputs_of(record)[name]["version"] == hashlib.sha1(b"blob 2\0x\n").hexdigest()
    assert not (clone / "hacked").exists()


def test_a_name_that_is_no_utf8_is_told_spelled_out(clone: Path) -> None:
    raw = os.fsencode(clone) + b"/b\xff.csv"
    try:
        Path(os.fsdecode(raw)).write_bytes(b"x\n")
    except OSError:
        pytest.skip("this file system takes no such name")
    states.commit(clone, "Odd")
    record = ran(clone, declared=[raw])

    assert inputs_of(record)["b\\xff.csv"]["version"] == hashlib.sha1(b"blob 2\0x\n").hexdigest()


def test_more_inputs_than_a_record_holds_are_cut_the_declared_ones_last(clone: Path) -> None:
    states.write(clone, {f"many/{number:04}.csv": f"{number}\n" for number in range(MOST + 20)})
    states.commit(clone, "Many")
    cell = "files = [" + ",".join(f"'many/{number:04}.csv'" for number in range(10_000)) + "]"
    record = ran(clone, cell, declared=["one.csv"])

    assert (len(record["inputs"]), record["inputs"][0]["path"]) == (MOST, "one.csv")


# DVC -----------------------------------------------------------------------------------------------


def with_pointers(clone: Path) -> None:
    states.write(clone, {"big.bin": "0" * 10, "images/1.txt": "x", "images/2.txt": "yy", "out/model.bin": "m"})
    states.write(clone, {".gitignore": "/big.bin\n/images\n/out\n"})
    plain = hashlib.md5(b"0" * 10).hexdigest()
    (clone / "big.bin.dvc").write_bytes(pointer_bytes("big.bin", md5=plain, size=10))
    (clone / "images.dvc").write_bytes(pointer_bytes("images", md5=f"{MD5}.dir", size=3, nfiles=2))
    lock = {
        "schema": "2.0",
        "stages": {"fit@a": {"outs": [{"path": "model.bin", "hash": "md5", "md5": MD5, "size": 1}]}},
    }
    (clone / "dvc.lock").write_text(json.dumps(lock))
    (clone / "dvc.yaml").write_text(json.dumps({"stages": {"fit": {"wdir": "out", "cmd": "true"}}}))
    states.commit(clone, "Pointers")


def test_what_dvc_tracks_is_known_by_its_pointer(clone: Path) -> None:
    with_pointers(clone)
    record = ran(clone, "open('big.bin')", "open('images/1.txt')", "load('out/model.bin')")

    found = inputs_of(record)
    assert {path: (one["kind"], one["version"], one["size"]) for path, one in found.items()} == {
        "big.bin": ("dvc", hashlib.md5(b"0" * 10).hexdigest(), 10),
        "images": ("dvc", f"{MD5}.dir", 3),
        "out/model.bin": ("dvc", MD5, 1),
    }
    assert found["images"]["files"] == 2
    # Its content is not that of the hash we made up.
    assert found["out/model.bin"]["changed"] == "since-dvc"
    assert "changed" not in found["big.bin"]
    assert "changed" not in found["images"]


@pytest.mark.parametrize(
    ("path", "content"),
    [("big.bin", "1" * 10), ("big.bin", "0" * 11), ("images/3.txt", "z")],
    ids=["bytes", "size", "folder"],
)
def test_a_file_changed_since_dvc_add_says_so(clone: Path, path: str, content: str) -> None:
    with_pointers(clone)
    states.write(clone, {path: content})
    record = ran(clone, "open('big.bin')", "os.listdir('images')")

    changed = [one["path"] for one in record["inputs"] if one.get("changed") == "since-dvc"]
    assert changed == [path.partition("/")[0]]
    assert any("changed since `dvc add`" in warning["message"] for warning in record["warnings"])


def test_a_large_file_of_dvc_is_not_read(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_pointers(clone)
    states.write(clone, {"big.bin": "1" * 10})
    monkeypatch.setattr(standing, "LARGEST_CHECKED", 9)
    assert "changed" not in inputs_of(ran(clone, "open('big.bin')"))["big.bin"]


def test_a_pointer_that_moved_during_the_run_tells_both_versions(clone: Path) -> None:
    with_pointers(clone)
    before = hashlib.md5(b"0" * 10).hexdigest()
    after = hashlib.md5(b"1" * 10).hexdigest()

    def add_again() -> None:
        states.write(clone, {"big.bin": "1" * 10})
        (clone / "big.bin.dvc").write_bytes(pointer_bytes("big.bin", md5=after, size=10))

    found = inputs_of(ran(clone, "open('big.bin')", during=add_again))["big.bin"]
    assert (found["version"], found["before"], found["changed"]) == (after, before, "during")


@pytest.mark.parametrize(
    "pointer",
    [
        b"outs: [{path: big.bin}]",
        b"outs: 3",
        b"\xff\xfe",
        b"a: &a [*a]",
        b"outs:\n- {path: ../../etc, md5: x}",
        b"[" * 9999,
    ],
)
def test_a_damaged_pointer_says_nothing(clone: Path, pointer: bytes) -> None:
    states.write(clone, {"big.bin": "x", ".gitignore": "/big.bin\n"})
    (clone / "big.bin.dvc").write_bytes(pointer)
    states.commit(clone, "Pointer")
    assert ran(clone, "open('big.bin')")["inputs"] == []


# Declared ------------------------------------------------------------------------------------------


def test_a_declared_file_that_nobody_tracks_is_known_by_its_hash(clone: Path) -> None:
    states.write(clone, {"free.bin": "free", "folder/a.bin": "a", "folder/b.bin": "b"})
    record = ran(clone, declared=["free.bin", "folder", Path("data/train.csv")])

    found = inputs_of(record)
    assert (found["free.bin"]["kind"], found["free.bin"]["version"]) == ("untracked", hashlib.md5(b"free").hexdigest())
    assert found["folder"]["version"].endswith(".dir")
    assert (found["folder"]["files"], found["folder"]["size"]) == (2, 2)
    assert (found["data/train.csv"]["kind"], found["data/train.csv"]["origin"]) == ("git", "declared")
    said = [warning["message"] for warning in record["warnings"] if warning["code"] == "input"]
    assert [message.split(" is tracked")[0] for message in said] == ["The input folder", "The input free.bin"]


def test_a_large_file_that_nobody_tracks_is_not_hashed(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "LARGEST_HASHED", 3)
    states.write(clone, {"free.bin": "free"})
    found = inputs_of(ran(clone, declared=["free.bin"]))["free.bin"]
    assert (found["version"], found["size"]) == (None, 4)


def test_a_declared_file_that_changed_during_the_run_says_so(clone: Path) -> None:
    states.write(clone, {"free.bin": "free"})
    record = ran(clone, declared=["free.bin"], during=lambda: states.write(clone, {"free.bin": "other"}))
    assert inputs_of(record)["free.bin"]["changed"] == "during"


def test_what_cannot_be_an_input_is_told_in_a_sentence_and_the_run_goes_on(
    clone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "outside.csv").write_text("x")
    os.symlink(tmp_path / "outside.csv", clone / "out.csv")
    os.symlink("nowhere", clone / "broken")
    os.mkfifo(clone / "pipe")
    wrong = ["gone.csv", tmp_path / "outside.csv", "out.csv", "broken", "pipe", ".", ".git", "a\0b", "", "x" * 5000, 3]
    record = ran(clone, declared=[*wrong, "one.csv"])

    assert list(inputs_of(record)) == ["one.csv"]
    told = capsys.readouterr().err
    for sentence in (
        "There is no file or folder gone.csv",
        "lies outside the repository",
        "out.csv is a link that leads out",
        "broken is a link to something",
        "pipe is no file",
        "is the whole repository",
        ".git belongs to Git",
    ):
        assert sentence in told
    assert len([warning for warning in record["warnings"] if warning["code"] == "input"]) == len(wrong)


def test_inputs_may_be_declared_before_there_is_a_repository(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    states.write(folder, {"a.csv": "x\n"})
    with states.working_in(folder):
        api.start("early")
        trackside.log_input("a.csv")
        assert api.finish().state == "kept"
    states.make_repository(folder, files={"b.txt": "b"})

    recover(open_repository(folder))

    assert inputs_of(states.record_of(folder, "early"))["a.csv"]["version"] == hashlib.sha1(b"blob 2\0x\n").hexdigest()


# Sealing again -------------------------------------------------------------------------------------

KILLED = """
import os, signal, trackside
from trackside import api
from trackside.journal.worker import worker
trackside.start("x")
worker.submit(int).result()
journal = api.recorder().journal
source = "open('data/train.csv'), open('big.bin'), os.listdir('data')"
journal.append("cell", cell=1, msg=None, id=None, count=1, source=source)
trackside.log_input("one.csv", "free.bin")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_inputs_of_a_killed_run_are_found_and_each_who_seals_it_finds_the_same(clone: Path, tmp_path: Path) -> None:
    with_pointers(clone)
    states.write(clone, {"free.bin": "free", "data/train.csv": "changed\n"})
    subprocess.run([sys.executable, "-c", KILLED], cwd=clone)
    [journal] = states.journals(clone)
    kept = shutil.copy2(journal, tmp_path / "kept.jsonl")

    [first] = recover(open_repository(clone)).sealed
    found = inputs_of(states.record_of(clone, "x"))
    states.run_git(clone, "update-ref", "-d", first.ref)
    # What the work tree holds by now is no matter.
    states.write(clone, {"data/train.csv": "later\n", "one.csv": "later\n", "big.bin": "later"})
    journal = journal.with_name(journal.name)
    shutil.copy2(kept, journal)
    again = seal(open_repository(clone), journal)

    assert again.oid == first.oid
    assert {path: one["kind"] for path, one in found.items()} == {
        "one.csv": "git", "free.bin": "untracked", "data/train.csv": "git", "data": "git", "big.bin": "dvc",
    }  # fmt: skip
    assert found["data"]["version"] == git_id(clone, f"{first.oid}:data")
    assert found["free.bin"]["version"] is None


def test_a_sealed_run_is_the_same_when_its_journal_is_sealed_again(clone: Path) -> None:
    with_pointers(clone)
    ran(clone, "open('big.bin'), open('one.csv')", declared=["data"])
    oid = states.experiments(clone)["first"]
    ref = states.run_git(clone, "for-each-ref", "--format=%(refname)", "refs/exps").strip()
    states.run_git(clone, "update-ref", "-d", ref)
    states.write(clone, {"big.bin": "other", "one.csv": "other\n"})

    assert seal(open_repository(clone), states.journals(clone)[0]).oid == oid


def test_looking_leaves_everything_of_the_users_untouched(clone: Path) -> None:
    with_pointers(clone)
    states.write(clone, {"free.bin": "free", "one.csv": "changed\n"})
    before = states.state_of(clone)
    ran(clone, "open('big.bin'), open('one.csv'), os.listdir('images')", declared=["free.bin"])
    assert states.state_of(clone) == before


def test_a_run_is_sealed_also_when_its_inputs_cannot_be_looked_up(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("trackside.inputs.collect_inputs", fail)
    monkeypatch.setattr("trackside.sealing.replay.collect_inputs", fail)
    record = ran(clone, "open('one.csv')")
    assert "inputs" not in record
    assert any("out of order" in warning["message"] for warning in record["warnings"])


# Reading -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        3, {}, [3], [{"path": "a"}], "x" * 10,
        [{"path": "a", "kind": "ftp", "version": "1", "size": 1, "origin": "seen"}],
        [{"path": "a", "kind": "git", "version": "1", "size": "big", "origin": "seen"}],
        [{"path": "a", "kind": "git", "version": "1", "size": 1, "origin": "seen", "changed": "no"}],
        [{"path": "a", "kind": "git", "version": "1", "size": 1, "origin": "seen"}] * 1_001,
    ],
)  # fmt: skip
def test_inputs_a_stranger_stored_are_checked_and_the_rest_of_the_record_is_kept(clone: Path, wrong: Any) -> None:
    record = ran(clone, "open('one.csv')")
    read, problem = parse_record(json.dumps({**record, "inputs": wrong}).encode())
    assert problem == "Its record is damaged in: inputs."
    assert "inputs" not in read
    assert read["name"] == "first"


def test_unknown_fields_of_an_input_are_passed_over(clone: Path) -> None:
    record = ran(clone, "open('one.csv')")
    newer = [{**one, "licence": "CC0"} for one in record["inputs"]]
    read, problem = parse_record(json.dumps({**record, "inputs": newer}).encode())
    assert problem is None
    assert read["inputs"] == record["inputs"]
