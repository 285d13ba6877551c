"""One open run of a process: what is acknowledged, what is refused, and how it ends."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
import states

from trackside import api
from trackside.errors import StateError, UsageError
from trackside.git.repository import open_repository
from trackside.recovery import recover


def test_without_a_run_logging_says_what_to_do(repository: Path) -> None:
    with states.working_in(repository), pytest.raises(StateError) as caught:
        api.log(loss=1.0)

    assert caught.value.code == "no-run"
    assert "trackside.start()" in caught.value.hint


def test_a_block_that_raises_seals_its_run_as_failed(repository: Path) -> None:
    with states.working_in(repository), pytest.raises(ZeroDivisionError), api.start("x") as run:
        run.log(loss=1.0)
        run.log(loss=1 / 0)

    assert states.record_of(repository, "x")["status"] == "failed"


def test_values_that_are_no_finite_numbers_survive(repository: Path) -> None:
    with states.working_in(repository):
        api.start("x")
        for step, value in enumerate([math.nan, math.inf, -math.inf, True, 2**70, -0.0, 5e-324]):
            api.log(loss=value, step=step)
        api.finish()

    metric = states.record_of(repository, "x")["metrics"]["loss"]
    assert metric["count"] == 7
    assert metric["last"] == 5e-324


def test_what_is_no_number_is_refused_before_anything_is_written(repository: Path) -> None:
    with states.working_in(repository):
        api.start("x")
        states.wait_for_worker()
        before = states.journals(repository)[0].read_bytes()
        for value in ("1.0", None, [1.0], object()):
            with pytest.raises(UsageError):
                api.log(loss=value)
        after = states.journals(repository)[0].read_bytes()
        api.finish(discard=True)

    assert after == before
    assert states.experiments(repository) == {}


def test_a_discarded_run_leaves_nothing(repository: Path) -> None:
    states.write(repository, {"train.py": "lr = 5\n"})
    before = states.state_of(repository)
    states.begin(repository)

    outcome = api.finish(discard=True)

    assert outcome.state == "discarded"
    assert (states.journals(repository), states.open_refs(repository)) == ([], [])
    assert states.state_of(repository) == before


def test_a_run_ends_once(repository: Path) -> None:
    with states.working_in(repository):
        api.start("x")
        api.finish()
        with pytest.raises(StateError):
            api.finish()


def test_sealing_that_takes_long_goes_on_behind_the_next_run(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import trackside.sealing as sealing

    real = sealing.seal

    def slow(*args: object, **options: object) -> object:
        time.sleep(0.8)
        return real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(sealing, "seal", slow)
    with states.working_in(repository):
        api.start("one")
        api.log(loss=1.0)
        outcome = api.finish(wait=0.1)
        api.start("two")
        api.log(loss=2.0)
        assert api.finish().state == "sealed"

    assert outcome.state == "sealing"
    assert sorted(states.experiments(repository)) == ["one", "two"]


def test_a_run_whose_end_nobody_waits_for_is_not_sealed_twice(repository: Path) -> None:
    with states.working_in(repository):
        api.start("one")
        api.finish(wait=0.0)
        recover(open_repository(repository))
        states.wait_for_worker()

    recover(open_repository(repository))
    assert list(states.experiments(repository)) == ["one"]


def test_two_runs_wanting_one_name_in_two_clones_of_one_repository(repository: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    states.run_git(repository, "worktree", "add", "-q", "--detach", str(linked))
    states.begin(repository)
    with states.working_in(linked):
        script = states.run_script(linked, "import trackside as t; print(t.start('first').name); t.end()")
    api.finish()

    assert script.stdout.strip() == "first-2"
    assert sorted(states.experiments(repository)) == ["first", "first-2"]


def test_a_title_of_any_text_is_kept_and_the_name_made_from_it(repository: Path) -> None:
    with states.working_in(repository):
        run = api.start("Größere Lernrate; rm -rf / \n --all")
        api.finish()

    record = states.record_of(repository, run.name)
    assert record["title"] == "Größere Lernrate; rm -rf / \n --all"
    assert states.fsck(repository) == ""
