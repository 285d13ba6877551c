"""Look at a clone for what is wrong or soon will be, and say how to mend it. Reads only."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from trackside.errors import TracksideError
from trackside.format import FORMAT, is_run_id
from trackside.git.locks import gc_is_running
from trackside.git.objects import existing
from trackside.git.refs import list_refs
from trackside.git.repository import Repository, git_version, identity, open_repository
from trackside.git.runner import OLDEST_GIT
from trackside.journal.liveness import is_alive
from trackside.journal.places import journal_folder, list_journals
from trackside.journal.reader import read_run
from trackside.recovery import is_sealed
from trackside.refs import EXPERIMENTS, OPEN, parse_experiment_ref

if TYPE_CHECKING:
    from trackside.contract import Finding, Report

Level = Literal["ok", "note", "warning", "error"]
#: A lock this old belongs to nobody any more, unless a process holds it.
_STALE: Final = 600.0
#: From this many loose refs on, packing makes listings noticeably faster.
_MANY_LOOSE: Final = 2_000


def examine(folder: str | os.PathLike[str]) -> Report:
    """Look at everything; a check that itself fails is a finding, not an error."""
    findings: list[Finding] = []
    try:
        findings += _git()
        repository = open_repository(folder)
    except TracksideError as error:
        findings.append(_finding("repository", "error", error.message, error.hint))
        return {"format": FORMAT, "findings": findings}
    for check in _CHECKS:
        try:
            findings += check(repository)
        except (TracksideError, OSError) as error:
            findings.append(_finding(check.__name__.lstrip("_"), "error", f"This could not be looked at: {error}"))
    return {"format": FORMAT, "findings": findings}


def _finding(check: str, level: Level, message: str, hint: str = "") -> Finding:
    return {"check": check, "level": level, "message": message, "hint": hint}


def _git() -> Iterator[Finding]:
    version = git_version()
    words = ".".join(map(str, version))
    if version < OLDEST_GIT:
        yield _finding("git", "error", f"Git {words} is too old.", "Install Git 2.31 or newer.")
    else:
        yield _finding("git", "ok", f"Git {words}")


def _state(repository: Repository) -> Iterator[Finding]:
    where = repository.toplevel or repository.git_dir
    yield _finding(
        "repository", "ok", f"{where} ({repository.object_format}{', bare' if not repository.toplevel else ''})"
    )
    if existing(repository, ["HEAD"])[0] is None:
        yield _finding(
            "state", "warning", "There is no commit yet; runs wait in their journals.", "Make a first commit."
        )
    elif repository.git.attempt("symbolic-ref", "--quiet", "HEAD").status != 0:
        yield _finding("state", "note", "HEAD is detached; runs are tracked all the same.")
    for what in repository.under_way():
        yield _finding("state", "note", f"A {what} is under way; runs record it.", "git status says how to go on.")


def _identity(repository: Repository) -> Iterator[Finding]:
    who = identity(repository)
    if who["fallback"]:
        hint = "git config --global user.name NAME && git config --global user.email ADDRESS"
        yield _finding("identity", "warning", "Git knows no name and address of yours; runs carry a stand-in.", hint)
    else:
        yield _finding("identity", "ok", f"{who['name']} <{who['email']}>")


def _locks(repository: Repository) -> Iterator[Finding]:
    folders = {repository.git_dir, repository.common_dir}
    locks = [
        folder / name for folder in folders for name in ("index.lock", "HEAD.lock", "packed-refs.lock", "config.lock")
    ]
    for lock in locks:
        age = _age(lock)
        if age is not None and age > _STALE:
            message = f"{lock.name} has been there for {age / 60:.0f} minutes."
            yield _finding("locks", "warning", message, f"If no git program runs: rm {lock}")
    if gc_is_running(repository.common_dir):
        yield _finding("locks", "note", "Git is collecting garbage now; sealing waits for it.")
    elif (repository.common_dir / "gc.pid").exists():
        hint = f"rm {repository.common_dir / 'gc.pid'}"
        yield _finding("locks", "note", "A garbage collection was killed and left its mark.", hint)


def _age(path: Path) -> float | None:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return None


def _journals(repository: Repository) -> Iterator[Finding]:
    sealed = waiting = 0
    for journal in list_journals(journal_folder(repository)):
        if is_sealed(journal):
            sealed += 1
            continue
        try:
            run = read_run(journal)
        except TracksideError as error:
            yield _finding("journals", "warning", error.message, f"Nothing can be read of it: rm {journal}")
            continue
        if is_alive(run, journal):
            yield _finding("journals", "note", f"The run {run.name} is open in process {run.pid}.")
        else:
            waiting += 1
            yield _finding("journals", "warning", f"The run {run.name} waits to be sealed.", "trackside recover")
    if not waiting:
        yield _finding(
            "journals", "ok", f"No run waits; {sealed} journals of sealed runs are kept until the next start."
        )
    homeless = len(list_journals(journal_folder(None)))
    if homeless:
        hint = "Each is adopted when a repository is made around its notebook."
        yield _finding("journals", "note", f"{homeless} runs outside any repository wait in your state folder.", hint)


def _experiments(repository: Repository) -> Iterator[Finding]:
    refs = list_refs(repository, EXPERIMENTS)
    known = {name: parsed for name in refs if (parsed := parse_experiment_ref(name)) is not None}
    strange = [name for name in refs if name not in known and not name.startswith(f"{EXPERIMENTS}exec/")]
    for name in strange[:10]:
        message = f"{name} is no experiment; a ref of such a depth breaks DVC's listings."
        yield _finding("refs", "warning", message, f"git update-ref -d {name}")
    found = existing(repository, [f"{refs[name]}^{{tree}}" for name in known])
    broken = [name for name, tree in zip(known, found) if tree is None]
    for name in broken[:10]:
        message = f"The commit of {known[name].name} cannot be read."
        yield _finding("experiments", "error", message, "`trackside recover` mends it from its journal; else git fsck")
    baselines = sorted({parsed.baseline for parsed in known.values()})
    gone = sum(oid is None for oid in existing(repository, baselines))
    if gone:
        yield _finding("experiments", "note", f"{gone} baseline commits are not in this clone.", "git fetch")
    if not broken:
        yield _finding("experiments", "ok", f"{len(known)} experiments can be read.")


def _leftovers(repository: Repository) -> Iterator[Finding]:
    journals = {journal.stem for journal in list_journals(journal_folder(repository))}
    left = [ref for ref in list_refs(repository, OPEN) if ref.rpartition("/")[2] not in journals]
    if left:
        yield _finding("leftovers", "note", f"{len(left)} snapshots belong to runs that are gone.", "trackside recover")
    folder = journal_folder(repository)
    try:
        orphans = [
            name
            for name in os.listdir(folder)
            if name.endswith(".d") and name[:-2] not in journals and is_run_id(name[:-2])
        ]
    except OSError:
        orphans = []
    if orphans:
        yield _finding("leftovers", "note", f"{len(orphans)} folders of files have no journal.", f"Look into {folder}")
    loose = sum(len(files) for _, _, files in os.walk(repository.common_dir / "refs" / "exps"))
    if loose > _MANY_LOOSE:
        yield _finding("leftovers", "note", f"{loose} refs are loose.", "trackside gc --force --pack-refs")


def _index(repository: Repository) -> Iterator[Finding]:
    from trackside.index import Index

    index = Index(repository.own_dir)
    try:
        if index.is_usable:
            yield _finding("index", "ok", f"The index knows {len(index.glances())} experiments.")
        else:
            hint = f"Can {repository.own_dir} be written?"
            yield _finding("index", "warning", "The index cannot be used; listings read Git each time.", hint)
    finally:
        index.close()


def _dvc(repository: Repository) -> Iterator[Finding]:
    from importlib.util import find_spec

    top = repository.toplevel
    has_folder = top is not None and (top / ".dvc").is_dir()
    if has_folder and find_spec("dvc") is None:
        yield _finding("dvc", "note", "This repository uses DVC, which is not installed here.", "pip install dvc")
    elif has_folder:
        yield _finding("dvc", "ok", "Large files go into DVC's cache.")
        if repository.git.attempt("ls-files", "--error-unmatch", "--", ".dvc/config").status != 0:
            message = "`.dvc/config` is not committed, so `dvc exp push` finds no remote."
            yield _finding("dvc", "warning", message, "git add .dvc/config && git commit")
    else:
        yield _finding("dvc", "note", "Large files stay in this clone's own cache.", "dvc init makes them shareable.")


def _notebooks(repository: Repository) -> Iterator[Finding]:
    if repository.toplevel is None:
        return
    out = repository.git.run("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", "*.ipynb")
    ignored = [path for path in out.decode("utf-8", "replace").split("\0") if path and ".ipynb_checkpoints" not in path]
    if ignored:
        some = ", ".join(ignored[:3])
        message = f"{len(ignored)} notebooks are ignored by Git ({some}); runs keep them all the same."
        yield _finding("notebooks", "note", message, "git check-ignore -v FILE says why.")


_CHECKS: Final[tuple[Callable[[Repository], Iterator[Finding]], ...]] = (
    _state, _identity, _locks, _journals, _experiments, _leftovers, _index, _dvc, _notebooks,
)  # fmt: skip
