"""One open run: what happens between its first line and its experiment, in the orders that threads allow."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import trackside
from trackside import background
from trackside.journal.worker import worker


def record_of(repository: Path, name: str) -> Any:
    refs = subprocess.run(
        ["git", "for-each-ref", "--format=%(refname)", "refs/exps"], cwd=repository, capture_output=True, text=True
    ).stdout.split()
    ref = next(ref for ref in refs if ref.endswith(f"/{name}"))
    show = ["git", "show", f"{ref}:.trackside/run.json"]
    return json.loads(subprocess.run(show, cwd=repository, capture_output=True, check=True).stdout)


def test_a_file_written_while_the_start_is_noted_is_in_the_experiment(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Once: the run ended while its first snapshot was being taken, and that snapshot stood for its end too.
    monkeypatch.chdir(repository)
    take = background.Background._snapshot
    taken = threading.Event()

    def take_while_the_run_goes_on(self: Any, *args: Any) -> Any:
        snapshot = take(self, *args)
        taken.set()
        assert self.ended.wait(10)
        return snapshot

    monkeypatch.setattr(background.Background, "_snapshot", take_while_the_run_goes_on)
    trackside.start("raced")
    assert taken.wait(10)
    (repository / "late.py").write_text("x = 1\n")
    trackside.end()
    assert record_of(repository, "raced")["files"]["added"] == ["late.py"]


def test_a_run_that_is_over_before_its_start_is_noted_takes_one_snapshot(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    (repository / "early.py").write_text("x = 1\n")
    taken = []
    take = background.Background._snapshot
    monkeypatch.setattr(background.Background, "_snapshot", lambda self, *args: taken.append(1) or take(self, *args))
    held = worker_held_up()
    trackside.start("short")
    trackside.log(loss=0.5)
    held()
    trackside.end()
    record = record_of(repository, "short")
    assert record["files"]["added"] == ["early.py"]
    assert len(taken) == 1


def worker_held_up() -> Any:
    """Keep the worker busy until the run has ended."""
    gate = threading.Event()
    worker.submit(lambda: gate.wait(5))

    def let_go_soon() -> None:
        threading.Thread(target=lambda: (time.sleep(0.2), gate.set()), daemon=True).start()

    return let_go_soon


def test_logging_without_a_run_says_how_to_start_one(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    with pytest.raises(trackside.TracksideError, match="No run is open") as caught:
        trackside.log(loss=0.5)
    assert "trackside.start()" in caught.value.hint


@pytest.mark.parametrize("value", ["0.5", None, [0.5], object(), 1j])
def test_what_is_no_number_is_refused_and_the_run_goes_on(
    repository: Path, monkeypatch: pytest.MonkeyPatch, value: object
) -> None:
    monkeypatch.chdir(repository)
    with trackside.start("typed") as run:
        with pytest.raises(trackside.TracksideError, match=r"loss is a .*, not a number"):
            trackside.log(loss=value)
        trackside.log(loss=0.25)
        assert run.is_open
    assert record_of(repository, "typed")["metrics"]["loss"]["last"] == 0.25


def test_steps_count_by_themselves_and_go_on_from_those_given(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    with trackside.start("stepped"):
        trackside.log(loss=4)
        trackside.log(loss=3)
        trackside.log(loss=2, step=10)
        trackside.log(loss=1)
        trackside.log({"loss": float("nan")})
    metric = record_of(repository, "stepped")["metrics"]["loss"]
    assert (metric["last"], metric["step"], metric["count"], metric["min"]) == ("NaN", 12, 5, 1)
