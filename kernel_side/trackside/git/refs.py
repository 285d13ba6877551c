"""List refs and move them: every change states the value it expects to find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from trackside.errors import GitError, NameTakenError
from trackside.git.repository import Repository
from trackside.git.runner import translate

#: Where a name that is an object id could also be a ref, Git looks for that in six places, for each of them.
_NO_GUESS: Final = ("core.warnAmbiguousRefs", "false")
#: What Git itself does when nobody asks for more. Ten thousand refs take half as long. In "committed,-reference" Git
#: adds last what it was told to add, so that refs were flushed all the same.
_AS_GIT_DOES: Final = ("core.fsync", "objects")


def list_refs(repository: Repository, *patterns: str) -> dict[str, str]:
    """List refs under the patterns: full name → object id."""
    # Each on a line of its own, which no name holds: ten thousand are told apart in one go.
    out = repository.git.run("for-each-ref", "--format=%(objectname)%0a%(refname)", *patterns)
    lines = out.decode("utf-8", "surrogateescape").split("\n")
    return dict(zip(lines[1::2], lines[::2]))


class Create(NamedTuple):
    """A ref that must not exist yet."""

    ref: str
    oid: str

    def line(self) -> str:
        return f"create {self.ref}\0{self.oid}\0"


class Delete(NamedTuple):
    """A ref that must still hold `oid`."""

    ref: str
    oid: str

    def line(self) -> str:
        return f"delete {self.ref}\0{self.oid}\0"


class Move(NamedTuple):
    """A ref that must still hold `old`."""

    ref: str
    oid: str
    old: str

    def line(self) -> str:
        return f"update {self.ref}\0{self.oid}\0{self.old}\0"


def change_refs(
    repository: Repository, changes: Sequence[Create | Delete | Move], *, is_flushed: bool = True
) -> None:  # fmt: skip
    """Make all changes or none; refs that can be had again (a remote has them) need not be flushed one by one.

    Raises NameTakenError when a ref to create exists, GitError `moved` when one has moved, `locked` when another
    process holds a lock that is needed.
    """
    commands = "start\0" + "".join(change.line() for change in changes) + "commit\0"
    git = repository.git._replace(config=[_NO_GUESS] if is_flushed else [_NO_GUESS, _AS_GIT_DOES])
    answer = git.attempt("update-ref", "-z", "--stdin", stdin=commands.encode("utf-8", "surrogateescape"))
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
    raise translate(words, answer.status, ("update-ref",))
