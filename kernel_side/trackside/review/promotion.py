"""From a run to a review: what it would do, and doing it. Every front end calls these two."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trackside.catalogue import Catalogue
from trackside.errors import NotFoundError, StateError, TracksideError, UsageError
from trackside.format import FORMAT
from trackside.record import printable
from trackside.review import branch
from trackside.review import report as reports
from trackside.review.asked import Asked, Progress, silent
from trackside.review.onto import list_branches, usual_remote
from trackside.review.planned import Plan
from trackside.review.publishing import between, build_report, publish
from trackside.review.remote import pick_remote
from trackside.row import Row

if TYPE_CHECKING:
    from trackside.contract import Failure, Promoted, PromotePreview, PromotionMerge, PromotionRemote

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
    remote, remote_problems, remote_notes = _remote(catalogue, asked, plan)
    title, text, page, report_notes = _report(catalogue, asked, plan)
    problems = [*plan.problems, *remote_problems]
    said_of_hooks = tuple(f"The {hook.name} hook does not run" for hook in plan.hooks)
    notes = [note for note in plan.notes if not said_of_hooks or not note.startswith(said_of_hooks)]
    return {
        "format": FORMAT,
        "run": handle,
        "name": row.name,
        "branch": plan.branch,
        "onto": plan.onto,
        "targets": _targets(catalogue, asked, plan),
        "title": title or row.title or row.name,
        "message": plan.message,
        "files": list(plan.files),
        "report": text,
        "page": page,
        "merge": _merge(plan),
        "hooks": [{"name": hook.name, "runs": hook.runs, "why": hook.why} for hook in plan.hooks],
        "signs": plan.signs,
        "remote": remote,
        "notes": [*notes, *remote_notes, *report_notes],
        "problems": [_failure(problem) for problem in problems],
    }


def promote(catalogue: Catalogue, asked: Asked, progress: Progress = silent) -> Promoted:
    """Make the branch and note on the experiment that it was promoted; push it and open a request when asked to.

    Raises the TracksideError that stands in the way. A branch that was made stays when it cannot be pushed.
    """
    handle, row = find_run(catalogue, asked.run)
    asked = replace(asked, run=handle, push=asked.push or asked.request)
    if row.oid is None:
        raise _open_problem(row)
    progress(f"Looking at {row.name}", 0.0)
    plan = branch.plan(catalogue, asked)
    for problem in plan.problems:
        raise problem
    if asked.push:
        # A remote that is not there is told before anything is made.
        pick_remote(catalogue.owner, asked.remote, plan.onto or "")
    made = branch.make(catalogue, asked, plan, between(progress, 0.1, 0.4))
    published = publish(catalogue, asked, plan, made, progress) if asked.push else None
    requested = published.requested if published is not None else None
    notes = [*made.notes, *(published.notes if published else ()), *(requested.notes if requested else ())]
    return {
        "branch": made.branch,
        "oid": made.oid,
        "url": (requested.url or None) if requested else None,
        "pushed": published.remote if published is not None else None,
        "request": {"url": requested.url or None, "rung": requested.rung, "state": requested.state}
        if requested
        else None,
        "notes": list(dict.fromkeys([*plan.notes, *_conflict_notes(plan), *notes])),
    }


def _conflict_notes(plan: Plan) -> list[str]:
    lines = [f"{one.path}: {one.what}" for one in plan.merge.conflicts]
    return [f"It does not merge with {plan.onto} by itself: {'; '.join(lines)}."] if lines else []


def _merge(plan: Plan) -> PromotionMerge:
    conflicts = plan.merge.conflicts
    return {
        "state": plan.merge.state,
        "conflicts": [{"path": one.path, "cells": list(one.cells), "what": one.what} for one in conflicts],
    }


def _targets(catalogue: Catalogue, asked: Asked, plan: Plan) -> list[str]:
    """Return the branches that could be meant, the one that is first; branches of other promotions are not."""
    refs = list_branches(catalogue.reader)
    remote = f"refs/remotes/{usual_remote(refs, asked.remote)}/"
    names = [ref.removeprefix(start) for start in (remote, _HEADS) for ref in refs if ref.startswith(start)]
    rest = sorted(name for name in set(names) - {plan.onto, plan.branch, "HEAD"} if not name.startswith("exp/"))
    return [*([plan.onto] if plan.onto is not None else []), *map(printable, rest)][:_MOST_TARGETS]


def _remote(
    catalogue: Catalogue, asked: Asked, plan: Plan
) -> tuple[PromotionRemote | None, list[TracksideError], list[str]]:
    try:
        found = pick_remote(catalogue.owner, asked.remote, plan.onto or "")
    except NotFoundError as error:
        return None, [error] if asked.remote else [], []
    except UsageError as error:
        return None, [], [f"{error.message} {error.hint}".strip()]
    remote: PromotionRemote = {
        "name": found.name, "address": found.address, "forge": found.forge, "requests": found.web is not None,
    }  # fmt: skip
    return remote, [], []


def _report(catalogue: Catalogue, asked: Asked, plan: Plan) -> tuple[str, str, str, list[str]]:
    """Return title, Markdown and page of the report; without one, why."""
    try:
        report = build_report(catalogue, plan, updated=asked.update)
    except TracksideError as error:
        return asked.title, "", "", [f"There is no report: {error.message}"]
    return asked.title or reports.title(report), reports.markdown(report), reports.page(report), []


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
