"""What takes the space of a clone: `trackside storage --json` and `trackside gc --json`. Sizes are bytes on disk."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict


class StoragePart(TypedDict):
    """One kind of what runs leave in a clone, caches apart; `where` is a folder or the beginning of refs.

    Of Git's objects those count that no branch, tag or other ref holds too.
    """

    kind: Literal["experiments", "trash", "journals", "index", "restores"]
    where: str
    things: int
    bytes: int


class StorageCache(TypedDict):
    """One cache of large files; `outside` the clone others may use it too.

    Of what nothing needs, `needless` can go with `trackside gc --force --files`; `young` and `strange` objects (not put
    there by Trackside) stay. All three are null when that could not be judged.
    """

    kind: Literal["own", "dvc"]
    folder: str
    outside: bool
    objects: int
    bytes: int
    needless: int | None
    young: int | None
    strange: int | None


class StorageRun(TypedDict):
    """One run: what of Git and of large files would be free if it alone were deleted, what it shares with others, and
    how many of its large files are not in this clone. `id` is its handle in a panel, a `RunRow.id`."""

    id: str
    name: str
    oid: str
    git: int
    files: int
    shared: int
    missing: int


class StoragePath(TypedDict):
    """The large files of all runs at one path: how many different contents, of how many runs."""

    path: str
    versions: int
    runs: int
    bytes: int


class Storage(TypedDict):
    """`storage --json`: runs and paths with the largest first, cut at the limit; `problem` says what was not judged."""

    format: int
    bytes: int
    parts: list[StoragePart]
    caches: list[StorageCache]
    runs: list[StorageRun]
    total_runs: int
    paths: list[StoragePath]
    total_paths: int
    problem: str | None


class CleanedObject(TypedDict):
    """An object of a cache; `path` is the file it is of, "" when nobody knows."""

    folder: str
    oid: str
    path: str
    bytes: int


class CleanedRun(TypedDict):
    """A run in the trash, past its time."""

    name: str
    oid: str
    deleted: float


class CleanedRestore(TypedDict):
    """What a restore kept of the work tree, past its time."""

    folder: str
    run: str
    restored: float
    bytes: int


class Cleaned(TypedDict):
    """`gc --json`: what was removed (`done`), or what would be; `problem` says why no large file was judged
    (then `caches` is empty), or why not all that are needless could be removed."""

    format: int
    done: bool
    trash: list[CleanedRun]
    journals: int
    indexed: int
    restores: list[CleanedRestore]
    pulls: int
    files: list[CleanedObject]
    caches: list[StorageCache]
    problem: str | None
