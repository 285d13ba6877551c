"""The branch a run is meant for: which one is usual, and where it stands as far as this clone knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trackside.errors import NotFoundError, UsageError
from trackside.git.refs import list_refs
from trackside.git.repository import Repository

_USUAL: Final = ("main", "master", "trunk", "develop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Onto:
    """A target branch: its short name, its commit, and the ref that told it."""

    name: str
    oid: str
    ref: str

    @property
    def is_fetched(self) -> bool:
        """Whether it is what was last fetched from a remote."""
        return self.ref.startswith("refs/remotes/")


def find_onto(refs: dict[str, str], default: str | None, asked: str, remote: str) -> Onto | None:
    """Find the target among refs; NotFoundError when the one asked for is not here, None when none is usual.

    What was fetched from the remote comes before the local branch of that name: requests are made against it.
    """
    if asked.startswith("-"):
        raise UsageError(f"{asked!r} cannot be the name of a branch.", code="bad-name")
    asked = asked.removeprefix("refs/heads/")
    if asked.startswith(f"{remote}/") and f"refs/heads/{asked}" not in refs:
        asked = asked[len(remote) + 1 :]
    for name in [asked] if asked else [name for name in (default, *_USUAL) if name]:
        for ref in (f"refs/remotes/{remote}/{name}", f"refs/heads/{name}"):
            if ref in refs:
                return Onto(name=name, oid=refs[ref], ref=ref)
    if asked:
        raise NotFoundError(
            f"There is no branch {asked} to compare with here.", hint="git fetch, or name another.", code="no-onto"
        )
    return None


def default_branch(repository: Repository, refs: dict[str, str], remote: str) -> str | None:
    """Name the default branch of a remote, as its clone was told; None when it was not."""
    if f"refs/remotes/{remote}/HEAD" not in refs:
        return None
    prefix = f"refs/remotes/{remote}/"
    head = repository.git.attempt("symbolic-ref", "--quiet", f"{prefix}HEAD")
    name = head.out.decode("utf-8", "surrogateescape").rstrip("\n")
    return name[len(prefix) :] if head.status == 0 and name.startswith(prefix) else None


def usual_remote(refs: dict[str, str], asked: str) -> str:
    """Name the remote asked for, else origin, else the first one."""
    names = sorted({ref.split("/")[2] for ref in refs if ref.startswith("refs/remotes/")})
    return asked or ("origin" if "origin" in names or not names else names[0])


def list_branches(repository: Repository) -> dict[str, str]:
    """List local branches and those fetched from remotes."""
    return list_refs(repository, "refs/heads", "refs/remotes")
