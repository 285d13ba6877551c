"""Run one git process: fixed environment, own session, three levels of trust.

*owner*: the person whose clone it is, at a kernel or a terminal. Their own content filters run, as `git add`
would run them. *publisher*: the same person, who asked that a commit be made or pushed for others: their hooks,
their signing and the transports they configured work as in their own `git commit` and `git push`. *reader*: a
server, or data somebody else made. Only commands that read objects and refs are allowed, and none of them runs
anything a repository's configuration names.
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Final, Literal, NamedTuple

from trackside.errors import GitError, GitMissingError, NoRepositoryError, StorageError, TracksideError

Trust = Literal["owner", "publisher", "reader"]
OLDEST_GIT: Final = (2, 31)

#: Inherited variables that carry the user's identity or where their configuration lies; every other GIT_* is
#: dropped, since a stray GIT_DIR or GIT_INDEX_FILE would send our writes elsewhere.
_KEPT: Final = frozenset(
    {
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CEILING_DIRECTORIES",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_EXEC_PATH",
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
    }
)
#: How a person reaches their remotes: kept for whoever pushes, on top of the others.
_KEPT_TO_PUBLISH: Final = frozenset(
    {"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_PROXY_SSL_CAINFO", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH",
     "GIT_SSL_CERT", "GIT_SSL_KEY", "GIT_SSL_NO_VERIFY", "GIT_ALLOW_PROTOCOL", "GIT_ASKPASS"}
)  # fmt: skip
#: What only a publisher may do as configured.
_CLOSED: Final = frozenset({"core.hooksPath", "core.safecrlf", "commit.gpgSign", "protocol.allow"})
#: Configuration forced on every call. `protocol.allow` stops a partial clone from fetching behind our back
#: (GIT_NO_LAZY_FETCH does the same, but only from Git 2.45 on).
_FORCED: Final = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", os.devnull),
    ("core.safecrlf", "false"),
    ("core.fsync", "committed"),
    # Written out before a ref names it, without flushing the drive for each of a dozen small objects, which takes
    # three times as long on a busy disk; the journal is flushed, and writes again what a power cut took.
    ("core.fsyncMethod", "writeout-only"),
    ("core.quotePath", "true"),
    ("commit.gpgSign", "false"),
    ("log.showSignature", "false"),
    ("core.logAllRefUpdates", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("advice.detachedHead", "false"),
    ("fastimport.unpackLimit", "200"),
    ("protocol.allow", "never"),
    ("core.pager", "cat"),
    ("diff.external", ""),
)
#: `var` only prints what is configured, such as the author of commits; it starts nothing.
_READING: Final = frozenset(
    {"rev-parse", "for-each-ref", "cat-file", "ls-tree", "rev-list", "diff-tree", "merge-base", "var"}
)


class Output(NamedTuple):
    """What a git process said: exit status, standard output, standard error."""

    status: int
    out: bytes
    err: str


class Git(NamedTuple):
    """Git at one folder with one level of trust."""

    folder: str
    trust: Trust = "owner"
    timeout: float = 600.0
    #: Configuration set on top of what is forced on every call.
    config: Sequence[tuple[str, str]] = ()
    #: Variables set for this call, whatever was inherited: an author, an index of our own.
    environment: Sequence[tuple[str, str]] = ()

    def run(self, *args: str, stdin: bytes = b"", ok: Sequence[int] = (0,), is_much: bool = False) -> bytes:
        """Run git and return its output; raise the TracksideError that fits unless it exits with one of `ok`.

        Megabytes are better asked for with `is_much`.
        """
        answer = self.attempt(*args, stdin=stdin, is_much=is_much)
        if answer.status not in ok:
            raise translate(answer.err, answer.status, args)
        return answer.out

    def attempt(self, *args: str, stdin: bytes = b"", is_much: bool = False) -> Output:
        """Run git and return what it said, whatever its exit status; GitError `git-timeout` when it never ends."""
        if is_much:
            with in_memory() as file:
                if file is not None:
                    answer = self._attempt(args, stdin, file)
                    return Output(answer.status, _content(file), answer.err)
        return self._attempt(args, stdin, subprocess.PIPE)

    def run_into(self, file: int, *args: str, stdin: bytes) -> None:
        """Run git with its output going into an open file; raise as `run` does."""
        answer = self._attempt(args, stdin, file)
        if answer.status != 0:
            raise translate(answer.err, answer.status, args)

    def attempt_within(self, most: int, *args: str, stdin: bytes) -> bytes | None:
        """Run git and return its output; None when it says more than `most` bytes, fails, or cannot be held to that."""
        with in_memory() as file:
            if file is None:
                return None
            answer = self._attempt(args, stdin, file, most)
            return _content(file) if answer.status == 0 else None

    def follow(self, *args: str, heard: Callable[[str], None]) -> Output:
        """Run git and give each line of its standard error to `heard` as it comes; a carriage return ends one too.

        `heard` gets "" about four times a second while git is silent. What it raises ends git and whatever git
        started, and is raised here. `timeout` is the longest silence: GitError `git-timeout`.
        """
        process = self._start(args, subprocess.PIPE, stdin=subprocess.DEVNULL)
        pipes = _Pipes(process)
        try:
            while (line := pipes.next_line(self.timeout)) is not None:
                heard(line)
        except TimeoutError:
            raise self._too_long(args) from None
        finally:
            # On the way out of an error it still runs; what it started (ssh, a transport) goes with it.
            if process.poll() is None:
                _kill(process)
        return Output(process.returncode, pipes.out, "\n".join(pipes.lines))

    def _attempt(self, args: Sequence[str], stdin: bytes, stdout: int, most: int = 0) -> Output:
        process = self._start(args, stdout)
        try:
            if most and not _hold_to(process.pid, most):
                return Output(1, b"", "")
            out, err = process.communicate(stdin, timeout=self.timeout)
        except subprocess.TimeoutExpired as error:
            raise self._too_long(args) from error
        finally:
            if process.poll() is None:
                _kill(process)
        return Output(process.returncode, out or b"", err.decode("utf-8", "replace"))

    def _start(self, args: Sequence[str], stdout: int, stdin: int = subprocess.PIPE) -> _Process:
        if self.trust == "reader" and args[0] not in _READING:
            raise AssertionError(f"a reader may not run git {args[0]}")
        try:
            # Its own session: Ctrl-C in the kernel must not reach a half-written object.
            return _Process(
                ["git", *args],
                cwd=self.folder,
                env={**_environment(self.trust, self.config), **dict(self.environment)},
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            if not os.path.isdir(self.folder):
                raise NoRepositoryError(f"There is no folder {self.folder}.") from error
            raise GitMissingError(
                "The git program was not found.",
                hint="Install Git 2.31 or newer and make sure it is on PATH.",
            ) from error
        except OSError as error:
            raise StorageError(f"Git could not be started: {error.strerror}.", code="git-start") from error

    def _too_long(self, args: Sequence[str]) -> GitError:
        return GitError(
            f"git {args[0]} took longer than {self.timeout:.0f} seconds.",
            hint="Is the repository on a slow or unreachable disk?",
            code="git-timeout",
        )


class _Pipes:
    """What a process says on both its pipes, read as it comes."""

    #: How often silence is told.
    _TICK: Final = 0.25
    #: How long a pipe is read on after the process has ended: what it left running, as a connection that ssh keeps
    #: for the next call, holds it open for minutes.
    _AFTER: Final = 1.0
    #: A line longer than this is told in pieces.
    _LONGEST: Final = 65_536

    def __init__(self, process: _Process) -> None:
        self.lines: list[str] = []
        self._process = process
        self._out: list[bytes] = []
        self._begun = b""
        self._told: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._since = time.monotonic()
        self._is_done = False
        self._ended: float | None = None
        assert process.stdout is not None and process.stderr is not None
        self._reader = self._read(process.stdout, self._out.append)
        self._read(process.stderr, self._told.put)

    @property
    def out(self) -> bytes:
        """All of standard output, once the last line was told."""
        self._reader.join(self._AFTER)
        return b"".join(list(self._out))

    def next_line(self, silence: float) -> str | None:
        """Return the next line, "" after a moment without one, None at the end; TimeoutError after `silence` s."""
        while True:
            parts = re.split(rb"[\r\n]+", self._begun, maxsplit=1)
            if len(parts) == 2 or len(self._begun) > self._LONGEST or (self._is_done and self._begun):
                self._begun = parts[1] if len(parts) == 2 else b""
                line = parts[0].decode("utf-8", "replace")
                if line:
                    self.lines.append(line)
                    return line
                continue
            if self._is_done:
                self._process.wait()
                return None
            try:
                chunk = self._told.get(timeout=self._TICK)
            except queue.Empty:
                if self._process.poll() is not None:
                    self._ended = self._ended or time.monotonic()
                    self._is_done = time.monotonic() - self._ended > self._AFTER
                elif time.monotonic() - self._since > silence:
                    raise TimeoutError from None
                return ""
            self._since = time.monotonic()
            self._is_done = not chunk
            self._begun += chunk

    @staticmethod
    def _read(pipe: IO[bytes], take: Callable[[bytes], None]) -> threading.Thread:
        def read() -> None:
            with pipe:
                while chunk := os.read(pipe.fileno(), 65_536):
                    take(chunk)
            take(b"")

        thread = threading.Thread(target=read, name="trackside-git-pipe", daemon=True)
        thread.start()
        return thread


@contextlib.contextmanager
def in_memory() -> Iterator[int | None]:
    """Open a file that is only in memory; None where the system has none.

    Git writes it in its own time. Through a pipe, 4 kB at a time, both sides wake each other thousands of times: ten
    thousand records came in half a second, of which Python was busy for a fifth.
    """
    try:
        file = os.memfd_create("trackside-git")
    except (AttributeError, OSError):
        yield None
        return
    try:
        yield file
    finally:
        os.close(file)


def _hold_to(pid: int, most: int) -> bool:
    """Let a process that has not been asked anything yet write no file longer than this; tell whether that is so."""
    try:
        import resource

        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        # It ends by a signal that may leave a core.
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
    except (ImportError, AttributeError, OSError):
        return False
    return True


def _content(file: int) -> bytes:
    # Git shares the position, which is at the end.
    with open(file, "rb", buffering=0, closefd=False) as whole:
        whole.seek(0)
        return whole.read()


class _Process(subprocess.Popen[bytes]):
    """A process that is waited for without polling once its pipes are closed.

    `communicate` with a time limit then sleeps in steps of half a millisecond and more, five times in every seal.
    The limit keeps its meaning: whoever hangs, hangs with its output open.
    """

    def wait(self, timeout: float | None = None) -> int:
        del timeout
        return super().wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End git and what it started: a content filter that hangs would outlive it and hold the pipes open."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _environment(trust: Trust, config: Sequence[tuple[str, str]]) -> dict[str, str]:
    is_open = trust == "publisher"
    kept = _KEPT | _KEPT_TO_PUBLISH if is_open else _KEPT
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in kept}
    settings = [*((key, value) for key, value in _FORCED if not is_open or key not in _CLOSED), *config]
    environment.update(
        LC_ALL="C",
        LANGUAGE="C",
        GIT_TERMINAL_PROMPT="0",
        GIT_OPTIONAL_LOCKS="0",
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_CONFIG_COUNT=str(len(settings)),
    )
    if not is_open:
        # A push sends objects that a partial clone may lack, and fetches them as the person's own does.
        environment["GIT_NO_LAZY_FETCH"] = "1"
    for number, (key, value) in enumerate(settings):
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment


#: What git says → which error it is: (part of its words, code, sentence, hint).
_WORDS: Final = (
    ("dubious ownership", "other-owner", "This repository belongs to another user, so Git will not open it.",
     "If you trust it: git config --global --add safe.directory <folder>"),
    ("No space left on device", "disk-full", "The disk is full.",
     "Free some room; nothing logged so far is lost, `trackside recover` finishes the rest."),
    ("Disk quota exceeded", "disk-full", "The disk quota is used up.",
     "Free some room; nothing logged so far is lost, `trackside recover` finishes the rest."),
    ("Read-only file system", "read-only", "The repository is on a read-only disk.",
     "Runs stay in the journal until the repository can be written."),
    ("Input/output error", "disk-error", "The disk reported an input/output error.",
     "Check the disk; runs stay in the journal until it can be written."),
    ("Too many open files", "too-many-files", "Too many files are open in this process.",
     "Raise the limit (ulimit -n) or close files; `trackside recover` finishes the rest."),
    ("insufficient permission", "no-permission", "The repository's object store cannot be written.",
     "Check who owns the .git folder; runs stay in the journal until it can be written."),
    ("Permission denied", "no-permission", "The repository cannot be written.",
     "Check who owns the .git folder; runs stay in the journal until it can be written."),
    ("File exists", "locked", "Another Git process holds a lock in this repository.",
     "Wait for it; if none is running, `trackside doctor` names the stale lock."),
    ("index file corrupt", "index-damaged", "The repository's index is damaged.",
     "git fsck, then `rm .git/index && git reset` rebuilds it."),
    ("transport '", "objects-missing", "This partial clone lacks an object that is needed here.",
     "Run `git fetch` or check the files out while its remote can be reached."),
    ("promisor remote", "objects-missing", "This partial clone lacks an object that is needed here.",
     "Run `git fetch` or check the files out while its remote can be reached."),
)  # fmt: skip
_STORAGE: Final = frozenset({"disk-full", "read-only", "disk-error", "too-many-files", "no-permission"})


def translate(words: str, status: int, args: Sequence[str]) -> TracksideError:
    """Turn git's words into the error that fits."""
    if "not a git repository" in words or "must be run in a work tree" in words:
        return NoRepositoryError(
            "This folder is in no Git repository.",
            hint="`git init` makes one and adopts the runs kept so far.",
            detail=words,
        )
    if "dangling symref" not in words and ("ambiguous argument 'HEAD'" in words or "Needed a single revision" in words):
        return GitError(
            "This repository has no commit yet.", hint="Make a first commit.", code="no-commit", detail=words
        )
    for part, code, message, hint in _WORDS:
        if part in words:
            if code in _STORAGE:
                return StorageError(message, hint=hint, code=code)
            return GitError(message, hint=hint, code=code, detail=words, status=status)
    last = words.strip().splitlines()[-1] if words.strip() else f"exit status {status}"
    return GitError(f"git {args[0]} failed: {last}", code="git", detail=words, status=status)
