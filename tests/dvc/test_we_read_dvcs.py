"""Experiments really made by `dvc exp save` and DVCLive, read by us."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from dvc_repository import DvcRepository

from trackside.foreign import Facts, collect_facts

pytestmark = pytest.mark.dvc

DVC_YAML = """\
params: [more.toml]
metrics: [scores.json]
plots:
  - curves.csv: {x: epoch, y: loss}
  - confusion.csv: {template: confusion, x: actual, y: predicted}
  - pictures
stages:
  train:
    cmd: echo
    params: [lr, net.depth]
    metrics:
      - out/late.json: {cache: false}
"""
LIVE = """\
from dvclive import Live
import numpy
with Live(save_dvc_exp=True, exp_name="lively", report=None) as live:
    live.log_param("lr", 1e-05)
    live.log_params({"net": {"depth": 3}})
    for step in range(4):
        live.log_metric("train/loss", 1 / (step + 1))
        live.log_metric("acc", step / 4)
        live.next_step()
    live.summary["final"] = 0.5
    live.log_image("picture.png", numpy.zeros((2, 2, 3), dtype="uint8"))
"""


@pytest.fixture(scope="module")
def repository(make_dvc_repository: Callable[[], DvcRepository]) -> DvcRepository:
    made = make_dvc_repository()
    files = {
        "dvc.yaml": DVC_YAML,
        "params.yaml": "lr: 1e-5\nnet: {depth: 3, kind: on}\ndate: '2024-01-01'\n",
        "more.toml": "[opt]\nname = 'adam'\n",
        "scores.json": '{"acc": 0.9, "deep": {"f1": 0.8}, "word": "no"}',
        "out/late.json": '{"late": NaN}',
        "curves.csv": "epoch,loss,other\n1,0.5,7\n2,0.25,8\n",
        "confusion.csv": "actual,predicted\n1,0\n",
        "pictures/a.png": "png",
    }
    for path, text in files.items():
        (made.root / path).parent.mkdir(exist_ok=True)
        (made.root / path).write_text(text)
    made.commit("Declare")
    return made


def facts_of(repository: DvcRepository, name: str) -> Facts:
    oid = repository.refs()[name]
    return collect_facts(lambda path: repository.read(oid, path), repository.paths(oid))


def test_an_experiment_saved_by_dvc_is_read(repository: DvcRepository) -> None:
    (repository.root / "scores.json").write_text('{"acc": 0.95, "deep": {"f1": 0.8}, "word": "no"}')
    repository.dvc("exp", "save", "-n", "saved")
    facts = facts_of(repository, "saved")
    assert facts.params == {
        "opt.name": "adam",
        "lr": 1e-05,
        "net.depth": 3,
        "net.kind": "on",
        "date": "2024-01-01",
    }
    assert {name: last for name, (last, _) in facts.metrics.items() if last == last} == {
        "acc": 0.95,
        "deep.f1": 0.8,
        "loss": 0.25,
    }
    assert "late" in facts.metrics
    assert facts.metrics["loss"][1] == [(1, 0.5), (2, 0.25)]
    assert (facts.images, facts.problems) == (["pictures/a.png"], [])


def test_an_experiment_of_dvclive_is_read(make_dvc_repository: Callable[[], DvcRepository]) -> None:
    made = make_dvc_repository()
    subprocess.run([sys.executable, "-c", LIVE], cwd=made.root, env=made.environment, check=True, capture_output=True)
    facts = facts_of(made, "lively")
    assert facts.params == {"lr": 1e-05, "net.depth": 3}
    assert {name: last for name, (last, _) in facts.metrics.items()} == {"train.loss": 0.25, "acc": 0.75, "final": 0.5}
    assert facts.metrics["train.loss"][1] == [(0, 1.0), (1, 0.5), (2, 1 / 3), (3, 0.25)]
    assert facts.images == ["dvclive/plots/images/picture.png"]
    assert facts.problems == []
