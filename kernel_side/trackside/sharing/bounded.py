"""Read objects that strangers made: none larger than allowed, and never many megabytes of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from trackside.git.repository import Repository

#: Bytes and objects asked for in one go.
_AT_ONCE: Final = 64_000_000
_MANY: Final = 5_000
#: Git itself takes no more memory for one object, however well it was compressed.
_LARGEST_OBJECT: Final = ("GIT_ALLOC_LIMIT", "256m")
_NO_LIMIT: Final = 1 << 62
_FORM: Final = "%(objecttype) %(objectsize)"


def kinds_of(repository: Repository, oids: Sequence[str]) -> list[str]:
    """Return the kind of each object, "" for one that is not here."""
    return [kind for kind, _ in _measured(repository, oids)]


def read_bounded(
    repository: Repository, oids: Sequence[str], kind: str, largest: int, total: int = _NO_LIMIT
) -> Iterator[bytes | int | None]:  # fmt: skip
    """Read objects in order: the content, the size of one that is too large, None for one that is not here.

    The first that would be above `total`, and all after it, are too large as well.
    """
    for begin in range(0, len(oids), _MANY):
        part = oids[begin : begin + _MANY]
        # Nearly always all of it is small, so that nobody need ask for sizes first.
        found = _contents(repository, part, min(_AT_ONCE, total))
        given = (
            _sorted_out(found, kind, largest) if found is not None else _careful(repository, part, kind, largest, total)
        )
        for one in given:
            total -= len(one) if isinstance(one, bytes) else 0
            yield one


def _sorted_out(found: Sequence[tuple[bytes, bytes]], kind: str, largest: int) -> Iterator[bytes | int | None]:
    wanted = kind.encode()
    for a_kind, data in found:
        yield None if a_kind != wanted else data if len(data) <= largest else len(data)


def _careful(
    repository: Repository, oids: Sequence[str], kind: str, largest: int, total: int
) -> Iterator[bytes | int | None]:  # fmt: skip
    """Ask for sizes, then read what fits, so much at a time as is held in memory without pain."""
    plan: list[tuple[str, int | None, bool]] = []
    for oid, (a_kind, size) in zip(oids, _measured(repository, oids)):
        is_small = a_kind == kind and size <= largest
        total -= size if is_small else 0
        plan.append((oid, size if a_kind == kind else None, is_small and total >= 0))
    contents = _in_turn(repository, [(oid, size or 0) for oid, size, fits in plan if fits])
    for _, above, fits in plan:
        yield next(contents) if fits else above


def _in_turn(repository: Repository, asked: Sequence[tuple[str, int]]) -> Iterator[bytes | None]:
    rest = iter(asked)
    while part := _fitting(rest):
        found = _contents(repository, part, _NO_LIMIT)
        yield from (data for _, data in found) if found is not None else [None] * len(part)


def _fitting(rest: Iterator[tuple[str, int]]) -> list[str]:
    part: list[str] = []
    size = 0
    for oid, more in islice(rest, _MANY):
        part.append(oid)
        size += more
        if size > _AT_ONCE:
            break
    return part


def _measured(repository: Repository, oids: Sequence[str]) -> list[tuple[str, int]]:
    """Return kind and size of each object, ("", 0) for one that is not here."""
    if not oids:
        return []
    words = repository.git.run("cat-file", f"--batch-check={_FORM}", "--buffer", stdin=_lines(oids)).decode()
    pairs = (line.split(" ") for line in words.split("\n")[: len(oids)])
    return [(kind, int(size)) if size.isdigit() else ("", 0) for kind, size in pairs]


def _contents(repository: Repository, oids: Sequence[str], most: int) -> list[tuple[bytes, bytes]] | None:
    """Return kind and content of each object, ("", "") for one that is not here; None when that is above `most`."""
    args = ("cat-file", f"--batch={_FORM}", "--buffer")
    if most == _NO_LIMIT:
        out: bytes | None = repository.git.run(*args, stdin=_lines(oids), is_much=True)
    else:
        git = replace(repository.git, environment=[_LARGEST_OBJECT])
        out = git.attempt_within(max(most, 0) + 100 * len(oids), *args, stdin=_lines(oids))
    return _parse(out, len(oids)) if out is not None else None


def _parse(out: bytes, count: int) -> list[tuple[bytes, bytes]] | None:
    found = []
    position = 0
    for _ in range(count):
        end = out.find(b"\n", position)
        if end < 0:
            return None
        kind, _, size = out[position:end].partition(b" ")
        if size.isdigit():
            position = end + 2 + int(size)
            found.append((kind, out[end + 1 : position - 1]))
        else:
            position = end + 1
            found.append((b"", b""))
    return found


def _lines(oids: Sequence[str]) -> bytes:
    return "".join(f"{oid}\n" for oid in oids).encode()
