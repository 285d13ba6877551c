"""Where the two sides of a report come from: an experiment of this clone, or a commit that carries `.trackside/`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trackside.catalogue import Catalogue
from trackside.compare import requirements_of
from trackside.dvcfiles import curve_path, parse_curve
from trackside.errors import GitError, NotFoundError, StateError
from trackside.experiment import parse_record
from trackside.git.objects import read_objects
from trackside.git.repository import Repository, resolve
from trackside.metrics import downsample
from trackside.reading import sealed_details
from trackside.record import FOLDER, RECORD_PATH
from trackside.refs import parse_experiment_ref
from trackside.review.report.report import Point
from trackside.row import Row, row_of
from trackside.run import number_from_json
from trackside.store import Shelf

if TYPE_CHECKING:
    from trackside.contract import Experiment, Record

_MOST_POINTS: Final = 400
#: A record names as many metrics as it likes; curves of so many are read.
_MOST_CURVES: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One side as read: its record, curves of finite points by metric, installed packages (None where unknown).

    `row` is the run as the catalogue counts it, made from the record where this clone does not have the run.
    """

    asked: str
    oid: str
    is_experiment: bool
    record: Record
    problem: str | None
    row: Row
    series: Mapping[str, tuple[Point, ...]]
    packages: Mapping[str, str] | None


def find_side(catalogue: Catalogue, asked: str) -> Found:
    """Find a run by handle, name, revision, or the beginning of its name, in this order.

    Raises NotFoundError `no-record` when the revision carries none, `unknown-run` when nothing is called so, and
    StateError when the run is still open.
    """
    state = catalogue.state()
    place = state.place(asked)
    if place is None:
        place = next((place for place, row in enumerate(state.rows) if row.name == asked), None)
    if place is not None:
        return _experiment(catalogue, asked, state.rows[place])
    oid = find_commit(catalogue.reader, asked)
    if oid is not None:
        row = next((row for row in state.rows if row.oid == oid), None)
        found = _experiment(catalogue, asked, row) if row is not None else read_commit(catalogue, asked, oid)
        if found is None:
            raise NotFoundError(
                f"{asked} carries no record of a run.",
                hint=f"A promoted run brings {RECORD_PATH} along: `trackside promote RUN`.",
                code="no-record",
            )
        return found
    try:
        _, oid = catalogue.store.find(asked)
    except NotFoundError as error:
        raise NotFoundError(
            f"There is neither a run nor a revision {asked!r} here.",
            hint=f"In a shallow checkout fetch it first (git fetch origin {asked}). {error.hint}".strip(),
            code="unknown-run",
        ) from error
    return _experiment(catalogue, asked, next(row for row in catalogue.state().rows if row.oid == oid))


def find_commit(repository: Repository, asked: str) -> str | None:
    """Return the commit a revision names, also a branch that only a remote has; None when it names none."""
    if not asked or asked.startswith("-"):
        return None
    for name in (asked, f"refs/remotes/origin/{asked}"):
        try:
            return resolve(repository, name)
        except GitError as error:
            if error.code != "no-commit":
                raise
    return None


def read_commit(catalogue: Catalogue, asked: str, oid: str) -> Found | None:
    """Read the record a commit carries; None when it carries none."""
    data = next(read_objects(catalogue.reader, [f"{oid}:{RECORD_PATH}"]))
    if data is None or data.kind != "blob":
        return None
    record, problem = parse_record(data.data, name=asked, baseline="")
    rows = catalogue.state().rows
    known = next((row for row in rows if record["run"] and row.run == record["run"]), None)
    return Found(
        asked=asked,
        oid=oid,
        is_experiment=False,
        record=record,
        problem=problem,
        row=known or row_of(_as_experiment(record, oid)),
        series=_series(catalogue.reader, oid, record),
        packages=_packages(catalogue.reader, oid),
    )


def _experiment(catalogue: Catalogue, asked: str, row: Row) -> Found:
    if row.oid is None or row.ref is None:
        raise StateError(
            f"{row.name} is still open, so there is nothing to report yet.", hint="End it first.", code="open-run"
        )
    ref = parse_experiment_ref(row.ref)
    assert ref is not None
    store = catalogue.store
    experiment = store.read(Shelf({row.oid: [ref]}), [row.oid])[0]
    if experiment["source"] == "dvc":
        details = sealed_details(store, experiment)
        numbers = {
            name: [(point["step"], number_from_json(point["value"])) for point in points]
            for name, points in details["series"].items()
        }
        series = {name: _thin(points) for name, points in numbers.items()}
    else:
        series = _series(catalogue.reader, row.oid, experiment["record"])
    return Found(
        asked=asked,
        oid=row.oid,
        is_experiment=True,
        record=experiment["record"],
        problem=experiment["problem"],
        row=row,
        series=series,
        packages=_packages(catalogue.reader, row.oid),
    )


def _series(repository: Repository, oid: str, record: Record) -> dict[str, tuple[Point, ...]]:
    names = [name for name, fact in record["metrics"].items() if fact["count"] > 1][:_MOST_CURVES]
    objects = read_objects(repository, [f"{oid}:{FOLDER}/{curve_path(name)}" for name in names])
    return {name: _thin(parse_curve(found.data)) for name, found in zip(names, objects) if found is not None}


def _thin(points: list[Point]) -> tuple[Point, ...]:
    finite = sorted((point for point in points if math.isfinite(point[1])), key=lambda point: point[0])
    return tuple((step, value) for step, value, _ in downsample([(*point, 0.0) for point in finite], _MOST_POINTS))


def _packages(repository: Repository, oid: str) -> Mapping[str, str] | None:
    found = next(read_objects(repository, [f"{oid}:{FOLDER}/requirements.txt"]))
    return requirements_of(found.data if found else None)


def _as_experiment(record: Record, oid: str) -> Experiment:
    return {
        "name": record["name"],
        "oid": oid,
        "ref": None,
        "source": "trackside",
        "problem": None,
        "annotations": {
            "tags": list(record["tags"]), "star": False, "archived": False, "note": record["note"], "promoted": None,
            "alias": None,
        },
        "record": record,
    }  # fmt: skip
