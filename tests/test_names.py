"""Names of experiments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackside.errors import NameTakenError, UsageError
from trackside.names import candidate, check_name, make_up_name, require_free, slug


@pytest.mark.parametrize("name", ["a", "calm-otter-3f", "0", "x" * 64, "1-2-3", "abc-def"])
def test_good_names_are_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "-a", "A", "a_b", "a/b", "a b", "x" * 65, "é", "dead", "1234567", "head", "main", "stash", "a\n", "a.b", "@"],
)
def test_names_git_or_people_would_misread_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        check_name(name)


def test_made_up_names_are_valid_and_avoid_taken_ones() -> None:
    taken: set[str] = set()
    for _ in range(200):
        name = make_up_name(taken.__contains__)
        assert name not in taken
        taken.add(check_name(name))


@given(st.text())
def test_slug_is_a_valid_name_or_nothing(text: str) -> None:
    name = slug(text)
    assert name == "" or check_name(name) == name


@given(st.integers(0, 999), st.integers(1, 64))
def test_candidates_stay_valid_and_differ(attempt: int, length: int) -> None:
    name = "z" * length
    assert check_name(candidate(name, attempt))
    assert candidate(name, attempt) != candidate(name, attempt + 1)


def test_taken_name_is_refused_with_its_own_error() -> None:
    with pytest.raises(NameTakenError):
        require_free("calm-otter", lambda name: name == "calm-otter")
