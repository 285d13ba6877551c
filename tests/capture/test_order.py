"""Would the notebook, run from the top, give what this run gave?"""

from __future__ import annotations

import ast
import random
import symtable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackside.capture.dataflow import flow_of, globals_of
from trackside.capture.order import DocumentCell, ExecutedCell, OrderFlag, order_flags

IDS = pytest.mark.parametrize("ids", [True, False], ids=["with ids", "by source"])


def flags(
    document: list[str], steps: list[object], *, ids: bool = True, first: int = 1, level: str | None = None
) -> list[OrderFlag]:
    """Run a notebook: a number executes that cell of it, a pair (id, source) another version or cell."""
    written = [DocumentCell(id=f"c{at}" if ids else None, source=source) for at, source in enumerate(document)]
    executed = []
    for number, step in enumerate(steps, 1):
        name, source, *ok = (f"c{step}", document[step]) if isinstance(step, int) else step  # type: ignore[misc]
        executed.append(
            ExecutedCell(
                cell=number, id=name if ids else None, source=source, count=first + number - 1, ok=ok[0] if ok else True
            )
        )
    found = order_flags(executed, written)
    return [flag for flag in found if level is None or flag.level == level]


def warnings_of(document: list[str], steps: list[object], *, ids: bool = True, first: int = 1) -> list[tuple[str, int]]:
    return [(flag.kind, flag.cell) for flag in flags(document, steps, ids=ids, first=first, level="warning")]


EVERYTHING = [
    "%load_ext trackside\n%track",
    "import numpy as np, os.path\ntry:\n    import ujson as json\nexcept ImportError:\n    import json",
    "%matplotlib inline\n!pip list\nfiles = !ls\nhelp?",
    "from __future__ import annotations\nfrom typing import List\nx: List[int] = [1]\ny: int",
    "def outer(a, *b, c=3, **d):\n    global counter\n    counter = a\n"
    "    def inner():\n        return later(a) + K + c\n    return inner",
    "counter = 0\nK = 3",
    "def later(z):\n    return z * K",
    "outer(2)()\nprint(counter)",
    "class Net(dict):\n    size = K\n    sizes = [size for _ in range(2)]\n"
    "    def go(self):\n        return later(self.size) + helper()\n",
    "def helper():\n    return 1",
    "net = Net()\nnet.go()",
    "squares = {i: i * i for i in range(3) if i}\npairs = [(i, j) for i in x for j in range(i)]",
    "if (n := len(x)) > 0:\n    total = n\nwhile n:\n    n -= 1\nelse:\n    done = True",
    "total += 1\ntotal = total + K",
    "with open(os.devnull) as f, open(os.devnull) as g:\n    text = f.read()\ndel text, g",
    "match = lambda q: q + K\nlist(map(lambda v: v + total, x))",
    "@staticmethod\ndef deco(fn=helper):\n    return fn",
    "from math import *\nprint(sqrt(2), undefined_by_us if False else 0)",
    "%%bash\necho $x",
    "%%time\nz = [w for w in x]\ntry:\n    1 / 0\nexcept ZeroDivisionError as e:\n    print(e)",
    "%run other.py",
    "print(from_other, z)",
    "this is not python (",
    "x.append(K)\nx[0] = 5\nnet['a'] = 1\nnp.random.seed(0)",
    "a, (b, *c) = 1, (2, 3)\nfor a, b in zip(x, x):\n    pass\nprint(a, b, c, _, display, In)",
    "import asyncio\nasync def main():\n    await asyncio.sleep(0)\nawait main()",
    "",
]


@IDS
def test_a_run_from_top_to_bottom_raises_nothing_at_all(ids: bool) -> None:
    assert flags(EVERYTHING, list(range(len(EVERYTHING))), ids=ids) == []


@IDS
def test_identical_cells_run_again_raise_no_warning(ids: bool) -> None:
    every = list(range(len(EVERYTHING)))
    twice = [at for at in every for _ in range(2)]
    assert warnings_of(EVERYTHING, twice, ids=ids) == []
    assert warnings_of(EVERYTHING, [*every, *every], ids=ids) == []
    assert warnings_of(EVERYTHING, [*every[:9], *every], ids=ids) == []


@IDS
def test_a_run_started_in_the_middle_of_a_session_tells_only_a_fact(ids: bool) -> None:
    found = flags(["a = 1", "b = 2", "print(a + b)"], [2], ids=ids, first=9)
    assert [(flag.kind, flag.level, flag.names) for flag in found] == [("hidden-state", "fact", ("a", "b"))]


