"""Which objects of a cache somebody may still need: every hash that anything of the clone names.

Read as bytes, not as YAML or JSON: whatever looks like a hash keeps the object of that name, so that a damaged file,
a form of a later DVC or an unusual key never makes one look needless. What cannot be looked at is an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from trackside.errors import GitError, StateError
from trackside.git.objects import list_tree, read_objects
from trackside.git.repository import Repository
from trackside.git.runner import Git
from trackside.journal.places import journal_folder

_HASH: Final = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?:\.dir)?(?![0-9a-f])")
#: DVC's pointers and locks, and our records, which name what is kept in the clone's own cache.
_FILES: Final = ("*.dvc", "dvc.lock", "*/dvc.lock", ".trackside/run.json", "*/.trackside/run.json")
_LOCK: Final = "dvc.lock"
_LINK: Final = "120000"


@dataclass(slots=True)
class Needs:
    """The hashes something names (`….dir` for a folder), the files that links of the work trees lead to, and the
    clone's work trees with the DVC repositories in them; what is in another Git repository inside them is not ours.
    """

    hashes: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    work_trees: list[Path] = field(default_factory=list)
    dvc_roots: list[Path] = field(default_factory=list)

    def add(self, data: bytes) -> None:
        """Take every hash in some bytes."""
        self.hashes.update(found.decode() for found in _HASH.findall(data))

    def has(self, oid: str) -> bool:
        """Tell whether an object is named; a hash with and without `.dir` counts alike."""
        return oid in self.hashes or oid.removesuffix(".dir") in self.hashes


def collect_needs(
    repository: Repository, *, without: Collection[str] = (), heed: Callable[[], None] = lambda: None
) -> Needs:
    """Collect what journals, every commit that refs and reflogs reach, the indexes and the work trees name.

    `without` are refs about to be deleted; `heed` is called at every folder, and what it raises ends this. Raises
    StateError `not-judged` when something cannot be looked at: a shallow or partial clone, a work tree that is not
    there, a folder that cannot be read.
    """
    needs = Needs()
    heed()
    # Journals first: a run that is sealed meanwhile is in its journal or, by then, among the refs.
    for folder in (journal_folder(repository), journal_folder(None)):
        _take_journals(needs, folder)
    if repository.git.run("rev-parse", "--is-shallow-repository").strip() == b"true":
        raise not_judged("This clone is shallow: commits that are not here may need them.", "git fetch --unshallow")
    trees, heads = _work_trees(repository)
    _take_history(needs, repository, without, heads)
    for tree in trees:
        _take_index(needs, repository, tree)
        _take_files(needs, tree, heed)
    needs.work_trees = trees
    return needs


def not_judged(why: str, hint: str = "") -> StateError:
    """Say why nothing can be said of the files in caches."""
    return StateError(f"Files in caches are not judged. {why}", hint=hint, code="not-judged")


def _take_journals(needs: Needs, folder: Path) -> None:
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        if name.endswith(".jsonl"):
            try:
                with open(folder / name, "rb") as file:
                    for line in file:
                        needs.add(line)
            except FileNotFoundError:
                # Settled meanwhile: its experiment is among the refs, which are read after this.
                continue
            except OSError as error:
                raise not_judged(f"The journal {name} cannot be read: {error.strerror}.") from error


def _work_trees(repository: Repository) -> tuple[list[Path], list[str]]:
    """Return the folders of the clone's work trees and the commits they are at."""
    trees: list[Path] = []
    heads: list[str] = []
    out = os.fsdecode(repository.git.run("worktree", "list", "--porcelain"))
    for block in out.split("\n\n"):
        lines = block.splitlines()
        heads += [line[5:] for line in lines if line.startswith("HEAD ") and line[5:].strip("0")]
        if lines and "bare" not in lines:
            folder = Path(lines[0].removeprefix("worktree "))
            if not folder.is_dir():
                raise not_judged(
                    f"The work tree {folder} is not there: its files may need them.",
                    "git worktree prune, if it is gone.",
                )
            trees.append(folder)
    return trees, heads


