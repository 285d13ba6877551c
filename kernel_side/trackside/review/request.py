"""From a pushed branch to a request on its forge, by the highest rung that holds.

The forge's API with credentials that are there; what the push itself opened (GitLab's options, AGit); the address of
a form, filled in; the link the server printed. A rung that breaks is a note, and the next one is taken.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from trackside.errors import StateError, TracksideError
from trackside.git.repository import Repository
from trackside.review.asked import Progress, silent
from trackside.review.prefilled import prefilled_address
from trackside.review.push import Pushed
from trackside.review.pushoptions import find_by_head, push_options, request_by_agit
from trackside.review.remote import Remote
from trackside.review.requested import RequestAsked, Requested, State
from trackside.review.spoken import is_open_request

#: Refusals after which it is certain that a forge opened nothing.
_SURE: Final = frozenset(
    {"forge-no-credentials", "forge-unencrypted", "forge-unauthorized", "forge-forbidden", "forge-not-found"}
)

__all__ = ["open_request", "push_options", "settle_forge"]


def settle_forge(repository: Repository, remote: Remote, progress: Progress = silent) -> Remote:
    """Find out which forge a remote is where its address does not say: asks its host, so only after a click.

    To be called before the push, whose options depend on it; returns the remote as it was when nobody can say.
    """
    if remote.forge is not None or remote.web is None:
        return remote
    try:
        from trackside.review.forges import Credentials, known_forge

        known: Remote = known_forge(remote, Credentials(repository), progress)
        return known
    except StateError:
        raise
    except Exception:
        # Whatever a foreign host answers, the push goes on.
        return remote


def open_request(
    repository: Repository, remote: Remote, ask: RequestAsked, progress: Progress = silent, *,
    pushed: Pushed | None = None,
) -> Requested:  # fmt: skip
    """Open the request for a branch, or find and update the one there is; never fails because a rung did.

    `pushed` is what `push` returned when it was given `push_options`; None when the branch could not be pushed, where
    AGit is still tried. The url is "" when there is nothing to offer: the remote is at no forge. Raises only what
    `progress` raises to stop.
    """
    if remote.web is None:
        note = f"The remote {remote.name} is at no forge, so that no request can be opened: {remote.address}"
        return Requested(url="", rung="link", state="offered", notes=(note,))
    notes: list[str] = []
    made, is_unsure = None, False
    if pushed is not None:
        made, is_unsure = _by_api(repository, remote, ask, progress, pushed, notes)
    if made is None and pushed is not None:
        made = _by_push(remote, ask, pushed, notes)
    # A forge whose answer was lost may have opened a request: a second one would double it.
    if made is None and remote.forge == "gitea" and not is_unsure:
        made = _by_agit(repository, remote, ask, progress, pushed, notes)
    if made is None:
        made = _offered(remote, ask, pushed, notes)
    return Requested(url=made.url, rung=made.rung, state=made.state, notes=(*notes, *made.notes))


def _by_api(
    repository: Repository, remote: Remote, ask: RequestAsked, progress: Progress, pushed: Pushed, notes: list[str]
) -> tuple[Requested | None, bool]:  # fmt: skip
    """Return the request, or None and whether the forge may have opened one all the same."""
    try:
        from trackside.review.forges import Credentials, request_by_api

        made: Requested = request_by_api(remote, ask, Credentials(repository), progress)
    except StateError:
        raise
    except TracksideError as error:
        notes.append(" ".join(filter(None, (error.message, error.hint))))
        return None, error.code not in _SURE
    except Exception as error:
        # The branch is pushed: what breaks on the last rung is told, not raised.
        notes.append(f"The API of {remote.host} could not be used ({type(error).__name__}).")
        return None, True
    # What the push itself opened a moment ago was found there.
    is_new = pushed.has_options and pushed.state == "created" and is_open_request(pushed.link or "")
    return replace(made, state="created") if is_new else made, True


def _by_push(remote: Remote, ask: RequestAsked, pushed: Pushed, notes: list[str]) -> Requested | None:
    """Return the request that the push opened or that the server says is open; why GitLab opened none is a note."""
    if pushed.has_options and (trouble := [line for line in pushed.said if "push option" in line]):
        notes.append(f'{remote.name} opened no merge request. It says: "{" ".join(trouble)[:300]}"')
    if pushed.link is None or not is_open_request(pushed.link):
        return None
    if pushed.has_options and remote.forge == "gitlab":
        state: State = "created" if pushed.state == "created" else "updated"
        notes = ["Reviewers can't be asked by push options: choose them there"] if ask.reviewers else []
        return Requested(url=pushed.link, rung="push-options", state=state, notes=tuple(notes))
    note = "A request for this branch is open; its description was left as it is"
    return Requested(url=pushed.link, rung="link", state="found", notes=(note,))


def _by_agit(
    repository: Repository, remote: Remote, ask: RequestAsked, progress: Progress, pushed: Pushed | None,
    notes: list[str],
) -> Requested | None:  # fmt: skip
    try:
        # A branch that is not new may have a request by other means than AGit.
        if pushed is not None and pushed.state != "created":
            url = find_by_head(repository, remote, ask.branch, progress)
            if url is not None:
                return Requested(url=url, rung="push-options", state="found")
        return request_by_agit(repository, remote, ask, progress)
    except StateError:
        raise
    except TracksideError as error:
        notes.append(f"AGit did not open a pull request. {error.message}")
        return None


def _offered(remote: Remote, ask: RequestAsked, pushed: Pushed | None, notes: list[str]) -> Requested:
    """Offer the filled-in form, else what the server printed, else nothing but a note."""
    if pushed is not None and (address := prefilled_address(remote, ask)) is not None:
        return Requested(url=address, rung="prefilled", state="offered")
    if pushed is not None and pushed.link is not None:
        return Requested(url=pushed.link, rung="link", state="offered")
    notes.append(f"No request was opened: open one on {remote.host}")
    return Requested(url="", rung="link", state="offered")
