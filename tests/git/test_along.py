"""What git writes is read while it writes on, and is the same as read at once."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repositories import Scratch, scratch

from trackside.errors import DamagedError, GitError
from trackside.git.along import read_along
from trackside.git.objects import Object, _Answers, read_objects, read_objects_along
from trackside.git.repository import open_repository

__all__ = ["scratch"]

SIZES = [0, 1, 10, 100, 1_000, 300_000]


def blobs(scratch: Scratch) -> list[str]:
    """Store objects of many sizes, and name some that are not there among them."""
    stored = [scratch.git("hash-object", "-w", "--stdin", stdin=b"\n" * size).strip() for size in SIZES]
    return [*stored, "0" * 40, *(f"{oid}:none" for oid in stored), *stored] * 3


@pytest.mark.parametrize("worthwhile", [1, 50_000])
@pytest.mark.parametrize("lacking", ["", "memfd_create", "pread"])
def test_objects_read_along_are_those_read_at_once(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch, worthwhile: int, lacking: str
) -> None:
    monkeypatch.setattr("trackside.git.along._WORTHWHILE", worthwhile)
    monkeypatch.setattr("trackside.git.objects._WORTH_A_GIT", 5)
    if lacking:
        monkeypatch.delattr(os, lacking, raising=False)
    names = blobs(scratch)
    repository = open_repository(scratch.path)
    found: list[Object | None] = [None] * len(names)
    said: list[str] = []
    for begin, objects in read_objects_along(repository, names, meanwhile=lambda: said.append("meanwhile")):
        assert said == ["meanwhile"]
        found[begin : begin + len(objects)] = objects
    assert found == list(read_objects(repository, names))


ANSWERS = b"a blob 3\none\nb missing\nc tree 0\n\nd blob 6\n\nd b 1\ne blob 2\n\n\n\n"
OBJECTS = [
    Object("a", "blob", b"one"),
    None,
    Object("c", "tree", b""),
    Object("d", "blob", b"\nd b 1"),
    Object("e", "blob", b"\n\n"),
]


@given(st.sets(st.integers(1, len(ANSWERS) - 1)))
def test_answers_cut_anywhere_are_taken_apart_alike(cuts: set[int]) -> None:
    answers = _Answers(["a", "b", "c", "d", "e"])
    edges = [0, *sorted(cuts), len(ANSWERS)]
    found = [one for begin, end in pairwise(edges) for one in answers.objects_in(ANSWERS[begin:end])]
    answers.end()
    assert found == OBJECTS


@pytest.mark.parametrize("length", range(len(ANSWERS)))
def test_answers_that_end_too_soon_are_told(length: int) -> None:
    answers = _Answers(["a", "b", "c", "d", "e"])
    answers.objects_in(ANSWERS[:length])
    with pytest.raises(DamagedError, match="in the middle"):
        answers.end()


def test_a_git_that_fails_is_told_after_what_it_wrote(scratch: Scratch) -> None:
    git = open_repository(scratch.path).git
    pieces = read_along(git, "cat-file", "--batch", "--nonsense", asked=[b"", b""], meanwhile=lambda: None)
    with pytest.raises(GitError):
        list(pieces)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_nothing_is_left_open_by_who_reads_no_further(scratch: Scratch) -> None:
    names = blobs(scratch)
    repository = open_repository(scratch.path)
    before = len(os.listdir("/proc/self/fd"))
    found = read_objects_along(repository, names, meanwhile=lambda: None)
    next(found)
    found.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_is_done_meanwhile_may_fail(scratch: Scratch) -> None:
    def fail() -> None:
        raise OSError("meanwhile")

    with pytest.raises(OSError, match="meanwhile"):
        list(read_objects_along(open_repository(scratch.path), blobs(scratch), meanwhile=fail))
