"""From a run to something others can review: for now a plain branch at the experiment's own commit.

Both functions are what front ends call; an engine that merges onto a target, runs hooks and opens requests takes their
place without changing the shapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackside.catalogue import Catalogue
from trackside.errors import NameTakenError, StateError, TracksideError, UsageError
from trackside.git.objects import existing, read_object
from trackside.git.refs import Create, change_refs
from trackside.row import Row, metric_number
from trackside.run import FORMAT
from trackside.source_diff import diff_commits

if TYPE_CHECKING:
    from trackside.contract import Promoted, PromotePreview

_NOT_CHECKED = "This makes a plain branch: whether it merges with another branch, and hooks, are not checked yet."


def preview_promotion(catalogue: Catalogue, handle: str, branch: str) -> PromotePreview:
    """Say what `promote` would do; what stops it is in `problems`."""
    row = catalogue.row(handle)
    name = branch or f"exp/{row.name}"
    problems = [problem for problem in (_open_problem(row), _name_problem(catalogue, name)) if problem is not None]
    files = []
    if row.oid is not None:
        parent = catalogue.store.parent(row.oid)
        files = diff_commits(catalogue.reader, parent, row.oid, before=parent[:12], after=row.name)["files"]
    return {
        "format": FORMAT,
        "run": handle,
        "name": row.name,
        "branch": name,
        "onto": None,
        "message": _message(catalogue, row),
        "files": files,
        "report": _report(catalogue, row),
        "conflicts": [],
        "hooks": [],
        "notes": [_NOT_CHECKED],
        "problems": [{"code": problem.code, "message": problem.message, "hint": problem.hint} for problem in problems],
    }


def promote(catalogue: Catalogue, handle: str, branch: str) -> Promoted:
    """Make the branch, and note on the experiment that it was promoted."""
    row = catalogue.row(handle)
    name = branch or f"exp/{row.name}"
    for problem in (_open_problem(row), _name_problem(catalogue, name)):
        if problem is not None:
            raise problem
    oid = row.oid or ""
    try:
        change_refs(catalogue.owner, [Create(f"refs/heads/{name}", oid)])
    except NameTakenError as error:
        raise _taken(name) from error
    catalogue.writing.annotate([oid], {"promoted": name})
    return {"branch": name, "oid": oid, "url": None}


def _open_problem(row: Row) -> TracksideError | None:
    if row.oid is None:
        return StateError(f"{row.name} is still open.", hint="End it first.", code="open-run")
    return None


def _name_problem(catalogue: Catalogue, name: str) -> TracksideError | None:
    bad = UsageError(
        f"{name!r} cannot be the name of a branch.", hint="Letters, digits, - and / are safe.", code="bad-name"
    )
    if name.startswith("-") or len(name) > 200 or any(ord(char) < 33 or ord(char) == 127 for char in name):
        return bad
    if catalogue.owner.git.attempt("check-ref-format", "--branch", name).status != 0:
        return bad
    return _taken(name) if existing(catalogue.reader, [f"refs/heads/{name}"])[0] is not None else None


def _taken(name: str) -> NameTakenError:
    return NameTakenError(f"There is a branch {name} already.", hint="Choose another name.")


def _message(catalogue: Catalogue, row: Row) -> str:
    found = read_object(catalogue.reader, row.oid) if row.oid else None
    return (
        found.data.decode("utf-8", "replace").partition("\n\n")[2]
        if found is not None
        else f"{row.title or row.name}\n"
    )


def _report(catalogue: Catalogue, row: Row) -> str:
    state = catalogue.state()
    place = state.sealed.baseline
    baseline = state.sealed.rows[place] if place is not None else None
    against = baseline if baseline is not None and baseline.oid != row.oid else None
    lines = [f"# {_plain(row.name)}", ""]
    lines += [_plain(row.title), ""] if row.title else []
    lines += [_plain(row.note), ""] if row.note else []
    lines += [f"Status: {row.status}, {row.duration:.0f} s.", ""]
    if row.metrics:
        head = f"against {_plain(against.name)}" if against else "change"
        lines += [f"| metric | value | {head} |", "|---|---|---|"]
        lines += [_metric_line(name, row, against) for name in row.metrics] + [""]
    if row.params:
        lines += ["| parameter | value |", "|---|---|"]
        lines += [f"| {_plain(name)} | {_plain(value)} |" for name, value in row.params.items()] + [""]
    return "\n".join(lines)


def _metric_line(name: str, row: Row, against: Row | None) -> str:
    value = metric_number(row.metrics[name])
    other = metric_number(against.metrics.get(name)) if against else None
    change = f"{value - other:+.4g}" if value is not None and other is not None else ""
    return f"| {_plain(name)} | {_plain(row.metrics[name][0])} | {change} |"


def _plain(value: object) -> str:
    """Write a value so that Markdown takes nothing in it for its own."""
    text = " ".join(str(value).split())
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>()#+!|$@~&" else char for char in text)
