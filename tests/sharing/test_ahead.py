"""Work done ahead: in order, as early as it can be had, and ended by the first error."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from trackside.sharing.ahead import ahead


def double(number: int) -> int:
    return 2 * number


def nothing() -> None:
    """Stop what needs no stopping."""


@pytest.mark.parametrize("workers", [0, 1, 2, 7])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    assert list(ahead(double, range(50), workers, nothing)) == [2 * number for number in range(50)]


def test_what_is_done_is_given_although_the_next_item_is_long_in_coming() -> None:
    is_given = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        assert is_given.wait(30)
        yield 2

    results = ahead(double, items(), 1, nothing)
    assert next(results) == 2
    is_given.set()
    assert list(results) == [4]


def test_no_more_items_are_taken_than_can_be_worked_on_and_one() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = ahead(double, items(), 2, nothing)
    next(results)
    assert len(taken) <= 6
    assert len(list(results)) == 99


def test_an_error_in_an_item_comes_after_what_was_before_it_and_stops_the_rest() -> None:
    stopped: list[bool] = []

    def items() -> Iterator[int]:
        yield 1
        raise OSError("no more")

    results = ahead(double, items(), 2, lambda: stopped.append(True))
    assert next(results) == 2
    with pytest.raises(OSError, match="no more"):
        next(results)
    assert stopped == [True]


def test_an_error_in_the_work_ends_an_item_that_is_waited_for() -> None:
    is_stopped = threading.Event()
    begun: list[int] = []

    def items() -> Iterator[int]:
        yield 1
        assert is_stopped.wait(30)
        yield 2
        yield 3

    def work(number: int) -> int:
        begun.append(number)
        raise ValueError("bad")

    with pytest.raises(ValueError, match="bad"):
        list(ahead(work, items(), 1, is_stopped.set))
    assert begun == [1]


def test_whoever_reads_no_further_stops_the_rest() -> None:
    stopped: list[bool] = []
    results = ahead(double, range(1_000), 2, lambda: stopped.append(True))
    next(results)
    results.close()
    assert stopped == [True]
