"""A promotion without hooks in a large repository, beside the Git commands it is made of."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.environments import TIMEOUT, Tool, environment
from benchmarks.model import OURS, Job, Refused, Row, Sample, Target
from benchmarks.places import Place

_FILES = 10_000
_ROUNDS = 8
#: A run that edited a script and a notebook; then the main branch goes on elsewhere.
_PREPARE = """
import json, subprocess, trackside
from pathlib import Path
cell = {"cell_type": "code", "execution_count": 1, "id": "a", "metadata": {}, "source": ["x = 1"],
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1"] * 50}]}
Path("study.ipynb").write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
Path("package_0003/module_01.py").write_text("lr = 0.5\\n")
trackside.start("promoted")
trackside.log_params({"lr": 0.5, "layers": 4})
trackside.log(step=1, acc=0.9, loss=0.1)
trackside.end()
subprocess.run(["git", "checkout", "--quiet", "."], check=True)
Path("package_0050/module_02.py").write_text("y = 2\\n")
subprocess.run(["git", "commit", "--quiet", "-am", "Go on"], check=True)
"""
_OURS = """
import json, sys, time
from trackside.catalogue import Catalogue
from trackside.review.asked import Asked
from trackside.review.branch import make, plan
catalogue, taken = Catalogue("."), []
catalogue.page()
for number in range(int(sys.argv[1])):
    asked = Asked(run="promoted", branch=f"review/{time.time_ns()}", hooks=False)
    began = time.perf_counter()
    made = make(catalogue, asked, plan(catalogue, asked))
    taken.append((time.perf_counter() - began) * 1e3)
print(json.dumps(taken[1:]))
"""
#: The same steps by hand: the tree, the difference to be shown, the merge tried, commit, branch, note.
_BY_HAND = """
import json, subprocess, sys, time
def git(*args, stdin=""):
    return subprocess.run(["git", *args], input=stdin, check=True, capture_output=True, text=True).stdout
def entries(tree):
    lines = [line.partition("\\t") for line in git("ls-tree", "-z", tree).split("\\0") if line]
    return {name: what for what, _, name in lines}
def write(found):
    return git("mktree", "-z", stdin="".join(f"{what}\\t{name}\\0" for name, what in found.items())).strip()
def promote(branch):
    run = git("for-each-ref", "--format=%(objectname)", "refs/exps").strip()
    git("for-each-ref", "refs/heads", "refs/remotes")
    git("check-ref-format", f"refs/heads/{branch}")
    base = git("rev-parse", f"{run}^").strip()
    changed = git("diff-tree", "-r", "-z", "--name-only", base, run).split("\\0")
    assert "study.ipynb" in changed
    notebook = json.loads(git("cat-file", "blob", f"{run}:study.ipynb"))
    for cell in notebook["cells"]:
        cell["outputs"], cell["execution_count"] = [], None
    blob = git("hash-object", "-w", "--stdin", stdin=json.dumps(notebook)).strip()
    record = entries(f"{run}:.trackside")
    record.pop("executed.ipynb", None)
    top = entries(run)
    top["study.ipynb"], top[".trackside"] = f"100644 blob {blob}", f"040000 tree {write(record)}"
    tree = write(top)
    git("diff-tree", "-r", "-z", base, tree)
    git("diff-tree", "-r", "-p", base, tree)
    git("cat-file", "blob", f"{base}:study.ipynb")
    git("var", "GIT_AUTHOR_IDENT")
    tried = git("commit-tree", tree, "-p", base, "-m", "Try").strip()
    git("merge-base", tried, "main")
    git("merge-tree", "--write-tree", "-z", tried, "main")
    git("rev-list", "--count", base, "^main")
    commit = git("commit-tree", tree, "-p", base, "-m", "Promote").strip()
    git("update-ref", f"refs/heads/{branch}", commit, "")
    git("notes", "--ref=by-hand", "append", "-m", json.dumps({"promoted": branch}), run)
taken = []
for number in range(int(sys.argv[1])):
    began = time.perf_counter()
    promote(f"review/{time.time_ns()}")
    taken.append((time.perf_counter() - began) * 1e3)
print(json.dumps(taken[1:]))
"""


def _measure(tool: Tool, place: Place) -> Mapping[str, Sample]:
    folder = place.fresh(tool, _FILES, "promotion")
    _run(tool, folder, _PREPARE)
    said = _run(tool, folder, _OURS if tool.key == OURS else _BY_HAND, "3" if place.quick else str(_ROUNDS + 1))
    return {"promotion": Sample(values=json.loads(said.splitlines()[-1]))}


def _run(tool: Tool, folder: Path, script: str, *arguments: str) -> str:
    done = subprocess.run(
        [tool.python, "-c", script, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise Refused(f"the promotion failed: {done.stderr.strip()[-150:]}")
    return done.stdout


JOB = Job(
    name="promotion",
    rows=(
        Row(
            key="promotion",
            title="promotion without hooks, 10,000 files",
            unit="ms",
            target=Target(limit=1.5, of="plumbing"),
        ),
    ),
    how=(
        "In one process that holds the runs of a clone: planned (with the difference shown, and the merge with a main "
        "branch that went on tried in memory) and made, the first thrown away. Git's column does the same steps with "
        "its own commands."
    ),
    measure=_measure,
    rounds=3,
    allowance=60,
    only=(OURS, "plumbing"),
)
