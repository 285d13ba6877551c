"""Whether a branch may be made or moved, each answer its own sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from trackside.errors import NameTakenError, StateError, TracksideError, UsageError
from trackside.git.objects import read_objects
from trackside.git.repository import Repository
from trackside.review.message import EXPERIMENT, trailer

#: Names that others' work lands on everywhere; the target and the remote's default branch come on top.
_PROTECTED: Final = frozenset({"main", "master", "trunk", "develop", "development", "production", "staging", "HEAD"})
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch as asked for: what it holds, and whether that was made from this very run."""

    name: str
    tip: str | None = None
    is_ours: bool = False
    problem: TracksideError | None = None


def look_at_branch(
    repository: Repository, name: str, refs: Mapping[str, str], experiment: str, shared: set[str]
) -> Branch:
    """Say whether the branch may be made; `shared` are names of branches that belong to everybody."""
    problem = _name_problem(repository, name)
    if problem is None and name in _PROTECTED | shared:
        problem = StateError(
            f"{name} is a branch that others' work lands on, so a promotion does not write to it.",
            hint="Name a branch of its own; the request brings it there.",
            code="branch-protected",
        )
    tip = refs.get(f"refs/heads/{name}")
    if problem is None and tip is None:
        problem = _folder_problem(name, refs)
    if problem is not None or tip is None:
        return Branch(name=name, tip=tip, problem=problem)
    is_ours = _experiment_of(repository, tip) == experiment
    return Branch(
        name=name, tip=tip, is_ours=is_ours, problem=_taken_problem(repository, name, tip, experiment, is_ours=is_ours)
    )


def _name_problem(repository: Repository, name: str) -> TracksideError | None:
    is_odd = name.startswith("-") or len(name) > _LONGEST or any(ord(char) < 33 or ord(char) == 127 for char in name)
    if is_odd or repository.git.attempt("check-ref-format", f"refs/heads/{name}").status != 0:
        return UsageError(
            f"{name!r} cannot be the name of a branch.", hint="Letters, digits, - and / are safe.", code="bad-name"
        )
    return None


def _folder_problem(name: str, refs: Mapping[str, str]) -> TracksideError | None:
    """Git keeps no branch `a` beside a branch `a/b`."""
    parts = name.split("/")
    above = next((part for n in range(1, len(parts)) if f"refs/heads/{(part := '/'.join(parts[:n]))}" in refs), None)
    below = next((ref for ref in refs if ref.startswith(f"refs/heads/{name}/")), None)
    other = above if above is not None else below.removeprefix("refs/heads/") if below is not None else None
    if other is None:
        return None
    return NameTakenError(
        f"There is a branch {other}, and Git keeps no branch {name} beside it.",
        hint="Choose a name with another beginning.",
        code="branch-in-the-way",
    )


def _taken_problem(
    repository: Repository, name: str, tip: str, experiment: str, *, is_ours: bool
) -> TracksideError | None:
    where = checked_out_at(repository, name)
    if where is not None:
        return StateError(
            f"The branch {name} is checked out in {where}.",
            hint="Switch to another branch there, or name another one for the run.",
            code="branch-checked-out",
        )
    if is_ours:
        return None
    added = _commits_on_top(repository, tip, experiment)
    if added:
        return StateError(
            f"The branch {name} was made from this run and has moved since: {added} "
            f"{'commit was' if added == 1 else 'commits were'} added to it.",
            hint="It is left as it is; name another branch to make a second one.",
            code="branch-moved",
        )
    return NameTakenError(
        f"There is a branch {name} already, and it was not made from this run.",
        hint="Choose another name.",
        code="branch-exists",
    )


def checked_out_at(repository: Repository, name: str) -> str | None:
    """Name the folder in which a branch is checked out, None when it is in none."""
    lines = repository.git.run("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{name}")
    return lines.decode("utf-8", "backslashreplace").split("\n")[0] or None


def _experiment_of(repository: Repository, commit: str) -> str:
    found = next(read_objects(repository, [commit]))
    return trailer(found.data.decode("utf-8", "replace"), EXPERIMENT) if found is not None else ""


def _commits_on_top(repository: Repository, tip: str, experiment: str) -> int:
    """Count the commits on top of the one we made from the run; 0 when there is none of ours among the last 200."""
    out = repository.git.run("rev-list", "--first-parent", "--max-count=200", tip)
    for number, found in enumerate(read_objects(repository, out.decode().split())):
        if found is not None and trailer(found.data.decode("utf-8", "replace"), EXPERIMENT) == experiment:
            return number
    return 0
