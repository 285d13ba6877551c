"""Talk to one remote through Git: list its refs, fetch objects by id, push refs; never with a question or by force."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import get_ident
from typing import Final

from trackside.errors import NotFoundError, StateError
from trackside.git.repository import Repository
from trackside.git.runner import Git, Output
from trackside.refs import EXPERIMENTS, NOTES, is_oid
from trackside.sharing.scratch import scratch_repository
from trackside.sharing.told import Progress, silent
from trackside.sharing.trouble import explain, harmless

#: Seconds a remote may be silent.
_SILENCE: Final = 300.0
#: Refs pushed in one go: what a broken connection costs. The remote looks through all it has for each go.
AT_ONCE: Final = 10_000
#: Git compares each ref on its command line with all others: 3,000 of 10,000 took a minute.
_FEW: Final = 20
#: What Git says when it lacks an object of what it is to send.
_GONE: Final = ("unable to read", "bad object", "bad tree object", "does not match any", "missing blob", "missing tree")
#: Git takes no more memory than this for one object a remote sends, or for the list of them; what needs more is refused
#: before it is unpacked, however well it was compressed.
LARGEST_OBJECT: Final = 512 * 1024 * 1024
#: A fetch that receives more than this is ended.
MOST_RECEIVED: Final = 4 * 1024**3
TOO_LARGE: Final = "over limit"
_RECEIVED: Final = re.compile(r"(?:Receiv|Unpack)ing objects: .*, ([0-9.]+) (bytes|[KMG]iB)")
_UNITS: Final = {"bytes": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_PERCENT: Final = re.compile(r"(?:remote: )?([A-Z][a-z]+ [a-z]+): +(\d{1,3})% \(")


class _TooMuchError(Exception):
    """More is being received than anybody wants."""


def pick_remote(repository: Repository, asked: str = "") -> str:
    """Choose the remote: the one asked for, else Git's own choice for pushing, else origin, else the only one."""
    git = repository.git._replace(trust="owner")
    names = git.run("remote").decode("utf-8", "surrogateescape").split("\n")[:-1]
    names = [name for name in names if not name.startswith("-")]
    if asked:
        if asked in names:
            return asked
        known = f"There are: {', '.join(map(harmless, names))}." if names else "git remote add NAME ADDRESS makes one."
        raise NotFoundError(f"There is no remote named {harmless(asked)} here.", hint=known, code="no-remote")
    if not names:
        raise NotFoundError(
            "This repository has no remote.", hint="git remote add origin ADDRESS, then again.", code="no-remote"
        )
    usual = git.attempt("config", "--get", "remote.pushDefault").out.decode("utf-8", "surrogateescape").strip()
    for name in (usual, "origin"):
        if name in names:
            return name
    if len(names) == 1:
        return names[0]
    raise NotFoundError(
        "Which remote?", hint=f"Name one of: {', '.join(map(harmless, names))}.", code="no-remote"
    )  # fmt: skip


def split_words(repository: Repository, words: Sequence[str]) -> tuple[str, list[str]]:
    """Tell the remote ("" for none) from the runs: the first word is a remote when one is called so."""
    names = repository.git._replace(trust="owner").run("remote").decode("utf-8", "surrogateescape").split("\n")[:-1]
    is_first = bool(words) and words[0] in names
    return (words[0] if is_first else ""), list(words[1:] if is_first else words)


