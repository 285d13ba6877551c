"""The comparison behind the corpus tests forgives what differs by nature, and nothing else."""

from __future__ import annotations

from typing import Any

from corpus.comparing import differences, exact_differences
from nbformat.v4 import new_code_cell, new_output


def _cell(*outputs: Any, source: str = "x") -> Any:
    return new_code_cell(source, execution_count=1, outputs=list(outputs))


def _printed(text: str, name: str = "stdout") -> Any:
    return new_output("stream", name=name, text=text)


def test_a_changed_number_is_a_difference() -> None:
    assert differences([_cell(_printed("acc 0.91"))], [_cell(_printed("acc 0.92"))]) != []


def test_a_missing_output_is_a_difference_even_when_numbers_are_not_compared() -> None:
    picture = new_output("display_data", data={"image/png": "aGk="})

    assert differences([_cell(picture)], [_cell()], numbers=False) != []


def test_another_error_is_a_difference() -> None:
    one = new_output("error", ename="ValueError", evalue="no", traceback=[])
    other = new_output("error", ename="KeyError", evalue="no", traceback=[])

    assert differences([_cell(one)], [_cell(other)]) != []


def test_a_time_told_only_by_the_slower_fit_is_no_difference() -> None:
    one = _printed("│ EDM = 2.25e-06 │                          │\n")
    other = _printed("│ EDM = 2.25e-06 │      time = 0.2 sec      │\n")

    assert differences([_cell(one)], [_cell(other)]) == []


def test_addresses_times_and_counts_of_cells_are_no_difference() -> None:
    one = _printed("<f at 0x7f3a12345678> took 1.52 s on Fri, 20 Nov 2026, \x1b[36mCell In[3]\x1b[39m, line 1")
    other = _printed("<f at 0x7f3a87654321> took 380 ms on Sat, 21 Nov 2026, \x1b[36mCell In[4]\x1b[39m, line 1")

    assert differences([_cell(one)], [_cell(other)]) == []


def test_how_a_stream_was_cut_up_is_no_difference() -> None:
    whole = _cell(_printed("one\ntwo\n"), _printed("careful\n", "stderr"))
    pieces = _cell(_printed("one\n"), _printed("careful\n", "stderr"), _printed("two\n"))

    assert differences([whole], [pieces]) == []
    assert exact_differences([whole], [pieces]) == []


def test_an_exact_comparison_sees_a_changed_address() -> None:
    assert exact_differences([_cell(_printed("0x7f3a12345678"))], [_cell(_printed("0x7f3a87654321"))]) != []


def test_how_often_a_progress_bar_was_redrawn_is_no_difference() -> None:
    often = _cell(_printed("\r 10%|#  | 1/9\r 50%|## | 5/9\r100%|###| 9/9\n", "stderr"))
    seldom = _cell(_printed("\r 30%|#  | 3/9\r100%|###| 9/9\n", "stderr"))

    assert differences([often], [seldom]) == []


def test_where_a_progress_bar_ended_is_a_difference() -> None:
    whole = _cell(_printed("\r 10%|#  | 1/9\r100%|###| 9/9\n", "stderr"))
    stopped = _cell(_printed("\r 10%|#  | 1/9\r 50%|## | 5/9\n", "stderr"))

    assert differences([whole], [stopped]) != []
