"""Scratch repositories, runs made in them, and what of a repository belongs to the user and must never change."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trackside import api
from trackside.recorder import Outcome

ROOT = Path(__file__).resolve().parent.parent
#: Below the common git folder: what Git or Trackside own and a run may add to.
_NOT_THE_USERS = ("objects", "trackside", "refs/exps", "refs/trackside", "reftable", "packed-refs")
_READ_WHOLE = 1_000_000


def run_git(folder: Path, *args: str, stdin: str | None = None, ok: bool = True, **environment: str) -> str:
    """Run git as the user would."""
    done = subprocess.run(
        ["git", *args],
        cwd=folder,
        input=None if stdin is None else os.fsencode(stdin),
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", **environment},
        capture_output=True,
    )
    if ok and done.returncode != 0:
        raise AssertionError(f"git {' '.join(args)}: {os.fsdecode(done.stderr)}")
    return os.fsdecode(done.stdout)


def make_repository(folder: Path, *options: str, files: Mapping[str, str] | None = None) -> Path:
    """Make a repository with one commit."""
    folder.mkdir(parents=True, exist_ok=True)
    run_git(folder, "init", "-q", *options)
    write(folder, files or {"train.py": "lr = 0.1\n", "notes.md": "# Notes\n", "lib/model.py": "def fit(): ...\n"})
    if files is None:
        write(folder, {"run.sh": "#!/bin/sh\n"})
        (folder / "run.sh").chmod(0o755)
    commit(folder, "Begin")
    return folder


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def commit(folder: Path, message: str) -> str:
    run_git(folder, "add", "-A")
    run_git(folder, "commit", "-q", "--no-verify", "--no-gpg-sign", "-m", message)
    return run_git(folder, "rev-parse", "HEAD").strip()


def state_of(folder: Path) -> dict[str, str]:
    """Tell everything of the user's at `folder`: files, index, HEAD, refs, configuration, hooks, reflogs, stash."""
    git_dir = Path(run_git(folder, "rev-parse", "--absolute-git-dir").strip())
    common = Path(os.path.normpath(git_dir / run_git(git_dir, "rev-parse", "--git-common-dir").strip()))
    state = {}
    if git_dir != folder:
        state = {f"tree {path}": fact for path, fact in _walk(folder, skip=lambda path: path == ".git")}
    for name, place in {"own": git_dir, "common": common}.items():
        state |= {f"{name} {path}": fact for path, fact in _walk(place, skip=_is_not_the_users)}
    for line in run_git(folder, "for-each-ref", "--format=%(refname) %(objectname)").splitlines():
        if not line.startswith(("refs/exps/", "refs/trackside/")):
            state[f"ref {line.split()[0]}"] = line
    state["HEAD"] = run_git(folder, "symbolic-ref", "-q", "HEAD", ok=False) + run_git(
        folder, "rev-parse", "-q", "--verify", "HEAD", ok=False
    )
    return state


def _is_not_the_users(path: str) -> bool:
    return path in _NOT_THE_USERS or path == "logs/refs/exps"


def _walk(top: Path, *, skip: Callable[[str], bool]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    pending = [b""]
    root = os.fsencode(top)
    while pending:
        folder = pending.pop()
        for entry in os.scandir(os.path.join(root, folder)):
            path = os.path.join(folder, entry.name)
            text = path.decode("utf-8", "backslashreplace")
            if skip(text):
                continue
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                pending.append(path)
                # Only folders of the work tree: Git itself makes and removes empty ones below `refs`.
                continue
            found.append((text, _fact(os.path.join(root, path), status)))
    return found


def _fact(path: bytes, status: os.stat_result) -> str:
    mode = f"{status.st_mode:o} {status.st_size}"
    if stat.S_ISLNK(status.st_mode):
        return f"{mode} -> {os.readlink(path)!r}"
    if not stat.S_ISREG(status.st_mode):
        return mode
    if status.st_size > _READ_WHOLE or not os.access(path, os.R_OK):
        return f"{mode} {status.st_mtime_ns}"
    with open(path, "rb") as file:
        return f"{mode} {status.st_mtime_ns} {hashlib.sha256(file.read()).hexdigest()}"


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Work in another folder for a while."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def track(folder: Path, name: str = "first", *, points: int = 3, during: Callable[[], object] = int) -> Outcome:
    """Make a run through the public API: `points` points of `loss`, then `during()`, then the end."""
    with working_in(folder):
        api.start(name, params={"lr": 0.1})
        for step in range(points):
            api.log(loss=1.0 / (step + 1), step=step)
        during()
        return api.finish()


def begin(folder: Path, name: str = "first") -> None:
    """Start a run and wait until its place in Git is noted."""
    with working_in(folder):
        api.start(name)
        wait_for_worker()


def wait_for_worker() -> None:
    from trackside.journal.worker import worker

    worker.submit(int).result(timeout=60)


def run_script(folder: Path, code: str, *, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script that uses Trackside in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
    )
    if check and done.returncode != 0:
        raise AssertionError(done.stderr)
    return done


def experiments(folder: Path) -> dict[str, str]:
    """List the experiments: name → commit id."""
    lines = run_git(folder, "for-each-ref", "--format=%(refname) %(objectname)", "refs/exps").splitlines()
    return {line.split()[0].rpartition("/")[2]: line.split()[1] for line in lines}


def open_refs(folder: Path) -> list[str]:
    """List the refs of runs that are not sealed."""
    return run_git(folder, "for-each-ref", "--format=%(refname)", "refs/trackside/open").split()


def record_of(folder: Path, name: str = "first") -> dict[str, Any]:
    """Read the record of an experiment."""
    record: dict[str, Any] = json.loads(show(folder, f"{experiments(folder)[name]}:.trackside/run.json"))
    return record


def show(folder: Path, name: str) -> str:
    return run_git(folder, "cat-file", "-p", name)


def tree_of(folder: Path, name: str = "first") -> dict[str, str]:
    """List an experiment's files outside `.trackside`: path → object id."""
    out = run_git(folder, "ls-tree", "-r", "-z", "--full-tree", experiments(folder)[name])
    entries = [entry.split("\t", 1) for entry in out.split("\0")[:-1]]
    return {path: head.split()[2] for head, path in entries if not path.startswith(".trackside/")}


def differences(folder: Path, name: str = "first") -> dict[str, str]:
    """List what an experiment changes against its baseline, outside `.trackside`: path → A, M, D or T."""
    oid = experiments(folder)[name]
    words = run_git(folder, "diff-tree", "-r", "-z", "--no-renames", "--name-status", f"{oid}^", oid).split("\0")
    return {path: kind for kind, path in zip(words[::2], words[1::2]) if not path.startswith(".trackside/")}


def not_captured(folder: Path, name: str = "first") -> dict[str, str]:
    return {entry["path"]: entry["reason"] for entry in record_of(folder, name)["files"]["not_captured"]}


def warnings_of(folder: Path, name: str = "first") -> dict[str, str]:
    return {warning["code"]: warning["message"] for warning in record_of(folder, name)["warnings"]}


def fsck(folder: Path) -> str:
    """Return what `git fsck` complains about, '' when all is well."""
    done = subprocess.run(
        ["git", "fsck", "--full", "--no-dangling", "--no-progress"], cwd=folder, capture_output=True, text=True
    )
    return "" if done.returncode == 0 and not done.stderr.strip() else done.stdout + done.stderr


def journals(folder: Path) -> list[Path]:
    """List the journals of a clone."""
    common = Path(folder, run_git(folder, "rev-parse", "--git-common-dir").strip())
    return sorted((common / "trackside" / "journal").glob("*.jsonl"))
