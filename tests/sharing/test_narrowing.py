"""Only one's own runs, only starred ones: the flags as people type them, in a terminal and in a cell."""

from __future__ import annotations

import subprocess

import pytest
from cli.program import trackside
from clones import Team, make_team, opened, runs
from hosts.notebooks import LOAD, Tracked, run_notebook
from repositories import Scratch, make_experiment

from trackside.store import Store

WRONG = (
    ("RUN --mine", "Name runs, or narrow by --mine and --starred.", "Leave out one of them."),
    ("RUN --starred", "Name runs, or narrow by --mine and --starred.", "Leave out one of them."),
    ("RUN --all", "All runs or some, not both.", "Leave out one of them."),
    ("--all --mine", "All runs or some, not both.", "Leave out one of them."),
)


def commit_as(clone: Scratch, name: str, person: str) -> str:
    """Make a run whose commit is somebody's, as sealing at their machine would; returns its commit."""
    author = {"name": person.title(), "email": f"{person}@example.org", "fallback": False}
    oid = make_experiment(clone, name, author=author)
    who = ("-c", f"user.name={person.title()}", "-c", f"user.email={person}@example.org")
    theirs = clone.git(*who, "commit-tree", f"{oid}^{{tree}}", "-p", clone.head(), "-m", name)
    (ref,) = (ref for ref in clone.refs() if ref.endswith(f"/{name}"))
    clone.git("update-ref", ref, theirs)
    return theirs


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """A remote with a run of Ada's, a starred one of Ada's, and one of Bob's that he made at Ada's machine."""
    made = make_team(tmp_path_factory.mktemp("narrowing"))
    ada = made.clone("ada")
    commit_as(ada, "plain", "ada")
    commit_as(ada, "bobs", "bob")
    starred = commit_as(ada, "best", "ada")
    Store(opened(ada)).annotate([starred], {"star": True})
    trackside(ada, "push")
    assert set(runs(made.bare)) == {"plain", "bobs", "best"}
    return made


def test_the_command_line_pulls_mine_and_starred_alone(team: Team) -> None:
    bob = team.clone("bob")
    assert "got bobs" in trackside(bob, "pull", "--mine").out
    assert set(runs(bob.path)) == {"bobs"}
    assert "got best" in trackside(bob, "pull", "origin", "--starred").out
    assert set(runs(bob.path)) == {"bobs", "best"}


def test_the_command_line_pushes_mine_and_starred_alone(team: Team) -> None:
    eve = team.clone("eve")
    other = team.folder / "other.git"
    eve.git("init", "-q", "--bare", str(other))
    eve.git("remote", "add", "other", str(other))
    commit_as(eve, "eves", "eve")
    commit_as(eve, "adas", "ada")
    starred = commit_as(eve, "shiny", "ada")
    Store(opened(eve)).annotate([starred], {"star": True})
    trackside(eve, "push", "other", "--mine")
    assert set(runs(other)) == {"eves"}
    trackside(eve, "push", "other", "--starred")
    assert set(runs(other)) == {"eves", "shiny"}


@pytest.mark.parametrize("verb", ["push", "pull"])
def test_the_command_line_refuses_what_contradicts_itself(team: Team, verb: str) -> None:
    zoe = team.clone(f"zoe-who-{verb}es")
    before = zoe.state()
    for words, message, hint in WRONG:
        said = trackside(zoe, verb, *words.replace("RUN", "plain").split(), status=2)
        assert (message in said.err, hint in said.err, said.out) == (True, True, ""), (words, said)
    assert zoe.state() == before


@pytest.fixture(scope="module")
def cells(team: Team) -> Tracked:
    """A kernel in Bob's other clone, which pulls and pushes by `%track`."""
    folder = team.folder / "notebook" / "project"
    subprocess.run(["git", "clone", "-q", str(team.bare), str(folder)], check=True)
    other = team.folder / "from-the-notebook.git"
    subprocess.run(["git", "init", "-q", "--bare", str(other)], check=True)
    subprocess.run(["git", "remote", "add", "other", str(other)], cwd=folder, check=True)
    who = {"NAME": "Bob", "EMAIL": "bob@example.org"}
    bob = {f"GIT_{role}_{what}": said for role in ("AUTHOR", "COMMITTER") for what, said in who.items()}
    wrong = [f"%track {verb} {words.replace('RUN', 'plain')}" for verb in ("push", "pull") for words, _, _ in WRONG]
    lines = ["%track pull --mine", "%track push other --mine", "%track pull --starred", "%track push other --starred"]
    return run_notebook(folder, [LOAD, *lines, *wrong, "%track pull --as mine"], repository=False, **bob)


def test_a_cell_pulls_and_pushes_mine_and_starred_alone(cells: Tracked, team: Team) -> None:
    told = [cells.text(number) for number in range(1, 5)]
    assert [("bobs" in text, "best" in text, "plain" in text) for text in told] == [
        (True, False, False), (True, False, False), (False, True, False), (False, True, False),
    ], told  # fmt: skip
    assert set(runs(cells.folder)) == set(runs(team.folder / "from-the-notebook.git")) == {"bobs", "best"}


def test_a_cell_refuses_what_contradicts_itself_in_the_same_words(cells: Tracked) -> None:
    told = ["\n".join(cells.notebook.cells[number].outputs[0].traceback) for number in range(5, 6 + 2 * len(WRONG))]
    for text, (words, message, hint) in zip(told, WRONG * 2):
        assert message in text and hint in text, (words, text)
    assert "--as names one run." in told[-1]
