"""Write a commit without touching work tree or index: one `fast-import` on top of a parent's tree."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from trackside.errors import DamagedError, GitError
from trackside.git.repository import Repository
from trackside.git.runner import translate

_ESCAPES: Final = {ord('"'): '\\"', ord("\\"): "\\\\"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommit:
    """A commit to be written: `parent`'s tree with `drop` removed, `changes` applied and `files` put in.

    changes: (path, mode or None for a deletion, object id); files: path → content; times in whole unix seconds.
    """

    parent: str | None
    message: str
    author: Mapping[str, Any]
    authored: int
    committed: int
    tz: str
    drop: Sequence[str] = ()
    changes: Sequence[tuple[str, str | None, str | None]] = ()
    files: Mapping[str, bytes] | None = None


#: What Git says when a ref moved, went or came between its look and its lock.
_RACES: Final = ("but expected", "unable to resolve reference", "reference already exists")


def write_commit(repository: Repository, ref: str, commit: NewCommit) -> str:
    """Write the commit, point `ref` at it (whatever it held) and return its id; the ref keeps gc away.

    Raises DamagedError (code `blob-missing`) when an object of `changes` is gone, GitError `locked` when another
    process writes the same ref.
    """
    stream = b"".join(_stream(ref, commit))
    args = ("fast-import", "--quiet", "--done", "--force", "--date-format=raw")
    answer = repository.git.attempt(*args, stdin=stream)
    if answer.status == 0 and answer.out.strip():
        return answer.out.decode().split()[0]
    remove_crash_report(repository, answer.err)
    if any(words in answer.err for words in _RACES):
        raise GitError("Another process seals the same run.", hint="Try again.", code="locked", detail=answer.err)
    if "not found" in answer.err or "Not a blob" in answer.err or "missing" in answer.err:
        raise DamagedError(
            "Git lost an object of this run's snapshot.",
            hint="It is written again where it can be.",
            code="blob-missing",
        )
    raise translate(answer.err, answer.status, args)


def _stream(ref: str, commit: NewCommit) -> list[bytes]:
    who = person(commit.author)
    message = commit.message.encode("utf-8", "replace")
    parts = [
        f"commit {ref}\nmark :1\n".encode(),
        b"author %s %d %s\n" % (who, commit.authored, commit.tz.encode()),
        b"committer %s %d %s\n" % (who, commit.committed, commit.tz.encode()),
        b"data %d\n%s\n" % (len(message), message),
    ]
    if commit.parent:
        parts.append(f"from {commit.parent}\n".encode())
    parts += [b"D %s\n" % quote(path) for path in commit.drop]
    parts += [b"D %s\n" % quote(path) for path, mode, _ in commit.changes if mode is None]
    parts += [f"M {mode} {oid} ".encode() + quote(path) + b"\n" for path, mode, oid in commit.changes if mode]
    for path, data in sorted((commit.files or {}).items()):
        parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (quote(path), len(data), data))
    parts.append(b"\nget-mark :1\ndone\n")
    return parts


def quote(path: str) -> bytes:
    """Quote a path for fast-import: C style, every byte outside printable ASCII in octal."""
    raw = path.encode("utf-8", "surrogateescape")
    return (
        b'"'
        + "".join(
            _ESCAPES.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}") for byte in raw
        ).encode()
        + b'"'
    )


def person(author: Mapping[str, Any]) -> bytes:
    """Write who made a commit, as fast-import takes it: name <email>."""

    def clean(text: object) -> str:
        return "".join(char for char in str(text) if char not in "<>\n\r\0").strip()

    return f"{clean(author.get('name'))} <{clean(author.get('email'))}>".encode("utf-8", "replace")


def remove_crash_report(repository: Repository, words: str) -> None:
    """Remove the report a failing fast-import leaves in the user's git folder; it names itself on stderr."""
    for line in words.splitlines():
        if "dumping crash report to" in line:
            name = os.path.basename(line.rpartition(" ")[2])
            if name.startswith("fast_import_crash_"):
                with contextlib.suppress(OSError):
                    (repository.git_dir / name).unlink()


__all__ = ["NewCommit", "person", "quote", "remove_crash_report", "write_commit"]
