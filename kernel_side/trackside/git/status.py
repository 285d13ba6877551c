"""What `git status` finds: one entry for each path that differs from HEAD, conflicts and new files included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from trackside.errors import GitError
from trackside.git.repository import Repository
from trackside.git.runner import Git

#: Modes by which `git status` says that there is nothing.
ABSENT: Final = ("", "000000")
#: Seconds until it is asked without content filters, since one of them may hang.
PATIENCE: Final = 30.0


@dataclass(slots=True)
class Found:
    """One line of `git status`."""

    path: str
    kind: str
    mode: str = ""
    head_mode: str = ""
    head_oid: str = ""
    submodule: str = "N..."
    #: Whether Git itself finds something there: a path behind a link is none of the work tree's.
    is_there: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The commit checked out, its branch, and what differs; `conflicted` names paths with unresolved conflicts."""

    head: str | None
    branch: str | None
    found: list[Found]
    conflicted: list[str]


def read_status(repository: Repository) -> Status:
    """Ask Git what differs; raises the TracksideError that fits when it cannot say."""
    out = _status_words(repository)
    head = branch = None
    found, conflicted = [], []
    for entry in out.decode("utf-8", "surrogateescape").split("\0"):
        kind = entry[:1]
        if entry.startswith("# branch.oid "):
            oid = entry[13:]
            head = None if oid == "(initial)" else oid
        elif entry.startswith("# branch.head "):
            branch = None if entry[14:] == "(detached)" else entry[14:]
        elif kind == "1":
            # 1 XY sub mH mI mW hH hI path
            _, _, sub, head_mode, _, mode, head_oid, _, path = entry.split(" ", 8)
            found.append(Found(path, "changed", mode, head_mode, head_oid, sub))
        elif kind == "u":
            # u XY sub m1 m2 m3 mW h1 h2 h3 path: the side "ours" (2) is what HEAD holds
            _, _, sub, _, ours, _, mode, _, head_oid, _, path = entry.split(" ", 10)
            found.append(Found(path, "changed", mode, ours, head_oid, sub))
            conflicted.append(path)
        elif kind == "?":
            found.append(Found(entry[2:], "untracked"))
    return Status(
        head=head,
        branch=branch,
        found=_paired([entry for entry in found if not is_ours(entry.path)]),
        conflicted=conflicted,
    )


def _paired(found: Sequence[Found]) -> list[Found]:
    """Make one entry of the two a path has that was taken out of the index but lies in the work tree still."""
    untracked = {entry.path for entry in found if entry.kind == "untracked"}
    both = {entry.path for entry in found if entry.kind != "untracked" and entry.path in untracked}
    for entry in found:
        entry.is_there = entry.path in both or entry.mode not in ABSENT
    return [entry for entry in found if not (entry.kind == "untracked" and entry.path in both)]


def _status_words(repository: Repository) -> bytes:
    """Ask for the status; without the user's content filters where one of them fails or hangs.

    Git runs them to see whether a touched file still is what the index says. Without them such a file counts as
    changed here, and the filter's fault is found, and told of, where the file itself is read.
    """
    args = (
        "status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--untracked-files=all", "--no-renames",
        "--ignored=no", "--ignore-submodules=none",
    )  # fmt: skip
    git = repository.git
    try:
        answer = git._replace(timeout=PATIENCE).attempt(*args)
        if answer.status == 0:
            return answer.out
    except GitError as error:
        if error.code != "git-timeout":
            raise
    return git._replace(config=_without_filters(git)).run(*args)


def _without_filters(git: Git) -> list[tuple[str, str]]:
    """Return the configuration that makes every content filter pass bytes through."""
    answer = git.attempt("config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    keys = set(answer.out.decode("utf-8", "surrogateescape").split("\0")[:-1])
    off = {"clean": "", "process": "", "required": "false"}
    return [(key, off[end]) for key in sorted(keys) if (end := key.rpartition(".")[2]) in off]


def is_ours(path: str) -> bool:
    """Tell whether a path is one that experiments hold and work trees do not."""
    return path.startswith(".trackside/")
