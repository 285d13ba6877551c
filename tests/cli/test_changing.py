"""Verbs that name, annotate, delete and mend, and completion: the real program in real repositories."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from program import trackside
from repositories import Scratch, make_experiment, make_experiments, scratch
from test_contract import check

__all__ = ["scratch"]


def listed(scratch: Scratch, *args: str) -> list[str]:
    return [row["name"] for row in trackside(scratch, "list", *args).table()]


def test_branch_is_the_commit_itself_and_never_moves_another(scratch: Scratch) -> None:
    oid = make_experiment(scratch, "calm-otter")
    make_experiment(scratch, "other", metrics={"acc": 1})
    before = scratch.state()["files"]
    trackside(scratch, "branch", "calm-otter")
    trackside(scratch, "branch", "calm-otter", "mine")
    assert scratch.refs()["refs/heads/exp/calm-otter"] == scratch.refs()["refs/heads/mine"] == oid
    assert "a branch mine already" in trackside(scratch, "branch", "other", "mine", status=1).err
    assert scratch.refs()["refs/heads/mine"] == oid
    for name in ("a..b", "-x", "a b", "HEAD"):
        trackside(scratch, "branch", "other", "--", name, status=2)
    assert scratch.state()["files"] == before


def test_annotations_are_shown_filtered_and_taken_back(scratch: Scratch) -> None:
    make_experiments(scratch, 3)
    trackside(scratch, "tag", "run-000001", "paper", "two words")
    trackside(scratch, "note", "run-000001", "converges", "late")
    trackside(scratch, "star", "run-000001", "run-000002")
    trackside(scratch, "archive", "run-000000")
    assert listed(scratch) == ["run-000002", "run-000001"]
    assert listed(scratch, "archived") == ["run-000000"]
    assert listed(scratch, "--all") == ["run-000002", "run-000001", "run-000000"]
    assert listed(scratch, 'star and tags ~ "WORDS" and note ~ "late"') == ["run-000001"]
    trackside(scratch, "tag", "--remove", "run-000001", "paper")
    trackside(scratch, "note", "--remove", "run-000001")
    trackside(scratch, "star", "--remove", "run-000001")
    trackside(scratch, "archive", "--undo", "run-000000")
    assert listed(scratch, "star") == ["run-000002"]
    assert listed(scratch, 'note ~ "late" or "paper" in tags') == []
    assert len(listed(scratch)) == 3


def test_rename_delete_and_undelete(scratch: Scratch) -> None:
    make_experiments(scratch, 2)
    trackside(scratch, "rename", "run-000000", "best")
    trackside(scratch, "delete", "best", "run-000001")
    assert listed(scratch) == []
    assert [line.split("\t")[0] for line in trackside(scratch, "undelete").out.splitlines()] == ["best", "run-000001"]
    trackside(scratch, "undelete", "best")
    assert listed(scratch) == ["best"]
    trackside(scratch, "rename", "best", "Not a name", status=2)
    trackside(scratch, "delete", "nobody", status=1)


def test_gc_says_what_would_go_and_removes_only_when_forced(scratch: Scratch) -> None:
    oid = make_experiment(scratch, "young")
    trackside(scratch, "list")
    trackside(scratch, "delete", "young")
    (young,) = [ref for ref in scratch.refs() if "/trash/young/" in ref]
    old = "refs/trackside/trash/old/1000000000"
    scratch.git("update-ref", old, oid)
    assert "would remove deleted run old" in trackside(scratch, "gc").out
    assert old in scratch.refs()
    assert "removed deleted run old" in trackside(scratch, "gc", "--force", "--pack-refs").out
    assert young in scratch.refs()
    assert old not in scratch.refs()


def test_large_files_go_only_when_asked_for_and_are_named(scratch: Scratch) -> None:
    cache = scratch.path / ".git" / "trackside" / "cache" / "files" / "md5"
    old = keep_large(scratch, "old.bin", b"x" * 5_000)
    needed = keep_large(scratch, "needed.bin", b"y" * 5_000)
    make_experiment(scratch, "calm-otter", artifacts=[needed])
    there = {path.name for path in cache.glob("*/*")}
    said = trackside(scratch, "gc").out
    assert f"would remove old.bin ({old['md5']}, 5.0 kB) from {cache.parents[1]}" in said
    assert "needed.bin" not in said
    trackside(scratch, "gc", "--force")
    trackside(scratch, "gc", "--force", "--files", "--dry-run")
    trackside(scratch, "gc", "--force", "--files", "--grace", "60")
    assert {path.name for path in cache.glob("*/*")} == there
    told = json.loads(trackside(scratch, "gc", "--json").out)
    check(told, "Cleaned")
    assert [(one["path"], one["bytes"]) for one in told["files"]] == [("old.bin", 5_000)]
    assert "removed old.bin" in trackside(scratch, "gc", "--force", "--files").out
    assert {path.parent.name + path.name for path in cache.glob("*/*")} == {needed["md5"]}
    for wrong in (["--grace", "0"], ["--outside"]):
        trackside(scratch, "gc", *wrong, status=2)


def test_where_files_cannot_be_judged_the_rest_is_done_and_told(scratch: Scratch) -> None:
    old = "refs/trackside/trash/old/1000000000"
    scratch.git("update-ref", old, make_experiment(scratch, "young"))
    (scratch.path / ".dvc" / "tmp").mkdir(parents=True)
    with open(scratch.path / ".dvc" / "tmp" / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = trackside(scratch, "gc", "--force", "--files", status=1)
    assert "removed deleted run old" in said.out and old not in scratch.refs()
    assert "DVC is at work" in said.err


def keep_large(scratch: Scratch, path: str, data: bytes) -> dict[str, Any]:
    (scratch.path / path).write_bytes(data)
    code = (
        "import json, sys; from pathlib import Path; from trackside.artifacts import keep_artifact\n"
        "kept = keep_artifact(sys.argv[1], repository_root=Path.cwd(), common_dir=Path('.git').resolve(),"
        " sink=None, limit=9)\n"
        "print(json.dumps(kept.as_json()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], cwd=scratch.path, env=scratch.environment, capture_output=True, check=True
    )
    for stored in (scratch.path / ".git" / "trackside" / "cache").glob("files/md5/*/*"):
        os.utime(stored, (time.time() - 30 * 86_400,) * 2)
    kept: dict[str, Any] = json.loads(done.stdout)
    return kept


def test_doctor_finds_what_is_wrong_and_says_how_to_mend_it(scratch: Scratch) -> None:
    oid = make_experiment(scratch, "good")
    assert trackside(scratch, "doctor").out.count("\nerror\t") == 0
    scratch.git("update-ref", "refs/exps/odd", "HEAD")
    scratch.git("config", "--global", "--unset", "user.name")
    scratch.git("config", "--global", "--unset", "user.email")
    broken = scratch.path / ".git" / "refs" / "exps" / oid[:2] / oid[2:]
    broken.mkdir(parents=True)
    (broken / "broken").write_text("1" * 40 + "\n")
    (scratch.path / ".git" / "gc.pid").write_text("999999999 nowhere")
    said = trackside(scratch, "doctor", status=1, EMAIL="").out
    levels = {tuple(line.split("\t")[:2]) for line in said.splitlines()}
    assert {("warning", "refs"), ("error", "experiments"), ("note", "locks")} <= levels
    assert "git update-ref -d refs/exps/odd" in said


def test_doctor_outside_a_repository_says_so(scratch: Scratch, tmp_path: Path) -> None:
    assert "error\trepository" in trackside(scratch, "-C", str(tmp_path), "doctor", status=1).out


def test_recover_with_nothing_to_do_says_so(scratch: Scratch) -> None:
    assert trackside(scratch, "recover").out == "nothing to recover\n"


def test_names_for_completion_are_quick_words(scratch: Scratch, tmp_path: Path) -> None:
    make_experiments(scratch, 2)
    assert trackside(scratch, "__names").out == "run-000000\nrun-000001\n"
    assert trackside(scratch, "-C", str(tmp_path), "__names").out == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_is_valid_where_the_shell_is_installed(scratch: Scratch, shell: str) -> None:
    script = trackside(scratch, "completion", shell).out
    assert "--sort" in script or "sort" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script.encode(), check=True)


def test_bash_completes_verbs_options_and_runs(scratch: Scratch) -> None:
    make_experiments(scratch, 2)
    script = trackside(scratch, "completion", "bash").out

    def complete(*words: str) -> list[str]:
        line = " ".join(f"'{word}'" for word in words)
        asked = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _trackside"
        code = f"{script}\n{asked}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        shim = scratch.home / "trackside"
        shim.write_text("#!/bin/sh\nprintf 'run-000000\\nrun-000001\\n'\n")
        shim.chmod(0o755)
        environment = {**scratch.environment, "PATH": f"{scratch.home}:{scratch.environment['PATH']}"}
        done = subprocess.run(["bash", "-c", code], cwd=scratch.path, env=environment, capture_output=True, check=True)
        return done.stdout.decode().split()

    assert complete("trackside", "co") == ["compare", "completion"]
    assert complete("trackside", "list", "--so") == ["--sort"]
    assert complete("trackside", "show", "run-00") == ["run-000000", "run-000001"]
