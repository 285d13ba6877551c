"""The demo: a scratch Git repository from `binder/`, real notebooks tracked several times, the best one promoted."""

# ruff: noqa: T201  # a program of the terminal: to print is its work

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PROJECT: Final = ROOT / ".demo" / "project"
#: A bare repository to push to, as a forge has one.
ORIGIN: Final = ROOT / ".demo" / "origin.git"
#: Says that a folder was made here and may be made anew.
MARK: Final = PROJECT / ".git" / "trackside-demo"
#: Not in the scratch repository: they set up the machine, not the project.
SETUP: Final = (
    "environment.yml",
    "postBuild",
    "workspace.json",
    "ruff.toml",
    "*.pyc",
    "__pycache__",
    ".ipynb_checkpoints",
)

#: Which notebook with which parameters, in this order. The names of the runs are made up, as they are for anybody.
RUNS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("digits.ipynb", ()),
    ("digits.ipynb", ("hidden=96",)),
    ("digits.ipynb", ("hidden=96", "profiles=True")),
    ("digits.ipynb", ("hidden=96", "profiles=True", "learning_rate=0.05")),
    ("diabetes.ipynb", ("depth=3",)),
)
METRIC: Final = "metrics.val_accuracy"


def main() -> int:
    """Make the scratch repository, track, list, compare, promote; return the exit status."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--only-make", action="store_true", help="make the scratch repository and stop")
    options = parser.parse_args()
    if shutil.which("git") is None:
        print("The program git is missing.\n  On Debian and Ubuntu: apt-get install git", file=sys.stderr)
        return 1
    began = time.monotonic()
    make_project()
    if options.only_make:
        return 0
    names = [run(notebook, params) for notebook, params in RUNS]
    trackside(
        "list", "--columns", f"name,notebook,duration,params.hidden,params.profiles,params.learning_rate,{METRIC}"
    )
    first, best = names[0], best_of(METRIC)
    trackside("show", best)
    if best != first:
        trackside("compare", first, best)
    trackside("promote", best, "--push")
    print("\n$ git ls-remote --heads origin", flush=True)
    git("ls-remote", "--heads", "origin")
    git_shows(best)
    print("\n$ git status --short --branch", flush=True)
    git("status", "--short", "--branch")
    trackside("report", f"exp/{best}", *(("--base", first) if best != first else ()))
    print(
        f"\nAll of it took {time.monotonic() - began:.0f} seconds, and the checkout stands where it stood.\n\n"
        "What to do next\n"
        "  make lab                                      the same notebooks in JupyterLab\n"
        f"  cd {PROJECT.relative_to(ROOT)}                              the scratch repository, with:\n"
        "  ../../.venv/bin/trackside list 'metrics.accuracy > 0.97'\n"
        f"  ../../.venv/bin/trackside diff {first} {best}\n"
        "  git for-each-ref refs/exps                    every run is a commit\n"
        "In a notebook of your own:  %load_ext trackside  and  %track"
    )
    return 0


def make_project() -> None:
    """Make the scratch repository anew; refuse to touch a folder that was not made here."""
    if PROJECT.exists():
        if not MARK.exists():
            raise SystemExit(f"{PROJECT} is not a scratch repository of the demo; move it away first.")
        shutil.rmtree(PROJECT)
        shutil.rmtree(ORIGIN, ignore_errors=True)
    shutil.copytree(ROOT / "binder", PROJECT, ignore=shutil.ignore_patterns(*SETUP))
    git("init", "--quiet", "--initial-branch=main")
    for key in ("user.name", "user.email"):
        # Without an identity Git refuses the commit; only this repository gets one.
        if not git_says("config", key):
            git("config", key, "Demo" if key == "user.name" else "demo@example.org")
    git("add", "--all")
    git("-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "-m", "Two notebooks")
    git("init", "--quiet", "--bare", str(ORIGIN))
    git("remote", "add", "origin", os.path.relpath(ORIGIN, PROJECT))
    git("push", "--quiet", "origin", "main")
    MARK.touch()
    print(f"A scratch repository was made in {PROJECT.relative_to(ROOT)}, and one to push to beside it.")


def trackside(*words: str) -> None:
    """Show a command as one would type it, and run it."""
    print(f"\n$ trackside {shlex.join(words)}", flush=True)
    subprocess.run([sys.executable, "-m", "trackside", *words], cwd=PROJECT, env=environment(), check=True)


def run(notebook: str, params: Sequence[str]) -> str:
    """Run a notebook headless and tracked; return the name of the run, which is all that is written to stdout."""
    words = ["run", notebook, *(word for param in params for word in ("-p", param))]
    print(f"\n$ trackside {shlex.join(words)}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "trackside", *words],
        cwd=PROJECT, env=environment(), check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    print(done.stdout, end="", flush=True)
    return done.stdout.split("\t")[0].strip()


def best_of(metric: str) -> str:
    """Name the run that is best by `metric`, through what any script can use: `list --json`."""
    listed = subprocess.run(
        [sys.executable, "-m", "trackside", "list", f"{metric} > 0", "--sort", f"-{metric}", "-n", "1", "--json"],
        cwd=PROJECT, env=environment(), check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    return str(json.loads(listed.stdout)["experiments"][0]["name"])


def git_shows(name: str) -> None:
    """Show that a run is a commit like any other."""
    branches = git_says("for-each-ref", "--format=%(refname:short)", "refs/heads").split()
    branch = next(branch for branch in branches if name in branch)
    print(f"\n$ git show --stat {branch}", flush=True)
    git("--no-pager", "show", "--stat=100", "--format=%h %an  %s%n%n%(trailers)", branch)


def git(*words: str) -> None:
    """Run git in the scratch repository."""
    subprocess.run(["git", *words], cwd=PROJECT, env=environment(), check=True)


def git_says(*words: str) -> str:
    """Return what git prints; empty when it refuses."""
    done = subprocess.run(["git", *words], cwd=PROJECT, env=environment(), stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def environment() -> dict[str, str]:
    """Return this environment without the GIT_* of a hook around us, which would lead git elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"The demo stopped: `{shlex.join(map(str, error.cmd[2:]))}` failed.") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
