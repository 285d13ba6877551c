"""How a run meets a branch that moved on: tried in memory, told by file and cell, merged when asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from repositories import NOTEBOOK, Scratch

from trackside.catalogue import Catalogue
from trackside.errors import StateError
from trackside.review.asked import Asked
from trackside.review.branch import make, plan
from trackside.review.merge import parse_merge

from .runs import a_run, file_at, move_main, notebook, promote

pytestmark = pytest.mark.usefixtures("trackside_home")
BRANCH = "exp/calm-otter"
OURS = ["import features\n", "lr = 0.5\n"]


def planned(scratch: Scratch, **asked: Any) -> Any:
    return plan(Catalogue(scratch.path), Asked(**{"run": "calm-otter", **asked}))


def base(scratch: Scratch, *sources: str) -> None:
    """Commit a notebook of the given cells, with outputs, and a module of ten lines."""
    (scratch.path / NOTEBOOK).write_text(notebook(sources or ("import features\n", "lr = 0.1\n")))
    (scratch.path / "lines.py").write_text("".join(f"x{number} = {number}\n" for number in range(10)))
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "Base")


def sources(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


def test_run_on_the_tip_of_the_target_has_nothing_to_merge(scratch: Scratch) -> None:
    a_run(scratch)
    assert planned(scratch).merge.state == "same"


def test_run_whose_target_is_behind_has_nothing_to_merge(scratch: Scratch) -> None:
    scratch.git("branch", "old")
    scratch.git("commit", "-q", "--allow-empty", "-m", "On")
    a_run(scratch)
    assert planned(scratch, onto="old").merge.state == "same"


def test_moved_target_that_merges_is_said_to(scratch: Scratch) -> None:
    a_run(scratch)
    move_main(scratch, {"other.py": "x = 1\n"})
    assert planned(scratch).merge.state == "clean"


def test_lines_changed_on_both_sides_conflict_and_are_told(scratch: Scratch) -> None:
    a_run(scratch, files={"features.py": "def scale(x):\n    return x / 3\n"})
    move_main(scratch, {"features.py": "def scale(x):\n    return x / 4\n"})
    merge = planned(scratch).merge
    assert merge.state == "conflicts"
    assert [(one.path, one.what) for one in merge.conflicts] == [("features.py", "both sides changed the same lines")]
    promote(scratch)
    assert "<<<<" not in file_at(scratch, BRANCH, "features.py")


def test_removed_and_added_files_conflict_in_words(scratch: Scratch) -> None:
    a_run(scratch, files={"features.py": "changed = 1\n"})
    move_main(scratch, {"features.py": None, "model.py": "another\n"})
    assert {one.path: one.what for one in planned(scratch).merge.conflicts} == {
        "features.py": "the run changed it, the other side removed it",
        "model.py": "both sides added it, differently",
    }


def test_unrelated_target_is_told_and_cannot_update(scratch: Scratch) -> None:
    a_run(scratch)
    tree = scratch.git("rev-parse", "HEAD^{tree}")
    scratch.git("update-ref", "refs/heads/island", scratch.git("commit-tree", tree, "-m", "Island"))
    assert planned(scratch, onto="island").merge.state == "unrelated"
    assert [one.code for one in planned(scratch, onto="island", update=True).problems] == ["unrelated"]


def test_git_that_cannot_merge_in_memory_is_told(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackside.review.merge._version", lambda _: (2, 37, 1))
    a_run(scratch)
    move_main(scratch, {"other.py": "x = 1\n"})
    found = planned(scratch)
    assert found.merge.state == "none"
    assert "This Git is older than 2.38, so whether the branch merges could not be tried." in found.notes
    assert [one.code for one in planned(scratch, update=True).problems] == ["git-too-old"]
    assert promote(scratch).branch == BRANCH


def test_what_a_remote_was_fetched_at_comes_before_the_local_branch(scratch: Scratch) -> None:
    a_run(scratch, files={"features.py": "ours\n"})
    tip = move_main(scratch, {"features.py": "theirs\n"})
    scratch.git("update-ref", "refs/remotes/origin/main", tip)
    scratch.git("update-ref", "refs/heads/main", f"{tip}^")
    found = planned(scratch)
    assert found.merge.state == "conflicts"
    assert "The merge was tried with main as of the last fetch of origin." in found.notes


def test_notebook_that_merges_only_by_cell_is_told_so(scratch: Scratch) -> None:
    base(scratch, "import features\n", "lr = 0.1\n", "fit()\n")
    a_run(scratch, files={NOTEBOOK: notebook(["import features\n", "lr = 0.5\n", "fit()\n"])})
    rerun = notebook(["import features, sys\n", "lr = 0.1\n", "fit()\n"]).replace("out ", "run again: ")
    move_main(scratch, {NOTEBOOK: rerun})
    (conflict,) = planned(scratch).merge.conflicts
    assert conflict.path == NOTEBOOK and "its cells do not: `--update` merges it by cell" in conflict.what
    assert planned(scratch, update=True).merge.state == "clean"


def test_update_merges_notebooks_by_cell_and_other_files_by_line(scratch: Scratch) -> None:
    base(scratch, "import features\n", "lr = 0.1\n", "fit()\n")
    lines = (scratch.path / "lines.py").read_text()
    a_run(
        scratch,
        files={
            NOTEBOOK: notebook(["import features\n", "lr = 0.5\n", "fit()\n"]),
            "lines.py": lines.replace("x0 = 0", "x0 = 'ours'"),
        },
    )
    tip = move_main(
        scratch,
        {
            NOTEBOOK: notebook(["import features, sys\n", "lr = 0.1\n", "fit()\n"]),
            "lines.py": lines.replace("x9 = 9", "x9 = 'theirs'"),
        },
    )
    made = promote(scratch, update=True)
    assert made.updated and "main is merged in; the metrics are from the run, not re-run after the merge." in made.notes
    assert scratch.git("rev-parse", f"{BRANCH}^2") == tip
    assert scratch.git("log", "-1", "--format=%s", f"{BRANCH}^1") == "Try a larger step: acc 0.91"
    merged = file_at(scratch, BRANCH, NOTEBOOK)
    assert merged == notebook(["import features, sys\n", "lr = 0.5\n", "fit()\n"], outputs=False)
    assert "x0 = 'ours'" in file_at(scratch, BRANCH, "lines.py") and "'theirs'" in file_at(scratch, BRANCH, "lines.py")
    assert scratch.git("fsck", "--full", "--no-dangling") == ""


def test_update_keeps_outputs_of_cells_that_the_merge_left_as_they_ran(scratch: Scratch) -> None:
    base(scratch, "a = 1\n", "b = 1\n")
    a_run(scratch, files={NOTEBOOK: notebook(["a = 2\n", "b = 1\n"])})
    move_main(scratch, {NOTEBOOK: notebook(["a = 1\n", "b = 3\n"], outputs=False)})
    promote(scratch, update=True, outputs="keep")
    cells = json.loads(file_at(scratch, BRANCH, NOTEBOOK))["cells"]
    assert [(("".join(cell["source"])), len(cell["outputs"])) for cell in cells] == [("a = 2\n", 1), ("b = 3\n", 0)]


def test_update_with_conflicts_makes_nothing_and_lists_file_and_cell(scratch: Scratch) -> None:
    base(scratch)
    a_run(scratch, files={"features.py": "ours\n"})
    move_main(scratch, {NOTEBOOK: notebook(["import features\n", "lr = 0.9\n"]), "features.py": "theirs\n"})
    before = scratch.refs()
    catalogue, asked = Catalogue(scratch.path), Asked(run="calm-otter", update=True)
    found = plan(catalogue, asked)
    assert [(one.path, one.cells) for one in found.merge.conflicts] == [("features.py", ()), (NOTEBOOK, (2,))]
    with pytest.raises(StateError) as raised:
        make(catalogue, asked, found)
    assert raised.value.code == "conflicts"
    assert f"{NOTEBOOK}: cell 2: both sides changed the same lines" in raised.value.message
    assert scratch.refs() == before


def test_update_without_anything_to_merge_is_the_runs_own_commit(scratch: Scratch) -> None:
    a_run(scratch)
    made = promote(scratch, update=True)
    assert not made.updated and scratch.git("rev-list", "--count", f"main..{BRANCH}") == "1"


def test_update_again_is_the_same_branch(scratch: Scratch) -> None:
    a_run(scratch)
    move_main(scratch, {"other.py": "x = 1\n"})
    made = promote(scratch, update=True)
    assert promote(scratch, update=True).oid == made.oid
    move_main(scratch, {"other.py": "x = 2\n"})
    assert promote(scratch, update=True).oid != made.oid


def test_record_of_another_run_gives_way_to_this_runs_when_updating(scratch: Scratch) -> None:
    a_run(scratch, "first", metrics={"acc": 0.8, "loss": 1.0})
    a_run(scratch)
    promote(scratch, run="first", branch="one")
    scratch.git("update-ref", "refs/heads/main", "one")
    whats = {one.path: one.what for one in planned(scratch).merge.conflicts}
    assert "by `--update` this run's takes its place" in whats[".trackside/run.json"]
    promote(scratch, update=True)
    trees = [scratch.git("rev-parse", f"{commit}:.trackside") for commit in (BRANCH, f"{BRANCH}^1")]
    assert trees[0] == trees[1]


def test_merge_drivers_of_the_configuration_run_only_when_promoting(scratch: Scratch) -> None:
    base(scratch)
    trace = scratch.home / "trace"
    (scratch.path / ".gitattributes").write_text("*.py merge=mine\n")
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "Attributes")
    scratch.git("config", "merge.mine.driver", f"touch {trace}; git merge-file -q %A %O %B")
    lines = (scratch.path / "lines.py").read_text()
    a_run(scratch, files={"lines.py": lines.replace("x0 = 0", "x0 = 'ours'")})
    move_main(scratch, {"lines.py": lines.replace("x9 = 9", "x9 = 'theirs'")})
    assert planned(scratch, update=True).merge.state == "clean" and not trace.exists()
    promote(scratch, update=True)
    assert trace.exists()


def test_what_merge_tree_says_of_odd_paths_is_read() -> None:
    out = (
        b"tree\x00100644 a1 1\tod\td\nname\x00100644 b2 2\tod\td\nname\x00\x00"
        b"1\x00od\td\nname\x00Auto-merging\x00said\n\x00"
        b"2\x00od\td\nname\x00x\x00CONFLICT (contents)\x00CONFLICT\n\x00"
    )
    told = parse_merge(out)
    assert told.stages == {"od\td\nname": {1: ("100644", "a1"), 2: ("100644", "b2")}}
    assert told.joined == {"od\td\nname"} and told.words["x"] == "CONFLICT"
