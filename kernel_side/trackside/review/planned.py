"""What a promotion would do, and what it did: plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from trackside.errors import TracksideError

if TYPE_CHECKING:
    from trackside.contract import FileDiff

MergeState = Literal["same", "clean", "conflicts", "unrelated", "none"]
#: "again": the branch is there already, just as it would be made; "replaces": made from this run before, otherwise.
BranchState = Literal["new", "again", "replaces"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One file that does not merge; `cells` are the numbers (from 1) of the run's cells, `what` a sentence."""

    path: str
    cells: tuple[int, ...] = ()
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """How the run meets the branch it is meant for, tried in memory.

    "same": there is nothing to merge; "none": there is no such branch, or it could not be tried. `tree` is what
    came of it, None unless it is clean.
    """

    state: MergeState
    conflicts: list[Conflict] = field(default_factory=list)
    tree: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One commit hook a person has, whether it runs for the promotion, and why not (or how)."""

    name: str
    runs: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a promotion would make; nothing of it can be reached from a ref yet. With `problems` it makes nothing.

    `base` is the run's baseline commit, `tree` the run's own tree for review, `target` the commit of `onto`.
    `tip` is what the branch holds now, which it must still hold when it is moved; None when there is none.
    """

    run: str
    experiment: str
    branch: str
    onto: str | None
    target: str | None
    base: str
    tree: str
    message: str
    files: list[FileDiff]
    merge: Merge
    hooks: list[Hook]
    signs: bool
    state: BranchState = "new"
    tip: str | None = None
    notes: list[str] = field(default_factory=list)
    problems: list[TracksideError] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The branch that was made and its commit; `updated` tells that the tree is merged with the target."""

    branch: str
    oid: str
    updated: bool = False
    notes: list[str] = field(default_factory=list)
