"""The report: what it says of a run and its base, and that it says it honestly."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from repositories import NOTEBOOK, STARTED, Scratch, make_scratch, metric, record_of

from review.reports import CODE_RUN, make_pair, make_run
from trackside.assignments import parse_assignment
from trackside.catalogue import Catalogue
from trackside.errors import NotFoundError
from trackside.review.report import Report, build, choose_base, choose_run, title
from trackside.review.report.repeating import facts_of


def data(path: str) -> dict[str, Any]:
    """Return the fact of a parameter that names data."""
    return {"value": path, "type": "str", "origin": "auto", "box": "data"}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    scratch = make_scratch(tmp_path_factory.mktemp("pair"))
    make_pair(scratch)
    return scratch


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return make_scratch(tmp_path)


def test_a_change_beyond_the_spread_of_identical_runs_is_better_or_worse(pair: Scratch) -> None:
    report = build(Catalogue(pair.path), "brave-lynx", "calm-otter")
    assert report.verdict.judgement == "better"
    assert title(report) == "val_acc 0.9300 (+0.0300): Learn slower, deeper"
    assert build(Catalogue(pair.path), "calm-otter", "brave-lynx").verdict.judgement == "worse"


def test_a_change_within_the_spread_of_identical_runs_is_noise(pair: Scratch) -> None:
    make_run(pair, "faint-hare", [0.5, 0.7, 0.8, 0.85, 0.905], code="c" * 32)
    verdict = build(Catalogue(pair.path), "faint-hare", "calm-otter").verdict
    assert verdict.judgement == "noise"
    assert "0.8000" not in verdict.sentence
    assert "±0.0080" in verdict.sentence


def test_a_single_run_on_each_side_is_said(scratch: Scratch) -> None:
    make_run(scratch, "one", [0.5, 0.9])
    make_run(scratch, "two", [0.5, 0.91], code=CODE_RUN)
    verdict = build(Catalogue(scratch.path), "two", "one").verdict
    assert verdict.judgement == "better"
    assert any("n = 1 on both sides" in reason for reason in verdict.reasons)


def test_a_name_of_nothing_is_an_error_that_tells_what_to_fetch(scratch: Scratch) -> None:
    make_run(scratch, "one", [0.5, 0.9])
    with pytest.raises(NotFoundError, match="neither a run nor a revision 'nowhere'") as caught:
        build(Catalogue(scratch.path), "one", "nowhere")
    assert "git fetch origin nowhere" in caught.value.hint


def compare(scratch: Scratch, before: dict[str, Any], after: dict[str, Any]) -> Report:
    """Report a run against a base, both of [0.5, 0.9] unless told otherwise."""
    make_run(scratch, "old", before.pop("curve", [0.5, 0.9]), **before)
    make_run(scratch, "new", after.pop("curve", [0.5, 0.9]), **{"code": CODE_RUN, **after})
    return build(Catalogue(scratch.path), "new", "old")


def test_metrics_that_go_two_ways_are_mixed_and_the_main_one_leads(scratch: Scratch) -> None:
    report = compare(scratch, {"metrics": {"val_acc": 0.9, "rmse": 1.0}}, {"metrics": {"val_acc": 0.95, "rmse": 1.5}})
    assert report.verdict.judgement == "mixed"
    assert report.verdict.sentence == (
        "val_acc went from 0.9000 to 0.9500 (+0.0500), which is better; rmse is worse."
    )  # fmt: skip


def test_equal_metrics_are_unchanged(scratch: Scratch) -> None:
    assert compare(scratch, {}, {}).verdict.judgement == "same"


def test_a_change_nobody_gave_a_direction_is_unclear(scratch: Scratch) -> None:
    report = compare(scratch, {"metrics": {"blip": {**metric(1), "direction": "unknown"}}},
                     {"metrics": {"blip": {**metric(2), "direction": "unknown"}}})  # fmt: skip
    assert report.verdict.judgement == "unclear"
    (scratch.path / "trackside.toml").write_text('[directions]\nblip = "lower"\n')
    assert build(Catalogue(scratch.path), "new", "old").verdict.judgement == "worse"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({}, {"status": "failed"}, "The run new failed"),
        ({"status": "interrupted"}, {}, "The base old was interrupted"),
        ({}, {"notebook": "other.ipynb"}, "Other notebooks ran: study.ipynb and other.ipynb."),
        ({}, {"metrics": {"f1": 1.0}}, "The two runs have no metric in common."),
        ({"metrics": {}}, {"metrics": {}}, "Neither run has a metric."),
        ({"params": {"train_path": data("a/2024.csv")}}, {"params": {"train_path": data("a/2025.csv")}}, "other data"),
    ],
)
def test_what_cannot_be_compared_is_not_and_says_why(
    scratch: Scratch, before: dict[str, Any], after: dict[str, Any], reason: str
) -> None:
    report = compare(scratch, before, {"curve": [0.5, 0.95], **after})
    assert report.verdict.judgement == "not-comparable"
    assert reason in report.verdict.sentence
    assert not {item.change for item in report.metrics} & {"better", "worse", "noise"}
    assert "(+" not in title(report)


def test_the_same_data_in_another_folder_is_the_same_data(scratch: Scratch) -> None:
    report = compare(scratch, {"params": {"train_path": data("/mnt/a/train.csv")}},
                     {"params": {"train_path": data("/srv/train.csv")}, "curve": [0.5, 0.95]})  # fmt: skip
    assert report.verdict.judgement == "better"
    assert "What names data differs: train_path." in [item.message for item in report.notices]


def test_a_metric_that_became_no_number_got_worse(scratch: Scratch) -> None:
    report = compare(scratch, {"metrics": {"val_acc": 0.9}}, {"metrics": {"val_acc": "NaN"}})
    assert report.verdict.judgement == "worse"
    assert "from 0.9000 to NaN" in report.verdict.sentence


def test_a_spread_known_on_one_side_only_is_said(pair: Scratch) -> None:
    reasons = build(Catalogue(pair.path), "brave-lynx", "calm-otter").verdict.reasons
    assert reasons == ("n = 3 against n = 1: the spread comes from one side, the run ran once.",)


def test_runs_of_other_parameters_are_no_measure_of_noise(scratch: Scratch) -> None:
    make_run(scratch, "old", [0.5, 0.9])
    for name, last in (("far", 0.1), ("further", 0.8)):
        make_run(scratch, name, [0.5, last], params={"lr": 9})
    make_run(scratch, "new", [0.5, 0.91], code=CODE_RUN)
    assert build(Catalogue(scratch.path), "new", "old").verdict.judgement == "better"


def test_every_difference_is_there(pair: Scratch) -> None:
    report = build(Catalogue(pair.path), "brave-lynx", "calm-otter")
    assert [(item.name, item.before, item.after) for item in report.params if item.differs] == [
        ("lr", "0.1", "0.01"),
        ("depth", "6", "8"),
    ]
    assert [(file.path, len(file.cells or ())) for file in report.files] == [("features.py", 0), (NOTEBOOK, 2)]
    assert [(item.name, item.before, item.after) for item in report.packages] == [("numpy", "1.26.4", "2.0.1")]
    assert [pair.name for pair in report.curves] == ["val_acc", "loss"]
    assert report.metrics[0].name == report.main == "val_acc"


def test_values_that_differ_after_what_is_shown_still_differ(scratch: Scratch) -> None:
    report = compare(scratch, {"params": {"text": "x" * 200 + "a"}}, {"params": {"text": "x" * 200 + "b"}})
    assert [item.differs for item in report.params] == [True]


def test_what_a_machine_has_else_is_told(scratch: Scratch) -> None:
    ground = {"digest": "e" * 16, "python": "3.12.1", "platform": "Linux", "cpu": "c", "gpu": "A100", "packages": 90}
    report = compare(scratch, {}, {"environment": ground})
    assert "They ran on different ground: Python 3.11.7 → 3.12.1; accelerator none → A100." in [
        item.message for item in report.notices
    ]


def test_what_stands_against_repeating_a_run_is_told() -> None:
    record = record_of("x", artifacts=[{"path": "m.pkl", "size": 5, "md5": None, "stored": "none"}])
    record["files"]["changed_during"] = ["a.py"]
    assert {fact.name: fact.ok for fact in facts_of(record, 1)} == {
        "code": False, "order": None, "environment": False, "artifacts": False, "repeated": None,
    }  # fmt: skip
    record["files"] = {**record["files"], "changed_during": [], "not_captured": [{"path": "b.bin", "reason": "large"}]}
    record["order"] = [{"kind": "edited", "level": "warning", "cell": 1, "names": [], "message": "edited"}]
    record["cells"] = {"executed": 3, "failed": 0}
    assert [(fact.ok, fact.said) for fact in facts_of(record, 3) if fact.name in ("code", "order", "repeated")] == [
        (None, "1 file beside the run not captured: b.bin"),
        (False, "1 warning about the order of cells"),
        (True, "3 identical runs known"),
    ]


def test_parameters_put_in_from_outside_are_part_of_running_it_again(scratch: Scratch) -> None:
    def given(*values: Any) -> dict[str, Any]:
        return {"value": values[-1], "type": "x", "origin": "parameters-cell", "box": "params", "values": [*values]}

    params = {"hidden": given(32, 96), "on": given(False, True), "word": given("a", "1"), "text": given("a", "b c; d"),
              "same": {**given(1), "values": []}, "no name": given(1, 2), "lr": 0.1}  # fmt: skip
    make_run(scratch, "one", [0.5, 0.9], params=params)
    command = build(Catalogue(scratch.path), "one", "").commands[-1]
    assert command == "trackside run study.ipynb -p hidden=96 -p on=True -p 'word='\"'\"'1'\"'\"'' -p 'text=b c; d'"
    assert dict(map(parse_assignment, shlex.split(command)[4::2])) == {
        "hidden": 96, "on": True, "word": "1", "text": "b c; d",
    }  # fmt: skip


def test_a_damaged_record_is_told_and_never_compared(scratch: Scratch) -> None:
    make_run(scratch, "old", [0.5, 0.9])
    (scratch.path / ".trackside").mkdir()
    (scratch.path / ".trackside" / "run.json").write_text("{")
    scratch.git("add", "-A")
    scratch.git("commit", "-qm", "Break it")
    report = build(Catalogue(scratch.path), "HEAD", "old")
    assert report.verdict.judgement == "not-comparable"
    assert "Its record is not valid JSON." in [item.message for item in report.notices]


def test_without_being_told_the_target_is_the_base_and_else_the_baseline_run(scratch: Scratch) -> None:
    make_run(scratch, "old", [0.5, 0.9])
    make_run(scratch, "new", [0.5, 0.95], code=CODE_RUN, started=STARTED + 9)
    catalogue = Catalogue(scratch.path)
    assert choose_run(catalogue) == "new"
    assert choose_base(catalogue, "new") == "old"
    scratch.git("reset", "-q", "--hard", scratch.git("rev-parse", f"{ref(scratch, 'old')}"))
    assert choose_base(catalogue, "new") == "main"


def test_a_run_of_dvc_is_reported_like_any_other(scratch: Scratch) -> None:
    make_run(scratch, "old", [0.5, 0.9], notebook=None)
    head = scratch.head()
    (scratch.path / "metrics.json").write_text('{"val_acc": 0.95}')
    (scratch.path / "params.yaml").write_text("lr: 0.5\n")
    (scratch.path / "dvc.yaml").write_text("metrics: [metrics.json]\nparams: [params.yaml]\n")
    scratch.git("add", "-A")
    commit = scratch.git("commit-tree", scratch.git("write-tree"), "-p", head, "-m", "dvc: commit experiment")
    scratch.git("update-ref", f"refs/exps/{head[:2]}/{head[2:]}/puffy-daks", commit)
    report = build(Catalogue(scratch.path), "puffy-daks", "old")
    assert [(item.name, item.after) for item in report.metrics if item.after] == [("val_acc", 0.95)]
    assert report.verdict.judgement == "better"
    assert report.commands == (f"git switch --detach {commit[:12]}",)


def test_building_a_report_leaves_everything_as_it_is(pair: Scratch) -> None:
    before = pair.state(), pair.refs()
    build(Catalogue(pair.path), "brave-lynx", "main")
    assert (pair.state(), pair.refs()) == before


def ref(scratch: Scratch, name: str) -> str:
    """Return the ref of a run."""
    return next(found for found in scratch.refs() if found.endswith(f"/{name}"))
