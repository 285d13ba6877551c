"""One file of a run's tree, or of the commit it began from, for an editor that shows both side by side."""

from __future__ import annotations

from typing import Final, Literal

from trackside.catalogue import Catalogue
from trackside.catalogue.details import find_sealed
from trackside.errors import NotFoundError, UsageError
from trackside.git.objects import read_object

LARGEST: Final = 20_000_000
_LONGEST: Final = 4_000
_FILES: Final = ("100644", "100755")

Side = Literal["run", "baseline"]


def read_file(catalogue: Catalogue, handle: str, path: str, *, side: Side) -> bytes:
    """Read a file by its path; NotFoundError `no-file`, UsageError `bad-path`, `too-large` or `open-run`."""
    if not is_path(path):
        raise UsageError("That is no path of a file in a run.", code="bad-path")
    oid, store = find_sealed(catalogue, handle)
    commit = oid if side == "run" else store.parent(oid)
    # The entry first: its size is known before its bytes are read, and a path is never part of a name Git takes apart.
    listed = store.repository.git.run("ls-tree", "-z", "-l", "--full-tree", commit, "--", path)
    head, _, found = listed.partition(b"\0")[0].partition(b"\t")
    words = head.decode().split()
    if found != path.encode("utf-8", "surrogateescape") or words[0] not in _FILES:
        raise NotFoundError("There is no such file.", code="no-file")
    size = words[3]
    if size.isdigit() and int(size) > LARGEST:
        raise UsageError(f"That file is larger than {LARGEST // 1_000_000} MB.", code="too-large")
    blob = read_object(store.repository, words[2])
    if blob is None or len(blob.data) > LARGEST:
        raise NotFoundError("That file is not in this clone.", code="no-file")
    return blob.data


def is_path(path: str) -> bool:
    """Tell whether a path can be one of a file in a tree: relative, of parts that lead nowhere else."""
    return (
        0 < len(path) <= _LONGEST and "\0" not in path and all(part not in ("", ".", "..") for part in path.split("/"))
    )
