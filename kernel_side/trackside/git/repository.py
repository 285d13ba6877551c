"""Find the repository a folder belongs to, and say in which state it is."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from trackside.errors import GitError, GitMissingError, NoRepositoryError
from trackside.git.runner import OLDEST_GIT, Git, Trust, translate

#: File in the git folder → what is under way.
_UNDER_WAY: Final = (
    ("MERGE_HEAD", "merge"),
    ("rebase-merge", "rebase"),
    ("rebase-apply", "rebase"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("BISECT_LOG", "bisect"),
)


class Repository(NamedTuple):
    """One clone as seen from one work tree; `toplevel` is None in a bare repository."""

    toplevel: Path | None
    git_dir: Path
    common_dir: Path
    object_format: str
    trust: Trust

    @property
    def git(self) -> Git:
        """Git at the top of the work tree (or in the git folder of a bare repository)."""
        return Git(str(self.toplevel or self.git_dir), self.trust)

    @property
    def own_dir(self) -> Path:
        """Where Trackside keeps what is not in Git: `<git common dir>/trackside`."""
        return self.common_dir / "trackside"

    def under_way(self) -> list[str]:
        """List the operations a person has begun and not finished (merge, rebase, bisect, …)."""
        found = [what for name, what in _UNDER_WAY if (self.git_dir / name).exists()]
        return sorted(set(found))

    def relative(self, path: str | os.PathLike[str]) -> str | None:
        """Return `path` from the top of the work tree with slashes, or None when it lies outside.

        Links are followed in the folders, so that a link out of the repository is outside; the last
        component is kept as it is named.
        """
        if self.toplevel is None:
            return None
        whole = Path(os.path.abspath(path))
        try:
            inside = (Path(os.path.realpath(whole.parent)) / whole.name).relative_to(os.path.realpath(self.toplevel))
        except ValueError:
            return None
        return inside.as_posix()


def open_repository(folder: str | os.PathLike[str], *, trust: Trust = "owner") -> Repository:
    """Open the repository that holds `folder`; raises NoRepositoryError, GitMissingError, GitError (other owner)."""
    git = Git(os.path.abspath(folder), trust)
    _check_version(os.environ.get("PATH"))
    answer = git.attempt(
        "rev-parse",
        "--is-bare-repository",
        "--absolute-git-dir",
        "--git-common-dir",
        "--show-object-format",
        "--show-toplevel",
    )
    lines = os.fsdecode(answer.out).split("\n")
    if len(lines) < 5:
        raise translate(answer.err, answer.status, ("rev-parse",))
    bare, git_dir, common_dir, object_format = lines[:4]
    toplevel = "\n".join(lines[4:-1]) if answer.status == 0 else ""
    if not toplevel and bare != "true":
        raise NoRepositoryError(
            "This folder lies inside the .git folder.",
            hint="Go to the work tree of the repository.",
            code="inside-git-dir",
        )
    return Repository(
        toplevel=Path(toplevel) if toplevel else None,
        git_dir=Path(git_dir),
        common_dir=Path(os.path.normpath(os.path.join(git.folder, common_dir))),
        object_format=object_format,
        trust=trust,
    )


def find_repository(folder: str | os.PathLike[str], *, trust: Trust = "owner") -> Repository | None:
    """Open the repository that holds `folder`, or None when there is none."""
    try:
        return open_repository(folder, trust=trust)
    except NoRepositoryError:
        return None


def git_version() -> tuple[int, ...]:
    """Return the version of the git program, (2, 39, 5); raises GitMissingError."""
    # "git version 2.39.5 (Apple Git-154)", "2.45.1.windows.1", "2.48.0.rc1"
    found = re.search(r"\d+(?:\.\d+)*", Git("/").run("version").decode("utf-8", "replace"))
    return tuple(int(number) for number in found.group().split(".")) if found else ()


@lru_cache(maxsize=4)
def _check_version(_path: str | None) -> None:
    """Refuse a Git that would not understand what we ask; once for a process, unless its PATH changes."""
    version = git_version()
    if version < OLDEST_GIT:
        told, least = (".".join(map(str, numbers)) for numbers in (version, OLDEST_GIT))
        raise GitMissingError(
            f"Git {told} is too old; Trackside needs {least} or newer.",
            hint="Install a newer Git; runs stay in the journal until then.",
            code="git-too-old",
        )


def identity(repository: Repository) -> dict[str, object]:
    """Return {name, email, fallback} of the author commits would carry; a marked stand-in when none is set."""
    answer = repository.git.attempt("var", "GIT_AUTHOR_IDENT")
    text = answer.out.decode("utf-8", "replace").strip()
    if answer.status == 0 and "<" in text:
        name, _, rest = text.partition(" <")
        return {"name": name, "email": rest.partition(">")[0], "fallback": False}
    if answer.status not in (0, 128):
        raise translate(answer.err, answer.status, ("var",))
    return {"name": "Trackside (no identity set)", "email": "nobody@trackside.invalid", "fallback": True}


def resolve(repository: Repository, revision: str) -> str:
    """Resolve a revision a person wrote to a commit id, once; raises GitError when it names none."""
    answer = repository.git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if answer.status != 0:
        raise GitError(f"{revision!r} names no commit here.", code="no-commit", status=answer.status)
    return answer.out.decode().strip()