def test_a_name_no_cell_defines_is_a_warning_in_an_old_session_and_nothing_in_a_fresh_one() -> None:
    document = ["print(ghost)"]
    assert warnings_of(document, [0], first=7) == [("hidden-state", 1)]
    assert warnings_of(document, [0], first=1) == []
    assert warnings_of(["from m import *", *document], [0, 1], first=7) == []
    assert warnings_of(["%run x.py", *document], [0, 1], first=7) == []
    assert warnings_of(["broken (", *document], [("c0", "broken (", False), 1], first=7) == []


def test_a_name_used_only_where_a_branch_may_skip_it_is_no_warning() -> None:
    assert warnings_of(["if False:\n    print(ghost)"], [0], first=7) == []


@IDS
def test_using_what_stands_further_down_is_out_of_order(ids: bool) -> None:
    found = flags(["print(x)", "x = 1"], [1, 0], ids=ids, level="warning")
    assert [(flag.kind, flag.cell, flag.names) for flag in found] == [("out-of-order", 2, ("x",))]
    assert "[2] used x from cell [1]" in found[0].message


@IDS
def test_a_definition_in_between_that_had_not_run_is_out_of_order(ids: bool) -> None:
    document = ["m = 'forest'", "m = 'boosting'", "print(m)"]
    assert warnings_of(document, [0, 2], ids=ids) == [("out-of-order", 2)]
    assert warnings_of(document, [1, 0, 2], ids=ids) == [("out-of-order", 3)]
    assert warnings_of(document, [0, 1, 2], ids=ids) == []


@IDS
def test_a_provider_edited_after_use_is_a_warning_and_run_again_is_none(ids: bool) -> None:
    document = ["lr = 0.01", "train(lr)"]
    assert warnings_of(document, [("c0", "lr = 0.1"), 1], ids=ids) == [("edited", 2)]
    assert warnings_of(document, [("c0", "lr = 0.1"), 1, 0], ids=ids) == [("edited", 2)]
    assert warnings_of(document, [("c0", "lr = 0.1"), 1, 0, 1], ids=ids) == []


def test_a_comment_or_layout_edit_is_no_edit() -> None:
    assert flags(["lr = 0.1  # tuned", "train(lr)"], [("c0", "lr=0.1"), 1]) == []


def test_a_deleted_provider_is_hidden_state() -> None:
    found = flags(["y = x + 1"], [("gone", "x = 1"), 0])
    assert [(flag.kind, flag.level) for flag in found] == [("hidden-state", "warning"), ("deleted", "fact")]


def test_an_edited_or_deleted_cell_nobody_used_is_only_a_fact() -> None:
    found = flags(["print(1)"], [("gone", "print(2)"), ("c0", "print(3)")])
    assert sorted((flag.kind, flag.level) for flag in found) == [("deleted", "fact"), ("edited", "fact")]


def test_what_a_function_reads_counts_where_it_is_called() -> None:
    assert warnings_of(["def f():\n    return K", "print(f())", "K = 3"], [0, 2, 1]) == [("out-of-order", 3)]
    assert warnings_of(["def f():\n    return K", "K = 3", "print(f())"], [0, 1, 2]) == []


def test_a_change_in_place_from_below_or_from_a_deleted_cell_is_out_of_order() -> None:
    assert warnings_of(["l = []", "print(l)", "l.append(1)"], [0, 2, 1]) == [("out-of-order", 3)]
    assert warnings_of(["d = {}", "print(d)"], [0, ("gone", "d['a'] = 1"), 1]) == [("out-of-order", 3)]
    assert warnings_of(["m = M()", "m.score(1)", "print(m)"], [0, 2, 1]) == []


def test_a_skipped_change_in_place_is_out_of_order() -> None:
    assert warnings_of(["df = f()", "df['a'] = 1", "df.head()"], [0, 2, 1]) == [("out-of-order", 2)]
    assert warnings_of(["df = f()", "df['a'] = 1", "df.head()"], [0, 1, 2, 2]) == []


def test_running_an_adding_cell_again_is_a_fact() -> None:
    found = flags(["x = 0", "x += 1", "print(x)"], [0, 1, 1, 2])
    assert [(f.kind, f.level, f.names) for f in found] == [("hidden-state", "fact", ("x",)), ("count-gap", "fact", ())]


def test_the_same_import_in_two_cells_is_one_provider() -> None:
    document = ["import numpy as np\na = 1", "np.ones(1)", "import os, numpy as np"]
    assert warnings_of(document, [2, 1]) == [] and warnings_of(document, [0, 2, 1]) == []


