"""Names of refs and what they mean."""

from __future__ import annotations

import pytest

from trackside.format import Oid, RunId
from trackside.refs import (
    ExperimentRef,
    TrashRef,
    experiments_by_oid,
    is_oid,
    open_ref,
    parse_experiment_ref,
    parse_trash_ref,
)


@pytest.mark.parametrize("length", [40, 64])
def test_experiment_ref_is_read_back(length: int) -> None:
    ref = ExperimentRef(Oid("ab" * (length // 2)), "calm-otter")
    assert str(ref) == f"refs/exps/ab/{'ab' * (length // 2 - 1)}/calm-otter"
    assert parse_experiment_ref(str(ref)) == ref


@pytest.mark.parametrize(
    "text",
    [
        "refs/exps/exec/BASELINE",
        "refs/exps/celery/stash",
        "refs/exps/ab/cd/name",
        f"refs/exps/ab/{'c' * 38}",
        f"refs/exps/ab/{'c' * 38}/a/b",
        f"refs/exps/AB/{'c' * 38}/a",
        f"refs/exps/ab/{'c' * 38}/",
        "refs/heads/main",
    ],
)
def test_other_refs_are_no_experiments(text: str) -> None:
    assert parse_experiment_ref(text) is None
    assert experiments_by_oid({text: "0" * 40}) == {}


def test_experiments_of_one_commit_are_found_together() -> None:
    refs = [ExperimentRef(Oid(base * 20), name) for base in ("ab", "cd") for name in ("one", "two")]
    oids = ["1" * 40, "1" * 40, "2" * 40, "1" * 40]
    found = experiments_by_oid({str(ref): oid for ref, oid in zip(refs, oids)} | {"refs/exps/exec/HEAD": "3" * 40})
    assert found == {"1" * 40: [refs[0], refs[1], refs[3]], "2" * 40: [refs[2]]}


def test_trash_ref_is_read_back_and_others_are_not() -> None:
    assert parse_trash_ref(str(TrashRef("calm-otter", 12))) == TrashRef("calm-otter", 12)
    for text in ("refs/trackside/trash/a/b/1", "refs/trackside/trash/a", "refs/trackside/trash/a/x", "refs/heads/a"):
        assert parse_trash_ref(text) is None


def test_open_ref_carries_the_run_id() -> None:
    assert open_ref(RunId("20260101t000000-0123456789")) == "refs/trackside/open/20260101t000000-0123456789"


def test_only_full_ids_are_ids() -> None:
    assert is_oid("a" * 40)
    assert is_oid("0" * 64)
    assert not is_oid("a" * 39)
    assert not is_oid("a" * 40 + "\n")
