"""Push one branch to one remote, as the person's own `git push` would, and never with a question.

Nothing of the clone's configuration changes: no upstream is set. Credentials stay between Git and its helpers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from trackside.errors import GitError, NotFoundError, UsageError
from trackside.git.repository import Repository
from trackside.git.runner import Git, Output
from trackside.review.asked import Progress, silent
from trackside.review.rejections import failed, refused
from trackside.review.remote import Remote
from trackside.review.spoken import Listener, find_link, harmless

_OID: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})?")
_STATES: Final[dict[str, Literal["created", "updated", "unchanged"]]] = {"*": "created", "=": "unchanged"}
#: Seconds without a word, after which a server is given up; hooks there may take their time.
_SILENCE: Final = 600.0
_NO_OPTIONS: Final = "does not support push options"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A push that went through.

    `link` is the address of a request that the server printed, None without one at its own host; `said` are the
    server's lines, harmless to show. `ref` is the ref the server made or moved. `has_options` says whether the
    server took the push options that were given.
    """

    link: str | None
    said: tuple[str, ...]
    state: Literal["created", "updated", "unchanged"]
    ref: str = ""
    has_options: bool = False


def push(
    repository: Repository, remote: Remote, branch: str, *, expected: str | None = None, options: Sequence[str] = (),
    hooks: bool = True, progress: Progress = silent,
) -> Pushed:  # fmt: skip
    """Push `branch` to the branch of the same name.

    `expected` is the commit that the server's branch must still hold, "" when there must be none; what it holds is
    replaced then. None takes only what the server's branch grows into. Push options are left away when the server
    knows none. Raises GitError: `push-…` with the server's own words, `git-timeout`; what `progress` raises stops
    the push and whatever it started.
    """
    ref = check_branch(repository, branch)
    if expected is not None and not _OID.fullmatch(expected):
        raise UsageError(f"{expected[:80]!r} is no id of a commit.")
    lease = [] if expected is None else [f"--force-with-lease={ref}:{expected}"]
    return send(repository, remote, ref, ref, options=options, extra=lease, hooks=hooks, progress=progress)


def send(
    repository: Repository, remote: Remote, source: str, target: str, *, options: Sequence[str] = (),
    extra: Sequence[str] = (), must_take_options: bool = False, hooks: bool = True, progress: Progress = silent,
) -> Pushed:  # fmt: skip
    """Push one ref to another; errors as `push`, and `push-no-options` when the server must take them but cannot."""
    if not remote.name or remote.name.startswith("-"):
        raise UsageError(f"{harmless(remote.name)!r} is no name of a remote.")
    branch = source.removeprefix("refs/heads/")
    listener = Listener(progress, remote.host or remote.name)
    args, refspec = [*_fixed(hooks=hooks), *extra], f"{source}:{target}"
    git = publisher(repository, remote)
    answer = _follow(git, remote, [*args, *_with(options), "--", remote.name, refspec], listener)
    has_options = bool(options)
    if answer.status != 0 and _NO_OPTIONS in answer.err:
        if must_take_options:
            raise GitError(
                f"{remote.name} knows no push options.",
                hint="They are switched on there with receive.advertisePushOptions.",
                code="push-no-options",
            )
        listener, has_options = Listener(progress, remote.host or remote.name), False
        # Options that the person configured would stop it just so: an empty value clears the list.
        git = git._replace(config=[*git.config, ("push.pushOption", "")])
        answer = _follow(git, remote, [*args, "--", remote.name, refspec], listener)
    flag, landed, reason = _told(answer, target)
    if answer.status != 0 or flag == "!":
        if flag == "!":
            raise refused(remote, branch, reason, listener.said, listener.own)
        has_hook = hooks and _has_hook(repository)
        raise failed(remote, branch, listener.said, listener.own, has_hook=has_hook, status=answer.status)
    return Pushed(
        link=find_link(listener.said, remote),
        said=tuple(listener.said),
        state=_STATES.get(flag, "updated"),
        ref=landed,
        # Where nothing is sent, neither are options.
        has_options=has_options and flag != "=",
    )


def _follow(git: Git, remote: Remote, args: Sequence[str], listener: Listener) -> Output:
    try:
        return git.follow(*args, heard=listener.hear)
    except GitError as error:
        if error.code != "git-timeout":
            raise
        raise GitError(
            f"{remote.address} has said nothing for {git.timeout / 60:.0f} minutes; the push was ended.",
            hint=f"Try it in a terminal: `git push {remote.name}` shows whether something waits there.",
            code="push-silent",
        ) from error


def check_branch(repository: Repository, branch: str) -> str:
    """Return the full ref of a branch of this clone; UsageError for what is no name, NotFoundError without it."""
    ref = f"refs/heads/{branch}"
    git = Git(repository.git.folder, "owner")
    # A pattern or a colon in a refspec would push more than one branch, or another one.
    if branch.startswith("-") or "\0" in branch or git.attempt("check-ref-format", ref).status != 0:
        raise UsageError(f"{harmless(branch)!r} cannot be the name of a branch.")
    if git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", ref).status != 0:
        raise NotFoundError(f"There is no branch {harmless(branch)} here.")
    return ref


def publisher(repository: Repository, remote: Remote) -> Git:
    """Return Git as the person who pushes, with everything off that would ask them something."""
    git = Git(repository.git.folder, "publisher", timeout=_SILENCE)
    own = git.attempt("config", "--get-regexp", r"^core\.(sshcommand|askpass)$").out.decode("utf-8", "replace").lower()
    config = [
        # Helpers that can open a window (from Git 2.47 on, Git itself too) know this.
        ("credential.interactive", "false"),
        # One branch is pushed and no more, even where everything is usually mirrored.
        (f"remote.{remote.name}.mirror", "false"),
    ]
    if "core.askpass" not in own:
        # Or the program that asks for ssh's passwords is asked for Git's, in a window.
        config.append(("core.askPass", ""))
    if "core.sshcommand" not in own and "GIT_SSH" not in os.environ:
        # GIT_SSH_COMMAND still goes before it; GIT_SSH would not.
        config.append(("core.sshCommand", "ssh -o BatchMode=yes -o ConnectTimeout=30"))
    return git._replace(config=config)


def _fixed(*, hooks: bool) -> list[str]:
    verify = "--verify" if hooks else "--no-verify"
    return ["push", "--porcelain", "--progress", "--no-follow-tags", verify]


def _with(options: Sequence[str]) -> list[str]:
    """Return push options as arguments: on one line each, as Git wants them."""
    return [f"--push-option={' '.join(option.replace(chr(0), '').splitlines())}" for option in options]


def _told(answer: Output, target: str) -> tuple[str, str, str]:
    """Return what became of the ref: git's flag ("" when it was not even tried), where it landed, the reason."""
    found = ("", target, "")
    for line in answer.out.decode("utf-8", "replace").splitlines():
        flag, tab, rest = line.partition("\t")
        refs, second, summary = rest.partition("\t")
        if len(flag) != 1 or not tab or not second:
            continue
        reason = re.search(r"\((.*)\)\s*$", summary)
        told = (flag, refs.partition(":")[2] or target, harmless(reason[1] if reason else summary))
        # With several addresses of one remote, one that refused is what must be told.
        if flag == "!":
            return told
        found = told
    return found


def _has_hook(repository: Repository) -> bool:
    answer = Git(repository.git.folder, "publisher").attempt("rev-parse", "--git-path", "hooks/pre-push")
    path = answer.out.decode("utf-8", "surrogateescape").rstrip("\n")
    top = repository.toplevel or repository.git_dir
    return answer.status == 0 and (top / path).is_file()
