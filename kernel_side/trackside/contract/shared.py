"""What travels between clones: what a push or pull is asked, what it did, and what it held back."""

from __future__ import annotations

from typing import Literal

from typing_extensions import NotRequired, TypedDict


class HeldRun(TypedDict):
    """A run that did not travel, or that stays beside the clone's own, and why.

    `hint` says what to do, empty where nothing is to be done. `kept` is the ref that keeps it here, null without one.
    """

    name: str
    oid: str
    why: str
    hint: str
    kept: str | None


class LargeFiles(TypedDict):
    """What became of the large files: how many moved; the paths of those that did not, why, and what to do."""

    moved: int
    missing: list[str]
    why: str
    hint: str


class Shared(TypedDict):
    """`push --json`, `pull --json`: what a push or pull did.

    `moved` are names of runs that arrived, `same` counts those that were there already. `annotations`: "moved" as they
    are, "merged" with others', "refused" damaged.
    """

    format: int
    remote: str
    way: Literal["push", "pull"]
    moved: list[str]
    same: int
    held: list[HeldRun]
    annotations: Literal["same", "moved", "merged", "refused"]
    files: LargeFiles
    notes: list[str]
    message: str


class PushRunsRequest(TypedDict):
    """What is asked of a push; "" is the usual remote, and what is left out: all runs, their large files too.

    `runs` are handles; with them `which` says nothing.
    """

    remote: str
    runs: NotRequired[list[str]]
    which: NotRequired[Literal["all", "mine", "starred"]]
    files: NotRequired[bool]


class PullRunsRequest(TypedDict):
    """What is asked of a pull; "" is the usual remote, and what is left out: all runs, their large files too.

    `runs` are names or commit ids of the remote, and with them `which` says nothing; with `name` the one run is called
    so here. `quiet`: nobody asked for it just now, so that it gives way to one that runs already.
    """

    remote: str
    runs: NotRequired[list[str]]
    which: NotRequired[Literal["all", "mine", "starred"]]
    name: NotRequired[str]
    files: NotRequired[bool]
    quiet: NotRequired[bool]


class SharingRemote(TypedDict):
    """A remote of the clone; `address` carries no user name and no password.

    `seen` is when its runs were last listed (unix seconds) and `runs` how many it had, null before that.
    """

    name: str
    address: str
    usual: bool
    seen: float | None
    runs: int | None


class Remotes(TypedDict):
    """Where runs can be shared; without a usual one a remote must be named."""

    format: int
    remotes: list[SharingRemote]
