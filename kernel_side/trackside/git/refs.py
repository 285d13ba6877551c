"""List refs and move them: every change states the value it expects to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trackside.errors import GitError, NameTakenError
from trackside.git.repository import Repository


def list_refs(repository: Repository, *patterns: str) -> dict[str, str]:
    """List refs under the patterns: full name → object id."""
    out = repository.git.run("for-each-ref", "--format=%(objectname) %(refname)", *patterns)
    refs = {}
    for line in out.decode("utf-8", "surrogateescape").splitlines():
        oid, _, name = line.partition(" ")
        refs[name] = oid
    return refs


@dataclass(frozen=True, slots=True)
class Create:
    """A ref that must not exist yet."""

    ref: str
    oid: str

    def line(self) -> str:
        return f"create {self.ref}\0{self.oid}\0"


@dataclass(frozen=True, slots=True)
class Delete:
    """A ref that must still hold `oid`."""

    ref: str
    oid: str

    def line(self) -> str:
        return f"delete {self.ref}\0{self.oid}\0"


def change_refs(repository: Repository, changes: Sequence[Create | Delete]) -> None:
    """Make all changes or none; raises NameTakenError when a ref to create exists, GitError when one has moved."""
    commands = "start\0" + "".join(change.line() for change in changes) + "commit\0"
    answer = repository.git.attempt(
        "update-ref", "-z", "--stdin", stdin=commands.encode("utf-8", "surrogateescape")
    )
    if answer.status == 0:
        return
    words = answer.err
    if "reference already exists" in words:
        raise NameTakenError("A run of that name exists already.", hint="Choose another name.")
    if "unable to resolve reference" in words or "but expected" in words or "is at " in words:
        raise GitError(
            "Somebody else changed that run at the same moment.",
            hint="Look again, then retry.",
            code="moved",
            detail=words,
        )
    from trackside.git.runner import translate

    raise translate(words, answer.status, ("update-ref",))
