"""Contents read while Git looks up the others are those read at once, whatever stands in them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repositories import Scratch, make_scratch, scratch

from trackside.errors import DamagedError
from trackside.git.contents import _Stream, read_contents_along
from trackside.git.objects import Object, _parse, read_objects
from trackside.git.repository import Repository, open_repository

__all__ = ["scratch"]

GONE = "0" * 40
MARK = "MARK"


def stored(scratch: Scratch, data: bytes) -> str:
    """Store an object, and return its id."""
    return str(scratch.git("hash-object", "-w", "--stdin", stdin=data)).strip()


def blobs(scratch: Scratch) -> list[str]:
    """Store objects of many sizes, and name some that are not there among them."""
    there = [stored(scratch, b"\n" * size) for size in (0, 1, 10, 100, 1_000, 300_000)]
    return [*there, GONE, *(f"{oid}:none" for oid in there), *there] * 3


def read(repository: Repository, names: Sequence[str]) -> list[bytes | None]:
    """Read contents along, and set each in its place."""
    found: list[bytes | None] = [b"?"] * len(names)
    for begin, contents in read_contents_along(repository, names, meanwhile=lambda: None):
        found[begin : begin + len(contents)] = contents
    return found


def read_at_once(repository: Repository, names: Sequence[str]) -> list[bytes | None]:
    return [one and one.data for one in read_objects(repository, names)]


@pytest.mark.parametrize("worthwhile", [1, 50_000])
@pytest.mark.parametrize("lacking", ["", "memfd_create", "pread"])
def test_contents_read_along_are_those_read_at_once(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch, worthwhile: int, lacking: str
) -> None:
    monkeypatch.setattr("trackside.git.along._WORTHWHILE", worthwhile)
    monkeypatch.setattr("trackside.git.contents._WORTH_A_GIT", 5)
    if lacking:
        monkeypatch.delattr(os, lacking, raising=False)
    names = blobs(scratch)
    repository = open_repository(scratch.path)
    assert read(repository, names) == read_at_once(repository, names)


def test_something_is_done_before_the_first_contents_are_told(scratch: Scratch) -> None:
    said: list[str] = []
    names = blobs(scratch)
    for _ in read_contents_along(open_repository(scratch.path), names, meanwhile=lambda: said.append("meanwhile")):
        assert said == ["meanwhile"]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_text_that_says_another_is_missing_is_not_believed(
    scratch: Scratch, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr("trackside.git.along._WORTHWHILE", 1)
    last = stored(scratch, b"last")
    liar = stored(scratch, f"one\n{last} missing\n{GONE} missing{end}".encode())
    for names in ([liar, last], [liar, GONE, last], [liar, liar], [last, liar], [GONE, liar, GONE], [liar, GONE] * 9):
        repository = open_repository(scratch.path)
        assert read(repository, names) == read_at_once(repository, names)


def test_a_folder_and_a_commit_are_read_as_git_stores_them(scratch: Scratch) -> None:
    names = [scratch.git("rev-parse", name).strip() for name in ("HEAD^{tree}", "HEAD")]
    repository = open_repository(scratch.path)
    assert read(repository, names) == read_at_once(repository, names)


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, list[str], bytes, list[bytes | None]]:
    """A repository, names, what Git says of them with a mark, and what is in them."""
    scratch = make_scratch(tmp_path_factory.mktemp("answered"))
    names = [
        GONE, GONE, stored(scratch, b"one"), GONE, stored(scratch, b""), stored(scratch, b"\nMAR"),
        stored(scratch, b"ARK\n\n"), stored(scratch, f"{GONE} missing".encode()), GONE, GONE, stored(scratch, b"end"),
    ]  # fmt: skip
    repository = open_repository(scratch.path)
    said = repository.git.run("cat-file", f"--batch={MARK}", stdin="".join(f"{name}\n" for name in names).encode())
    return repository, names, said, read_at_once(repository, names)


@given(cuts=st.sets(st.integers(1, 500)))
def test_what_git_writes_may_be_cut_anywhere(
    answered: tuple[Repository, list[str], bytes, list[bytes | None]], cuts: set[int]
) -> None:
    repository, names, said, contents = answered
    edges = [0, *sorted(cut for cut in cuts if cut < len(said)), len(said)]
    stream = _Stream(repository, names, MARK)
    found = [one for begin, end in pairwise(edges) for one in stream.take(said[begin:end])]
    assert [*found, *stream.end()] == contents


def test_a_git_that_ends_too_soon_is_told(
    answered: tuple[Repository, list[str], bytes, list[bytes | None]],
) -> None:
    repository, names, said, _ = answered
    for length in range(len(said)):
        stream = _Stream(repository, names, MARK)
        stream.take(said[:length])
        with pytest.raises(DamagedError, match="in the middle"):
            stream.end()


def test_an_object_that_goes_in_between_is_told(scratch: Scratch) -> None:
    names = [stored(scratch, b"one"), GONE, stored(scratch, b"two"), stored(scratch, b"three missing")]
    repository = open_repository(scratch.path)
    said = repository.git.run("cat-file", f"--batch={MARK}", stdin="".join(f"{name}\n" for name in names).encode())
    for name in names[2:]:
        (scratch.path / ".git/objects" / name[:2] / name[2:]).unlink()
    stream = _Stream(repository, names, MARK)
    with pytest.raises(DamagedError, match="in the middle"):
        [*stream.take(said), *stream.end()]


def test_objects_read_at_once_are_told_by_their_sizes_and_all_or_none() -> None:
    said = b"a blob 3\none\nb missing\nc tree 0\n\nd blob 6\n\nd b 1\ne blob 2\n\n\n\n"
    told = [("a", "blob", b"one"), None, ("c", "tree", b""), ("d", "blob", b"\nd b 1"), ("e", "blob", b"\n\n")]
    assert list(_parse(said, 5)) == [one and Object(*one) for one in told]
    for length in range(len(said)):
        with pytest.raises(DamagedError, match="in the middle"):
            list(_parse(said[:length], 5))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_nothing_is_left_open_by_who_reads_no_further(scratch: Scratch) -> None:
    repository = open_repository(scratch.path)
    names = blobs(scratch)
    before = len(os.listdir("/proc/self/fd"))
    found = read_contents_along(repository, names, meanwhile=lambda: None)
    next(found)
    found.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_is_done_meanwhile_may_fail(scratch: Scratch) -> None:
    def fail() -> None:
        raise OSError("meanwhile")

    with pytest.raises(OSError, match="meanwhile"):
        list(read_contents_along(open_repository(scratch.path), blobs(scratch), meanwhile=fail))
