"""Read objects in bulk: one `cat-file --batch`, however many are asked for; and what the head of a commit says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from trackside.errors import DamagedError
from trackside.git.repository import Repository

_BATCH: Final = ("cat-file", "--batch", "--buffer")
_AT_ONCE: Final = 10_000
_MANY: Final = 100
CUT_SHORT: Final = "Git stopped in the middle of reading objects."


class Object(NamedTuple):
    """One object as Git stores it; ten thousand are made for a listing, which a dataclass takes three times as long."""

    oid: str
    kind: str
    data: bytes


def read_objects(repository: Repository, names: Sequence[str]) -> Iterator[Object | None]:
    """Read the named objects in order; None for each that does not exist.

    Names are object ids or `<oid>:<path>` with a path of ours; never text a person or a stranger wrote.
    """
    for begin in range(0, len(names), _AT_ONCE):
        some = names[begin : begin + _AT_ONCE]
        yield from _parse(repository.git.run(*_BATCH, stdin=asked(some), is_much=len(some) >= _MANY), len(some))


def _parse(out: bytes, count: int) -> Iterator[Object | None]:
    position = 0
    for _ in range(count):
        line = out.find(b"\n", position)
        words = out[position:line].rsplit(b" ", 2) if line >= 0 else []
        is_there = len(words) == 3 and words[2].isdigit()
        begin, end = line + 1, line + 1 + int(words[2]) if is_there else line
        if line < 0 or end >= len(out):
            raise DamagedError(CUT_SHORT, hint="git fsck", code="objects-damaged")
        yield Object(words[0].decode(), words[1].decode(), out[begin:end]) if is_there else None
        position = end + 1


def asked(names: Sequence[str]) -> bytes:
    """Write names as `cat-file` takes them."""
    return "".join([f"{name}\n" for name in names]).encode("utf-8", "surrogateescape")


def read_object(repository: Repository, name: str) -> Object | None:
    """Read one object; None when it does not exist."""
    return next(read_objects(repository, [name]))


def list_tree(repository: Repository, commit: str, folder: str = "") -> dict[str, tuple[str, str]]:
    """List every file below `folder` in a commit: path → (mode, object id)."""
    args = ["ls-tree", "-r", "-z", "--full-tree", commit]
    if folder:
        args += ["--", folder.rstrip("/") + "/"]
    files = {}
    for entry in repository.git.run(*args).split(b"\0")[:-1]:
        head, _, path = entry.partition(b"\t")
        mode, _, oid = head.decode().split()
        files[path.decode("utf-8", "surrogateescape")] = (mode, oid)
    return files


def existing(repository: Repository, names: Sequence[str]) -> list[str | None]:
    """Resolve each name to its object id without reading it; None for what does not exist."""
    if not names:
        return []
    lines = repository.git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", stdin=asked(names))
    found = []
    for line in lines.decode("utf-8", "surrogateescape").split("\n")[: len(names)]:
        word, _, kind = line.rpartition(" ")
        found.append(word if kind in ("commit", "tree", "blob", "tag") else None)
    return found


class CommitHead(NamedTuple):
    """What the head of a commit says; times in unix seconds."""

    parent: str
    author: str
    email: str
    authored: float
    committed: float
    subject: str


def parse_commit(commit: Object) -> CommitHead:
    """Read the raw form of a commit object."""
    head, _, message = commit.data.decode("utf-8", "replace").partition("\n\n")
    fields: dict[str, str] = {}
    for line in head.split("\n"):
        key, _, value = line.partition(" ")
        fields.setdefault(key, value)
    person, _, when = fields.get("author", "").rpartition("> ")
    name, _, email = person.partition(" <")
    return CommitHead(
        parent=fields.get("parent", ""),
        author=name,
        email=email,
        authored=_seconds(when),
        committed=_seconds(fields.get("committer", "").rpartition("> ")[2]),
        subject=message.split("\n", 1)[0],
    )


def _seconds(when: str) -> float:
    word = when.partition(" ")[0]
    return float(word) if word.isdigit() and len(word) < 13 else 0.0
