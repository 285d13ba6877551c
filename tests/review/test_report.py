"""The report: what it says of a run and its base, and that it says it honestly."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import Scratch, make_scratch

from review.reports import CODE_RUN, make_pair, make_run
from trackside.catalogue import Catalogue
from trackside.errors import NotFoundError
from trackside.review.report import build, title


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
