"""Where a run may stand: every kind of repository, and none."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest
import states

from trackside import api
from trackside.errors import GitMissingError, NoRepositoryError
from trackside.git.repository import open_repository
from trackside.journal.places import journal_folder
from trackside.recovery import recover


def test_without_a_repository_the_run_waits_in_the_state_folder_and_is_adopted_later(tmp_path: Path) -> None:
    states.write(tmp_path, {"train.py": "lr = 1\n"})

    outcome = states.track(tmp_path)

    assert outcome.state == "kept"
    assert isinstance(outcome.trouble, NoRepositoryError)
    assert outcome.trouble.message == "This folder is in no Git repository."
    assert "git init" in outcome.trouble.hint
    assert len(list(journal_folder(None).glob("*.jsonl"))) == 1

    states.run_git(tmp_path, "init", "-q")
    waiting = recover(open_repository(tmp_path)).waiting
    assert [error.code for _, error in waiting] == ["no-commit"]
    states.commit(tmp_path, "Begin")
    before = states.state_of(tmp_path)
    recover(open_repository(tmp_path))

    assert list(states.experiments(tmp_path)) == ["first"]
    assert list(journal_folder(None).glob("*.jsonl")) == []
    assert states.state_of(tmp_path) == before
    assert "adopted" in states.warnings_of(tmp_path)


def test_an_adopted_tree_holds_no_credential(tmp_path: Path) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    states.track(tmp_path)
    states.run_git(tmp_path, "init", "-q")
    states.run_git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Begin")
    states.write(tmp_path, {"keys.py": f"token = '{token}'\n"})

    recover(open_repository(tmp_path))

    assert "keys.py" not in states.tree_of(tmp_path)
    assert "credential" in states.not_captured(tmp_path)["keys.py"]


def test_before_the_first_commit_the_run_waits_and_is_sealed_after_it(tmp_path: Path) -> None:
    states.run_git(tmp_path, "init", "-q")
    states.write(tmp_path, {"train.py": "lr = 1\n"})
    before = states.state_of(tmp_path)

    outcome = states.track(tmp_path)

    assert (outcome.state, outcome.trouble and outcome.trouble.code) == ("kept", "no-commit")
    assert "no commit yet" in str(outcome.trouble)
    assert states.state_of(tmp_path) == before
    states.commit(tmp_path, "Begin")
    recovered = recover(open_repository(tmp_path))
    assert [sealed.name for sealed in recovered.sealed] == ["first"]


def test_a_first_commit_made_while_the_run_is_open_becomes_its_baseline(tmp_path: Path) -> None:
    states.run_git(tmp_path, "init", "-q")
    states.write(tmp_path, {"train.py": "lr = 1\n"})

    outcome = states.track(tmp_path, during=lambda: states.commit(tmp_path, "Begin"))

    assert outcome.state == "sealed"
    assert states.fsck(tmp_path) == ""


def test_without_an_identity_a_marked_stand_in_signs(repository: Path, home: Path) -> None:
    (home / ".gitconfig").write_text("[user]\n    useConfigOnly = true\n")

    states.track(repository)

    record = states.record_of(repository)
    assert record["author"]["fallback"] is True
    assert "git config --global user.name" in record["warnings"][0]["hint"]
    assert "no-identity" in states.warnings_of(repository)


def test_a_detached_head_is_as_good_as_a_branch(repository: Path) -> None:
    states.run_git(repository, "checkout", "-q", "--detach")
    before = states.state_of(repository)

    states.track(repository)

    assert states.state_of(repository) == before
    assert states.record_of(repository)["branch"] is None


def test_a_linked_worktree_keeps_its_journal_in_the_common_folder(repository: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    states.run_git(repository, "worktree", "add", "-q", "-b", "side", str(linked))
    states.write(linked, {"train.py": "lr = 9\n"})
    before, beside = states.state_of(linked), states.state_of(repository)

    states.track(linked)

    assert (states.state_of(linked), states.state_of(repository)) == (before, beside)
    assert len(list((repository / ".git/trackside/journal").glob("*.jsonl"))) == 1
    assert states.record_of(repository)["branch"] == "side"
    assert states.differences(repository) == {"train.py": "M"}


def test_a_run_inside_a_submodule_belongs_to_the_submodule(repository: Path, tmp_path: Path) -> None:
    inner = _with_submodule(repository, tmp_path)
    states.write(inner, {"train.py": "lr = 7\n"})
    before = states.state_of(repository)

    states.track(inner)

    assert list(states.experiments(inner)) == ["first"]
    assert states.experiments(repository) == {}
    assert {key: value for key, value in states.state_of(repository).items() if "modules/" not in key} == {
        key: value for key, value in before.items() if "modules/" not in key
    }


def test_a_submodule_counts_by_the_commit_it_has_checked_out(repository: Path, tmp_path: Path) -> None:
    inner = _with_submodule(repository, tmp_path)
    states.write(inner, {"train.py": "lr = 7\n"})
    new = states.commit(inner, "Advance")
    states.write(inner, {"train.py": "lr = 8\n"})

    states.track(repository)

    assert states.tree_of(repository)["inner"] == new
    assert states.not_captured(repository) == {"inner": "uncommitted changes inside a submodule"}
    assert states.fsck(repository) == ""


def test_a_repository_inside_the_repository_is_listed_and_left_out(repository: Path) -> None:
    states.make_repository(repository / "vendor")

    states.track(repository)

    assert states.not_captured(repository) == {"vendor/": "a repository inside the repository"}
    assert not any(path.startswith("vendor") for path in states.tree_of(repository))


def test_a_bare_repository_takes_runs_on_its_head(repository: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    states.run_git(tmp_path, "clone", "-q", "--bare", str(repository), str(bare))
    before = states.state_of(bare)

    outcome = states.track(bare)

    assert outcome.state == "sealed"
    assert states.state_of(bare) == before
    assert states.fsck(bare) == ""


@pytest.mark.parametrize("options", [["--cone"], ["--cone", "--sparse-index"], ["--no-cone"]], ids=" ".join)
def test_a_sparse_checkout_keeps_what_is_not_checked_out(repository: Path, options: list[str]) -> None:
    states.write(repository, {"far/away.py": "x = 1\n", "near/here.py": "y = 1\n"})
    states.commit(repository, "More")
    states.run_git(repository, "sparse-checkout", "set", *options, "near")
    states.write(repository, {"near/here.py": "y = 2\n"})
    before = states.state_of(repository)

    states.track(repository)

    assert states.state_of(repository) == before
    assert states.differences(repository) == {"near/here.py": "M"}
    assert "far/away.py" in states.tree_of(repository)


@pytest.mark.parametrize("kept", ["blob:none", "tree:0"])
def test_a_partial_clone_whose_remote_is_gone_still_takes_runs(repository: Path, tmp_path: Path, kept: str) -> None:
    states.write(repository, {"deep/er/old.py": "x = 1\n"})
    states.commit(repository, "Deep")
    states.write(repository, {"deep/er/old.py": "x = 2\n"})
    states.commit(repository, "Deeper")
    states.run_git(repository, "config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    states.run_git(tmp_path, "clone", "-q", f"--filter={kept}", f"file://{repository}", str(partial))
    shutil.move(repository, tmp_path / "gone")
    states.write(partial, {"deep/er/old.py": "x = 3\n", "new.py": "z = 1\n"})
    before = states.state_of(partial)

    outcome = states.track(partial)

    assert outcome.state == "sealed"
    assert states.state_of(partial) == before
    assert states.differences(partial) == {"deep/er/old.py": "M", "new.py": "A"}
    recovered = recover(open_repository(partial), settling=True)
    assert (recovered.settled, recovered.waiting) == (1, [])


def test_a_sha256_repository_is_like_any_other(tmp_path: Path) -> None:
    clone = states.make_repository(tmp_path / "clone", "--object-format=sha256")
    before = states.state_of(clone)

    states.track(clone)

    assert states.state_of(clone) == before
    assert len(states.experiments(clone)["first"]) == 64
    assert states.fsck(clone) == ""


def test_a_reftable_repository_is_like_any_other(tmp_path: Path) -> None:
    try:
        clone = states.make_repository(tmp_path / "clone", "--ref-format=reftable")
    except AssertionError:
        pytest.skip("the installed Git knows no reftable")
    before = states.state_of(clone)

    states.track(clone)

    assert states.state_of(clone) == before
    assert states.fsck(clone) == ""


def test_runs_among_packed_refs(repository: Path) -> None:
    states.track(repository)
    states.run_git(repository, "pack-refs", "--all")
    packed = (repository / ".git/packed-refs").read_bytes()

    assert states.track(repository).sealed.name == "first-2"
    assert (repository / ".git/packed-refs").read_bytes() == packed
    states.run_git(repository, "pack-refs", "--all")
    assert states.track(repository).sealed.name == "first-3"
    assert states.open_refs(repository) == []


def test_the_git_folder_itself_is_no_place_for_a_run(repository: Path) -> None:
    outcome = states.track(repository / ".git")

    assert outcome.state == "kept"
    assert "inside the .git folder" in str(outcome.trouble)


def test_git_missing_is_said_in_a_sentence_and_nothing_is_lost(repository: Path, tmp_path: Path) -> None:
    before = states.state_of(repository)
    code = "import trackside as t; t.start('x'); t.log(loss=.5, step=1); t.end(); print('goes on')"

    done = states.run_script(repository, code, PATH=str(tmp_path))

    assert "The git program was not found" in done.stderr
    assert "Install Git" in done.stderr
    assert "goes on" in done.stdout
    assert states.state_of(repository) == before
    assert [sealed.name for sealed in recover(open_repository(repository)).sealed] == ["x"]


def test_git_too_old_is_said_in_a_sentence(repository: Path, tmp_path: Path) -> None:
    real = shutil.which("git")
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\n[ "$1" = version ] && {{ echo git version 2.20.1; exit; }}\nexec {real} "$@"\n')
    fake.chmod(0o755)
    code = "import trackside as t; t.start('x'); t.log(loss=.5, step=1); t.end()"

    done = states.run_script(repository, code, PATH=f"{fake.parent}:{os.environ['PATH']}")

    assert "Git 2.20.1 is too old; Trackside needs 2.31 or newer." in done.stderr
    assert [sealed.name for sealed in recover(open_repository(repository)).sealed] == ["x"]


def test_no_git_raises_what_front_ends_expect(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(GitMissingError):
        open_repository(repository)


as_root = pytest.mark.skipif(
    os.name == "nt" or os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root to be another user"
)
NOBODY = 65534


def _as_nobody(folder: Path, code: str, home: Path) -> str:
    """Run a script as a user without rights; return what it said."""
    import subprocess

    done = subprocess.run(
        ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "XDG_CACHE_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def nobodys_home(home: Path, tmp_path: Path) -> Path:
    """A home of the user without rights, that can be reached."""
    for folder in [home, tmp_path, *home.parents, *tmp_path.parents]:
        if folder in Path("/tmp").parents or folder == Path("/tmp"):
            continue
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    place = home / "nobody"
    place.mkdir()
    shutil.copy(home / ".gitconfig", place)
    for path in [place, place / ".gitconfig"]:
        os.chown(path, NOBODY, NOBODY)
    return place


SCRIPT = "import trackside as t; t.start('x'); t.log(loss=.5, step=1); t.end()"


@as_root
def test_a_repository_of_another_user_is_not_opened(repository: Path, nobodys_home: Path) -> None:
    before = states.state_of(repository)

    said = _as_nobody(repository, SCRIPT, nobodys_home)

    assert "This repository belongs to another user" in said
    assert "safe.directory" in said
    assert states.state_of(repository) == before
    assert len(list((nobodys_home / "state/trackside/journal").glob("*.jsonl"))) == 1


@as_root
def test_a_read_only_git_folder_keeps_the_run_in_the_state_folder(repository: Path, nobodys_home: Path) -> None:
    states.run_git(nobodys_home, "config", "--file", ".gitconfig", "safe.directory", str(repository))
    before = states.state_of(repository)

    said = _as_nobody(repository, SCRIPT, nobodys_home)

    assert "The repository cannot be written (Permission denied)" in said
    assert states.state_of(repository) == before
    assert len(list((nobodys_home / "state/trackside/journal").glob("*.jsonl"))) == 1
    states.run_git(repository, "config", "--global", "safe.directory", "*")
    os.environ["XDG_STATE_HOME"] = str(nobodys_home / "state")
    assert [sealed.name for sealed in recover(open_repository(repository)).sealed] == ["x"]


@as_root
def test_an_object_store_that_cannot_be_written_keeps_the_run_in_its_journal(
    repository: Path, nobodys_home: Path
) -> None:
    states.run_git(nobodys_home, "config", "--file", ".gitconfig", "safe.directory", str(repository))
    (repository / ".git/trackside").mkdir()
    os.chown(repository / ".git/trackside", NOBODY, NOBODY)
    states.write(repository, {"train.py": "lr = 5\n"})
    before = states.state_of(repository)

    said = _as_nobody(repository, SCRIPT, nobodys_home)

    assert "cannot be written" in said
    assert states.state_of(repository) == before
    assert [sealed.name for sealed in recover(open_repository(repository)).sealed] == ["x"]
    assert states.fsck(repository) == ""


def _with_submodule(repository: Path, tmp_path: Path) -> Path:
    library = states.make_repository(tmp_path / "library")
    states.run_git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library), "inner")
    states.commit(repository, "Add inner")
    return repository / "inner"


def test_a_handle_outlives_nothing(repository: Path) -> None:
    with states.working_in(repository):
        run = api.start("first")
        api.finish()

    assert not run.is_open
