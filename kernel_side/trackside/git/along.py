"""Read what git writes while it writes on: ten thousand objects take it as long to find as us to take in."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

from trackside.errand import Errand
from trackside.git.runner import Git, in_memory

#: A piece is worth its handling from so many bytes on: some four hundred records.
_WORTHWHILE: Final = 700_000
#: Seconds until files that have not grown enough are looked at again.
_MOMENT: Final = 0.002


def read_along(
    git: Git, *args: str, asked: Sequence[bytes], meanwhile: Callable[[], object]
) -> Iterator[tuple[int, bytes]]:
    """Run git once for each of `asked`, all at the same time; yield what they write, each piece with whose it is.

    `meanwhile` is called while the first piece is waited for. Raises as `Git.run` does, after the last piece.
    """
    if not hasattr(os, "pread"):
        # On Windows who reads a file moves the place where the other writes.
        meanwhile()
        for number, stdin in enumerate(asked):
            yield number, git.run(*args, stdin=stdin)
        return
    with ExitStack() as stack:
        growing = [_Growing(git, args, stdin, _room(stack)) for stdin in asked]
        try:
            meanwhile()
            while any(not one.is_read for one in growing):
                pieces = [(number, piece) for number, one in enumerate(growing) if (piece := one.piece())]
                if not pieces:
                    time.sleep(_MOMENT)
                yield from pieces
        finally:
            # Who reads no further leaves each file to its git until that has ended.
            for one in growing:
                one.under_way.wait()
        for one in growing:
            one.under_way.result()


class _Growing:
    """A file that one git writes."""

    def __init__(self, git: Git, args: Sequence[str], stdin: bytes, file: int) -> None:
        self._file = file
        self._position = 0
        self.is_read = False
        self.under_way = Errand("trackside-git", partial(git.run_into, file, *args, stdin=stdin))

    def piece(self) -> bytes:
        """Return what was added to it once that is worth while; b"" until then."""
        is_written = self.under_way.is_done
        there = os.fstat(self._file).st_size - self._position
        if there < _WORTHWHILE and not is_written:
            return b""
        piece = os.pread(self._file, there, self._position)
        self._position += len(piece)
        self.is_read = is_written and len(piece) == there
        return piece


def _room(stack: ExitStack) -> int:
    file = stack.enter_context(in_memory())
    if file is None:
        # Imported here: most systems have files in memory, and a listing loads as little as it can.
        from tempfile import TemporaryFile

        return stack.enter_context(TemporaryFile()).fileno()
    return file
