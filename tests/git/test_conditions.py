"""What may be going on in a repository: operations under way, locks, odd configuration, a user who goes on working."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import states

from trackside.git.repository import open_repository
from trackside.recovery import recover


def _diverge(repository: Path) -> None:
    """Make two branches that conflict in `train.py`, and stay on the first."""
    states.run_git(repository, "checkout", "-q", "-b", "other")
    states.write(repository, {"train.py": "lr = 0.5\n"})
    states.commit(repository, "Theirs")
    states.run_git(repository, "checkout", "-q", "main")
    states.write(repository, {"train.py": "lr = 0.9\n"})
    states.commit(repository, "Ours")


UNDER_WAY = {
    "merge": ["merge", "other"],
    "rebase": ["rebase", "other"],
    "cherry-pick": ["cherry-pick", "other"],
    "revert": ["revert", "--no-edit", "HEAD~1"],
}


@pytest.mark.parametrize("what", UNDER_WAY)
def test_an_operation_under_way_is_told_and_left_alone(repository: Path, what: str) -> None:
    _diverge(repository)
    if what == "revert":
        states.write(repository, {"train.py": "lr = 1.1\n"})
        states.commit(repository, "Further")
    states.run_git(repository, *UNDER_WAY[what], ok=False)
    before = states.state_of(repository)
    assert any("UU" in line for line in states.run_git(repository, "status", "--porcelain").splitlines())

    outcome = states.track(repository)

    assert outcome.state == "sealed"
    assert states.state_of(repository) == before
    assert states.warnings_of(repository)["under-way"] == (
        f"A {what} was under way in the repository when the run started."
    )
    assert states.warnings_of(repository)["conflicts"] == "train.py has unresolved merge conflicts."
    held = states.show(repository, f"{states.experiments(repository)['first']}:train.py")
    assert held == (repository / "train.py").read_text()
    assert states.fsck(repository) == ""


def test_a_bisection_under_way_is_told_and_left_alone(repository: Path) -> None:
    _diverge(repository)
    states.run_git(repository, "bisect", "start", "HEAD", "HEAD~1")
    before = states.state_of(repository)

    states.track(repository)

    assert states.state_of(repository) == before
    assert "under-way" in states.warnings_of(repository)


def test_conflicts_in_the_index_alone_do_not_stop_a_run(repository: Path) -> None:
    _diverge(repository)
    states.run_git(repository, "merge", "other", ok=False)
    states.write(repository, {"train.py": "lr = resolved\n"})
    before = states.state_of(repository)

    states.track(repository)

    assert states.state_of(repository) == before
    assert states.differences(repository) == {"train.py": "M"}


def test_a_stash_stays_as_it_is(repository: Path) -> None:
    states.write(repository, {"train.py": "stashed\n"})
    states.run_git(repository, "stash")
    before = states.state_of(repository)

    states.track(repository)

    assert states.state_of(repository) == before
    assert states.run_git(repository, "stash", "list").count("\n") == 1


def test_a_stale_index_lock_is_no_concern_of_ours(repository: Path) -> None:
    (repository / ".git/index.lock").touch()
    states.write(repository, {"train.py": "lr = 7\n"})
    before = states.state_of(repository)

    assert states.track(repository).state == "sealed"
    assert states.state_of(repository) == before


def test_a_lock_a_killed_git_left_on_our_own_ref_is_removed(repository: Path) -> None:
    lock = _lock_of_first(repository)
    os.utime(lock, (time.time() - 60, time.time() - 60))

    outcome = states.track(repository)

    assert outcome.sealed is not None
    assert outcome.sealed.name == "first"
    assert not lock.exists()


def test_a_lock_that_another_git_holds_is_waited_for(repository: Path) -> None:
    import threading

    lock = _lock_of_first(repository)
    release = threading.Timer(0.7, lock.unlink)

    outcome = states.track(repository, during=release.start)

    assert outcome.sealed is not None
    assert outcome.sealed.name == "first"


def _lock_of_first(repository: Path) -> Path:
    head = states.run_git(repository, "rev-parse", "HEAD").strip()
    folder = repository / ".git/refs/exps" / head[:2] / head[2:]
    folder.mkdir(parents=True)
    (folder / "first.lock").touch()
    return folder / "first.lock"


def test_a_stale_lock_of_packed_refs_hinders_nothing_but_the_tidying(repository: Path) -> None:
    lock = repository / ".git/packed-refs.lock"
    lock.touch()
    before = states.state_of(repository)

    assert states.track(repository).state == "sealed"

    assert states.state_of(repository) == before
    assert lock.exists()
    troubles = recover(open_repository(repository), settling=True).troubles
    assert [error.code for error in troubles] == ["locked"]
    lock.unlink()
    assert recover(open_repository(repository), settling=True).troubles == []
    assert states.open_refs(repository) == []


def test_a_garbage_collection_that_was_killed_is_not_waited_for(repository: Path) -> None:
    (repository / ".git/gc.pid").write_text(f"999999999 {os.uname().nodename}")
    began = time.monotonic()

    assert states.track(repository).state == "sealed"
    assert time.monotonic() - began < 5


def test_a_garbage_collection_under_way_is_waited_for(repository: Path) -> None:
    import threading

    mark = repository / ".git/gc.pid"
    mark.write_text(f"{os.getpid()} {os.uname().nodename}")
    began = time.monotonic()
    release = threading.Timer(0.8, mark.unlink)

    outcome = states.track(repository, during=release.start)

    assert outcome.state == "sealed"
    assert time.monotonic() - began > 0.7


CONFIGURATIONS = {
    "untracked files hidden": {"status.showUntrackedFiles": "no"},
    "modes ignored": {"core.fileMode": "false"},
    "case ignored": {"core.ignoreCase": "true"},
    "renames found": {"diff.renames": "copies", "status.renames": "copies"},
    "paths relative": {"status.relativePaths": "true"},
    "always coloured": {"color.ui": "always", "color.status": "always", "color.diff": "always"},
    "names unquoted": {"core.quotePath": "false"},
    "submodules recursed": {"submodule.recurse": "true", "diff.ignoreSubmodules": "all"},
    "odd encodings": {"i18n.commitEncoding": "ISO-8859-1", "i18n.logOutputEncoding": "UTF-16"},
    "signatures shown": {"log.showSignature": "true"},
    "everything signed": {"commit.gpgSign": "true", "tag.gpgSign": "true", "gpg.program": "/bin/false"},
    "short format": {"status.short": "true", "status.branch": "false", "status.showStash": "true"},
    "aliases": {"alias.status": "!false", "alias.fast-import": "!false", "alias.update-ref": "!false"},
    "everything logged": {"core.logAllRefUpdates": "always"},
    "columns and pager": {"column.ui": "always", "core.pager": "false", "pager.status": "true"},
    "external diff": {"diff.external": "/bin/false", "diff.noprefix": "true"},
    "many threads": {"index.threads": "4", "core.preloadIndex": "true", "feature.manyFiles": "true"},
    "strict safety": {"safe.bareRepository": "explicit", "transfer.fsckObjects": "true"},
    "small packs": {"fastimport.unpackLimit": "1", "core.bigFileThreshold": "1"},
    "notes shown": {"notes.displayRef": "refs/notes/*", "log.decorate": "full"},
}


@pytest.mark.parametrize("case", CONFIGURATIONS)
def test_unusual_configuration_changes_nothing(repository: Path, case: str) -> None:
    for key, value in CONFIGURATIONS[case].items():
        states.run_git(repository, "config", key, value)
    (repository / "notes.md").rename(repository / "renamed.md")
    states.write(repository, {"train.py": "lr = 7\n", "lib/näw.py": "x\n"})
    before = states.state_of(repository)

    outcome = states.track(repository)

    assert outcome.state == "sealed"
    assert states.state_of(repository) == before
    assert states.differences(repository) == {
        "train.py": "M", "lib/näw.py": "A", "notes.md": "D", "renamed.md": "A",
    }  # fmt: skip
    assert states.fsck(repository) == ""


@pytest.mark.parametrize("where", ["hooks", "elsewhere"])
def test_no_hook_and_no_fsmonitor_runs(repository: Path, tmp_path: Path, where: str) -> None:
    trace = tmp_path / "ran"
    folder = repository / ".git/hooks" if where == "hooks" else tmp_path / "elsewhere"
    folder.mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-index-change", "pre-commit", "post-commit", "watch", "pre-auto-gc"):
        (folder / name).write_text(f"#!/bin/sh\necho {name} >> {trace}\nexit 1\n")
        (folder / name).chmod(0o755)
    config = {"core.fsmonitor": str(folder / "watch")}
    if where == "elsewhere":
        config["core.hooksPath"] = str(folder)
    lines = "".join(f"[core]\n    {key[5:]} = {value}\n" for key, value in config.items())
    with open(repository / ".git/config", "a") as file:
        file.write(lines)
    states.write(repository, {"train.py": "lr = 7\n"})

    outcome = states.track(repository)

    assert outcome.state == "sealed"
    assert not trace.exists()


def test_git_variables_of_the_environment_lead_nowhere(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = states.make_repository(tmp_path / "other")
    before, beside = states.state_of(repository), states.state_of(other)
    for name, value in {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(other / ".git/index"),
        "GIT_OBJECT_DIRECTORY": str(other / ".git/objects"),
        "GIT_NAMESPACE": "elsewhere",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "true",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_TRACE": "1",
        "GIT_AUTHOR_DATE": "2001-01-01",
    }.items():
        monkeypatch.setenv(name, value)

    outcome = states.track(repository)

    for name in [name for name in os.environ if name.startswith("GIT_") and name != "GIT_CONFIG_NOSYSTEM"]:
        monkeypatch.delenv(name)
    assert outcome.state == "sealed"
    assert (states.state_of(repository), states.state_of(other)) == (before, beside)
    assert states.experiments(other) == {}
    assert list(states.experiments(repository)) == ["first"]


def test_a_commit_made_while_the_run_is_open_leaves_the_baseline_where_it_was(repository: Path) -> None:
    baseline = states.run_git(repository, "rev-parse", "HEAD").strip()

    def work() -> None:
        states.wait_for_worker()
        states.write(repository, {"train.py": "lr = 8\n", "more.py": "x\n"})
        states.commit(repository, "Go on")
        states.write(repository, {"train.py": "lr = 9\n"})

    states.track(repository, during=work)

    assert states.record_of(repository)["baseline"] == baseline
    assert states.differences(repository) == {"train.py": "M", "more.py": "A"}
    assert states.record_of(repository)["files"]["changed_during"] == ["more.py", "train.py"]
    held = states.show(repository, f"{states.experiments(repository)['first']}:train.py")
    assert held == "lr = 9\n"


@pytest.mark.parametrize("step", ["checkout", "rebase", "reset"])
def test_moving_head_while_the_run_is_open_is_harmless(repository: Path, step: str) -> None:
    _diverge(repository)
    baseline = states.run_git(repository, "rev-parse", "HEAD").strip()
    commands = {
        "checkout": ["checkout", "-q", "other"],
        "rebase": ["rebase", "-q", "-X", "theirs", "other"],
        "reset": ["reset", "-q", "--hard", "HEAD~1"],
    }

    def work() -> None:
        states.wait_for_worker()
        states.run_git(repository, *commands[step])

    outcome = states.track(repository, during=work)

    assert outcome.state == "sealed"
    assert states.record_of(repository)["baseline"] == baseline
    held = states.show(repository, f"{states.experiments(repository)['first']}:train.py")
    assert held == (repository / "train.py").read_text()
    assert states.fsck(repository) == ""


def test_a_baseline_that_is_rewritten_and_pruned_while_the_run_is_open_is_kept_alive(repository: Path) -> None:
    _diverge(repository)
    baseline = states.run_git(repository, "rev-parse", "HEAD").strip()

    def work() -> None:
        states.wait_for_worker()
        states.run_git(repository, "reset", "-q", "--hard", "HEAD~1")
        states.run_git(repository, "reflog", "expire", "--expire=now", "--all")
        states.run_git(repository, "gc", "-q", "--prune=now")

    outcome = states.track(repository, during=work)

    assert outcome.state == "sealed"
    assert states.record_of(repository)["baseline"] == baseline
    assert states.fsck(repository) == ""


def test_objects_pruned_between_start_and_end_are_written_again(repository: Path) -> None:
    states.write(repository, {"train.py": "lr = 8\n", "new.py": "x\n"})

    def work() -> None:
        states.wait_for_worker()
        states.write(repository, {"later.py": "y\n"})
        states.run_git(repository, "gc", "-q", "--prune=now")

    states.track(repository, during=work)

    assert states.differences(repository) == {"train.py": "M", "new.py": "A", "later.py": "A"}
    assert states.fsck(repository) == ""


def test_the_repository_may_vanish_while_the_run_is_open(repository: Path, tmp_path: Path) -> None:
    import shutil

    outcome = states.track(repository, during=lambda: shutil.move(repository / ".git", tmp_path / "git"))

    assert outcome.state == "kept"
    assert outcome.trouble is not None
    shutil.move(tmp_path / "git", repository / ".git")
    assert [sealed.name for sealed in recover(open_repository(repository)).sealed] == ["first"]
