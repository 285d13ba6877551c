"""Read what is in ten thousand objects, in order, while Git goes on looking up the others.

Git is not asked for sizes: of an object that a pack keeps as a difference it would take the difference apart a second
time to tell one, a fifth of all its work. Instead it writes a mark before each object that none can hold, since nobody
knows it before. Only what Git says of an object that is not there could as well be the end of the one before it;
where a text ends so, Git is asked which are there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from trackside.errors import DamagedError
from trackside.git.along import read_along
from trackside.git.objects import CUT_SHORT, asked, existing
from trackside.git.repository import Repository

#: One Git is slower than who takes its objects in, and not worth its start for fewer than so many.
_GITS: Final = 2
_WORTH_A_GIT: Final = 500
#: How the line ends that Git writes in place of an object; newer ones say "submodule" where a path is one.
_NOT_THERE: Final = (b" missing", b" submodule", b" ambiguous")


def read_contents_along(
    repository: Repository, names: Sequence[str], *, meanwhile: Callable[[], object]
) -> Iterator[tuple[int, list[bytes | None]]]:
    """Read what is in each of many objects, named as for `read_objects`; None for each that does not exist.

    Yields some hundred at a time, with the number of names before the first of them. `meanwhile` is called while the
    first are waited for.
    """
    size = max(_WORTH_A_GIT, -(-len(names) // _GITS))
    begins = range(0, len(names), size)
    mark = os.urandom(16).hex()
    streams = [_Stream(repository, names[begin : begin + size], mark) for begin in begins]
    done = list(begins)
    for number, piece in read_along(
        repository.git, "cat-file", f"--batch={mark}", "--buffer",
        asked=[asked(stream.names) for stream in streams], meanwhile=meanwhile,
    ):  # fmt: skip
        contents = streams[number].take(piece)
        yield done[number], contents
        done[number] += len(contents)
    for number, stream in enumerate(streams):
        yield done[number], stream.end()


class _Stream:
    """What one Git writes, wherever it is cut into pieces."""

    def __init__(self, repository: Repository, names: Sequence[str], mark: str) -> None:
        self.names = names
        self._repository = repository
        self._divider = f"\n{mark}\n".encode()
        self._is_begun = False
        #: As if there were an empty object before the first.
        self._rest = b"\n"
        self._told = 0

    def take(self, piece: bytes) -> list[bytes | None]:
        """Return the contents that are whole with this piece."""
        *texts, self._rest = (self._rest + piece).split(self._divider)
        return self._contents(texts)

    def end(self) -> list[bytes | None]:
        """Return what is left; raise DamagedError when Git ended before it had said all."""
        contents = self._contents([self._rest[:-1]])
        if self._rest[-1:] != b"\n" or self._told != len(self.names):
            raise DamagedError(CUT_SHORT, hint="git fsck", code="objects-damaged")
        return contents

    def _contents(self, texts: list[bytes]) -> list[bytes | None]:
        """Tell what Git wrote from mark to mark: an object, and a line for each after it that is not there."""
        contents: list[bytes | None] = [*texts]
        if any(text.endswith(_NOT_THERE) for text in texts):
            contents = self._asked_again(texts)
        if contents and not self._is_begun:
            self._is_begun = True
            del contents[0]
        self._told += len(contents)
        return contents

    def _asked_again(self, texts: list[bytes]) -> list[bytes | None]:
        """Tell the same of texts that may end with such lines: as many as names come that are not there."""
        lines = sum(text.count(b"\n") for text in texts if text.endswith(_NOT_THERE))
        after = self._told + self._is_begun
        coming = self.names[after : after + len(texts) + lines]
        is_there = [oid is not None for oid in existing(self._repository, coming)] + [True]
        contents: list[bytes | None] = []
        position = 0
        for text in texts:
            missing = is_there.index(True, position) - position
            content, *said = text.rsplit(b"\n", missing)
            if len(said) < missing or not all(line.endswith(_NOT_THERE) for line in said):
                raise DamagedError(CUT_SHORT, hint="git fsck", code="objects-damaged")
            contents += [content, *[None] * missing]
            position += missing + 1
        return contents
