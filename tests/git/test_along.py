"""What git writes is read while it writes on."""

from __future__ import annotations

import pytest
from repositories import Scratch, scratch

from trackside.errors import GitError
from trackside.git.along import read_along
from trackside.git.repository import open_repository

__all__ = ["scratch"]


def test_a_git_that_fails_is_told_after_what_it_wrote(scratch: Scratch) -> None:
    git = open_repository(scratch.path).git
    pieces = read_along(git, "cat-file", "--batch", "--nonsense", asked=[b"", b""], meanwhile=lambda: None)
    with pytest.raises(GitError):
        list(pieces)
