"""Why a push was refused: a sentence with the server's own words, and the next step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from trackside.errors import GitError
from trackside.review.remote import Remote

#: Longest part of the server's words in a sentence; all of them are in `detail`.
_QUOTED: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cause:
    """What is recognised by any of `words` (lower case), and what is told of it."""

    code: str
    words: tuple[str, ...]
    sentence: str
    hint: str


#: A reason git gives for one ref, with what the server said: the first that fits. {remote}, {branch}, {address}.
_REFUSED: Final = (
    _Cause(
        code="push-stale",
        words=("stale info",),
        sentence="{branch} on {remote} is not what was expected: it exists already, or somebody pushed to it.",
        hint="Look at it with `git fetch {remote}`, then promote again, or take another name with --branch.",
    ),
    _Cause(
        code="push-not-forward",
        words=("non-fast-forward", "fetch first", "needs force"),
        sentence="{branch} on {remote} has commits that the promoted branch does not hold; they are left alone.",
        hint="Look at them with `git fetch {remote}`, or take another name with --branch.",
    ),
    _Cause(
        code="push-name-taken",
        words=("cannot lock ref", "directory/file conflict", "refname conflict"),
        sentence="{remote} has a branch whose name is in the way of {branch}.",
        hint="Take another name with --branch: Git can't keep both `exp` and `exp/name`.",
    ),
    _Cause(
        code="push-large",
        words=("gh001", "file size limit", "exceeds", "too large", "larger than", "too big"),
        sentence="{remote} does not take a file or a push that large.",
        hint="Keep large files with DVC or Git LFS, not in the tree of a run, and promote again.",
    ),
    _Cause(
        code="push-secret",
        words=("push protection", "secret detected", "secrets detected", "contains secret", "leaked secret"),
        sentence="{remote} found what looks like a secret in the branch.",
        hint="Take it out of the notebook, run again and promote that run; a secret that was pushed must be replaced.",
    ),
    _Cause(
        code="push-protected",
        words=("protected branch", "protected ref", "gh006", "gh013", "rule violations", "force push to protected"),
        sentence="{branch} is protected on {remote}.",
        hint="Take another name with --branch, or ask who looks after the project.",
    ),
    _Cause(
        code="push-checked-out",
        words=("branch is currently checked out", "refusing to update checked out branch"),
        sentence="{branch} is checked out in the repository at {remote}, which is somebody's folder.",
        hint="Push to a bare repository, or take another name with --branch.",
    ),
    _Cause(
        code="push-shallow",
        words=("shallow update not allowed",),
        sentence="{remote} does not take branches out of a shallow clone.",
        hint="`git fetch --unshallow` gets the rest of the history.",
    ),
    _Cause(
        code="push-denied",
        words=("permission", "not allowed to push", "not allowed to upload", "write access", "read-only", "archived"),
        sentence="{remote} does not let you push {branch}.",
        hint="Ask for the right to push, or add a remote for a fork of yours and push there with --remote.",
    ),
    _Cause(
        code="push-declined",
        words=("declined", "denied", "refus", "prohibited", "not allowed", "hidden ref"),
        sentence="{remote} declined {branch}.",
        hint="What it says is the rule of that project; another name is taken with --branch.",
    ),
    _Cause(
        code="push-server",
        words=("",),
        sentence="{remote} could not take {branch}.",
        hint="Try again; if it stays, whoever runs that server has to look.",
    ),
)
#: What git says when nothing was sent, most telling first.
_FAILED: Final = (
    _Cause(
        code="push-host-key-changed",
        words=("remote host identification has changed",),
        sentence="The server at {address} shows another key than it used to.",
        hint="Ask who runs it whether the key was changed; only then `ssh-keygen -R HOST` and log in once.",
    ),
    _Cause(
        code="push-host-key",
        words=("host key verification failed",),
        sentence="The key of the server at {address} is not known yet.",
        hint="Connect once in a terminal (`ssh HOST`), compare the key it shows, and promote again.",
    ),
    _Cause(
        code="push-certificate",
        words=("ssl certificate problem", "certificate verification failed", "certificate subject name"),
        sentence="The certificate of {address} is not trusted here.",
        hint="For a company's own authority: git config --global http.sslCAInfo FILE.",
    ),
    _Cause(
        code="push-proxy",
        words=("proxy connect aborted", "could not resolve proxy", "from proxy", "returned error: 407"),
        sentence="The proxy on the way to {address} does not let the push through.",
        hint="See `git config http.proxy` and HTTPS_PROXY; a host is taken out with NO_PROXY.",
    ),
    _Cause(
        code="push-large",
        words=("returned error: 413", "http 413", "gh001", "exceeds github", "file size limit"),
        sentence="{remote} does not take a push that large.",
        hint="Keep large files with DVC or Git LFS, not in the tree of a run, and promote again.",
    ),
    _Cause(
        code="push-auth",
        words=(
            "authentication failed", "could not read username", "could not read password", "terminal prompts disabled",
            "invalid username or", "permission denied (", "too many authentication failures", "returned error: 401",
            "http basic: access denied", "no anonymous write access",
        ),
        sentence="{address} did not accept who you are.",
        hint="Push once in a terminal, where Git and ssh can ask: `git push {remote} {branch}`; then it is remembered.",
    ),
    _Cause(
        code="push-denied",
        words=(
            "returned error: 403", "denied to", "not allowed to push", "write access", "service not enabled",
            "read-only", "archived", "not authorized", "deploy key",
        ),
        sentence="{remote} does not let you push.",
        hint="Ask for the right to push, or add a remote for a fork of yours and push there with --remote.",
    ),
    _Cause(
        code="push-not-found",
        words=(
            "repository not found", "does not appear to be a git repository", "returned error: 404", "not found",
            "not exported", "could not be found", "no such project", "does not exist",
        ),
        sentence="There is no repository at {address}, or you may not use it.",
        hint="Compare the address with the one the forge shows: `git remote -v`.",
    ),
    _Cause(
        code="push-unreachable",
        words=(
            "could not resolve host", "name or service not known", "nodename nor servname", "temporary failure in name",
            "failed to connect", "connection refused", "connection timed out", "operation timed out",
            "no route to host", "network is unreachable", "unable to connect", "connection reset", "couldn't connect",
        ),
        sentence="{address} cannot be reached.",
        hint="Is the network (VPN?) up? The branch is made; `git push {remote} {branch}` sends it later.",
    ),
    _Cause(
        code="push-transport",
        words=("transport '", "unable to find remote helper", "cannot run ssh", "cannot exec"),
        sentence="This Git cannot speak to {address}.",
        hint="A program for it is missing (ssh?), or Git's protocol.allow forbids it.",
    ),
    _Cause(
        code="push-server",
        words=("returned error: 5", "http 5", "returned error: 429", "rpc failed"),
        sentence="{address} has trouble of its own.",
        hint="Try again later: the branch is made, and promoting again only pushes it.",
    ),
    _Cause(
        code="push-broken",
        words=("hung up", "early eof", "unexpected disconnect", "broken pipe"),
        sentence="The connection to {address} broke.",
        hint="Try again: the branch is made, and promoting again only pushes it.",
    ),
)  # fmt: skip
_HOOK: Final = _Cause(
    code="push-hook",
    words=(),
    sentence="Your pre-push hook stopped the push.",
    hint="Do what it says; without your hooks the push goes with --no-hooks.",
)
_OTHER: Final = _Cause(
    code="push-failed",
    words=(),
    sentence="The push to {address} failed.",
    hint="Try it in a terminal: `git push {remote} {branch}`.",
)


def refused(remote: Remote, branch: str, reason: str, said: Sequence[str], own: Sequence[str]) -> GitError:
    """Explain why the server, or git for it, refused one ref; `reason` is what porcelain has in parentheses."""
    text = "\n".join([reason, *said]).lower()
    cause = next(cause for cause in _REFUSED if any(word in text for word in cause.words))
    told = [line for line in said if not _NOISE.match(line)]
    quotes = told if told else [reason] if cause.code in ("push-declined", "push-denied", "push-server") else []
    return _error(cause, remote, branch, quotes, [reason, *said, *own])


def failed(
    remote: Remote, branch: str, said: Sequence[str], own: Sequence[str], *, has_hook: bool, status: int
) -> GitError:  # fmt: skip
    """Explain a push of which nothing came: no ref was even tried."""
    text = "\n".join([*said, *own]).lower()
    cause = next((cause for cause in _FAILED if any(word in text for word in cause.words)), None)
    if cause is None:
        cause = _HOOK if has_hook and "fatal:" not in text else _OTHER
    telling = [line for line in own if not _NOISE.match(line)]
    return _error(cause, remote, branch, [*said] or telling[-3:], [*said, *own], status)


#: Git's own last words, true of every push that failed.
_NOISE: Final = re.compile(
    r"error: failed to push|error: hook declined to update|Everything up-to-date|To |hint: |fatal: the remote end hung"
    r"|Please make sure|and the rep|$",
    re.IGNORECASE,
)


def _error(
    cause: _Cause, remote: Remote, branch: str, quotes: Sequence[str], detail: Sequence[str], status: int = 1
) -> GitError:  # fmt: skip
    facts = {"remote": remote.name, "branch": branch, "address": remote.address}
    words = " ".join(quote for quote in quotes if re.search(r"\w", quote))
    words = words if len(words) <= _QUOTED else f"{words[: _QUOTED - 1].rstrip()}…"
    return GitError(
        cause.sentence.format(**facts) + (f' It says: "{words}"' if words else ""),
        hint=cause.hint.format(**facts),
        code=cause.code,
        detail="\n".join(detail),
        status=status,
    )
