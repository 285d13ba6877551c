"""A person's own commit hooks, run over a commit for review in a work tree of its own.

The work tree is a temporary detached one outside the repository: nothing of the person's own work tree, index, HEAD
or configuration is touched, and nothing of it is left.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from trackside.errors import GitError, StateError, StorageError
from trackside.git.objects import list_tree, read_object
from trackside.git.repository import Repository
from trackside.git.runner import Git, Output
from trackside.record import printable
from trackside.review.committing import Draft, is_unsigned, unsigned
from trackside.review.configured import AS_COMMITTED, Configured, read_configured
from trackside.review.planned import Hook
from trackside.review.trees import changed_between, is_below

#: Those `git commit` runs before it writes, and the one after.
_NAMES: Final = ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit")
_PREFIX: Final = "trackside-review-"
_REFUSED: Final = "A commit hook refused the commit"
#: Trees of more files are checked out in part: what changed, the top folder, and the hooks themselves.
_MOST_FILES: Final = 5_000
_LONGEST_WORDS: Final = 4_000
#: Seconds for all hooks together.
_PATIENCE: Final = 1_800.0
#: Seconds after which a temporary work tree is nobody's: twice as long as two tries may take.
_OLD: Final = 4 * _PATIENCE
#: Hooks see large files as their pointers: fetching them would take as long as they are large.
_PLAIN: Final = (
    ("core.sparseCheckout", "false"),
    ("filter.lfs.process", ""),
    ("filter.lfs.smudge", ""),
    ("filter.lfs.required", "false"),
)

_COMMITTING: Final = (("i18n.commitEncoding", "UTF-8"), ("core.sparseCheckout", "false"), ("commit.status", "false"))


def find_hooks(repository: Repository, configured: Configured, tree: str, *, wanted: bool) -> list[Hook]:
    """List the commit hooks of a person: which run for a promotion of `tree`, and why one does not."""
    folder = configured.hooks_folder
    if not folder.is_dir():
        return []
    relative = configured.hooks_path
    reason = "" if wanted else "asked for without hooks"
    if wanted and relative and not os.path.isabs(relative) and not _holds(repository, tree, relative):
        reason = f"core.hooksPath is {printable(relative)}, which is not in the run's tree"
    hooks = []
    for name in _NAMES:
        hook = folder / name
        if hook.is_file():
            why = reason or ("" if os.access(hook, os.X_OK) else "it is not executable")
            hooks.append(Hook(name=name, runs=not why, why=why))
    return hooks


def _holds(repository: Repository, tree: str, folder: str) -> bool:
    path = os.path.normpath(folder).replace(os.sep, "/")
    if path.startswith("..") or "\n" in path:
        return False
    found = read_object(repository, f"{tree}:{path}")
    return found is not None and found.kind == "tree"


@dataclass(slots=True)
class Hooked:
    """What came of it: the commit, and what a reviewer should know."""

    oid: str
    notes: list[str] = field(default_factory=list)


def commit_with_hooks(repository: Repository, draft: Draft, *, signs: bool) -> Hooked:
    """Make the commit as `git commit` would, hooks and all; nothing refers to it afterwards.

    A hook that mends files is tried once more with what it mended. Raises StateError `hook-refused` with the hook's
    own words, GitError `not-signed`.
    """
    (parent,) = draft.parents
    _sweep(repository)
    with _work_tree(repository, parent) as folder:
        git = Git(folder, "owner", repository.git.timeout, _PLAIN)
        notes = _check_out(git, repository, parent, draft.tree)
        answer = _commit(git, draft, signs=signs)
        fixed = _mended(git, draft.tree) if answer.status != 0 and not is_unsigned(answer) else []
        if fixed:
            git.run("add", "--update", "--", ".")
            notes.append(f"A commit hook changed {_listed(fixed)}; the branch carries its version.")
            answer = _commit(git, draft, signs=signs)
        if answer.status != 0:
            raise _refusal(answer, fixed, signs=signs)
        oid = git.run("rev-parse", "HEAD").decode().strip()
        if not fixed:
            notes += _changed_in_passing(git, draft.tree, oid)
        return Hooked(oid, notes)


@contextlib.contextmanager
def _work_tree(repository: Repository, commit: str) -> Iterator[str]:
    """Make a detached work tree without files, and leave nothing of it."""
    try:
        outer = tempfile.mkdtemp(prefix=_PREFIX)
    except OSError as error:
        raise StorageError(f"No temporary folder could be made: {error.strerror}.") from error
    folder = os.path.join(outer, os.path.basename(outer))
    own = ""
    try:
        repository.git.run("worktree", "add", "--quiet", "--detach", "--no-checkout", folder, commit)
        own = _own_folder(folder)
        yield folder
    finally:
        with contextlib.suppress(GitError):
            repository.git.attempt("worktree", "remove", "--force", "--force", folder)
        shutil.rmtree(outer, ignore_errors=True)
        if own and os.path.isdir(own):
            # `worktree prune` would also take entries of the person's own whose disk is away.
            shutil.rmtree(own, ignore_errors=True)


def _sweep(repository: Repository) -> None:
    """Remove what promotions that were killed left: no living one is as old, in whatever container it runs."""
    for own in (repository.common_dir / "worktrees").glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - (own / "gitdir").stat().st_mtime < _OLD:
                continue
            link = Path((own / "gitdir").read_text(encoding="utf-8", errors="surrogateescape").rstrip("\n"))
            if link.parent.parent.name.startswith(_PREFIX):
                shutil.rmtree(link.parent.parent, ignore_errors=True)
            shutil.rmtree(own, ignore_errors=True)
            own.parent.rmdir()


def _own_folder(folder: str) -> str:
    """Return the folder inside the repository that belongs to the work tree, '' when it cannot be told."""
    with contextlib.suppress(OSError):
        word, _, path = Path(folder, ".git").read_text(encoding="utf-8", errors="surrogateescape").partition(": ")
        if word == "gitdir" and os.path.basename(os.path.dirname(path.strip())) == "worktrees":
            return path.strip()
    return ""


def _check_out(git: Git, repository: Repository, parent: str, tree: str) -> list[str]:
    """Fill the index with the tree, and the folder with all files, or with those that hooks look at."""
    git.run("read-tree", tree)
    paths = list_tree(repository, tree)
    if len(paths) <= _MOST_FILES:
        git.run("checkout-index", "--all", "--quiet", "--index")
        return []
    changed = {path for path, (_, mode, _, _) in changed_between(repository, parent, tree).items() if mode != "000000"}
    folders = _hook_folders(repository)
    wanted = [path for path in paths if path in changed or "/" not in path or is_below(path, folders)]
    rest = paths.keys() - set(wanted)
    # Not sparse checkout, which would change the person's configuration for good.
    git.run("update-index", "-z", "--skip-worktree", "--stdin", stdin=_nul(sorted(rest)))
    git.run("checkout-index", "--quiet", "--index", "-z", "--stdin", stdin=_nul(wanted))
    return [f"Hooks saw {len(wanted):,} of {len(paths):,} files: those that changed, and the top folder."]


def _hook_folders(repository: Repository) -> list[str]:
    path = read_configured(repository).hooks_path
    top = os.path.normpath(path).split(os.sep)[0] if path and not os.path.isabs(path) else ""
    return [folder for folder in (top, ".github", ".config") if folder not in ("", ".", "..")]


def _nul(paths: Sequence[str]) -> bytes:
    return b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)


def _commit(git: Git, draft: Draft, *, signs: bool) -> Output:
    """Commit the index as its person would, without an editor."""
    open_git = git._replace(
        trust="publisher",
        timeout=_PATIENCE,
        # LFS stays as configured here: a hook of its own may ask for it.
        config=(
            *AS_COMMITTED,
            ("i18n.commitEncoding", "UTF-8"),
            ("core.sparseCheckout", "false"),
            ("commit.status", "false"),
        ),
        environment=(*draft.author.environment, ("GIT_EDITOR", ":")),
    )
    args = ["commit", "--quiet", "--allow-empty", "--cleanup=whitespace", "--file=-"]
    try:
        return open_git.attempt(
            *args, "-S" if signs else "--no-gpg-sign", stdin=draft.message.encode("utf-8", "replace")
        )
    except GitError as error:
        if error.code != "git-timeout":
            raise
        raise StateError(
            f"The commit hooks did not end in {_PATIENCE / 60:.0f} minutes, so nothing was made.",
            hint="Run them by hand, or promote with --no-hooks.",
            code="hooks-hang",
        ) from error


def _mended(git: Git, tree: str) -> list[str]:
    """Name the files that differ from the tree after hooks ran, in the folder or in its index."""
    # A file written anew with what it held is not changed.
    git.run("update-index", "-q", "--refresh", ok=(0, 1))
    found = set()
    for args in (("diff-files",), ("diff-index", "--cached", tree)):
        out = git.run(args[0], "--name-only", "-z", "--no-ext-diff", *args[1:])
        found.update(out.decode("utf-8", "surrogateescape").split("\0")[:-1])
    return sorted(found)


def _changed_in_passing(git: Git, tree: str, oid: str) -> list[str]:
    out = git.run("diff-tree", "-r", "--name-only", "-z", tree, f"{oid}^{{tree}}")
    paths = out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return [f"A commit hook changed {_listed(paths)}; the branch carries its version."] if paths else []


def _listed(paths: Sequence[str]) -> str:
    some = ", ".join(printable(path) for path in paths[:5])
    return some + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")


def _refusal(answer: Output, fixed: Sequence[str], *, signs: bool) -> Exception:
    if signs and is_unsigned(answer):
        return unsigned(answer)
    words = answer.err.strip() or answer.out.decode("utf-8", "replace").strip() or f"exit status {answer.status}"
    again = f" also with what it changed itself ({_listed(fixed)})" if fixed else ""
    return StateError(
        f"{_REFUSED}{again}, so nothing was made. It said:\n{words[-_LONGEST_WORDS:]}",
        hint="Mend it in a new run, or promote with --no-hooks, which the preview then says.",
        code="hook-refused",
    )


__all__ = ["Hooked", "commit_with_hooks", "find_hooks"]
