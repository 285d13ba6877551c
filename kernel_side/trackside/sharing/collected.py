"""What `git gc --prune=now` does to objects that were fetched a moment before a ref keeps them: wait, look, say so.

A collection that ended in that moment has taken everything of a run that no ref reached, its commit too. One that
still runs decided before what it will take, and may take any of it later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from trackside.errors import GitError
from trackside.git.locks import gc_is_running
from trackside.git.repository import Repository
from trackside.refs import is_oid
from trackside.sharing.bounded import read_bounded

#: Seconds for which a collection is waited for, and between two looks.
_PATIENCE: Final = 600.0
_PAUSE: Final = 0.05
#: A commit that keeps this many runs is larger than any we write.
_LARGEST_KEEPER: Final = 64_000_000


def is_lost(repository: Repository, oids: Sequence[str], tell: Callable[[str], None]) -> bool:
    """Tell whether objects of commits that a ref keeps since a moment are gone; waits while Git collects.

    `tell` hears what is waited for, and may raise. GitError `locked` when the collection does not end.
    """
    if not gc_is_running(repository.common_dir):
        asked = "".join(f"{oid}\n" for oid in oids).encode()
        return b" missing\n" in repository.git.run("cat-file", "--batch-check", "--buffer", stdin=asked)
    deadline = time.monotonic() + _PATIENCE
    while gc_is_running(repository.common_dir):
        if time.monotonic() > deadline:
            raise too_busy()
        tell("Waiting for git gc to end")
        time.sleep(_PAUSE)
    return not is_whole(repository, oids)


def is_whole(repository: Repository, oids: Iterable[str]) -> bool:
    """Tell whether every object of these commits is here, but for what branches and tags hold."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    args = ("rev-list", "--objects", "--quiet", "--stdin", "--not", "--branches", "--tags", "--remotes")
    return repository.git.attempt(*args, stdin=asked).status == 0


def parents_of(repository: Repository, oid: str) -> list[str]:
    """Return the commits a commit names as its parents, whether they are here or not."""
    (data,) = read_bounded(repository, [oid], "commit", _LARGEST_KEEPER)
    lines = data.partition(b"\n\n")[0].split(b"\n") if isinstance(data, bytes) else []
    named = (line[7:].decode("ascii", "replace") for line in lines if line.startswith(b"parent "))
    return [one for one in named if is_oid(one)]


def too_busy() -> GitError:
    """Say that fetching and collecting go on at cross-purposes."""
    return GitError(
        "Git is collecting garbage in this clone, and takes what was just fetched.",
        hint="Let git gc end, then pull again; nothing is lost at the remote.",
        code="locked",
    )
