"""Notebooks by cell."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from repositories import notebook_text

from trackside.notebook_diff import NotebookCell, compare_cells, parse_cells


def cells(*sources: str, ids: bool = False) -> list[NotebookCell]:
    return [
        NotebookCell(number=number, kind="code", id=f"{source[:1]}" if ids else None, source=source)
        for number, source in enumerate(sources, 1)
    ]


def changes(before: list[NotebookCell], after: list[NotebookCell]) -> list[tuple[str, int | None, int | None]]:
    return [(cell["change"], cell["before"], cell["after"]) for cell in compare_cells(before, after)]


def test_edited_cell_is_one_change_with_its_lines() -> None:
    (first, second) = compare_cells(cells("a = 1", "b = 2\nc = 3"), cells("a = 1", "b = 2\nc = 4"))
    assert first["change"] == "same"
    assert second["change"] == "changed"
    assert second["diff"].splitlines()[1:] == [" b = 2", "-c = 3", "+c = 4"]


def test_added_and_removed_cells_keep_their_places() -> None:
    assert changes(cells("one", "two", "three"), cells("one", "new!", "three", "last")) == [
        ("same", 1, 1), ("removed", 2, None), ("added", None, 2), ("same", 3, 3), ("added", None, 4),
    ]  # fmt: skip


def test_id_pairs_a_cell_that_was_written_anew() -> None:
    assert changes(cells("x = 1", ids=True), cells("xyz: nothing alike, far longer", ids=True)) == [("changed", 1, 1)]


def test_outputs_counts_and_list_sources_do_not_matter() -> None:
    plain = json.loads(notebook_text(["a\nb"]))
    plain["cells"][0].update(source=["a\n", "b"], outputs=[{"output_type": "stream"}], execution_count=7)
    left, right = parse_cells(notebook_text(["a\nb"]).encode()), parse_cells(json.dumps(plain).encode())
    assert left is not None and right is not None
    assert [cell["change"] for cell in compare_cells(left, right)] == ["same"]


def test_what_is_no_notebook_is_none_and_a_missing_file_is_empty() -> None:
    for data in (
        b"",
        b"{}",
        b"[]",
        b'{"cells": 3}',
        b'{"cells": [3]}',
        b'{"cells": [{"source": [1]}]}',
        b"\xff",
        b"[" * 99_999,
    ):
        assert parse_cells(data) is None
    assert parse_cells(None) == []


@settings(deadline=None)
@given(st.lists(st.text("ab\n", max_size=4), max_size=6), st.lists(st.text("ab\n", max_size=4), max_size=6))
def test_every_cell_of_both_sides_appears_once_and_in_order(before: list[str], after: list[str]) -> None:
    found = compare_cells(cells(*before), cells(*after))
    assert [cell["before"] for cell in found if cell["before"]] == list(range(1, len(before) + 1))
    assert [cell["after"] for cell in found if cell["after"]] == list(range(1, len(after) + 1))
