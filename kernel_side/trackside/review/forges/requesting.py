"""Bring a request onto a forge through its API: one a branch, found and updated rather than doubled."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Literal

from trackside.review.asked import Progress, silent
from trackside.review.forges.credentials import Credentials
from trackside.review.forges.door import forge_of
from trackside.review.forges.protocol import ForgeApi, Opened
from trackside.review.forges.refusals import ForgeError
from trackside.review.forges.untrusted import cut, is_ours, marked
from trackside.review.remote import Remote
from trackside.review.requested import RequestAsked, Requested


def request_by_api(
    remote: Remote, ask: RequestAsked, credentials: Credentials, progress: Progress = silent
) -> Requested:  # fmt: skip
    """Open a request for a pushed branch, or bring the one that is open up to date.

    A body that people wrote themselves is left to them: the report becomes a comment then. Labels and reviewers that
    could not be set are notes. Raises ForgeError when there is no request in the end.
    """
    with contextlib.closing(forge_of(remote, credentials, progress)) as api:
        body = marked(cut(ask.body(api.forge, api.limit), _room(api, ask)), ask.marker, has_html=api.has_html)
        progress("looking for an open request", None)
        found = api.find(ask.branch, ask.onto)
        if found is None:
            progress("opening the request", None)
            found, is_new = _create(api, ask, body)
        else:
            is_new = False
        notes: list[str] = []
        if is_new:
            state: Literal["created", "updated", "found"] = "created"
            if ask.draft and not found.is_draft:
                notes.append("Drafts are not to be had in this project: the request is an ordinary one")
        else:
            progress("bringing the open request up to date", None)
            state = _update(api, found, ask, body, notes)
        notes += _dressed(api, found, ask)
    return Requested(url=found.url, rung="api", state=state, notes=tuple(notes))


def comment_by_api(
    remote: Remote, ask: RequestAsked, credentials: Credentials, progress: Progress = silent
) -> Requested:  # fmt: skip
    """Write the report as the one comment of ours on the open request of a branch; for CI.

    Raises ForgeError `forge-no-request` when no request is open for the branch.
    """
    with contextlib.closing(forge_of(remote, credentials, progress)) as api:
        found = api.find(ask.branch, ask.onto)
        if found is None:
            raise ForgeError(
                f"No request from {ask.branch} into {ask.onto} is open there.",
                hint="`trackside promote RUN --pr` opens one.",
                code="forge-no-request",
            )
        text = marked(cut(ask.body(api.forge, api.limit), _room(api, ask)), ask.marker, has_html=api.has_html)
        return Requested(url=api.comment(found, ask.marker, text), rung="api", state="updated")


def _room(api: ForgeApi, ask: RequestAsked) -> int | None:
    return None if api.limit is None else api.limit - len(ask.marker) - 20


def _create(api: ForgeApi, ask: RequestAsked, body: str) -> tuple[Opened, bool]:
    """Open a request; returns it and whether it is ours.

    A forge that says that there is one already (409, 422, 400), or whose answer was lost on the way, is asked for it.
    """
    try:
        return api.create(ask.branch, ask.onto, ask.title, body, draft=ask.draft), True
    except ForgeError as error:
        if not error.is_uncertain and error.status not in (400, 409, 422):
            raise
        try:
            found = api.find(ask.branch, ask.onto)
        except ForgeError:
            raise error from None
        if found is None:
            raise
        return found, error.is_uncertain and found.body == body


def _update(
    api: ForgeApi, found: Opened, ask: RequestAsked, body: str, notes: list[str]
) -> Literal["updated", "found"]:  # fmt: skip
    if not found.body.strip() or is_ours(ask.marker, found.body):
        if found.body.strip() == body.strip() and found.title.endswith(ask.title):
            return "found"
        api.update(found, ask.title, body)
        return "updated"
    api.comment(found, ask.marker, body)
    notes.append("The request has a description that people wrote: the report is a comment there")
    return "updated"


def _dressed(api: ForgeApi, found: Opened, ask: RequestAsked) -> list[str]:
    """Add labels and reviewers; that one of them fails costs a note, not the request."""
    notes: list[str] = []
    steps: list[tuple[str, Callable[[], list[str]]]] = []
    if ask.labels:
        steps.append(("Labels were not added", lambda: api.label(found, ask.labels)))
    if ask.reviewers:
        steps.append(("Nobody was asked for a review", lambda: api.invite(found, ask.reviewers)))
    for what, step in steps:
        try:
            notes += step()
        except ForgeError as error:
            notes.append(f"{what}: {error.message}")
    return notes