@dataclass(slots=True)
class Peer:
    """One remote of a clone, spoken to as its person would speak to it."""

    repository: Repository
    name: str
    progress: Progress = silent
    #: What the server said while it refused something, line by line.
    said: list[str] = field(default_factory=list, init=False)
    _git: Git | None = field(default=None, init=False)
    _is_stopped: bool = field(default=False, init=False)
    #: Threads with something under way: what the first is at is told, so that no share goes to and fro.
    _under_way: list[int] = field(default_factory=list, init=False)

    def stop(self) -> None:
        """End what is being sent or fetched, which may be in another thread."""
        self._is_stopped = True

    def wait(self, message: str) -> None:
        """Tell what is waited for; raise when it is no longer wanted."""
        if self._is_stopped:
            raise StateError("Stopped.", code="cancelled")
        self.progress(message, None)

    def listed(self) -> dict[str, str]:
        """List the refs of runs and annotations there: name → object id; everything in it is a stranger's."""
        answer = self._run("Asking", "ls-remote", "--refs", "--", self.name, f"{EXPERIMENTS}*", NOTES)
        if answer.status != 0:
            raise explain(self.name, answer.err, answer.status)
        found = {}
        for line in answer.out.decode("utf-8", "surrogateescape").splitlines():
            oid, _, ref = line.partition("\t")
            if is_oid(oid) and (ref.startswith(EXPERIMENTS) or ref == NOTES):
                found[ref] = oid
        return found

    def fetch(self, oids: Sequence[str]) -> Output:
        """Fetch commits by id, every object checked; no ref and no FETCH_HEAD is written.

        What is larger than `LARGEST_OBJECT` and `MOST_RECEIVED` allow fails with `TOO_LARGE` among Git's words.
        """
        try:
            return self._fetch(oids)
        except _TooMuchError:
            return Output(1, b"", TOO_LARGE)

    def _fetch(self, oids: Sequence[str]) -> Output:
        git = self._publisher()
        # Objects above that threshold would be unpacked piece by piece, past the limit on memory.
        config = [*git.config, ("core.bigFileThreshold", str(2 * LARGEST_OBJECT))]
        bounded = git._replace(config=config, environment=[("GIT_ALLOC_LIMIT", str(LARGEST_OBJECT))])
        return self._follow(
            bounded, "Fetching from", "fetch", "--progress", "--no-tags", "--no-write-fetch-head", "--refmap=",
            "--no-prune", "--no-recurse-submodules", "--no-auto-maintenance", "--no-show-forced-updates", "--no-filter",
            "--", self.name, *oids,
        )  # fmt: skip

    def push(self, refs: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Create refs there, name → object id; return for each Git's flag ("!" for refused) and the reason.

        Nothing is forced: a ref that holds something else meanwhile is refused. Raises GitError when nothing was
        even tried.
        """
        found: dict[str, tuple[str, str]] = {}
        for part in _parts(refs):
            found.update(self._push_part(part))
        return found

    def _push_part(self, part: Mapping[str, str]) -> dict[str, tuple[str, str]]:
        """Push refs in one go; when objects of one are gone here, find it by halves and send the others."""
        if len(part) <= _FEW:
            answer = self._push(*(f"{oid}:{ref}" for ref, oid in part.items()))
        else:
            with scratch_repository(self.repository, part) as folder:
                answer = self._push(f"{EXPERIMENTS}*:{EXPERIMENTS}*", git_dir=folder)
        told = _told(answer)
        own = "\n".join(line for line in answer.err.splitlines() if not line.startswith("remote:"))
        is_gone = answer.status != 0 and any(words in own for words in _GONE)
        if answer.status == 0 or (any(flag == "!" for flag, _ in told.values()) and not is_gone):
            if answer.status != 0:
                self.said += _words_of_server(answer.err)
            return told
        if not is_gone:
            raise explain(self.name, answer.err, answer.status)
        items = list(part.items())
        if len(items) == 1:
            return {items[0][0]: ("!", "objects of it are gone here")}
        middle = len(items) // 2
        return {**self._push_part(dict(items[:middle])), **self._push_part(dict(items[middle:]))}

    def _push(self, *refspecs: str, git_dir: str = "") -> Output:
        before = [f"--git-dir={git_dir}"] if git_dir else []
        return self._run(
            "Sending to", *before, "push", "--porcelain", "--progress", "--no-follow-tags", "--recurse-submodules=no",
            "--", self.name, *refspecs,
        )  # fmt: skip

    def _run(self, doing: str, *args: str) -> Output:
        return self._follow(self._publisher(), doing, *args)

    def _follow(self, git: Git, doing: str, *args: str) -> Output:
        message = f"{doing} {harmless(self.name)}"
        me = get_ident()

        def hear(line: str) -> None:
            if self._is_stopped:
                raise StateError("Stopped.", code="cancelled")
            received = _RECEIVED.match(line)
            if received and float(received[1]) * _UNITS[received[2]] > MOST_RECEIVED:
                raise _TooMuchError
            counted = _PERCENT.match(line)
            if self._under_way[0] == me:
                self.progress(f"{message}: {counted[1].lower()}" if counted else message, _share(counted))

        self._under_way.append(me)
        try:
            return git.follow(*args, heard=hear)
        finally:
            self._under_way.remove(me)

    def _publisher(self) -> Git:
        """Return Git as the person whose clone it is, with everything off that would ask them something."""
        if self._git is not None:
            return self._git
        git = Git(self.repository.git.folder, "publisher", timeout=_SILENCE)
        own = git.attempt("config", "--get-regexp", r"^core\.(sshcommand|askpass)$").out.decode("utf-8", "replace")
        hooks = git.attempt("rev-parse", "--git-path", "hooks").out.decode("utf-8", "surrogateescape").rstrip("\n")
        config = [
            ("credential.interactive", "false"),
            ("push.autoSetupRemote", "false"),
            (f"remote.{self.name}.mirror", "false"),
            ("core.hooksPath", os.path.abspath(os.path.join(git.folder, hooks))),
            # What a stranger made is checked on the way in, whatever is configured.
            ("fetch.fsckObjects", "true"),
            ("transfer.fsckObjects", "true"),
            ("fetch.writeCommitGraph", "false"),
        ]
        if "askpass" not in own.lower():
            config.append(("core.askPass", ""))
        if "sshcommand" not in own.lower() and "GIT_SSH" not in os.environ:
            config.append(("core.sshCommand", "ssh -o BatchMode=yes -o ConnectTimeout=30"))
        self._git = git._replace(config=config)
        return self._git


def _parts(refs: Mapping[str, str]) -> Iterator[dict[str, str]]:
    items = list(refs.items())
    for begin in range(0, len(items), AT_ONCE):
        yield dict(items[begin : begin + AT_ONCE])


def _share(counted: re.Match[str] | None) -> float | None:
    return min(int(counted[2]), 100) / 100 if counted else None


def _words_of_server(err: str) -> list[str]:
    """Return what a server had to say, without how far it is."""
    said = [harmless(line.removeprefix("remote:").strip()) for line in err.splitlines() if line.startswith("remote:")]
    return [line for line in said if line and not re.search(r"\d+% \(|, done\.$", line)]


def _told(answer: Output) -> dict[str, tuple[str, str]]:
    found = {}
    for line in answer.out.decode("utf-8", "surrogateescape").splitlines():
        flag, _, rest = line.partition("\t")
        names, tab, summary = rest.partition("\t")
        if len(flag) == 1 and tab:
            reason = re.search(r"\((.*)\)\s*$", summary)
            found[names.partition(":")[2]] = (flag, reason[1] if reason else summary)
    return found
