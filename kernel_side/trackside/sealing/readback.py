"""Whether an experiment is there, every object of it: read from Git, never assumed."""

from __future__ import annotations

from collections.abc import Sequence

from trackside.errors import DamagedError
from trackside.git.objects import existing
from trackside.git.repository import Repository
from trackside.record import FOLDER
from trackside.sealing.naming import existing_ref


def verify(repository: Repository, ref: str, oid: str, blobs: Sequence[str] = ()) -> None:
    """Read an experiment back: its ref, commit, tree, record and the given blobs; DamagedError when one is gone."""
    names = [ref, f"{oid}^{{tree}}", f"{oid}:{FOLDER}", f"{oid}:{FOLDER}/run.json", *blobs]
    found = existing(repository, names)
    if found[0] != oid or None in found:
        raise not_read_back()


def not_read_back() -> DamagedError:
    """Return the error of an experiment of which something is gone."""
    return DamagedError(
        "The experiment could not be read back after it was written.",
        hint="Its journal is kept; `trackside recover` writes it again.",
        code="not-read-back",
    )


def is_whole(repository: Repository, ref: str, oid: str) -> bool:
    """Tell whether `ref` holds the experiment and every object it adds to its baseline is there."""
    if existing_ref(repository, ref) != oid:
        return False
    # In a partial clone the baseline's own objects may be with its remote; ours never are.
    args = ("rev-list", "--objects", "--quiet", "--missing=allow-promisor", oid, "--not", f"{oid}^@")
    return repository.git.attempt(*args).status == 0
