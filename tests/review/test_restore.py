"""A run's files back in the work tree: nothing is lost, and everything can be undone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from cli.program import trackside
from repositories import NOTEBOOK, Scratch

from trackside.errors import NotFoundError, StateError, StorageError, UsageError
from trackside.git.repository import open_repository
from trackside.review.keeping import Keeping
from trackside.review.restore import Restored, plan_restore, restore, undo_restore

from .runs import a_run, file_at, settle

pytestmark = pytest.mark.usefixtures("trackside_home")


def bring(scratch: Scratch, *paths: str, oid: str = "") -> Restored:
    found = oid or scratch.git("for-each-ref", "--format=%(objectname)", "refs/exps")
    return restore(open_repository(scratch.path), "calm-otter", found, paths)


def undo(scratch: Scratch) -> Restored:
    return undo_restore(open_repository(scratch.path))


def held(scratch: Scratch) -> dict[str, bytes]:
    return {
        str(path.relative_to(scratch.path)): path.read_bytes()
        for path in scratch.path.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def guarded(scratch: Scratch) -> dict[str, Any]:
    """Return what no restore may change."""
    git = scratch.path / ".git"
    state = {name: (git / name).read_bytes() for name in ("index", "HEAD", "config")}
    return {**state, "refs": scratch.refs(), "stash": scratch.git("stash", "list")}


def test_files_of_the_run_come_back_and_index_and_head_stay(scratch: Scratch) -> None:
    oid = a_run(scratch)
    settle(scratch)
    before = guarded(scratch)
    done = bring(scratch)
    assert guarded(scratch) == before
    assert done.written == ["model.py", NOTEBOOK] and done.kept == [NOTEBOOK] and done.left == {}
    assert (scratch.path / NOTEBOOK).read_text() == file_at(scratch, oid, NOTEBOOK)
    assert not (scratch.path / ".trackside").exists()
    assert bring(scratch).written == []


def test_uncommitted_edits_are_kept_and_come_back(scratch: Scratch) -> None:
    a_run(scratch, files={"features.py": "run\n"})
    (scratch.path / "features.py").write_text("edited, nowhere else\n")
    (scratch.path / "features.py").chmod(0o755)
    (scratch.path / "model.py").write_bytes(b"untracked \xff\r\n")
    before = held(scratch)
    done = bring(scratch)
    assert (scratch.path / "features.py").read_text() == "run\n"
    assert done.kept == ["features.py", "model.py", NOTEBOOK] and done.kept_in is not None
    assert b"edited, nowhere else\n" in [path.read_bytes() for path in done.kept_in.glob("files/*")]
    back = undo(scratch)
    assert back.written == ["features.py", "model.py", NOTEBOOK] and back.left == {}
    assert held(scratch) == before and os.access(scratch.path / "features.py", os.X_OK)
    with pytest.raises(NotFoundError):
        undo(scratch)


def test_undo_takes_away_what_was_not_there(scratch: Scratch) -> None:
    a_run(scratch, files={"deep/er/new.py": "x\n"})
    bring(scratch)
    assert (scratch.path / "deep/er/new.py").exists()
    undo(scratch)
    assert not (scratch.path / "deep").exists()


def test_undo_leaves_what_was_edited_since_and_keeps_what_stood_there(scratch: Scratch) -> None:
    a_run(scratch, files={"features.py": "run\n"})
    (scratch.path / "features.py").write_text("mine\n")
    bring(scratch)
    (scratch.path / "features.py").write_text("edited since\n")
    done = undo(scratch)
    assert done.left == {"features.py": "it was changed since"}
    assert (scratch.path / "features.py").read_text() == "edited since\n"
    assert done.kept_in is not None
    kept = list(done.kept_in.parent.glob("*.undone/files/*"))
    assert b"mine\n" in [path.read_bytes() for path in kept]


def test_undo_goes_back_step_by_step(scratch: Scratch) -> None:
    first = a_run(scratch, files={"features.py": "first\n"})
    second = a_run(scratch, "other", files={"features.py": "second\n"})
    bring(scratch, "features.py", oid=first)
    bring(scratch, "features.py", oid=second)
    undo(scratch)
    assert (scratch.path / "features.py").read_text() == "first\n"
    undo(scratch)
    assert "def scale" in (scratch.path / "features.py").read_text()


def test_chosen_files_and_folders_alone_come_back(scratch: Scratch) -> None:
    a_run(scratch, files={"pack/a.py": "a\n", "pack/b.py": "b\n", "package.py": "c\n"})
    assert bring(scratch, "pack/a.py").written == ["pack/a.py"]
    assert bring(scratch, "./pack/").written == ["pack/b.py"]
    with pytest.raises(NotFoundError, match=r"has no file nothing\.py"):
        bring(scratch, "nothing.py")
    for path in ("../x", "/etc/passwd"):
        with pytest.raises(UsageError):
            bring(scratch, path)


def test_nothing_is_written_through_links_or_over_folders(scratch: Scratch, tmp_path: Path) -> None:
    a_run(scratch, files={"data/x.py": "x\n", "place": "file\n", "deep/y.py": "y\n"})
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.py").write_text("of somebody else\n")
    (scratch.path / "data").symlink_to(outside)
    (scratch.path / "place").mkdir()
    (scratch.path / "place/precious").write_text("p")
    (scratch.path / "deep").write_text("a file")
    done = bring(scratch)
    assert done.left == {
        "data/x.py": "data is a link, which may lead anywhere",
        "deep/y.py": "deep is a file, and would have to be a folder",
        "place": "there is a folder of that name",
    }
    assert (outside / "x.py").read_text() == "of somebody else\n"
    assert (scratch.path / "place/precious").read_text() == "p" and (scratch.path / "deep").read_text() == "a file"
    assert done.written == ["model.py", NOTEBOOK]


def test_link_is_replaced_as_a_link_and_comes_back_as_one(scratch: Scratch, tmp_path: Path) -> None:
    a_run(scratch)
    target = tmp_path / "target"
    target.write_text("not ours\n")
    (scratch.path / "model.py").symlink_to(target)
    bring(scratch, "model.py")
    assert not (scratch.path / "model.py").is_symlink() and target.read_text() == "not ours\n"
    undo(scratch)
    assert os.readlink(scratch.path / "model.py") == str(target)


def test_files_the_run_does_not_have_stay(scratch: Scratch) -> None:
    oid = a_run(scratch)
    (scratch.path / "later.py").write_text("later\n")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "Later")
    bring(scratch, oid=oid)
    assert (scratch.path / "later.py").read_text() == "later\n"


def test_what_cannot_be_kept_is_not_written_over(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    a_run(scratch)
    (scratch.path / NOTEBOOK).write_text("mine")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("trackside.review.keeping.shutil.copy2", full)
    with pytest.raises(StorageError, match="so nothing was restored: No space left on device"):
        bring(scratch)
    assert (scratch.path / NOTEBOOK).read_text() == "mine" and not (scratch.path / "model.py").exists()


def test_restore_killed_while_writing_can_be_undone(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    a_run(scratch, files={"features.py": "run\n"})
    (scratch.path / "features.py").write_text("mine\n")
    write = Keeping.write
    calls: list[int] = []

    def killed_after_the_first(self: Keeping, kept: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        write(self, kept)

    monkeypatch.setattr(Keeping, "write", killed_after_the_first)
    with pytest.raises(KeyboardInterrupt):
        bring(scratch)
    assert (scratch.path / "features.py").read_text() == "run\n"
    undo(scratch)
    assert (scratch.path / "features.py").read_text() == "mine\n" and not (scratch.path / "model.py").exists()


def test_odd_names_and_line_ends_come_back_as_a_checkout_would_write_them(scratch: Scratch) -> None:
    (scratch.path / ".gitattributes").write_text("*.txt text eol=crlf\n")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "Attributes")
    name = 'a "b" é.txt'
    a_run(scratch, files={f'"{name.replace(chr(34), chr(92) + chr(34))}"': "one\ntwo\n"})
    bring(scratch)
    assert (scratch.path / name).read_bytes() == b"one\r\ntwo\r\n"
    assert bring(scratch).written == []


def test_unmerged_index_and_missing_index_are_no_hindrance(scratch: Scratch) -> None:
    oid = a_run(scratch)
    blob = scratch.git("rev-parse", "HEAD:features.py")
    stages = "".join(f"100644 {blob} {stage}\tfeatures.py\n" for stage in (1, 2, 3))
    scratch.git("update-index", "--index-info", stdin=f"0 {'0' * 40}\tfeatures.py\n{stages}".encode())
    assert bring(scratch, oid=oid).written == ["model.py", NOTEBOOK]
    undo(scratch)
    (scratch.path / ".git/index").unlink()
    assert bring(scratch, oid=oid).written == ["model.py", NOTEBOOK]


def test_bare_repository_has_nowhere_to_restore(scratch: Scratch, tmp_path: Path) -> None:
    oid = a_run(scratch)
    scratch.git("clone", "-q", "--mirror", ".", str(tmp_path / "bare"))
    with pytest.raises(StateError, match="no work tree"):
        plan_restore(open_repository(tmp_path / "bare"), "calm-otter", oid)


# The verb ------------------------------------------------------------------------------------------


def test_verb_restores_says_what_it_kept_and_undoes(scratch: Scratch) -> None:
    a_run(scratch)
    said = trackside(scratch, "restore", "calm", "--dry-run").out
    assert said == f"would write model.py\nwould write over, and keep what is there: {NOTEBOOK}\n"
    done = trackside(scratch, "restore", "calm-otter")
    assert done.out == f"restored model.py\nrestored {NOTEBOOK}\n"
    assert "1 file that stood there is kept; trackside restore --undo puts everything back." in done.err
    assert trackside(scratch, "restore", "calm-otter").out == "nothing differs from the run\n"
    assert trackside(scratch, "restore", "--undo").out == f"put back model.py\nput back {NOTEBOOK}\n"
    assert "no restore to undo" in trackside(scratch, "restore", "--undo", status=1).err


def test_verb_takes_paths_from_the_folder_it_is_called_for(scratch: Scratch) -> None:
    a_run(scratch, files={"sub/a.py": "a\n"})
    (scratch.path / "sub").mkdir()
    assert trackside(scratch, "-C", "sub", "restore", "calm-otter", "a.py").out == "restored sub/a.py\n"
    trackside(scratch, "restore", "calm-otter", "../x", status=2)
    trackside(scratch, "restore", status=2)
    trackside(scratch, "restore", "--undo", "calm-otter", status=2)
    assert trackside(scratch, "restore", "--json", "calm-otter", "model.py").json()["written"] == ["model.py"]
