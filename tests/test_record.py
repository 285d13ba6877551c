"""The record of a run: what a table shows is told once, and all that was found is kept."""

from __future__ import annotations

from typing import Any

from trackside.record import build_record
from trackside.run import fold


def record_of(*params: dict[str, Any], settings: dict[str, Any] | None = None) -> Any:
    start = {"t": 1.0, "e": "start", "run": "20260101t000000-0123456789", "name": "x"}
    events = [start, *({"t": 2.0, "e": "params", "values": values} for values in params)]
    if settings:
        events.insert(1, {"t": 1.0, "e": "settings", **settings})
    return build_record(fold(events))


def found(value: object, **more: object) -> dict[str, Any]:
    return {"value": value, "origin": "auto", "box": "params", "rule": "R1", **more}


def test_an_argument_that_passes_a_parameter_on_is_not_shown_twice() -> None:
    record = record_of({"alpha": found(0.5)}, {"Ridge.alpha": found(0.5, via="alpha"), "Ridge.tol": found(0.1)})
    assert {name: fact["box"] for name, fact in record["params"].items()} == {
        "alpha": "params",
        "Ridge.alpha": "other",
        "Ridge.tol": "params",
    }


def test_an_argument_passed_on_from_what_is_no_parameter_is_shown() -> None:
    record = record_of({"Ridge.alpha": found(0.5, via="grid.best")})
    assert record["params"]["Ridge.alpha"]["box"] == "params"


def test_an_argument_whose_variable_has_another_value_by_now_is_shown() -> None:
    record = record_of({"alpha": found(0.5)}, {"Ridge.alpha": found(0.5, via="alpha")}, {"alpha": found(0.9)})
    assert record["params"]["Ridge.alpha"]["box"] == "params"


def test_the_team_can_pin_it_all_the_same() -> None:
    record = record_of(
        {"alpha": found(0.5)}, {"Ridge.alpha": found(0.5, via="alpha")}, settings={"pin": ["Ridge.alpha"]}
    )
    assert record["params"]["Ridge.alpha"]["box"] == "params"


def test_a_parameter_set_several_times_keeps_what_it_was() -> None:
    record = record_of({"lr": found(0.1)}, {"lr": found(0.2)}, {"lr": found(0.2)}, {"lr": found(0.3)})
    assert record["params"]["lr"]["value"] == 0.3
    assert record["params"]["lr"]["values"] == [0.1, 0.2, 0.3]


def test_what_a_person_said_is_not_overruled_by_what_was_found() -> None:
    record = record_of({"lr": found(0.1) | {"origin": "explicit"}}, {"lr": found(0.2)})
    assert (record["params"]["lr"]["value"], record["params"]["lr"]["origin"]) == (0.1, "explicit")
