"""Runs of equal code are told by one digest, whatever their parameters were given as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from trackside.sameness import cell_text, code_digest


@dataclass
class Cell:
    source: str


def digest(*sources: str, names: str = "lr model", changes: Any = (), notebook: str = "a.ipynb") -> str:
    is_left_out = set(names.split()).__contains__
    return code_digest([Cell(source) for source in sources], changes, notebook=notebook, is_left_out=is_left_out)


TRAIN = "import features\nfit(lr, model)"


@pytest.mark.parametrize(
    "sources",
    [
        ["lr = 0.1\nmodel = 'rf'", TRAIN],
        ["lr = 0.3\nmodel = 'svm'  # better?", TRAIN],
        ["lr = 0.1\nmodel = 'rf'", "# Parameters\nlr = 0.3\n", TRAIN],
        ["%load_ext trackside\n%track -n x", "lr: float = 1e-3\nmodel = (\n  'rf'\n)", TRAIN + "   \n\n"],
        ["%%track\nlr = 2", "model = None", TRAIN],
    ],
)
def test_the_values_of_parameters_make_no_difference(sources: list[str]) -> None:
    assert digest(*sources) == digest(TRAIN)


@pytest.mark.parametrize(
    "sources",
    [
        ["import features\nfit(lr)"],
        [TRAIN, TRAIN],
        ["other = 1", TRAIN],
        ["lr = compute()", TRAIN],
        ["!pip install x", TRAIN],
    ],
)
def test_any_other_difference_counts(sources: list[str]) -> None:
    assert digest(*sources) != digest(TRAIN)


def test_a_value_beside_other_code_is_cut_out_of_it() -> None:
    is_left_out = {"lr"}.__contains__
    assert cell_text("é = 'ü'; lr = 0.1; fit(lr)", is_left_out) == "é = 'ü'; lr = ; fit(lr)"
    assert cell_text("x = 1\nlr = [\n 1,\n]\nfit()", is_left_out) == "x = 1\nlr = \nfit()"
    assert cell_text("not python at all", is_left_out) == "not python at all"
    assert cell_text("%time lr = 0.1", is_left_out) == "%time lr = 0.1"


def test_changed_code_counts_and_what_a_run_writes_does_not() -> None:
    def change(path: str, oid: str = "a" * 40) -> dict[str, Any]:
        return {"path": path, "mode": "100644", "oid": oid}

    plain = digest(TRAIN)
    assert (
        digest(TRAIN, changes=[change("a.ipynb"), change("out.csv"), change("results.json"), change("b.ipynb")])
        == plain
    )
    changed = digest(TRAIN, changes=[change("features.py")])
    assert changed != plain
    assert changed != digest(TRAIN, changes=[change("features.py", "b" * 40)])
    assert changed == digest(TRAIN, changes=[change("results.json"), change("features.py")])


def test_a_run_without_code_has_no_digest() -> None:
    assert digest() == "" and digest("%track") == "" and digest("lr = 1") == ""