def test_a_failed_cell_is_doubtful_as_provider() -> None:
    assert warnings_of(["x = 1", "x = 2\nboom()", "print(x)"], [0, ("c1", "x = 2\nboom()", False), 2]) == []
    assert warnings_of(["x = 1", "print(x)", "x = 2\nboom()"], [0, ("c2", "x = 2\nboom()", False), 1]) == []


def test_gaps_in_the_counts_are_a_fact() -> None:
    executed = [ExecutedCell(cell=n, id=None, source=f"a{n} = 1", count=c, ok=True) for n, c in enumerate([1, 4], 1)]
    assert [(flag.kind, flag.level) for flag in order_flags(executed, None)] == [("count-gap", "fact")]
    assert order_flags([], None) == order_flags([], []) == []


POOL = [
    "a = 1", "b = a + 1", "c = [a for a in range(3)]", "def f():\n    return a + b", "print(f())", "b += 1", "del c",
    "d = {}\nd['x'] = a", "d.update(y=b)", "import os", "os.getcwd()", "class A:\n    z = a", "A().z", "%time e = b",
    "try:\n    q\nexcept NameError:\n    q = 1", "print(q)", "global_ = lambda: b", "global_()",
    "for a in range(2):\n    pass",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(POOL), min_size=1, max_size=12),
    st.booleans(),
    st.integers(1, 30),
    st.lists(st.integers(1, 3), min_size=12, max_size=12),
)
def test_no_order_of_cells_raises_a_warning_when_run_as_written(
    document: list[str], ids: bool, first: int, repeats: list[int]
) -> None:
    steps: list[object] = [at for at in range(len(document)) for _ in range(repeats[at])]
    defined = [
        flag for flag in flags(document, steps, ids=ids, first=first, level="warning") if flag.kind != "hidden-state"
    ]
    assert defined == []
    assert flags(document, list(range(len(document))), ids=ids, first=1) == []


def test_a_shuffled_notebook_whose_cells_all_build_on_one_name_is_always_flagged() -> None:
    shuffler = random.Random(3)
    document = ["a = 0", *(f"a = a + {n}" for n in range(1, 6))]
    for _ in range(30):
        order = list(range(1, 6))
        shuffler.shuffle(order)
        if order != sorted(order):
            assert {kind for kind, _ in warnings_of(document, [0, *order])} == {"out-of-order"}


@pytest.mark.parametrize(
    "module", ["ast", "dataclasses", "functools", "typing", "argparse", "enum", "inspect", "asyncio.tasks"]
)
def test_globals_of_functions_are_those_symtable_finds(module: str) -> None:
    source = Path(__import__(module, fromlist=["x"]).__file__).read_text(encoding="utf-8")
    functions = {
        (node.name, node.lineno if not node.decorator_list else node.decorator_list[0].lineno): node
        for node in ast.parse(source).body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    tables = {
        (table.get_name(), table.get_lineno()): table for table in symtable.symtable(source, "m", "exec").get_children()
    }
    compared = 0
    for key, node in functions.items():
        table = tables.get(key) or tables.get((node.name, node.lineno))
        if table is not None and not any(isinstance(part, ast.ClassDef) for part in ast.walk(node)):
            assert globals_of(node)[0] == _globals(table), key
            compared += 1
    assert compared > 1


def _globals(table: symtable.SymbolTable) -> set[str]:
    own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    # PEP 709 and annotations aside, a nested function adds what it reads itself.
    return own.union(*(_globals(child) for child in table.get_children()), set())


def test_the_names_of_a_cell_are_told_apart() -> None:
    flow = flow_of(
        "import os\ny = x + 1\nz = y\nw[0] = 1\nv.append(z)\nu += 1\ndef f(a=t):\n    return a + s\nif q:\n    r"
    )
    assert flow.uses == {"x", "w", "v", "u", "t", "q", "r"}
    assert flow.sure == flow.uses - {"r"}
    assert flow.binds == {"os", "y", "z", "u", "f"}
    assert flow.changes == {"w", "v"}
    assert flow.reads["f"] == {"s"}


def test_names_which_live_inside_a_comprehension_or_a_handler_are_not_taken_from_elsewhere() -> None:
    assert flow_of("[i * k for i in x if i]").uses == {"x", "k"}
    assert flow_of("try:\n    f()\nexcept E as e:\n    g(e)").uses == {"f", "E", "g"}
    assert flow_of("class A:\n    n = 1\n    m = n").uses == set()
