"""Read objects that strangers made: none larger than allowed, and never many megabytes of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
        found = _contents(repository, part, kind, min(_AT_ONCE, total))
        if found is None:
            for one in _careful(repository, part, kind, largest, total):
                total -= len(one) if isinstance(one, bytes) else 0
                yield one
            continue
        total -= sum(map(len, filter(None, found)))
        if max(map(len, filter(None, found)), default=0) <= largest:
            yield from found
        else:
            yield from (data if data is None or len(data) <= largest else len(data) for data in found)


def _careful(
    repository: Repository, oids: Sequence[str], kind: str, largest: int, total: int
) -> Iterator[bytes | int | None]:  # fmt: skip
    """Ask for sizes, then read what fits, so much at a time as is held in memory without pain."""
    plan: list[tuple[str, int | None, bool]] = []
    for oid, (a_kind, size) in zip(oids, _measured(repository, oids)):
        is_small = a_kind == kind and size <= largest
        total -= size if is_small else 0
        plan.append((oid, size if a_kind == kind else None, is_small and total >= 0))
    contents = _in_turn(repository, kind, [(oid, size or 0) for oid, size, fits in plan if fits])
    for _, above, fits in plan:
        yield next(contents) if fits else above


def _in_turn(repository: Repository, kind: str, asked: Sequence[tuple[str, int]]) -> Iterator[bytes | None]:
    rest = iter(asked)
    while part := _fitting(rest):
        found = _contents(repository, part, kind, _NO_LIMIT)
        yield from found if found is not None else [None] * len(part)


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


def _contents(repository: Repository, oids: Sequence[str], kind: str, most: int) -> list[bytes | None] | None:
    """Return the content of each object, None for one of another kind or not here; None when all is above `most`."""
    args = ("cat-file", f"--batch={_FORM}", "--buffer")
    if most == _NO_LIMIT:
        out: bytes | None = repository.git.run(*args, stdin=_lines(oids), is_much=True)
    else:
        git = repository.git._replace(environment=[_LARGEST_OBJECT])
        out = git.attempt_within(max(most, 0) + 100 * len(oids), *args, stdin=_lines(oids))
    return _parse(out, len(oids), kind) if out is not None else None


def _parse(out: bytes, count: int, kind: str) -> list[bytes | None] | None:
    wanted = f"{kind} ".encode()
    found: list[bytes | None] = []
    position, begun = 0, len(wanted)
    for _ in range(count):
        end = out.find(b"\n", position)
        if end < 0:
            return None
        if out.startswith(wanted, position):
            position, begin = end + 2 + int(out[position + begun : end]), end + 1
            found.append(out[begin : position - 1])
        else:
            size = out[position:end].rpartition(b" ")[2]
            position = end + 2 + int(size) if size.isdigit() else end + 1
            found.append(None)
    return found


def _lines(oids: Sequence[str]) -> bytes:
    return "".join(f"{oid}\n" for oid in oids).encode()
