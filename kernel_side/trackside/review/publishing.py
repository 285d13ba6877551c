"""A branch that was made → pushed, with a request where one was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from trackside.catalogue import Catalogue
from trackside.errors import GitError
from trackside.git.objects import existing, read_object
from trackside.git.repository import Repository
from trackside.record import RECORD_PATH
from trackside.review import report as reports
from trackside.review.asked import Asked, Progress
from trackside.review.message import EXPERIMENT, trailer
from trackside.review.planned import Made, Plan
from trackside.review.push import Pushed, push
from trackside.review.remote import Forge, Remote, pick_remote
from trackside.review.report.sides import find_commit
from trackside.review.request import open_request, push_options, settle_forge
from trackside.review.requested import RequestAsked, Requested

#: Shares of the whole at which pushing begins, and asking for the request.
_PUSH: Final = 0.4
_REQUEST: Final = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Where the branch is now; `remote` is None when it could not be pushed but a request was opened without that."""

    remote: str | None
    requested: Requested | None
    notes: tuple[str, ...] = ()


def publish(catalogue: Catalogue, asked: Asked, plan: Plan, made: Made, progress: Progress) -> Published:
    """Push the branch, and open or update a request when asked to.

    Raises GitError with the server's own words when it does not take the branch; a request that could not be opened
    is told in the notes.
    """
    repository = catalogue.owner
    remote = pick_remote(repository, asked.remote, plan.onto or "")
    ask = None
    if asked.request:
        remote = settle_forge(repository, remote, progress)
        ask = _request(catalogue, asked, plan, made)
    progress(f"Pushing {made.branch} to {remote.name}", _PUSH)
    try:
        pushed = push(
            repository, remote, made.branch, expected=expected_there(repository, remote, made.branch, plan),
            options=push_options(remote, ask) if ask is not None else (), hooks=asked.hooks,
            progress=between(progress, _PUSH, _REQUEST),
        )  # fmt: skip
    except GitError as error:
        return _without_push(repository, remote, ask, made, error, progress)
    requested = _open(repository, remote, ask, pushed, progress) if ask is not None else None
    return Published(remote=remote.name, requested=requested)


def expected_there(repository: Repository, remote: Remote, branch: str, plan: Plan) -> str | None:
    """Return what the server's branch must still hold to be replaced: "" for nothing, None when it may only grow.

    Only a commit that was made from this very run is replaced, as this clone last saw it.
    """
    found = read_object(repository, f"refs/remotes/{remote.name}/{branch}")
    if found is None:
        return ""
    is_ours = trailer(found.data.decode("utf-8", "replace"), EXPERIMENT) == plan.experiment
    return found.oid if is_ours else None


def between(progress: Progress, first: float, last: float) -> Progress:
    """Return a progress that fills one stretch of another."""

    def tell(message: str, share: float | None = None) -> None:
        progress(message, first if share is None else first + (last - first) * min(1.0, max(0.0, share)))

    return tell


def report_base(catalogue: Catalogue, plan: Plan) -> str:
    """Name what a report compares with: the record the target carries, the baseline commit's, else the baseline run.

    A run that was promoted before is the baseline of the others, so it is looked for among them. "" for nothing.
    """
    commits = [commit for commit in (plan.target, plan.base) if commit]
    for commit, found in zip(commits, existing(catalogue.reader, [f"{commit}:{RECORD_PATH}" for commit in commits])):
        if found is not None:
            is_told = plan.onto is not None and find_commit(catalogue.reader, plan.onto) == commit
            return plan.onto if is_told and plan.onto else commit
    sealed = catalogue.state().sealed
    place = sealed.baseline_beside(plan.experiment)
    return sealed.ids[place] if place is not None else ""


def build_report(catalogue: Catalogue, plan: Plan, *, updated: bool) -> reports.Report:
    """Build the report of a planned branch."""
    base = report_base(catalogue, plan)
    return reports.build(catalogue, plan.run, base, updated=updated, branch=plan.branch)


def _request(catalogue: Catalogue, asked: Asked, plan: Plan, made: Made) -> RequestAsked:
    report = build_report(catalogue, plan, updated=made.updated)
    return RequestAsked(
        branch=made.branch, onto=plan.onto or "", title=asked.title or reports.title(report), body=_body(report),
        draft=asked.draft, labels=asked.labels, reviewers=asked.reviewers,
    )  # fmt: skip


def _body(report: reports.Report) -> Callable[[Forge | None, int | None], str]:
    return lambda forge, limit: reports.markdown(report, forge, limit)


def _open(
    repository: Repository, remote: Remote, ask: RequestAsked, pushed: Pushed | None, progress: Progress
) -> Requested:  # fmt: skip
    progress("Asking for the review", _REQUEST)
    return open_request(repository, remote, ask, between(progress, _REQUEST, 1.0), pushed=pushed)


def _without_push(
    repository: Repository, remote: Remote, ask: RequestAsked | None, made: Made, error: GitError, progress: Progress
) -> Published:  # fmt: skip
    """Open the request where that needs no right to push; raises the error of the push where it does."""
    if ask is not None and remote.forge == "gitea":
        requested = _open(repository, remote, ask, None, progress)
        if requested.url and requested.state != "offered":
            return Published(remote=None, requested=requested, notes=(error.message,))
    error.hint = " ".join(filter(None, [error.hint, f"The branch {made.branch} is made and stays here."]))
    raise error
