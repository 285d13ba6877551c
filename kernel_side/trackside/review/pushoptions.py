"""Requests that a push itself opens: GitLab's push options, and AGit at Gitea and Forgejo.

Neither needs more than the right to push.
"""

from __future__ import annotations

import re
from typing import Final

from trackside.errors import GitError
from trackside.git.repository import Repository
from trackside.review.asked import Progress, silent
from trackside.review.prefilled import one_line
from trackside.review.push import check_branch, publisher, send
from trackside.review.remote import Remote
from trackside.review.requested import RequestAsked, Requested
from trackside.review.spoken import find_link, is_open_request

#: A push option travels in one packet of Git's protocol (65,516 bytes) and comes to hooks as a variable.
_BYTES: Final = 60_000
_ONE_LINE: Final = 1_000
_PULL: Final = re.compile(r"refs/pull/(\d+)/head")


def push_options(remote: Remote, ask: RequestAsked) -> tuple[str, ...]:
    """Return what to give to `push` so that GitLab opens or updates the request; () at every other forge."""
    if remote.forge != "gitlab" or not ask.onto:
        return ()
    options = ["merge_request.create", f"merge_request.target={ask.onto}"]
    if title := one_line(ask.title):
        options.append(f"merge_request.title={title}")
    if body := _description(ask):
        options.append(f"merge_request.description={body}")
    if ask.draft:
        options.append("merge_request.draft")
    labels = [label for label in map(one_line, ask.labels) if label]
    return (*options, *(f"merge_request.label={label}" for label in labels))


def _description(ask: RequestAsked) -> str:
    """Return the report as GitLab takes it on one line: `\\n` stands for its line breaks; "" when it is too long."""
    limit = _BYTES // 2
    while limit > _ONE_LINE:
        body = ask.body("gitlab", limit).replace("\r\n", "\n").replace("\r", "\n")
        # A backslash before an n of the report's own (\nabla) would become a line break.
        text = body.replace("\\n", "&#92;n").replace("\n", "\\n").replace("\0", "")
        if len(text.encode("utf-8", "replace")) <= _BYTES:
            return " ".join(text.splitlines())
        limit //= 2
    return ""


def request_by_agit(
    repository: Repository, remote: Remote, ask: RequestAsked, progress: Progress = silent
) -> Requested:  # fmt: skip
    """Open or update a pull request at Gitea or Forgejo by a push to `refs/for/<target>`.

    It needs no right to push branches. The topic, the promoted branch's name, keeps it one request. The description
    is one line: not every server of the kind takes more. Raises GitError; `push-no-options` from a server that is
    no such forge, where nothing was pushed.
    """
    ref = check_branch(repository, ask.branch)
    options = [f"topic={ask.branch}", f"title={one_line(ask.title) or ask.branch}", "force-push=true"]
    if line := _first_line(ask):
        options.append(f"description={line}")
    pushed = send(
        repository, remote, ref, f"refs/for/{ask.onto}", options=options, must_take_options=True, hooks=False,
        progress=progress,
    )  # fmt: skip
    number = _PULL.fullmatch(pushed.ref)
    link = pushed.link if pushed.link is not None and is_open_request(pushed.link) else None
    if link is None and number is not None and remote.web is not None:
        link = f"{remote.web}/{remote.project}/pulls/{number[1]}"
    link = link or find_link(list(pushed.said), remote)
    if link is None:
        raise GitError(f"{remote.name} took the push but named no pull request.", code="push-no-request")
    state = pushed.state if pushed.state != "unchanged" else "found"
    notes = ["The pull request was opened by AGit: its description is one line"] if state == "created" else []
    return Requested(url=link, rung="push-options", state=state, notes=tuple(notes))


def find_by_head(repository: Repository, remote: Remote, branch: str, progress: Progress = silent) -> str | None:
    """Return the address of the pull request at Gitea or Forgejo whose head is the branch's commit; None without one.

    Every such server shows them as refs. Of several it is the newest.
    """
    git = publisher(repository, remote)
    head = git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", check_branch(repository, branch)).out
    answer = git.follow(
        "ls-remote", "--quiet", "--", remote.name, "refs/pull/*/head",
        heard=lambda _line: progress(f"Looking for an open request at {remote.host}", None),
    )  # fmt: skip
    numbers = [
        int(found[1])
        for line in answer.out.decode("ascii", "replace").splitlines()
        if line.partition("\t")[0] == head.decode().strip() and (found := _PULL.fullmatch(line.partition("\t")[2]))
    ]
    return f"{remote.web}/{remote.project}/pulls/{max(numbers)}" if numbers else None


def _first_line(ask: RequestAsked) -> str:
    """Return the first sentence of the report: no marker, heading or table."""
    for line in ask.body("gitea", _ONE_LINE).splitlines():
        text = one_line(line)
        if text and not text.startswith(("<!--", "#", "|", "```", "<")):
            return text[:_ONE_LINE]
    return ""
