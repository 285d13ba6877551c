"""Why a remote could not be reached or refused: a sentence and the next step, from Git's own words."""

from __future__ import annotations

import re
from typing import Final

from trackside.card_words import plain
from trackside.errors import GitError

_USER: Final = re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]*://)[^/\s'\"<>]*@")
_QUOTED: Final = 300
#: (words of Git in lower case, code, sentence, hint); the first that fits. {remote} is the name of the remote.
_CAUSES: Final = (
    (("remote host identification has changed",), "share-host-key",
     "The server of {remote} shows another key than it used to.",
     "Ask who runs it whether the key was changed; only then `ssh-keygen -R HOST` and log in once."),
    (("host key verification failed",), "share-host-key", "The key of the server of {remote} is not known yet.",
     "Connect once in a terminal (`git fetch {remote}`) and compare the key it shows."),
    (("ssl certificate", "certificate verif"), "share-certificate",
     "The certificate of the server of {remote} is not trusted here.",
     "For a company's own authority: git config --global http.sslCAInfo FILE."),
    (("authentication failed", "could not read username", "could not read password", "terminal prompts disabled",
      "permission denied (", "returned error: 401", "invalid username or"), "share-auth",
     "The server of {remote} did not accept who you are.",
     "Run `git fetch {remote}` once in a terminal, where Git and ssh can ask; then it is remembered."),
    (("returned error: 403", "access denied", "write access", "not authorized", "service not enabled", "read-only",
      "denied to"), "share-denied", "{remote} does not let you do that.",
     "Ask for the right, or add a remote you may push to and name it: trackside push NAME."),
    (("could not resolve host", "could not resolve hostname", "network is unreachable", "connection refused",
      "connection timed out", "failed to connect", "no route to host", "operation timed out",
      "temporary failure in name resolution"), "share-network", "{remote} cannot be reached.",
     "Check the network (or VPN) and try again: what arrived already stays."),
    (("does not appear to be a git repository", "repository not found", "returned error: 404", "not found",
      "no such file or directory"), "share-not-found", "There is no repository where {remote} points to.",
     "`git remote -v` shows the address; `git remote set-url {remote} ADDRESS` changes it."),
    (("hidden ref", "deny updating a hidden ref"), "share-hidden",
     "The server of {remote} keeps the place of runs (refs/exps) for itself.",
     "Whoever runs it can open it: transfer.hideRefs and receive.hideRefs must not name refs/exps or refs/notes."),
    (("hung up unexpectedly", "early eof", "connection reset", "broken pipe", "unexpected disconnect", "rpc failed"),
     "share-cut", "The connection to {remote} broke off.", "Try again: what arrived already stays."),
    (("no space left", "disk quota"), "disk-full", "A disk is full, here or at {remote}.",
     "Free some room, then try again."),
)  # fmt: skip
#: What a server gives as the reason for one ref.
_REASONS: Final = (
    (("hidden ref",), "its server keeps the place of runs for itself",
     "Whoever runs it can open it: receive.hideRefs must not name refs/exps."),
    (("non-fast-forward", "fetch first", "needs force", "already exists", "stale info"),
     "another run of that name is there", "trackside rename {name} NEW, then push again."),
    (("are gone here",), "it is damaged here", "git fsck says what is missing."),
    (("shallow update not allowed",), "the server takes nothing out of a shallow clone", "git fetch --unshallow"),
    (("protected", "not allowed", "prohibited", "permission", "declined", "denied", "gh013"),
     "the server declined it", "What it says is the rule of that project: ask who looks after it."),
)  # fmt: skip


def harmless(text: str) -> str:
    """Return words of Git or of a server with nothing in them that acts on a terminal, and no credentials."""
    return plain(_USER.sub(r"\1", text), _QUOTED)


def explain(remote: str, words: str, status: int) -> GitError:
    """Return the error that fits when nothing travelled."""
    lower = words.lower()
    shown = harmless(remote)
    for parts, code, sentence, hint in _CAUSES:
        if any(part in lower for part in parts):
            return GitError(
                sentence.format(remote=shown), hint=hint.format(remote=shown), code=code,
                detail=_USER.sub(r"\1", words), status=status,
            )  # fmt: skip
    lines = [line for line in words.splitlines() if line.startswith(("fatal:", "error:", "remote:"))]
    # What a server says on its way there is no reason.
    told = [line for line in lines if "fatal:" in line or "error:" in line] or lines
    said = harmless(told[0]) if told else f"exit status {status}"
    return GitError(
        f"{shown} said no: {said}", hint=f"`git ls-remote {shown}` tells whether it can be reached.",
        code="share", detail=_USER.sub(r"\1", words), status=status,
    )  # fmt: skip


def reason_of(name: str, reason: str) -> tuple[str, str]:
    """Return why one run was refused, and what to do."""
    lower = reason.lower()
    for parts, why, hint in _REASONS:
        if any(part in lower for part in parts):
            quoted = "" if why.startswith(("another run", "it is damaged")) else f" ({harmless(reason)})"
            return why + quoted, hint.format(name=name)
    return f"the server refused it: {harmless(reason)}", ""
