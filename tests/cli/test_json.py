"""What the reviewing and sharing verbs write with `--json` keeps the contract."""

from __future__ import annotations

from pathlib import Path

from program import trackside
from repositories import Scratch, make_experiment, scratch
from test_contract import check

__all__ = ["scratch"]


def test_report_and_check_keep_the_contract(scratch: Scratch) -> None:
    make_experiment(scratch, "before", metrics={"acc": [0.5, 0.9], "loss": "NaN"}, params={"lr": 0.1})
    make_experiment(scratch, "after", metrics={"acc": [0.4, 0.97]}, params={"lr": 0.3}, started=1_790_000_060.0)
    for base in (("--base", "before"), ("--base", "")):
        check(trackside(scratch, "report", "after", *base, "--json").json(), "RunReport")
    (scratch.path / "trackside.toml").write_text("[check.metrics.acc]\nmin = 0.99\n")
    said = trackside(scratch, "check", "after", "--base", "before", "--json", status=1).json()
    check(said, "CheckResult")
    assert said["failed"] and "failed" in [one["result"] for one in said["outcomes"]]


def test_push_and_pull_keep_the_contract(scratch: Scratch, tmp_path: Path) -> None:
    make_experiment(scratch, "mine")
    scratch.git("init", "-q", "--bare", str(tmp_path / "team.git"))
    scratch.git("remote", "add", "origin", str(tmp_path / "team.git"))
    sent = trackside(scratch, "push", "--json").json()
    check(sent, "Shared")
    assert (sent["moved"], sent["message"]) == (["mine"], "1 run to origin, 0 there already; annotations: nothing new")
    check(trackside(scratch, "pull", "--json").json(), "Shared")
