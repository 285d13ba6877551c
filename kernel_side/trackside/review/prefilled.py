"""Addresses of a forge's own form for a request, filled in: title, branches and as much of the report as fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import quote, urlencode

from trackside.review.remote import Forge, Remote
from trackside.review.requested import RequestAsked

#: Browsers and the servers in front of forges refuse longer addresses, some from 8,000 characters on.
LONGEST: Final = 5_999
#: Less of a report than this says nothing.
_LEAST: Final = 120
_TITLE: Final = 250


def prefilled_address(remote: Remote, ask: RequestAsked) -> str | None:
    """Return the address of the filled-in form, at most 5,999 characters; None where the forge is not known.

    What is too long is cut in this order: the report, down to nothing; the title.
    """
    if remote.forge is None or remote.web is None or not remote.project or not ask.onto:
        return None
    form = _FORMS[remote.forge](remote, ask)
    if form is None:
        return None
    start, title_key, body_key, more = form
    title = one_line(ask.title)[:_TITLE]
    if ask.draft and remote.forge == "gitlab":
        title = f"Draft: {title}"
    bare = _joined(start, more)
    titled = _joined(start, [*more, (title_key, title)]) if title_key and title else bare
    if len(titled) > LONGEST:
        return bare if len(bare) <= LONGEST else None
    room = LONGEST - len(titled) - len(body_key) - 2
    body = _fitted(ask, remote.forge, room) if body_key and titled != bare else ""
    return _joined(start, [*more, (title_key, title), (body_key, body)]) if body else titled


def one_line(text: str) -> str:
    """Return a text on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _fitted(ask: RequestAsked, forge: Forge, room: int) -> str:
    """Return the report cut so that it takes `room` characters at most as part of an address; "" when none fits."""
    limit = room
    while limit >= _LEAST:
        body = ask.body(forge, limit)
        taken = len(quote(body, safe=""))
        if taken <= room:
            return body
        # A character takes 1 to 12 in an address, which differs from report to report: measured, then asked again.
        limit = min(int(limit * room / taken * 0.95), limit - 1)
    return ""


def _joined(start: str, pairs: Sequence[tuple[str, str]]) -> str:
    query = urlencode(pairs, quote_via=quote)
    return f"{start}{'&' if '?' in start else '?'}{query}" if query else start


#: Start of the address, keys of title and body ("" where the form takes none), the rest of the query.
_Form = tuple[str, str, str, list[tuple[str, str]]]


def _github(remote: Remote, ask: RequestAsked) -> _Form:
    labels = [("labels", ",".join(ask.labels))] if ask.labels else []
    return f"{_home(remote)}/compare/{_compared(ask)}", "title", "body", [("expand", "1"), *labels]


def _gitea(remote: Remote, ask: RequestAsked) -> _Form:
    return f"{_home(remote)}/compare/{_compared(ask)}", "title", "body", [("expand", "1")]


def _gitlab(remote: Remote, ask: RequestAsked) -> _Form:
    branches = [("merge_request[source_branch]", ask.branch), ("merge_request[target_branch]", ask.onto)]
    start = f"{_home(remote)}/-/merge_requests/new"
    return start, "merge_request[title]", "merge_request[description]", branches


def _bitbucket_cloud(remote: Remote, ask: RequestAsked) -> _Form:
    return f"{_home(remote)}/pull-requests/new", "", "", [("source", ask.branch), ("dest", ask.onto)]


def _bitbucket_server(remote: Remote, ask: RequestAsked) -> _Form | None:
    owner, slash, name = remote.project.rpartition("/")
    if not slash or "/" in owner:
        return None
    # A person's own repositories are at another place than those of a project.
    whose = f"users/{quote(owner[1:])}" if owner.startswith("~") else f"projects/{quote(owner)}"
    start = f"{remote.web}/{whose}/repos/{quote(name)}/pull-requests?create"
    branches = [("sourceBranch", f"refs/heads/{ask.branch}"), ("targetBranch", f"refs/heads/{ask.onto}")]
    return start, "title", "description", branches


def _home(remote: Remote) -> str:
    return f"{remote.web}/{quote(remote.project, safe='/~')}"


def _compared(ask: RequestAsked) -> str:
    return f"{quote(ask.onto, safe='/')}...{quote(ask.branch, safe='/')}"


_FORMS: Final[dict[Forge, Callable[[Remote, RequestAsked], _Form | None]]] = {
    "github": _github,
    "gitlab": _gitlab,
    "gitea": _gitea,
    "bitbucket-cloud": _bitbucket_cloud,
    "bitbucket-server": _bitbucket_server,
}
