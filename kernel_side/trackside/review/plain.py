"""A plain branch at the experiment's own commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from trackside.catalogue import Catalogue
from trackside.errors import NameTakenError, TracksideError, UsageError
from trackside.git.objects import existing, read_object
from trackside.git.refs import Create, change_refs
from trackside.review.asked import Asked, Progress
from trackside.row import Row, metric_number
from trackside.source_diff import diff_commits

if TYPE_CHECKING:
    from trackside.contract import FileDiff

_NOT_CHECKED = "This makes a plain branch: whether it merges with another branch, and hooks, are not checked yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """How it merges."""

    state: Literal["same", "clean", "conflicts", "unrelated", "none"] = "none"
    conflicts: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be made."""

    branch: str
    onto: str | None
    base: str
    message: str
    files: list[FileDiff]
    merge: Merge
    hooks: list[Any]
    signs: bool
    notes: list[str]
    problems: list[TracksideError]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made."""

    branch: str
    oid: str
    notes: list[str]


def plan(catalogue: Catalogue, asked: Asked) -> Plan:
    """Say what `make` would do."""
    row = catalogue.row(asked.run)
    name = asked.branch or f"exp/{row.name}"
    oid = row.oid or ""
    parent = catalogue.store.parent(oid)
    files = diff_commits(catalogue.reader, parent, oid, before=parent[:12], after=row.name)["files"]
    problem = _name_problem(catalogue, name)
    found = read_object(catalogue.reader, oid)
    message = found.data.decode("utf-8", "replace").partition("\n\n")[2] if found is not None else f"{row.name}\n"
    return Plan(
        branch=name, onto=None, base=parent, message=message, files=files, merge=Merge(), hooks=[], signs=False,
        notes=[_NOT_CHECKED], problems=[problem] if problem else [],
    )  # fmt: skip


def make(catalogue: Catalogue, asked: Asked, plan: Plan, progress: Progress) -> Made:
    """Make the branch."""
    row = catalogue.row(asked.run)
    progress(f"Making the branch {plan.branch}.", None)
    try:
        change_refs(catalogue.owner, [Create(f"refs/heads/{plan.branch}", row.oid or "")])
    except NameTakenError as error:
        raise _taken(plan.branch) from error
    return Made(branch=plan.branch, oid=row.oid or "", notes=[])


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


def report_text(catalogue: Catalogue, row: Row) -> str:
    """Write the report."""
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
