"""Clones of one project that share a bare repository: each a person with a home of their own."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from repositories import Scratch, make_scratch

from trackside.git.repository import Repository, open_repository


@dataclass(frozen=True)
class Team:
    """A bare repository and the clones that have it as `origin`."""

    folder: Path
    bare: Path

    def clone(self, name: str, *, address: str = "") -> Scratch:
        """Make the clone of one person."""
        home = self.folder / name / "home"
        home.mkdir(parents=True)
        (home / ".gitconfig").write_text(
            f"[user]\n\tname = {name.title()}\n\temail = {name}@example.org\n[init]\n\tdefaultBranch = main\n"
        )
        scratch = Scratch(self.folder / name / "project", home)
        subprocess.run(
            ["git", "clone", "-q", address or str(self.bare), str(scratch.path)], env=scratch.environment, check=True
        )
        return scratch


def make_team(folder: Path, *, object_format: str = "sha1") -> Team:
    """Make the bare repository, holding `main` with one commit."""
    first = make_scratch(folder / "seed", object_format=object_format)
    bare = folder / "team.git"
    first.git("clone", "-q", "--bare", str(first.path), str(bare))
    return Team(folder, bare)


def opened(scratch: Scratch) -> Repository:
    return open_repository(scratch.path)


def refs(path: Path, *patterns: str) -> dict[str, str]:
    """Return refs of any repository, bare or not."""
    out = subprocess.run(
        ["git", "for-each-ref", "--format=%(refname) %(objectname)", *patterns],
        cwd=path, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return dict(line.split(" ") for line in out.splitlines())


def runs(path: Path) -> dict[str, str]:
    """Return the runs of a repository: name → commit id."""
    return {ref.rpartition("/")[2]: oid for ref, oid in refs(path, "refs/exps").items()}
