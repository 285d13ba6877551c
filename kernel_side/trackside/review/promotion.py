"""From a run to a review: what it would do, and doing it. Every front end calls these two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trackside.catalogue import Catalogue
from trackside.errors import StateError, TracksideError
from trackside.git.refs import list_refs
from trackside.review import plain as branch
from trackside.review.asked import Asked, Progress, silent
from trackside.row import Row
from trackside.run import FORMAT

if TYPE_CHECKING:
    from trackside.contract import Failure, Promoted, PromotePreview

_HEADS: Final = "refs/heads/"
#: Branches to choose a target from.
_MOST_TARGETS: Final = 200


def find_run(catalogue: Catalogue, run: str) -> tuple[str, Row]:
    """Find a run by its handle, name, the beginning of its name, or commit id; NotFoundError when there is none."""
    state = catalogue.state()
    place = state.place(run)
    if place is None:
        named = [at for at, row in enumerate(state.rows) if row.name == run]
        place = named[0] if len(named) == 1 else None
    if place is None:
        _, oid = catalogue.store.find(run)
        place = next((at for at, row in enumerate(state.rows) if row.oid == oid), None)
    return (state.ids[place], state.rows[place]) if place is not None else (run, catalogue.row(run))


def preview(catalogue: Catalogue, asked: Asked) -> PromotePreview:
    """Say what `promote` would do, and make nothing; what stops it is in `problems`."""
    handle, row = find_run(catalogue, asked.run)
    asked = replace(asked, run=handle)
    if row.oid is None:
        return _nothing(handle, row, asked, _open_problem(row))
    plan = branch.plan(catalogue, asked)
    return {
        "format": FORMAT,
        "run": handle,
        "name": row.name,
        "branch": plan.branch,
        "onto": plan.onto,
        "targets": _targets(catalogue, plan.branch, plan.onto),
        "title": asked.title or row.title or row.name,
        "message": plan.message,
        "files": list(plan.files),
        "report": branch.report_text(catalogue, row),
        "page": "",
        "merge": {
            "state": plan.merge.state,
            "conflicts": [
                {"path": one.path, "cells": list(one.cells), "what": one.what} for one in plan.merge.conflicts
            ],
        },
        "hooks": [{"name": hook.name, "runs": hook.runs, "why": hook.why} for hook in plan.hooks],
        "signs": plan.signs,
        "remote": None,
        "notes": list(plan.notes),
        "problems": [_failure(problem) for problem in plan.problems],
    }


def promote(catalogue: Catalogue, asked: Asked, progress: Progress = silent) -> Promoted:
    """Make the branch, note on the experiment that it was promoted; push it and open a request when asked to."""
    handle, row = find_run(catalogue, asked.run)
    asked = replace(asked, run=handle)
    if row.oid is None:
        raise _open_problem(row)
    progress(f"Looking at {row.name}.", 0.0)
    plan = branch.plan(catalogue, asked)
    for problem in plan.problems:
        raise problem
    made = branch.make(catalogue, asked, plan, progress)
    catalogue.writing.annotate([row.oid], {"promoted": made.branch})
    return {
        "branch": made.branch,
        "oid": made.oid,
        "url": None,
        "pushed": None,
        "request": None,
        "notes": [*plan.notes, *made.notes],
    }


def _targets(catalogue: Catalogue, made: str, first: str | None) -> list[str]:
    """Return the branches that could be merged into, the chosen one first."""
    names = [name.removeprefix(_HEADS) for name in list_refs(catalogue.reader, _HEADS)]
    rest = [name for name in names if name not in (first, made) and not name.startswith("exp/")]
    return [*([first] if first else []), *rest][:_MOST_TARGETS]


def _open_problem(row: Row) -> TracksideError:
    return StateError(f"{row.name} is still open.", hint="End it first.", code="open-run")


def _failure(problem: TracksideError) -> Failure:
    return {"code": problem.code, "message": problem.message, "hint": problem.hint}


def _nothing(handle: str, row: Row, asked: Asked, problem: TracksideError) -> PromotePreview:
    return {
        "format": FORMAT,
        "run": handle,
        "name": row.name,
        "branch": asked.branch or f"exp/{row.name}",
        "onto": None,
        "targets": [],
        "title": row.title or row.name,
        "message": "",
        "files": [],
        "report": "",
        "page": "",
        "merge": {"state": "none", "conflicts": []},
        "hooks": [],
        "signs": False,
        "remote": None,
        "notes": [],
        "problems": [_failure(problem)],
    }