def _take_history(needs: Needs, repository: Repository, without: Collection[str], heads: Iterable[str]) -> None:
    """Take what the pointers, locks and records of every commit say that is reached from refs, reflogs or a HEAD."""
    commits, trees = set(heads), set[str]()
    form = "%(refname) %(objecttype) %(objectname) %(*objecttype) %(*objectname)"
    for line in repository.git.run("for-each-ref", f"--format={form}").decode("utf-8", "surrogateescape").splitlines():
        name, kind, oid, *peeled = line.split(" ")
        if name not in without:
            kind, oid = (peeled[0], peeled[1]) if len(peeled) > 1 and peeled[0] else (kind, oid)
            {"commit": commits, "tag": commits, "tree": trees}.get(kind, set()).add(oid)
    asked = "".join(f"{oid}\n" for oid in sorted(commits)).encode()
    try:
        every = repository.git.run("rev-list", "--reflog", "--stdin", stdin=asked, is_much=True)
        args = ("diff-tree", "--stdin", "-r", "-m", "--root", "--raw", "-z", "--no-renames", "--no-ext-diff")
        raw = repository.git.run(*args, "--no-commit-id", "--", *_FILES, stdin=every, is_much=True)
        blobs = set(_new_blobs(raw))
        for tree in trees:
            blobs |= {oid for path, (_, oid) in list_tree(repository, tree).items() if _is_wanted(path)}
    except GitError as error:
        raise not_judged(f"Git cannot read all commits: {error.message}", "git fsck says what is missing.") from error
    _take_blobs(needs, repository, blobs)


def _new_blobs(raw: bytes) -> Iterator[str]:
    """Read the raw form of differences: the blob at each path after the change."""
    for word in raw.split(b"\0"):
        if word.startswith(b":"):
            parts = word.decode("ascii", "replace").split(" ")
            if len(parts) == 5 and parts[1].startswith("100"):
                yield parts[3]


def _take_blobs(needs: Needs, repository: Repository, blobs: Collection[str]) -> None:
    hint = "git fetch --refetch gets what a partial clone lacks; git fsck says what is missing."
    try:
        for found in read_objects(repository, sorted(blobs)):
            if found is None:
                raise not_judged("Pointer files of some commits are not in this clone.", hint)
            needs.add(found.data)
    except GitError as error:
        raise not_judged(f"Pointer files of some commits are not in this clone: {error.message}", hint) from error


def _is_wanted(path: str) -> bool:
    return path.endswith((".dvc", ".trackside/run.json")) or path.rpartition("/")[2] == _LOCK


def _take_index(needs: Needs, repository: Repository, tree: Path) -> None:
    out = Git(str(tree), repository.trust).run("ls-files", "--stage", "-z", "--", *_FILES)
    entries = (entry.partition(b"\t")[0].decode().split(" ") for entry in out.split(b"\0")[:-1])
    _take_blobs(needs, repository._replace(toplevel=tree), {oid for mode, oid, _ in entries if mode.startswith("100")})


def _take_files(needs: Needs, top: Path, heed: Callable[[], None]) -> None:
    """Take what pointer files of a work tree say, tracked or not, and the links that lead into a cache."""

    def refuse(error: OSError) -> None:
        raise not_judged(f"{error.filename} cannot be looked at: {error.strerror}.") from error

    others: list[str] = []
    for folder, names, files in os.walk(top, onerror=refuse):
        heed()
        if folder != str(top) and ".git" in (*names, *files):
            others.append(folder + os.sep)
        if ".dvc" in names and not (folder + os.sep).startswith(tuple(others)):
            needs.dvc_roots.append(Path(folder))
        inside_dvc = os.path.basename(folder) == ".dvc"
        names[:] = [name for name in names if name != ".git" and not (inside_dvc and name == "cache")]
        for name in [*files, *names]:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                needs.linked.add(os.path.realpath(path))
            elif (name.endswith(".dvc") or name == _LOCK) and name in files:
                try:
                    needs.add(Path(path).read_bytes())
                except FileNotFoundError:
                    continue
                except OSError as error:
                    refuse(error)
