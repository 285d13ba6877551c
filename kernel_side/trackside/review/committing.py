"""Write one commit for review: by whom, signed as configured, with or without a person's hooks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from trackside.errors import DamagedError, GitError, StateError, TracksideError
from trackside.git.objects import read_object
from trackside.git.repository import Repository, identity
from trackside.git.runner import Output, translate
from trackside.review.configured import AS_COMMITTED

#: Seconds a person has to unlock their key.
_TO_SIGN: Final = 180.0
#: What `git commit` says last when its hooks agreed and there is no signature.
_NOT_WRITTEN: Final = "failed to write commit object"
_UNCLEAN: Final = re.compile(r"[<>\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who made the run, and when it ended, as Git writes dates (`@seconds zone`)."""

    name: str
    email: str
    date: str

    @property
    def environment(self) -> tuple[tuple[str, str], ...]:
        """What tells Git so."""
        return (
            ("GIT_AUTHOR_NAME", self.name),
            ("GIT_AUTHOR_EMAIL", self.email),
            ("GIT_AUTHOR_DATE", self.date),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A commit to be made."""

    tree: str
    parents: tuple[str, ...]
    message: str
    author: Author


def author_of(repository: Repository, experiment: str) -> Author:
    """Return the author of an experiment; where that is a stand-in, the person who promotes it."""
    found = read_object(repository, experiment)
    if found is None:
        raise DamagedError("The commit of that run is gone.", hint="git fsck")
    head = found.data.decode("utf-8", "replace").partition("\n\n")[0]
    line = next((line for line in head.split("\n") if line.startswith("author ")), "author  <> 0 +0000")
    person, _, when = line[len("author ") :].rpartition("> ")
    name, _, email = person.rpartition(" <")
    name, email = (_UNCLEAN.sub("", text).strip() for text in (name, email))
    if not name or email.endswith("@trackside.invalid"):
        own = identity(repository)
        name, email = str(own["name"]), str(own["email"])
    return Author(name=name, email=email, date=f"@{when}" if re.fullmatch(r"\d{1,11} [+-]\d{4}", when) else "@0 +0000")


def identity_problem(repository: Repository) -> TracksideError | None:
    """Say so where Git knows nobody who could commit."""
    if not identity(repository)["fallback"]:
        return None
    return StateError(
        "Git does not know who you are, and a commit for others needs a name.",
        hint='git config user.name "Your Name", and user.email.',
        code="no-identity",
    )


def write_draft(repository: Repository, draft: Draft, *, signs: bool) -> str:
    """Write the commit without any hook; return its id. GitError `not-signed` when no signature came."""
    # `commit-tree` knows nothing of commit.gpgSign.
    args = ["commit-tree", draft.tree, *(word for parent in draft.parents for word in ("-p", parent))]
    args += ["-S"] if signs else ["--no-gpg-sign"]
    git = repository.git._replace(
        trust="publisher" if signs else "owner",
        environment=draft.author.environment,
        timeout=_TO_SIGN if signs else repository.git.timeout,
        config=(*AS_COMMITTED, ("i18n.commitEncoding", "UTF-8")),
    )
    try:
        answer = git.attempt(*args, stdin=draft.message.encode("utf-8", "replace"))
    except GitError as error:
        if not signs or error.code != "git-timeout":
            raise
        raise GitError(
            f"The commit was not signed: the program that signs did not answer in {_TO_SIGN:.0f} seconds.",
            hint="Unlock your key first, or promote without signing.",
            code="not-signed",
        ) from error
    if answer.status != 0:
        failure = translate(answer.err, answer.status, args)
        raise unsigned(answer) if signs and failure.code == "git" else failure
    return answer.out.decode().strip()


def is_unsigned(answer: Output) -> bool:
    """Tell whether `git commit -S` failed because it got no signature."""
    return answer.status != 0 and _NOT_WRITTEN in answer.err


def unsigned(answer: Output) -> GitError:
    """Return the error for it, in the words of the signing program."""
    said = [line.strip() for line in answer.err.splitlines() if line.strip() and _NOT_WRITTEN not in line]
    return GitError(
        f"The commit could not be signed: {said[-1] if said else 'no reason given'}",
        hint="Check user.signingKey and gpg.format, or promote without signing.",
        code="not-signed",
        detail=answer.err,
    )
