"""`trackside check`: each rule holds or is broken with a sentence; the exit status tells which kind of no it was."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from cli.program import trackside
from repositories import Scratch, make_scratch

from review.reports import CODE_RUN, make_run
from trackside.catalogue import Catalogue
from trackside.errors import UsageError
from trackside.review.checking import Checked, check
from trackside.review.rules import Rules, parse_rules
from trackside.settings import parse_settings

FLAG = {
    "kind": "hidden-state",
    "level": "warning",
    "cell": 2,
    "names": ["x"],
    "message": "Cell 2 used x of a deleted cell.",
}


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    scratch = make_scratch(tmp_path)
    make_run(scratch, "base", [0.5, 0.92])
    return scratch


def outcomes(scratch: Scratch, table: dict[str, Any], base: str = "base", **facts: Any) -> Checked:
    make_run(scratch, "tried", facts.pop("curve", [0.5, 0.91]), **{"code": CODE_RUN, **facts})
    return check(Catalogue(scratch.path), "tried", base, parse_rules(table))


def failures(checked: Checked) -> dict[str, str]:
    return {outcome.rule: outcome.said for outcome in checked.outcomes if outcome.result == "failed"}


def test_a_metric_below_its_least_or_above_its_most_is_told_with_both_numbers(scratch: Scratch) -> None:
    table = {"metrics": {"val_acc": {"min": 0.915}, "loss": {"max": 0.05}}}
    assert failures(outcomes(scratch, table)) == {
        "val_acc min": "val_acc is 0.91, below 0.915.",
        "loss max": "loss is 0.09, above 0.05.",
    }


def test_a_metric_on_its_bounds_holds(scratch: Scratch) -> None:
    assert not outcomes(scratch, {"metrics": {"val_acc": {"min": 0.91, "max": 0.91}}}).has_failed


def test_not_a_number_holds_no_bound(scratch: Scratch) -> None:
    checked = outcomes(scratch, {"metrics": {"val_acc": {"min": 0.1}}}, metrics={"val_acc": "NaN"})
    assert failures(checked) == {"val_acc min": "val_acc is NaN, below 0.1."}


@pytest.mark.parametrize(
    ("allowed", "has_failed"), [(0.01, False), (0.009, True), ("1.1%", False), ("1%", True), (0, True)]
)
def test_a_regression_is_measured_against_the_base(scratch: Scratch, allowed: object, has_failed: bool) -> None:
    checked = outcomes(scratch, {"metrics": {"val_acc": {"largest_regression": allowed}}})
    assert checked.has_failed == has_failed
    assert "from 0.92 to 0.91" in checked.outcomes[-1].said


def test_getting_better_is_no_regression_whichever_way_is_better(scratch: Scratch) -> None:
    table = {"metrics": {name: {"largest_regression": 0} for name in ("val_acc", "loss")}}
    assert not outcomes(scratch, table, curve=[0.5, 0.99]).has_failed


def test_a_regression_of_a_metric_nobody_gave_a_direction_is_no_pass(scratch: Scratch) -> None:
    said = failures(outcomes(scratch, {"metrics": {"n_rows": {"largest_regression": 1}}}))
    assert said["n_rows largest_regression"].startswith("Nobody said which way n_rows is better: write it under [dir")


def test_without_a_base_a_regression_is_skipped_and_says_so(scratch: Scratch) -> None:
    checked = outcomes(scratch, {"metrics": {"val_acc": {"largest_regression": 0}}}, base="main")
    assert (checked.outcomes[-1].result, checked.outcomes[-1].said) == (
        "skipped", "Not compared: main carries no record.",
    )  # fmt: skip


def test_a_missing_metric_is_told_with_the_nearest_there_is(scratch: Scratch) -> None:
    said = failures(outcomes(scratch, {"require": ["val_ac"], "metrics": {"nothing": {}}}))
    assert said["require val_ac"] == "The run has no metric val_ac. Did you mean val_acc?"
    assert "nothing measured" in said


def test_a_run_that_failed_is_told_whatever_its_metrics(scratch: Scratch) -> None:
    assert "finished" in failures(outcomes(scratch, {}, status="failed"))


def test_a_record_that_cannot_be_read_whole_holds_no_rule(scratch: Scratch) -> None:
    (scratch.path / ".trackside").mkdir()
    (scratch.path / ".trackside" / "run.json").write_text('{"format": 99}')
    scratch.git("add", "-A")
    scratch.git("commit", "-qm", "From the future")
    said = failures(check(Catalogue(scratch.path), "HEAD", "", Rules()))
    assert "this release knows 1" in said["record"]


def test_order_is_a_rule_only_when_asked_for(scratch: Scratch) -> None:
    assert not outcomes(scratch, {}, order=[FLAG]).has_failed
    said = failures(outcomes(scratch, {"in_order": True}, order=[FLAG]))
    assert "used x of a deleted cell" in said["in_order"]


def test_cells_nobody_saw_did_not_run_in_order(scratch: Scratch) -> None:
    assert "in_order" in failures(outcomes(scratch, {"in_order": True}, cells={"executed": 0, "failed": 0}))


def test_a_secret_in_changed_code_is_told_by_its_place_and_never_itself(scratch: Scratch) -> None:
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    said = failures(outcomes(scratch, {}, files={"load.py": f"import boto\n\nKEY = '{key}'\n"}))["no_secrets"]
    assert "load.py, line 3" in said
    assert key not in said


def test_every_mistake_in_the_rules_is_one_error_and_none_is_passed_over() -> None:
    table = {
        "finish": True,
        "in_order": "yes",
        "metrics": {"a": {"minimum": 1, "max": "2"}, "b": {"largest_regression": "x"}},
    }
    with pytest.raises(UsageError) as caught:
        parse_rules(table)
    for part in (
        "no rule finish. Did you mean finished?",
        "in_order",
        "no rule minimum",
        "max in [check.metrics.a]",
        "2%",
    ):
        assert part in caught.value.message


def test_the_table_of_the_settings_is_handed_on_and_runs_take_no_offence() -> None:
    settings = parse_settings('[check]\nrequire = ["a"]\n[check.metrics."x/y"]\nmin = 1')
    assert settings.problems == ()
    assert parse_rules(settings.check).metrics[0].name == "x/y"
    assert parse_rules({}) == Rules()


def test_exit_status_tells_held_broken_misspelt_and_nothing_to_check(scratch: Scratch, tmp_path: Path) -> None:
    make_run(scratch, "tried", [0.5, 0.91], code=CODE_RUN)
    settings = scratch.path / "trackside.toml"
    settings.write_text("[check.metrics.val_acc]\nmin = 0.9\n")
    assert "val_acc is 0.91, at least 0.9." in trackside(scratch, "check", "tried").out
    settings.write_text("[check.metrics.val_acc]\nmin = 0.95\n")
    assert "✗ val_acc is 0.91, below 0.95." in trackside(scratch, "check", "tried", status=1).out
    settings.write_text("[check.metrics.val_acc]\nleast = 0.95\n")
    trackside(scratch, "check", "tried", status=2)
    settings.write_text("[check")
    assert "not valid TOML" in trackside(scratch, "check", "tried", status=2).err
    settings.unlink()
    assert "neither a run nor a revision" in trackside(scratch, "check", "absent", status=3).err
    empty = make_scratch(tmp_path / "empty")
    assert "HEAD carries no record" in trackside(empty, "check", status=3).err


def test_rules_that_are_not_those_of_the_base_are_told(scratch: Scratch) -> None:
    make_run(scratch, "tried", [0.5, 0.91], code=CODE_RUN)
    settings = scratch.path / "trackside.toml"
    settings.write_text("[check.metrics.val_acc]\nmin = 0.95\n")
    scratch.git("add", "-A")
    scratch.git("commit", "-qm", "Ask for much")
    assert "differ" not in trackside(scratch, "check", "tried", "--base", "main", status=1).out
    settings.write_text("[check.metrics.val_acc]\nmin = 0.5\n")
    said = trackside(scratch, "check", "tried", "--base", "main", "--json").json()
    assert said["outcomes"][0] == {
        "rule": "rules", "result": "skipped", "said": "The rules differ from those of main: see trackside.toml.",
    }  # fmt: skip


def test_junit_holds_a_failure_for_each_broken_rule(scratch: Scratch) -> None:
    make_run(scratch, "tried", [0.5, 0.91], code=CODE_RUN)
    (scratch.path / "trackside.toml").write_text('[check.metrics.val_acc]\nmin = 0.95\n[check.metrics."<a&\\u0001>"]\n')
    trackside(scratch, "check", "tried", "-o", "check.xml", status=1)
    suite = ET.parse(scratch.path / "check.xml").getroot()[0]
    assert suite.attrib["failures"] == "2"
    assert [case.attrib["name"] for case in suite if case.find("failure") is not None] == [
        "val_acc min", "<a&\\u0001> measured",
    ]  # fmt: skip
