"""Read objects that strangers made: none larger than allowed, and never many megabytes of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from trackside.git.objects import read_objects
from trackside.git.repository import Repository

#: Bytes and objects asked for in one go.
_AT_ONCE: Final = 64_000_000
_MANY: Final = 5_000
_NO_LIMIT: Final = 1 << 62


def sizes_of(repository: Repository, oids: Sequence[str], kind: str) -> list[int | None]:
    """Return the size of each object; None for one that is not here or is of another kind."""
    if not oids:
        return []
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    words = repository.git.run("cat-file", "--batch-check=%(objecttype) %(objectsize)", "--buffer", stdin=asked)
    lines = (line.split(" ") for line in words.decode().split("\n")[: len(oids)])
    return [int(size) if a_kind == kind else None for a_kind, size in lines]


def kinds_of(repository: Repository, oids: Sequence[str]) -> list[str]:
    """Return the kind of each object, "" for one that is not here."""
    if not oids:
        return []
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    words = repository.git.run("cat-file", "--batch-check=%(objecttype) %(objectsize)", "--buffer", stdin=asked)
    kinds = [line.partition(" ")[0] for line in words.decode().split("\n")[: len(oids)]]
    return [kind if kind in ("commit", "tree", "blob", "tag") else "" for kind in kinds]


def read_bounded(
    repository: Repository, oids: Sequence[str], kind: str, largest: int, total: int = _NO_LIMIT
) -> Iterator[bytes | int | None]:  # fmt: skip
    """Read objects in order: the content, the size of one that is too large, None for one that is not here.

    The first that would be above `total`, and all after it, are too large as well.
    """
    sizes = sizes_of(repository, oids, kind)
    fits = []
    for size in sizes:
        total -= size if size is not None and size <= largest else 0
        fits.append(size is not None and size <= largest and total >= 0)
    contents = _contents(repository, [(oid, size or 0) for oid, size, fit in zip(oids, sizes, fits) if fit])
    for size, fit in zip(sizes, fits):
        yield next(contents) if fit else size


def _contents(repository: Repository, asked: Sequence[tuple[str, int]]) -> Iterator[bytes | None]:
    part: list[str] = []
    total = 0
    for number, (oid, size) in enumerate(asked, 1):
        part.append(oid)
        total += size
        if total > _AT_ONCE or len(part) >= _MANY or number == len(asked):
            for found in read_objects(repository, part):
                yield found.data if found is not None else None
            part, total = [], 0
