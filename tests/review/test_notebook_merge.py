"""Two descendants of a notebook, merged by cell."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackside.review.notebook_merge import merge_notebooks
from trackside.review.strip import strip_outputs
from trackside.review.threeway import Clash, merge_sequences

from .runs import notebook

Cells = Sequence[tuple[str, str]]


def document(cells: Cells, **metadata: object) -> bytes:
    whole = json.loads(notebook([source for _, source in cells], **metadata))
    for cell, (key, _) in zip(whole["cells"], cells):
        if key:
            cell["id"] = key
        else:
            del cell["id"]
    return json.dumps(whole, indent=1).encode()


def merged(base: Cells, ours: Cells, theirs: Cells) -> list[str] | list[tuple[int | None, str]]:
    """Return the merged sources, or what does not merge."""
    found = merge_notebooks(document(base), document(ours), document(theirs))
    assert found is not None
    if found.data is None:
        return found.clashes
    return ["".join(cell["source"]) for cell in json.loads(found.data)["cells"]]


A, B, C, D = ("a", "x = 1"), ("b", "y = 1"), ("c", "z = 1"), ("d", "w = 1")


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted"),
    [
        ([A, B, C], [A, B, C], ["x = 1", "y = 1", "z = 1"]),
        ([("a", "x = 2"), B, C], [A, B, ("c", "z = 2")], ["x = 2", "y = 1", "z = 2"]),
        ([A, D, B, C], [A, B, ("c", "z = 2")], ["x = 1", "w = 1", "y = 1", "z = 2"]),
        ([A, C], [A, B, C, D], ["x = 1", "z = 1", "w = 1"]),
        ([B, C, A], [A, ("b", "y = 2"), C], ["y = 2", "z = 1", "x = 1"]),
        ([("a", "x = 2"), B, C], [("a", "x = 2"), B, C], ["x = 2", "y = 1", "z = 1"]),
        ([A, B, C, D], [A, B, C, D], ["x = 1", "y = 1", "z = 1", "w = 1"]),
        ([B, C], [A, B], ["y = 1"]),
    ],
)
def test_cells_merge(ours: Cells, theirs: Cells, wanted: list[str]) -> None:
    assert merged([A, B, C], ours, theirs) == wanted


@pytest.mark.parametrize(
    ("ours", "theirs", "clash"),
    [
        ([("a", "x = 2"), B, C], [("a", "x = 3"), B, C], (1, "both sides changed the same lines")),
        ([A, C], [A, ("b", "y = 2"), C], (None, "the run removed it, the other side edited it")),
        ([A, ("b", "y = 2"), C], [A, C], (2, "the run edited it, the other side removed it")),
        ([A, B, C, D], [A, B, C, ("e", "v")], (4, "both sides added or moved cells at this place")),
        ([A, B, C, ("d", "one")], [A, B, C, ("d", "two")], (4, "both sides changed the same lines")),
    ],
)
def test_cells_that_do_not_merge_are_told_by_number(ours: Cells, theirs: Cells, clash: tuple[int | None, str]) -> None:
    assert merged([A, B, C], ours, theirs) == [clash]


def test_lines_of_one_cell_merge_and_a_last_line_without_an_end_is_a_line() -> None:
    base, ours, theirs = "a\nb\nc\nd", "A\nb\nc\nd", "a\nb\nc\nd\ne"
    assert merged([("k", base)], [("k", ours)], [("k", theirs)]) == ["A\nb\nc\nd\ne"]


def test_cells_without_ids_are_paired_by_what_they_say() -> None:
    base: Cells = [("", "alpha = compute(1)"), ("", "beta = compute(2)")]
    ours: Cells = [("", "new cell of ours"), *base]
    theirs: Cells = [base[0], ("", "beta = compute(3)")]
    assert merged(base, ours, theirs) == ["new cell of ours", "alpha = compute(1)", "beta = compute(3)"]


def test_both_sides_gave_ids_to_a_notebook_that_had_none() -> None:
    base: Cells = [("", "alpha = compute(1)"), ("", "beta = compute(2)")]
    ours: Cells = [("o1", "alpha = compute(9)"), ("o2", "beta = compute(2)")]
    theirs: Cells = [("t1", "alpha = compute(1)"), ("t2", "beta = compute(8)")]
    assert merged(base, ours, theirs) == ["alpha = compute(9)", "beta = compute(8)"]


def test_metadata_merges_by_name_and_versions_of_machines_are_the_runs() -> None:
    base = document([A], kernelspec={"v": 1}, title="t")
    ours, theirs = (
        document([A], kernelspec={"v": 2}, title="t"),
        document([A], kernelspec={"v": 3}, title="new", extra=1),
    )
    found = merge_notebooks(base, ours, theirs)
    assert found is not None and found.data is not None
    assert json.loads(found.data)["metadata"] == {"kernelspec": {"v": 2}, "title": "new", "extra": 1}


def test_metadata_changed_on_both_sides_is_told() -> None:
    found = merge_notebooks(document([A], title="t"), document([A], title="u"), document([A], title="v"))
    assert found is not None and found.clashes == [(None, "both sides changed the notebook's metadata (title)")]


@pytest.mark.parametrize("indent", [1, 2, 4, None, "\t"])
def test_merged_notebook_keeps_the_form_of_the_runs(indent: int | str | None) -> None:
    def written(cells: Cells, end: str) -> bytes:
        return (json.dumps(json.loads(document(cells)), indent=indent, ensure_ascii=False) + end).encode()

    base, ours = written([A, B], ""), written([("a", "x = 'é'"), B], "\n\n")
    found = merge_notebooks(base, ours, document([A, ("b", "y = 2")]))
    assert found is not None
    assert found.data == strip_outputs(written([("a", "x = 'é'"), ("b", "y = 2")], "\n\n"))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"cells": 1}', b"\xff", b'{"cells": [1]}', b'{"cells":[{"source":5}]}']
)
def test_what_is_no_notebook_is_not_merged(data: bytes) -> None:
    assert merge_notebooks(document([A]), data, document([A])) is None


@given(*[st.lists(st.sampled_from("abcde"), max_size=7)] * 3)
@settings(max_examples=150, deadline=None)
def test_sequences_merge_as_diff3_does(base: list[str], ours: list[str], theirs: list[str]) -> None:
    def whole(mine: list[str], yours: list[str]) -> list[str] | None:
        parts = merge_sequences(base, mine, yours)
        return None if any(isinstance(part, Clash) for part in parts) else [one for part in parts for one in part]

    assert whole(ours, base) == ours and whole(base, theirs) == theirs and whole(ours, ours) == ours
    forward, backward = whole(ours, theirs), whole(theirs, ours)
    assert forward == backward
    # Nothing of what both sides kept or one side added is lost without a word.
    if forward is not None:
        assert set(forward) <= {*base, *ours, *theirs}


_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
_value = st.recursive(
    st.none() | st.booleans() | st.integers() | _text,
    lambda some: st.lists(some) | st.dictionaries(_text, some),
    max_leaves=6,
)
_cell = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown"]), "source": _text, "outputs": st.lists(_value, max_size=2)},
    optional={"execution_count": st.integers() | st.none(), "metadata": st.dictionaries(_text, _value, max_size=2)},
)


@given(
    st.lists(_cell, max_size=3),
    st.sampled_from([None, 1, 2, "\t"]),
    st.booleans(),
    st.dictionaries(_text, _value, max_size=2),
)
@settings(max_examples=100, deadline=None)
def test_stripping_changes_outputs_alone(
    cells: list[dict[str, object]], indent: int | str | None, is_ascii: bool, more: dict[str, object]
) -> None:
    whole = {**more, "cells": cells, "nbformat": 4}
    text = json.dumps(whole, indent=indent, ensure_ascii=is_ascii)
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            if "execution_count" in cell:
                cell["execution_count"] = None
    wanted = json.dumps(whole, indent=indent, ensure_ascii=is_ascii)
    assert strip_outputs(text.encode()) == wanted.encode()
    assert strip_outputs(wanted.encode()) == wanted.encode()


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[1", b'{"cells": [', b'{"cells": 3}', b"version https://git-lfs", b"[" * 100_000]
)
def test_what_is_no_notebook_is_not_stripped(data: bytes) -> None:
    assert strip_outputs(data) == data
