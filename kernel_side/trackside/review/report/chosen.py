"""Which run a report is about, and which base it is compared with, where nobody says."""

from __future__ import annotations

from typing import Final

from trackside.catalogue import Catalogue
from trackside.errors import NotFoundError
from trackside.review.report.sides import find_commit, read_commit

_USUAL: Final = ("main", "master", "trunk", "develop")


def choose_run(catalogue: Catalogue) -> str:
    """Return HEAD where it carries a record, else the newest sealed run; NotFoundError `no-data` without either."""
    head = find_commit(catalogue.reader, "HEAD")
    if head is not None and read_commit(catalogue, "HEAD", head) is not None:
        return "HEAD"
    rows = catalogue.state().sealed.rows
    if not rows:
        raise NotFoundError(
            "There is no run to report: HEAD carries no record, and no runs are here.",
            hint="`trackside promote RUN` makes a branch that carries the run's record.",
            code="no-data",
        )
    return rows[0].name


def choose_base(catalogue: Catalogue, run: str, onto: str = "") -> str:
    """Return the target where it carries a record, else the run that others are compared with; '' for nothing.

    `onto` empty takes the branch `main`, `master`, … that is there.
    """
    reader = catalogue.reader
    target = onto or next((name for name in _USUAL if find_commit(reader, name)), "")
    oid = find_commit(reader, target) if target else None
    if oid is not None and oid != find_commit(reader, run) and read_commit(catalogue, target, oid) is not None:
        return target
    sealed = catalogue.state().sealed
    baseline = sealed.rows[sealed.baseline] if sealed.baseline is not None else None
    if baseline is not None and run not in (baseline.name, baseline.run, baseline.oid):
        return baseline.name
    return target if oid is not None and oid != find_commit(reader, run) else ""
