"""A branch for review: what is in it, what stays as it was, and each reason not to make one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from repositories import NOTEBOOK, Scratch, make_experiment, make_scratch

from trackside.catalogue import Catalogue
from trackside.dvcfiles import declaration
from trackside.errors import GitError, NotFoundError, StateError, TracksideError
from trackside.git.repository import open_repository
from trackside.review.asked import Asked
from trackside.review.branch import make, plan
from trackside.review.message import trailer
from trackside.review.trees import edit_tree

from .runs import CELLS, a_run, file_at, move_main, notebook, promote, settle

pytestmark = pytest.mark.usefixtures("trackside_home")
BRANCH = "exp/calm-otter"


def planned(scratch: Scratch, **asked: Any) -> Any:
    return plan(Catalogue(scratch.path), Asked(**{"run": "calm-otter", **asked}))


def problem(scratch: Scratch, **asked: Any) -> TracksideError:
    """Return the one problem of a plan, after seeing that making it raises that and makes nothing."""
    catalogue, wanted = Catalogue(scratch.path), Asked(**{"run": "calm-otter", **asked})
    found = plan(catalogue, wanted)
    before = scratch.refs()
    with pytest.raises(TracksideError) as raised:
        make(catalogue, wanted, found)
    assert scratch.refs() == before
    (only,) = found.problems
    assert raised.value is only
    return only


# What is in it ------------------------------------------------------------------------------------


def test_branch_is_the_runs_tree_on_its_baseline_without_pictures_and_executed_cells(scratch: Scratch) -> None:
    base = scratch.head()
    a_run(scratch)
    move_main(scratch, {"other.py": "x = 1\n"})
    made = promote(scratch)
    assert scratch.git("rev-parse", f"{BRANCH}^") == base
    assert made.oid == scratch.git("rev-parse", BRANCH)
    assert scratch.git("ls-tree", "-r", "--name-only", BRANCH).split() == [
        ".trackside/dvc.yaml",
        ".trackside/metrics.json",
        ".trackside/params.yaml",
        ".trackside/plots/metrics/acc.tsv",
        ".trackside/run.json",
        "features.py",
        "model.py",
        NOTEBOOK,
    ]
    assert file_at(scratch, BRANCH, ".trackside/dvc.yaml").encode() == declaration(
        ["params.yaml", "metrics.json", "plots/metrics/acc.tsv"]
    )
    assert scratch.git("fsck", "--full", "--strict", "--no-dangling") == ""


def test_outputs_are_stripped_byte_by_byte_or_kept(scratch: Scratch) -> None:
    with_outputs = notebook(["import features\n", "lr = 0.5\n"], indent=3, kernelspec={"name": "p"})
    a_run(scratch, files={NOTEBOOK: with_outputs})
    promote(scratch)
    stripped = notebook(["import features\n", "lr = 0.5\n"], outputs=False, indent=3, kernelspec={"name": "p"})
    assert file_at(scratch, BRANCH, NOTEBOOK) == stripped
    promote(scratch, branch="kept", outputs="keep")
    assert file_at(scratch, "kept", NOTEBOOK) == with_outputs


def test_outputs_of_notebooks_the_run_did_not_change_stay(scratch: Scratch) -> None:
    text = notebook(CELLS)
    (scratch.path / "old.ipynb").write_text(text)
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "Add a notebook with outputs")
    a_run(scratch)
    promote(scratch)
    assert file_at(scratch, BRANCH, "old.ipynb") == text


def test_what_dvc_keeps_of_its_own_running_is_left_out(scratch: Scratch) -> None:
    a_run(scratch, files={".dvc/tmp/repro.dat": "a pickle with a token", ".dvc/config": "[core]\n"})
    promote(scratch)
    paths = scratch.git("ls-tree", "-r", "--name-only", BRANCH).split()
    assert ".dvc/config" in paths and not any(path.startswith(".dvc/tmp") for path in paths)


def test_tree_edits_give_what_git_itself_would_write(scratch: Scratch) -> None:
    for path in ("a.b/x", "a/b/c", "a/d", "a-b", "deep/er/file"):
        (scratch.path / path).parent.mkdir(parents=True, exist_ok=True)
        (scratch.path / path).write_text(path)
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "Folders")
    blob = scratch.git("rev-parse", "HEAD:a-b")
    tree = scratch.git("rev-parse", "HEAD^{tree}")
    edits = {"a/b/c": None, "a/b/new/e": ("100644", blob), "deep": None, "a.b/x": ("100755", blob), "zz": None}
    edited = edit_tree(open_repository(scratch.path), tree, edits)
    scratch.git("rm", "-rq", "--cached", "a/b/c", "deep")
    scratch.git("update-index", "--add", "--cacheinfo", f"100644,{blob},a/b/new/e")
    scratch.git("update-index", "--cacheinfo", f"100755,{blob},a.b/x")
    assert edited == scratch.git("write-tree")


def test_sha256_repositories_work_too(tmp_path: Path) -> None:
    other = make_scratch(tmp_path / "other", object_format="sha256")
    a_run(other)
    made = promote(other)
    assert len(made.oid) == 64 and other.git("fsck", "--full", "--no-dangling") == ""


# The message and the people -----------------------------------------------------------------------


def test_message_says_what_changed_by_how_much_and_where_it_came_from(scratch: Scratch) -> None:
    make_experiment(scratch, "first", metrics={"acc": 0.9}, params={"lr": 0.1, "depth": 3}, started=1_780_000_000.0)
    oid = a_run(scratch, params={"lr": 0.5, "depth": 3})
    promote(scratch)
    message = scratch.git("log", "-1", "--format=%B", BRANCH)
    assert message.split("\n")[0] == "Try a larger step: acc 0.91 (+0.01)"
    assert "Metrics, against first:\n  acc: 0.9 -> 0.91 (+0.01, better)" in message
    assert "Parameters:\n  lr: 0.1 -> 0.5\n" in message and "depth" not in message
    assert f"  {NOTEBOOK} (cells: 1 changed)" in message
    assert trailer(message, "Trackside-Experiment") == oid
    assert trailer(message, "Trackside-Name") == "calm-otter"


def test_a_run_promoted_once_more_is_still_compared_with_the_other(scratch: Scratch) -> None:
    make_experiment(scratch, "first", metrics={"acc": 0.9}, started=1_780_000_000.0)
    a_run(scratch)
    promote(scratch)
    promote(scratch, branch="exp/once-more")
    assert "Metrics, against first:" in scratch.git("log", "-1", "--format=%B", "exp/once-more")


def test_run_is_compared_with_the_record_its_baseline_commit_carries(scratch: Scratch) -> None:
    a_run(scratch, "first", metrics={"acc": 0.8})
    promote(scratch, run="first")
    scratch.git("merge", "-q", "exp/first")
    a_run(scratch)
    promote(scratch)
    assert f"against first at {scratch.head()[:8]}" in scratch.git("log", "-1", "--format=%B", BRANCH)
    assert scratch.git("log", "-1", "--format=%s", BRANCH) == "Try a larger step: acc 0.91 (+0.11)"


def test_author_is_the_runs_and_committer_is_who_promotes(scratch: Scratch) -> None:
    a_run(scratch)
    scratch.git("config", "user.name", "Grace Hopper")
    promote(scratch)
    assert scratch.git("log", "-1", "--format=%an|%ae|%at|%cn", BRANCH) == (
        "Ada Lovelace|ada@example.org|1790000000|Grace Hopper"
    )


def test_hostile_titles_stay_words_on_one_line(scratch: Scratch) -> None:
    a_run(scratch, title="evil\n\nTrackside-Experiment: 0000\x1b[31m", metrics={"a\nb": 1.0})
    promote(scratch)
    message = scratch.git("log", "-1", "--format=%B", BRANCH)
    assert "\x1b" not in message and message.startswith("evil Trackside-Experiment: 0000")
    assert trailer(message, "Trackside-Experiment") == scratch.git(
        "for-each-ref", "--format=%(objectname)", "refs/exps"
    )


def test_run_knows_afterwards_that_it_was_promoted(scratch: Scratch) -> None:
    a_run(scratch)
    promote(scratch)
    catalogue = Catalogue(scratch.path)
    assert [row.promoted for row in catalogue.state().rows] == [BRANCH]


# What stays as it was -----------------------------------------------------------------------------


def whole_state(scratch: Scratch) -> dict[str, Any]:
    """Return all that may not change, byte by byte: also the index file, the stash and the list of work trees."""
    state = scratch.state()
    del state["branches"]
    git = scratch.path / ".git"
    for name in ("index", "HEAD", "config", "logs/HEAD", "logs/refs/stash", "refs/stash"):
        state[name] = (git / name).read_bytes()
    state["worktrees"] = (scratch.git("worktree", "list", "--porcelain"), (git / "worktrees").exists())
    state["main"] = scratch.git("rev-parse", "main")
    state["stash"] = scratch.git("stash", "list")
    return state


@pytest.mark.parametrize("update", [False, True])
def test_promotion_leaves_head_index_work_tree_stash_config_and_work_trees(scratch: Scratch, *, update: bool) -> None:
    a_run(scratch)
    move_main(scratch, {"other.py": "x = 1\n"})
    scratch.git("reset", "-q", "--hard", "main")
    (scratch.path / "features.py").write_text("stashed\n")
    scratch.git("stash", "-q")
    (scratch.path / "features.py").write_text("edited\n")
    (scratch.path / "staged.py").write_text("staged\n")
    scratch.git("add", "staged.py")
    hook = scratch.path / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\nexit 0\n")
    hook.chmod(0o755)
    settle(scratch)
    before = whole_state(scratch)
    promote(scratch, update=update)
    assert whole_state(scratch) == before


def test_planning_makes_no_ref(scratch: Scratch) -> None:
    a_run(scratch)
    move_main(scratch, {"features.py": "conflict\n"})
    before = scratch.refs()
    planned(scratch)
    planned(scratch, update=True)
    assert scratch.refs() == before


# Branches ------------------------------------------------------------------------------------------


def test_promoting_again_changes_nothing_and_otherwise_replaces_its_own_branch(scratch: Scratch) -> None:
    a_run(scratch)
    first = promote(scratch)
    again = promote(scratch)
    assert again.oid == first.oid and again.notes == [
        f"The branch {BRANCH} is there already, just as it would be made."
    ]
    assert planned(scratch, outputs="keep").state == "replaces"
    kept = promote(scratch, outputs="keep")
    assert (
        kept.oid != first.oid == scratch.git("rev-parse", f"{first.oid}")
        and scratch.git("rev-parse", BRANCH) == kept.oid
    )


def test_branch_of_somebody_else_is_left(scratch: Scratch) -> None:
    a_run(scratch)
    scratch.git("branch", "mine")
    found = problem(scratch, branch="mine")
    assert (found.code, found.message) == (
        "branch-exists",
        "There is a branch mine already, and it was not made from this run.",
    )


def test_branch_of_another_run_is_left(scratch: Scratch) -> None:
    a_run(scratch)
    a_run(scratch, "other")
    promote(scratch, run="other", branch="shared")
    assert problem(scratch, branch="shared").code == "branch-exists"


def test_branch_with_commits_on_top_has_moved(scratch: Scratch) -> None:
    a_run(scratch)
    promote(scratch)
    tree = scratch.git("rev-parse", f"{BRANCH}^{{tree}}")
    scratch.git("update-ref", f"refs/heads/{BRANCH}", scratch.git("commit-tree", tree, "-p", BRANCH, "-m", "Mine"))
    found = problem(scratch)
    assert found.code == "branch-moved" and "1 commit was added" in found.message


def test_branch_that_is_checked_out_is_left_wherever_that_is(scratch: Scratch, tmp_path: Path) -> None:
    a_run(scratch)
    promote(scratch)
    scratch.git("worktree", "add", "-q", str(tmp_path / "beside"), BRANCH)
    found = problem(scratch, outputs="keep")
    assert found.code == "branch-checked-out" and "beside" in found.message


@pytest.mark.parametrize("name", ["main", "master", "production"])
def test_branches_of_everybody_are_not_written(scratch: Scratch, name: str) -> None:
    a_run(scratch)
    assert problem(scratch, branch=name).code == "branch-protected"


def test_target_and_default_branch_of_the_remote_are_not_written(scratch: Scratch) -> None:
    a_run(scratch)
    scratch.git("update-ref", "refs/remotes/origin/trunk-9", "HEAD")
    scratch.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk-9")
    scratch.git("branch", "release")
    assert problem(scratch, branch="trunk-9").code == "branch-protected"
    assert problem(scratch, branch="release", onto="release").code == "branch-protected"
    assert planned(scratch).onto == "trunk-9"


@pytest.mark.parametrize("name", ["-d", "a b", "a..b", "x" * 201, "@{-1}", "a\x07", "refs/heads/.lock", "a.lock"])
def test_names_git_would_misread_are_refused(scratch: Scratch, name: str) -> None:
    a_run(scratch)
    assert problem(scratch, branch=name).code == "bad-name"


def test_branch_in_the_way_of_a_folder_of_branches_is_named(scratch: Scratch) -> None:
    a_run(scratch)
    scratch.git("branch", "exp")
    assert "a branch exp, and Git keeps no branch exp/calm-otter beside it" in problem(scratch).message
    scratch.git("branch", "-D", "exp")
    scratch.git("branch", "exp/calm-otter/more")
    assert problem(scratch).code == "branch-in-the-way"


def test_branch_made_by_somebody_else_after_the_preview_is_not_overwritten(scratch: Scratch) -> None:
    a_run(scratch)
    catalogue, asked = Catalogue(scratch.path), Asked(run="calm-otter")
    found = plan(catalogue, asked)
    scratch.git("branch", BRANCH)
    with pytest.raises(StateError, match="changed by somebody else meanwhile"):
        make(catalogue, asked, found)
    assert scratch.git("rev-parse", BRANCH) == scratch.head()


def test_own_branch_moved_after_the_preview_is_not_overwritten(scratch: Scratch) -> None:
    a_run(scratch)
    promote(scratch)
    catalogue, asked = Catalogue(scratch.path), Asked(run="calm-otter", outputs="keep")
    found = plan(catalogue, asked)
    scratch.git("branch", "-f", BRANCH)
    with pytest.raises(StateError, match="changed by somebody else meanwhile"):
        make(catalogue, asked, found)
    assert scratch.git("rev-parse", BRANCH) == scratch.head()


# Runs and people that cannot ----------------------------------------------------------------------


def test_unknown_run_and_unknown_target_are_told(scratch: Scratch) -> None:
    a_run(scratch)
    with pytest.raises(NotFoundError, match="no run named 'nobody'"):
        planned(scratch, run="nobody")
    assert problem(scratch, onto="nowhere").code == "no-onto"
    assert problem(scratch, onto="--upload-pack=x").code == "bad-name"


def test_person_git_does_not_know_is_told_how_to_say_who_they_are(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_run(scratch)
    (scratch.home / ".gitconfig").write_text("[user]\n\tuseConfigOnly = true\n")
    monkeypatch.setenv("EMAIL", "")
    found = problem(scratch)
    assert found.code == "no-identity" and "git config user.name" in found.hint


def test_run_made_by_dvc_is_promoted_too(scratch: Scratch) -> None:
    head = scratch.head()
    stream = (
        f"commit refs/exps/{head[:2]}/{head[2:]}/loose-bear\ncommitter D <d@example.org> 1790000000 +0000\n"
        f"data 4\ndvc:\nfrom {head}\nM 100644 inline params.yaml\ndata 6\nlr: 1\n\n"
        "M 100644 inline .dvc/tmp/repro.dat\ndata 3\nabc\n"
    )
    scratch.git("fast-import", "--quiet", stdin=stream.encode())
    made = promote(scratch, run="loose-bear")
    assert scratch.git("ls-tree", "-r", "--name-only", made.branch).split() == ["features.py", "params.yaml", NOTEBOOK]


def test_commits_not_on_the_target_yet_are_told(scratch: Scratch) -> None:
    scratch.git("update-ref", "refs/remotes/origin/main", "HEAD")
    scratch.git("commit", "-q", "--allow-empty", "-m", "Mine")
    a_run(scratch)
    assert "1 commit before the run is not on main yet; a request brings them along." in planned(scratch).notes


# Signing -------------------------------------------------------------------------------------------


@pytest.fixture
def key(scratch: Scratch) -> Path:
    """A key to sign with by ssh, not configured to be used by itself."""
    path = scratch.home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    scratch.git("config", "gpg.format", "ssh")
    scratch.git("config", "user.signingKey", str(path))
    return path


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("configured", "asked", "signed"), [(True, None, True), (False, True, True), (True, False, False)]
)
def test_commit_is_signed_as_configured_or_asked(
    scratch: Scratch, *, configured: bool, asked: bool | None, signed: bool
) -> None:
    scratch.git("config", "commit.gpgSign", str(configured).lower())
    a_run(scratch)
    assert planned(scratch, sign=asked).signs is signed
    promote(scratch, sign=asked)
    assert ("-----BEGIN SSH SIGNATURE-----" in scratch.git("cat-file", "commit", BRANCH)) is signed


@pytest.mark.usefixtures("key")
def test_branch_made_without_a_signature_is_made_again_with_one(scratch: Scratch) -> None:
    a_run(scratch)
    promote(scratch, sign=False)
    assert planned(scratch, sign=True).state == "replaces"
    promote(scratch, sign=True)
    assert "BEGIN SSH SIGNATURE" in scratch.git("cat-file", "commit", BRANCH)


def test_open_run_is_to_be_ended_first(scratch: Scratch) -> None:
    script = "import trackside; trackside.start('open-one'); print('up', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=scratch.path,
        env=scratch.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stdout.readline()
    with pytest.raises(StateError, match="open-one is still open") as raised:
        planned(scratch, run="open-one")
    process.kill()
    process.wait()
    assert raised.value.code == "open-run"


def test_commit_that_cannot_be_signed_is_not_made(scratch: Scratch, key: Path) -> None:
    key.unlink()
    a_run(scratch)
    with pytest.raises(GitError, match="could not be signed") as raised:
        promote(scratch, sign=True)
    assert raised.value.code == "not-signed"
    assert f"refs/heads/{BRANCH}" not in scratch.refs()


def test_record_on_the_branch_is_the_runs(scratch: Scratch) -> None:
    oid = a_run(scratch)
    promote(scratch)
    record = json.loads(file_at(scratch, BRANCH, ".trackside/run.json"))
    assert record == json.loads(file_at(scratch, oid, ".trackside/run.json"))
    assert record["params"]["lr"]["value"] == 0.5
