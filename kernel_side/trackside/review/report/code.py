"""Which code a report compares, and what differs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trackside.errors import GitError
from trackside.git.objects import existing, parse_commit, read_object
from trackside.git.repository import Repository
from trackside.record import FOLDER, RECORD_PATH, printable
from trackside.review.report.report import CellChange, FileChange
from trackside.source_diff import diff_commits

if TYPE_CHECKING:
    from trackside.contract import FileDiff
    from trackside.review.report.sides import Found


def code_between(repository: Repository, before: Found | None, after: Found) -> tuple[str, str, str]:
    """Return (old commit, new commit, what the old one is in words); '' for an old commit nobody has.

    Two runs are compared with each other. What goes into a branch is compared with where it began, as the forge does:
    else the work of others on the target would count as this change.
    """
    if before is not None and before.is_experiment:
        return before.oid, after.oid, before.record["name"]
    if after.is_experiment:
        parent = _parent(repository, after.oid)
        return parent, after.oid, f"its baseline commit {parent[:12]}"
    if before is not None:
        fork = merge_base(repository, before.oid, after.oid)
        if fork == before.oid or not fork:
            return before.oid, after.oid, before.asked
        return fork, after.oid, f"where it left {before.asked} ({fork[:12]})"
    baseline = after.record["baseline"]
    is_id = len(baseline) in (40, 64) and set(baseline) <= set("0123456789abcdef")
    if is_id and existing(repository, [f"{baseline}^{{commit}}"])[0]:
        return baseline, after.oid, f"its baseline commit {baseline[:12]}"
    return "", after.oid, ""


def changed_files(repository: Repository, old: str, new: str) -> tuple[FileChange, ...]:
    """Return the files that differ; of notebooks the cells whose source does."""
    if not old or old == new:
        return ()
    found = diff_commits(repository, old, new, before="", after="")["files"]
    return tuple(_file(file) for file in found)


def _file(file: FileDiff) -> FileChange:
    cells = None
    if file["cells"] is not None:
        cells = tuple(
            CellChange(
                change=cell["change"], kind=cell["kind"], number=cell["after"] or cell["before"] or 0, diff=cell["diff"]
            )
            for cell in file["cells"]
            if cell["change"] != "same"
        )
    return FileChange(
        path=file["path"], change=file["change"], is_binary=file["binary"], diff=file["diff"], cells=cells
    )


def merge_base(repository: Repository, one: str, other: str) -> str:
    """Return where two commits parted, '' when they have no common past here (a shallow clone)."""
    answer = repository.git.attempt("merge-base", "--end-of-options", one, other)
    return answer.out.decode().split("\n", 1)[0].strip() if answer.status == 0 else ""


def changed_since_run(repository: Repository, commit: str) -> list[str]:
    """Return the source files that changed after the commit that brought the record; [] where history is too short."""
    answer = repository.git.attempt("rev-list", "-1", "--end-of-options", commit, "--", RECORD_PATH)
    brought = answer.out.decode().strip()
    if answer.status != 0 or not brought or brought == commit:
        return []
    try:
        out = repository.git.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", brought, commit)
    except GitError:
        return []
    paths = [printable(raw.decode("utf-8", "surrogateescape")) for raw in out.split(b"\0")[:-1]]
    return [path for path in paths if not path.startswith(f"{FOLDER}/")]


def _parent(repository: Repository, oid: str) -> str:
    commit = read_object(repository, oid)
    return parse_commit(commit).parent if commit is not None else ""
