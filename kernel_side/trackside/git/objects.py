"""Read objects in bulk: one `cat-file --batch`, however many are asked for; and what the head of a commit says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from trackside.errors import DamagedError
from trackside.git.along import read_along
from trackside.git.repository import Repository

_BATCH: Final = ("cat-file", "--batch", "--buffer")
_AT_ONCE: Final = 10_000
_MANY: Final = 100
#: Reading along: one Git is slower than who takes its objects in, and not worth its start for fewer than so many.
_GITS: Final = 2
_WORTH_A_GIT: Final = 500


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
        answers = _Answers(names[begin : begin + _AT_ONCE])
        is_much = answers.left >= _MANY
        yield from answers.objects_in(repository.git.run(*_BATCH, stdin=answers.asked, is_much=is_much))
        answers.end()


def read_objects_along(
    repository: Repository, names: Sequence[str], *, meanwhile: Callable[[], object]
) -> Iterator[tuple[int, list[Object | None]]]:
    """Read many objects as `read_objects` does, while Git goes on looking up the others.

    Yields some hundred at a time, with the number of names before the first of them. `meanwhile` is called while the
    first are waited for.
    """
    size = max(_WORTH_A_GIT, -(-len(names) // _GITS))
    begins = range(0, len(names), size)
    answers = [_Answers(names[begin : begin + size]) for begin in begins]
    done = list(begins)
    for number, piece in read_along(
        repository.git, *_BATCH, asked=[one.asked for one in answers], meanwhile=meanwhile
    ):  # fmt: skip
        objects = answers[number].objects_in(piece)
        yield done[number], objects
        done[number] += len(objects)
    for one in answers:
        one.end()


class _Answers:
    """What one `cat-file --batch` says, wherever its output is cut into pieces."""

    def __init__(self, names: Sequence[str]) -> None:
        self.asked = "".join([f"{name}\n" for name in names]).encode("utf-8", "surrogateescape")
        self.left = len(names)
        self._kept: list[bytes] = []
        self._length = self._needed = 0

    def objects_in(self, piece: bytes) -> list[Object | None]:
        """Return the objects that are whole with this piece."""
        self._kept.append(piece)
        self._length += len(piece)
        if self._length < self._needed:
            return []
        found: list[Object | None] = []
        out = b"".join(self._kept)
        position = self._needed = 0
        while (end := out.find(b"\n", position)) >= 0:
            words = out[position:end].rsplit(b" ", 2)
            if len(words) == 3 and words[2].isdigit():
                begin = end + 1
                end = begin + int(words[2])
                if end >= len(out):
                    self._needed = end + 1 - position
                    break
                found.append(Object(words[0].decode(), words[1].decode(), out[begin:end]))
            else:
                found.append(None)
            position = end + 1
        self._kept = [out[position:]]
        self._length = len(out) - position
        self.left -= len(found)
        return found

    def end(self) -> None:
        """Raise DamagedError when Git ended before it had said all."""
        if self.left:
            raise DamagedError("Git stopped in the middle of reading objects.", hint="git fsck", code="objects-damaged")


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
    asked = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
    lines = repository.git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", stdin=asked)
    found = []
    for line in lines.decode("utf-8", "surrogateescape").split("\n")[: len(names)]:
        word, _, kind = line.rpartition(" ")
        found.append(word if kind in ("commit", "tree", "blob", "tag") else None)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitHead:
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
