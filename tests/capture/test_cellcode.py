"""Cells as typed become Python trees."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from trackside.capture.cellcode import captured_name, magic_commands, parse_cell, python_source


def names_assigned(source: str) -> dict[str, int]:
    tree = parse_cell(source)
    assert tree is not None
    return {
        node.id: node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "!pip install x",
        "?help",
        "help?",
        "np.mean??",
        "%%time",
        "%load_ext trackside",
        "%cd ~/x y",
        "!ls \\\n  -la",
        "%config InlineBackend.figure_format = 'retina'",
        "%time",
        ",autocall a b",
        "%timeit -n 10 f(3)",
    ],
)
def test_a_magic_line_hides_nothing_of_the_rest_and_keeps_line_numbers(line: str) -> None:
    source = f"{line}\nlr = 1"
    assert names_assigned(source) == {"lr": source.count("\n") + 1}


def test_magics_inside_blocks_leave_the_block_whole() -> None:
    assert names_assigned("if True:\n    !ls\nelse:\n    %cd x\nb = 2") == {"b": 5}


@pytest.mark.parametrize("line", ["files = !ls", "files = %ls -l", "a.b, files = %magic x"])
def test_what_a_magic_is_assigned_to_is_bound(line: str) -> None:
    assert names_assigned(line)["files"] == 1


def test_the_python_of_a_timing_line_is_read() -> None:
    assert names_assigned("%time model = fit(3)\nx = 1") == {"model": 1, "x": 2}


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%track mine -p lr=1", "%%prun -q", "\n\n%%time"])
def test_cell_magics_that_run_python_keep_their_body(magic: str) -> None:
    assert names_assigned(f"{magic}\nlr = 1") == {"lr": magic.count("\n") + 2}


def test_two_cell_magics_above_each_other_keep_the_body() -> None:
    assert names_assigned("%%time\n%%capture\nlr = 1") == {"lr": 3}


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile a.py", "%%javascript", "%%unknown"])
def test_cells_in_other_languages_are_empty(magic: str) -> None:
    tree = parse_cell(f"{magic}\nlr = 1")
    assert tree is not None and tree.body == []


def test_timeit_assigns_nothing_to_the_notebook() -> None:
    tree = parse_cell("%%timeit\nlr = 1")
    assert tree is not None and not any(isinstance(node, ast.Assign) for node in tree.body)


def test_a_line_beginning_with_percent_inside_an_expression_is_arithmetic() -> None:
    tree = parse_cell("x = (10\n% 3)\n!ls")
    assert tree is not None and ast.unparse(tree.body[0]) == "x = 10 % 3"


def test_prompts_and_a_common_indent_are_dropped() -> None:
    assert names_assigned(">>> x = 1\n>>> for i in y:\n...     z = 2") == {"x": 1, "i": 2, "z": 3}
    assert names_assigned("    x = 1\n    y = 2") == {"x": 1, "y": 2}


@pytest.mark.parametrize("source", ["def f(:", "x = = 3", "\x00", "\ud800 = 1", "(" * 5000])
def test_what_is_not_python_gives_none(source: str) -> None:
    assert parse_cell(source) is None
    assert python_source(source) is None


def test_awaiting_at_the_top_is_python_here() -> None:
    assert names_assigned("x = await f()\nasync with a() as b:\n    pass") == {"x": 1, "b": 2}


def test_parsing_never_warns_and_never_touches_the_warning_filters() -> None:
    before = warnings.filters[:]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse_cell(r"p = '\d+'; q = '\.'; n = '\n'") is not None
    assert warnings.filters == before
    tree = parse_cell(r"p = '\d\n'")
    assert tree is not None and tree.body[0].value.value == "\\d\n"  # type: ignore[attr-defined]


def test_magics_and_captured_names_are_listed() -> None:
    assert magic_commands("%run a.py\nx = %sql select 1\nok = 5 % 3") == ["run", "sql"]
    assert captured_name("%%capture --no-stderr out\nx = 1") == "out"
    assert captured_name("x = 1") is None


@given(
    st.lists(
        st.sampled_from(
            [
                "%matplotlib inline",
                "!ls -la",
                "x = 1",
                "if x:\n    y = 2",
                "z = !pwd",
                "s = '%d' % 3",
                "print?",
                "# c",
                "",
            ]
        ),
        max_size=8,
    )
)
def test_whatever_ipython_accepts_we_accept_with_the_same_lines(lines: list[str]) -> None:
    source = "\n".join(["first = 0", *lines])  # IPython drops empty lines at the top
    theirs = ast.parse(TransformerManager().transform_cell(source))
    ours = parse_cell(source)
    assert ours is not None
    plain = [node.lineno for node in theirs.body if isinstance(node, (ast.Assign, ast.If))]
    assert [node.lineno for node in ours.body if isinstance(node, (ast.Assign, ast.If))] == plain


def test_a_cell_full_of_data_is_left_unread_for_reading_it_costs_as_much_as_running_it() -> None:
    assert parse_cell(f"table = [{'1, ' * 100_000}]") is None
    assert parse_cell(f"table = [{'1, ' * 10_000}]") is not None
