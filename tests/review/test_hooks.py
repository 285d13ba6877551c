"""A person's own commit hooks over a promotion."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from repositories import NOTEBOOK, Scratch

from trackside.catalogue import Catalogue
from trackside.errors import StateError
from trackside.review.asked import Asked
from trackside.review.branch import plan
from trackside.review.planned import Hook

from .runs import a_run, file_at, move_main, promote, settle

pytestmark = pytest.mark.usefixtures("trackside_home")
BRANCH = "exp/calm-otter"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary work trees are made: a folder of this test alone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def hook(scratch: Scratch, name: str, script: str, folder: str = ".git/hooks") -> Path:
    path = scratch.path / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def planned(scratch: Scratch, **asked: Any) -> Any:
    return plan(Catalogue(scratch.path), Asked(**{"run": "calm-otter", **asked}))


def surroundings(scratch: Scratch) -> tuple[Any, ...]:
    git = scratch.path / ".git"
    return (
        scratch.state(),
        (git / "index").read_bytes(),
        scratch.git("worktree", "list", "--porcelain"),
        sorted(path.name for path in git.iterdir() if path.name != "trackside"),
        [path.name for path in (scratch.path.parent / "temporary").iterdir()],
    )


def test_hooks_run_as_in_a_commit_and_see_the_runs_files(scratch: Scratch) -> None:
    told = scratch.home / "told"
    hook(scratch, "pre-commit", f"git diff --cached --name-only > {told}; cat model.py features.py >> {told}")
    hook(scratch, "prepare-commit-msg", f'echo "prepare $2" >> {told}')
    hook(scratch, "commit-msg", 'echo "Reviewed-In: 12" >> "$1"')
    a_run(scratch)
    assert [(one.name, one.runs) for one in planned(scratch).hooks] == [
        ("pre-commit", True),
        ("prepare-commit-msg", True),
        ("commit-msg", True),
    ]
    settle(scratch)
    before = surroundings(scratch)
    made = promote(scratch)
    scratch.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    assert surroundings(scratch) == before
    said = told.read_text()
    assert f"model.py\n{NOTEBOOK}\n" in said and "def fit()" in said and "def scale" in said
    assert "prepare message" in said
    assert scratch.git("log", "-1", "--format=%B", made.oid).endswith("Trackside-Status: finished\nReviewed-In: 12")
    assert scratch.git("log", "-1", "--format=%an %at", made.oid) == "Ada Lovelace 1790000000"
    assert made.notes == []


def test_refusing_hook_is_quoted_and_nothing_is_made_or_left(scratch: Scratch) -> None:
    hook(scratch, "pre-commit", "echo 'E501 line too long' >&2; exit 3")
    a_run(scratch)
    settle(scratch)
    before = (scratch.refs(), surroundings(scratch))
    with pytest.raises(StateError) as raised:
        promote(scratch)
    assert raised.value.code == "hook-refused" and "E501 line too long" in raised.value.message
    assert (scratch.refs(), surroundings(scratch)) == before


def test_message_hook_that_refuses_is_quoted(scratch: Scratch) -> None:
    hook(scratch, "commit-msg", 'grep -q JIRA- "$1" || { echo "no ticket"; exit 1; }')
    a_run(scratch)
    with pytest.raises(StateError, match="no ticket"):
        promote(scratch)
    assert f"refs/heads/{BRANCH}" not in scratch.refs()


def test_hook_that_mends_files_is_tried_once_more_and_told(scratch: Scratch) -> None:
    hook(scratch, "pre-commit", "grep -q '# ok' model.py && exit 0; echo '# ok' >> model.py; exit 1")
    a_run(scratch)
    made = promote(scratch)
    assert made.notes == ["A commit hook changed model.py; the branch carries its version."]
    assert file_at(scratch, BRANCH, "model.py").endswith("# ok\n")


def test_hook_that_goes_on_mending_refuses_after_one_more_try(scratch: Scratch) -> None:
    count = scratch.home / "count"
    hook(scratch, "pre-commit", f"echo x >> {count}; echo '# again' >> model.py; echo mended; exit 1")
    a_run(scratch)
    with pytest.raises(StateError, match=r"also with what it changed itself \(model.py\)"):
        promote(scratch)
    assert count.read_text() == "x\nx\n" and f"refs/heads/{BRANCH}" not in scratch.refs()


def test_hook_that_writes_files_as_they_were_and_refuses_has_mended_nothing(scratch: Scratch) -> None:
    count = scratch.home / "count"
    hook(scratch, "pre-commit", f"echo x >> {count}; cp model.py m; sleep 1; cat m > model.py; rm m; echo no; exit 1")
    a_run(scratch)
    with pytest.raises(StateError, match="A commit hook refused the commit, so nothing was made"):
        promote(scratch)
    assert count.read_text() == "x\n"


def test_hooks_that_hang_are_ended_and_told(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackside.review.hooks._PATIENCE", 1.0)
    hook(scratch, "pre-commit", "sleep 60")
    a_run(scratch)
    before = scratch.git("worktree", "list")
    with pytest.raises(StateError) as raised:
        promote(scratch)
    assert raised.value.code == "hooks-hang" and scratch.git("worktree", "list") == before


def test_hook_that_stages_its_own_fix_is_told(scratch: Scratch) -> None:
    hook(scratch, "pre-commit", "echo '# staged' >> model.py; git add model.py")
    a_run(scratch)
    assert promote(scratch).notes == ["A commit hook changed model.py; the branch carries its version."]


def test_hooks_mending_is_in_what_update_merges(scratch: Scratch) -> None:
    hook(scratch, "pre-commit", "echo '# staged' >> model.py; git add model.py")
    a_run(scratch)
    move_main(scratch, {"other.py": "x = 1\n"})
    promote(scratch, update=True)
    assert file_at(scratch, BRANCH, "model.py").endswith("# staged\n")


def test_hooks_not_wanted_are_named_and_do_not_run(scratch: Scratch) -> None:
    hook(scratch, "pre-commit", "exit 1")
    a_run(scratch)
    found = planned(scratch, hooks=False)
    assert found.hooks == [Hook(name="pre-commit", runs=False, why="asked for without hooks")]
    assert "The pre-commit hook does not run: asked for without hooks." in found.notes
    assert promote(scratch, hooks=False).branch == BRANCH


def test_hook_that_is_not_executable_is_named(scratch: Scratch) -> None:
    hook(scratch, "pre-commit", "exit 1").chmod(0o644)
    a_run(scratch)
    assert planned(scratch).hooks == [Hook(name="pre-commit", runs=False, why="it is not executable")]
    assert promote(scratch).branch == BRANCH


def test_untracked_relative_hooks_folder_is_told_as_not_run(scratch: Scratch) -> None:
    hook(scratch, "pre-commit", "exit 1", ".husky/_")
    scratch.git("config", "core.hooksPath", ".husky/_")
    a_run(scratch)
    (found,) = planned(scratch).hooks
    assert not found.runs and found.why == "core.hooksPath is .husky/_, which is not in the run's tree"
    assert promote(scratch).branch == BRANCH


def test_hooks_folder_in_the_runs_tree_runs(scratch: Scratch) -> None:
    hook(scratch, "pre-commit", "echo tracked hook; exit 1", "hooks")
    scratch.git("config", "core.hooksPath", "hooks")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "--no-verify", "-m", "Hooks")
    a_run(scratch)
    with pytest.raises(StateError, match="tracked hook"):
        promote(scratch)


def test_absolute_hooks_folder_runs(scratch: Scratch) -> None:
    hook(scratch, "pre-commit", "echo from home; exit 1", str(scratch.home / "hooks"))
    scratch.git("config", "core.hooksPath", str(scratch.home / "hooks"))
    a_run(scratch)
    with pytest.raises(StateError, match="from home"):
        promote(scratch)


def test_large_tree_is_checked_out_in_part_and_that_is_told(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackside.review.hooks._MOST_FILES", 5)
    for number in range(6):
        (scratch.path / f"folder{number}").mkdir()
        (scratch.path / f"folder{number}/x.py").write_text("x = 1\n")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "Many")
    seen = scratch.home / "seen"
    hook(scratch, "pre-commit", f"find . -type f | sort > {seen}; git status --porcelain >> {seen}")
    a_run(scratch, files={"folder3/x.py": "x = 2\n"})
    config = (scratch.path / ".git/config").read_bytes()
    made = promote(scratch)
    assert made.notes == ["Hooks saw 9 of 14 files: those that changed, and the top folder."]
    said = seen.read_text()
    assert "./folder3/x.py" in said and "folder1/" not in said and "./features.py" in said
    assert scratch.git("ls-tree", "-r", "--name-only", BRANCH, "folder1") == "folder1/x.py"
    assert (scratch.path / ".git/config").read_bytes() == config


def test_content_filters_that_change_files_on_checkout_do_not_look_like_a_hooks_work(scratch: Scratch) -> None:
    (scratch.path / ".gitattributes").write_text("*.py text eol=crlf\n")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "Line ends")
    hook(scratch, "pre-commit", "exit 0")
    a_run(scratch)
    assert promote(scratch).notes == []
    assert "\r" not in file_at(scratch, BRANCH, "model.py")


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")
def test_files_kept_by_lfs_are_seen_as_pointers(scratch: Scratch) -> None:
    subprocess.run(["git", "lfs", "install", "--local", "--skip-repo"], cwd=scratch.path, check=True, stdout=-3)
    scratch.git("config", "filter.lfs.process", "git-lfs filter-process")
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "ab" * 32 + "\nsize 3\n"
    stored = scratch.path / ".git/lfs/objects/ab/ab" / ("ab" * 32)
    stored.parent.mkdir(parents=True)
    stored.write_text("big")
    seen = scratch.home / "seen"
    hook(scratch, "pre-commit", f"cat big.bin > {seen}")
    a_run(scratch, files={".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "big.bin": pointer})
    promote(scratch)
    assert seen.read_text() == pointer


def test_hooks_and_signature_come_together(scratch: Scratch) -> None:
    key = scratch.home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    scratch.git("config", "gpg.format", "ssh")
    scratch.git("config", "user.signingKey", str(key))
    hook(scratch, "pre-commit", "exit 0")
    a_run(scratch)
    promote(scratch, sign=True)
    assert "BEGIN SSH SIGNATURE" in scratch.git("cat-file", "commit", BRANCH)
    key.unlink()
    with pytest.raises(Exception, match="could not be signed") as raised:
        promote(scratch, sign=True, branch="other")
    assert getattr(raised.value, "code", "") == "not-signed" and "refs/heads/other" not in scratch.refs()


def test_what_a_killed_promotion_left_is_removed_and_other_work_trees_stay(scratch: Scratch, tmp_path: Path) -> None:
    a_run(scratch)
    for name in ("trackside-review-old", "trackside-review-new"):
        scratch.git("worktree", "add", "-q", "--detach", str(tmp_path / name / name))
    past = time.time() - 86_400
    os.utime(scratch.path / ".git/worktrees/trackside-review-old/gitdir", (past, past))
    scratch.git("worktree", "add", "-q", "--detach", str(tmp_path / "mine"))
    shutil.rmtree(tmp_path / "mine")
    hook(scratch, "pre-commit", "exit 0")
    promote(scratch)
    listed = scratch.git("worktree", "list", "--porcelain")
    assert not (tmp_path / "trackside-review-old").exists() and "trackside-review-old" not in listed
    # One that may still be at work, and the person's own on a disk that is away.
    assert "trackside-review-new" in listed and f"{tmp_path}/mine" in listed


def test_promotion_from_another_work_tree_and_from_a_bare_repository_runs_hooks(
    scratch: Scratch, tmp_path: Path
) -> None:
    a_run(scratch)
    hook(scratch, "pre-commit", "echo '# seen' >> model.py; git add model.py")
    scratch.git("worktree", "add", "-q", "--detach", str(tmp_path / "beside"))
    promote(Scratch(tmp_path / "beside", scratch.home))
    assert file_at(scratch, BRANCH, "model.py").endswith("# seen\n")
    scratch.git("clone", "-q", "--mirror", ".", str(tmp_path / "bare"))
    bare = Scratch(tmp_path / "bare", scratch.home)
    assert promote(bare, branch="other").branch == "other"
