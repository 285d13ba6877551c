"""The one walk over a cell's tree: it ends, whatever others have hung on the tree's nodes."""

from __future__ import annotations

import ast

import pytest

from trackside.capture.survey import survey


@pytest.mark.timeout(10)
def test_links_that_a_traceback_library_left_on_shared_operators_are_not_followed() -> None:
    # Once: after IPython had shown a traceback, `1 / 0` in the next cell held the kernel for ever.
    first = ast.parse("x = 1 / 0")
    for node in ast.walk(first):
        for child in ast.iter_child_nodes(node):
            child.parent = node  # type: ignore[attr-defined]
    try:
        tree = ast.parse("accuracy = 3 / 4")
        division = next(node for node in ast.walk(tree) if isinstance(node, ast.Div))
        assert hasattr(division, "parent"), "operators are shared between trees"
        assert [binding.target.id for binding in survey(tree).bindings] == ["accuracy"]  # type: ignore[attr-defined]
    finally:
        for node in ast.walk(first):
            node.__dict__.pop("parent", None)
