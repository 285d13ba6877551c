"""Journal → experiment: a pure replay, written by one fast-import, named by one transaction, read back.

The same journal gives the same commit id, so two processes sealing one run meet at one experiment, and a replay
repairs one whose objects were pruned between being written and being named.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from trackside.capture.order import DocumentCell, ExecutedCell, order_flags
from trackside.capture.secrets import scan_bytes
from trackside.errors import DamagedError, GitError, NameTakenError, StateError, TracksideError
from trackside.format import RunId
from trackside.git.commit import NewCommit, write_commit
from trackside.git.locks import wait_for_gc, when_unlocked
from trackside.git.objects import existing, read_object
from trackside.git.refs import Create, Delete, Move, change_refs, list_refs
from trackside.git.repository import Repository, identity
from trackside.git.snapshot import Snapshot, take_snapshot
from trackside.inputs import collect_inputs, warnings_of
from trackside.journal.lock import sealing_lock
from trackside.journal.reader import SideFiles, read_run
from trackside.journal.writer import Journal, remove_journal
from trackside.names import candidate
from trackside.record import FOLDER, Built, build_experiment, tree_changes
from trackside.refs import ExperimentRef, open_ref, parse_experiment_ref
from trackside.run import Run
from trackside.sameness import code_digest

_RUN_TRAILER: Final = "Trackside-Run"
_MOST_NAMES: Final = 1_000
_TRIES: Final = 4
_LOCK_PATIENCE: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An experiment that exists: its name, its ref, its commit."""

    run: RunId
    name: str
    ref: str
    oid: str


def seal(repository: Repository, journal: Path, *, patience: float = 60.0, complete: bool = False) -> Sealed:
    """Make the experiment of a journal and read it back; harmless when it exists already.

    Waits at most `patience` seconds for a garbage collection or another Git to end. With `complete` an object of
    the snapshot that was pruned meanwhile raises DamagedError (`blob-missing`), so that who can still see the work
    tree reads it again; otherwise the experiment goes without and says so. Raises StateError (no commit yet, being
    sealed by another process), GitError, StorageError or DamagedError; the journal stays as it is then, and another
    try may follow.
    """
    with sealing_lock(journal, patience=min(patience, _LOCK_PATIENCE)):
        known = read_run(journal).sealed
        if known is not None:
            found = parse_experiment_ref(known["ref"])
            if found is not None and is_whole(repository, known["ref"], known["oid"]):
                return Sealed(run=read_run(journal).id, name=found.name, ref=known["ref"], oid=known["oid"])
        sealed = _seal(repository, journal, known, time.monotonic() + patience, complete=complete)
        writer = Journal.reopen(journal)
        try:
            writer.append("sealed", ref=sealed.ref, oid=sealed.oid)
        finally:
            writer.close()
        return sealed


def _seal(
    repository: Repository, journal: Path, known: dict[str, str] | None, deadline: float, *, complete: bool
) -> Sealed:
    run = read_run(journal)
    if run.base is None:
        run = adopt(repository, journal)
    for attempt in range(_TRIES):
        collecting = wait_for_gc(repository, deadline)
        try:
            oid, blobs = _write(repository, run, journal, deadline, look=attempt > 0)
            ref = _replace(repository, run, known, oid) or _name(repository, run, oid, deadline)
            collecting |= wait_for_gc(repository, deadline)
            verify(repository, str(ref), oid, blobs)
            if collecting and not is_whole(repository, str(ref), oid):
                known = {"ref": str(ref), "oid": oid}
                raise _not_read_back()
            return Sealed(run=run.id, name=ref.name, ref=str(ref), oid=oid)
        except DamagedError:
            # A garbage collection took an object between its writing and its naming; a replay writes it again.
            if complete or attempt == _TRIES - 1:
                raise
            run = read_run(journal)
    raise AssertionError


def adopt(repository: Repository, journal: Path) -> Run:
    """Give a run that began outside Git, or before the first commit, the commit that is there now."""
    run = read_run(journal)
    snapshot = take_snapshot(repository, screen=credentials_in)
    if snapshot.head is None:
        raise StateError(
            "This repository has no commit yet, so the run stays in its journal.",
            hint="Make a first commit; the run becomes an experiment with the next command.",
            code="no-commit",
        )
    writer = Journal.reopen(journal)
    try:
        writer.append(
            "warning",
            code="adopted",
            message="The run began without a commit to stand on; its files are those found when it was adopted.",
            hint="",
            t=run.last_seen,
        )
        writer.append("base", **base_facts(repository, snapshot), t=run.last_seen)
    finally:
        writer.close()
    return read_run(journal)


def credentials_in(data: bytes) -> list[str]:
    """Name the kinds of credentials found in a file's bytes."""
    return [hit.kind for hit in scan_bytes(data)]


def base_facts(repository: Repository, snapshot: Snapshot) -> dict[str, Any]:
    """Return the fields of a `base` event: where a run stands in Git."""
    return {
        "baseline": snapshot.head,
        "branch": snapshot.branch,
        "toplevel": os.fspath(repository.toplevel or ""),
        "author": identity(repository),
        "tz": time.strftime("%z") or "+0000",
        "state": repository.under_way(),
        "changes": [change.as_json() for change in snapshot.changes],
        "not_captured": snapshot.not_captured,
    }


def write_start_snapshot(repository: Repository, run: RunId, started: float, facts: dict[str, Any]) -> str:
    """Keep the baseline, and what the work tree held when the run started, alive under the run's own ref."""
    if not facts["changes"]:
        change_refs(repository, [Create(open_ref(run), facts["baseline"])])
        return str(facts["baseline"])
    message = f"Open run {run}\n\nTrackside-Run: {run}\n"
    commit = NewCommit(
        parent=facts["baseline"],
        message=message,
        author=facts["author"],
        authored=int(started),
        committed=int(started),
        tz=facts["tz"],
        changes=_tree(facts["changes"]),
    )
    return write_commit(repository, open_ref(run), commit)


def _write(repository: Repository, run: Run, journal: Path, deadline: float, *, look: bool) -> tuple[str, list[str]]:
    """Write the experiment's commit under the run's own ref; return its id and the blobs it refers to.

    With `look` it goes without the changes whose objects are gone; otherwise Git finds out, and DamagedError is raised.
    """
    assert run.base is not None
    if run.status == "open":
        # It never said how it ended.
        run.status = "interrupted"
    side = SideFiles(journal)
    notebook = repository.relative(run.notebook) if run.notebook else None
    changes = tree_changes(run)
    lost = _lost(repository, changes) if look else set()
    if lost:
        changes = [change for change in changes if change["path"] not in lost]
        run.warnings.append(
            {
                "code": "snapshot-lost",
                "message": f"{len(lost)} changed files could not be kept: their objects were pruned.",
                "hint": "They are listed in the record; the baseline's version stands in for them.",
            }
        )
    if run.inputs is None:
        run.inputs = _inputs(repository, run)
    run.warnings += warnings_of(run.inputs or ())
    built = build_experiment(
        run, side.read, notebook=notebook, order=_order(run, side), code=_code(run, notebook, tree_changes(run))
    )
    commit = NewCommit(
        parent=run.base.baseline,
        message=_message(run, notebook),
        author=run.base.author,
        authored=int(run.started),
        committed=int(run.ended if run.ended is not None else run.last_seen),
        tz=run.base.tz,
        drop=(FOLDER,),
        changes=_tree(changes),
        files={**built.files, **_artifact_files(repository, run, side, changes)},
    )
    oid = when_unlocked(repository, lambda: write_commit(repository, open_ref(run.id), commit), deadline)
    return oid, [change["oid"] for change in changes if change["oid"] and change["mode"] != "160000"]


def _lost(repository: Repository, changes: Sequence[dict[str, Any]]) -> set[str]:
    """Name the changes whose object Git does not have any more."""
    asked = [change for change in changes if change["oid"] and change["mode"] != "160000"]
    found = existing(repository, [change["oid"] for change in asked])
    return {change["path"] for change, oid in zip(asked, found) if oid is None}


def _tree(changes: Sequence[dict[str, Any]]) -> list[tuple[str, str | None, str | None]]:
    return [(change["path"], change["mode"], change["oid"]) for change in changes]


def _message(run: Run, notebook: str | None) -> str:
    subject = " ".join((run.title or run.name).split()) or run.name
    trailers = [("Trackside-Format", "1"), (_RUN_TRAILER, run.id), ("Trackside-Status", run.status)]
    if notebook:
        trailers.append(("Trackside-Notebook", " ".join(notebook.split())))
    if run.derived_from:
        trailers.append(("Trackside-Derived-From", run.derived_from))
    return subject[:200] + "\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers)


def _code(run: Run, notebook: str | None, changes: Sequence[dict[str, Any]]) -> str:
    """Return the digest of the run's code; a parameter that a cell of it changed in between counts as code."""

    def is_left_out(name: str) -> bool:
        known = run.params.get(name)
        return known is not None and (not known.values or known.origin == "parameters-cell")

    kept = [change for change in changes if change["path"] not in run.artifacts]
    return code_digest(run.cells, kept, notebook=notebook, is_left_out=is_left_out)


def _inputs(repository: Repository, run: Run) -> list[dict[str, Any]] | None:
    """Find the inputs of a run whose own process did not come to it; the same for whoever seals this journal."""
    try:
        return collect_inputs(repository, run)
    except Exception as error:
        # An experiment that cannot tell its data is still an experiment.
        message = f"Its inputs could not be looked up: {error}"[:300]
        run.warnings.append({"code": "input", "message": message, "hint": ""})
        return None


def _order(run: Run, side: SideFiles) -> list[dict[str, Any]]:
    executed = [
        ExecutedCell(cell=cell.cell, id=cell.id, source=cell.source, count=cell.count, ok=cell.ok is not False)
        for cell in run.cells
    ]
    latest = run.notebooks.get("end") or run.notebooks.get("start")
    # A notebook run headless is run from top to bottom, with cells put in that its file does not have.
    document = document_cells(side.read(latest["file"])) if latest and run.frontend != "headless" else None
    return [
        {"kind": flag.kind, "level": flag.level, "cell": flag.cell, "names": list(flag.names), "message": flag.message}
        for flag in order_flags(executed, document)
    ]


def document_cells(notebook: bytes | None) -> list[DocumentCell] | None:
    """Read the code cells of an .ipynb file; None when it is not one."""
    try:
        cells = json.loads(notebook or b"")["cells"]
        return [
            DocumentCell(id=cell.get("id"), source="".join(cell["source"]))
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _artifact_files(
    repository: Repository, run: Run, side: SideFiles, changes: Sequence[dict[str, Any]]
) -> dict[str, bytes]:
    """Return the files that artifacts put into the tree: their bytes, or the pointer to them and an ignore line."""
    files: dict[str, bytes] = {}
    for path, artifact in sorted(run.artifacts.items()):
        data = side.read(artifact.get("file")) if artifact.get("stored") == "git" else None
        if data is not None:
            files[path] = data
        elif isinstance(artifact.get("pointer"), str):
            files[f"{path}.dvc"] = artifact["pointer"].encode()
            folder, _, name = path.rpartition("/")
            ignore = f"{folder}/.gitignore" if folder else ".gitignore"
            if ignore not in files:
                files[ignore] = _content(repository, run, changes, ignore)
            line = f"/{name}\n".encode()
            if line.strip() not in files[ignore].split(b"\n"):
                files[ignore] += (b"" if not files[ignore] or files[ignore].endswith(b"\n") else b"\n") + line
    return {path: data for path, data in files.items() if _is_safe(path)}


def _content(repository: Repository, run: Run, changes: Sequence[dict[str, Any]], path: str) -> bytes:
    """Return what the experiment's tree holds at `path` before artifacts, b'' for nothing."""
    assert run.base is not None
    changed = next((change for change in changes if change["path"] == path), None)
    name = changed["oid"] if changed else f"{run.base.baseline}:{path}"
    found = read_object(repository, name) if name else None
    return found.data if found and found.kind == "blob" else b""


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return not path.startswith("/") and all(part not in ("", ".", "..") and part.lower() != ".git" for part in parts)


def _name(repository: Repository, run: Run, oid: str, deadline: float) -> ExperimentRef:
    """Create the experiment's ref under its name, or the first free one after it, and drop the run's own ref."""
    assert run.base is not None
    own = Delete(open_ref(run.id), oid)
    for attempt in range(_MOST_NAMES):
        ref = ExperimentRef(run.base.baseline, candidate(run.name, attempt))
        if _take(repository, ref, run.id, oid, own, deadline):
            return ref
    raise GitError(f"No free name was found for {run.name}.", code="no-name")


def _take(repository: Repository, ref: ExperimentRef, run: RunId, oid: str, own: Delete, deadline: float) -> bool:
    """Point one name at the experiment and drop the run's own ref; False when another run has the name."""
    change: Create | Move = Create(str(ref), oid)
    try:
        when_unlocked(repository, lambda: change_refs(repository, [change, own]), deadline)
        return True
    except NameTakenError:
        holder = existing(repository, [str(ref)])[0]
    except GitError as error:
        if error.code not in ("moved", "locked"):
            raise
        # Another process took the run's own ref away with its own seal, or a killed Git left the lock that every
        # deletion needs: the experiment is named all the same, and recovery sweeps what is left.
        try:
            when_unlocked(repository, lambda: change_refs(repository, [change]), deadline)
            holder = oid
        except NameTakenError:
            holder = existing(repository, [str(ref)])[0]
    if holder != oid:
        if holder is None or _run_of(repository, holder) != run:
            return False
        # This run was sealed before and the journal was not told; what could not be read then may be read now.
        change_refs(repository, [Move(str(ref), oid, holder)])
    with contextlib.suppress(TracksideError):
        change_refs(repository, [own])
    return True


def _run_of(repository: Repository, commit: str) -> str:
    """Return the id of the run that a commit says it is the experiment of, '' when it says none."""
    found = read_object(repository, commit)
    lines = found.data.decode("utf-8", "replace").split("\n") if found is not None and found.kind == "commit" else []
    return next((line[len(_RUN_TRAILER) + 2 :] for line in reversed(lines) if line.startswith(f"{_RUN_TRAILER}: ")), "")


def _replace(repository: Repository, run: Run, known: dict[str, str] | None, oid: str) -> ExperimentRef | None:
    """Point the ref of an experiment whose objects were pruned at its replay; None when there is no such ref."""
    ref = parse_experiment_ref(known["ref"]) if known is not None else None
    if known is None or ref is None or existing_ref(repository, known["ref"]) != known["oid"]:
        return None
    change_refs(repository, [Move(known["ref"], oid, known["oid"])])
    with contextlib.suppress(TracksideError):
        change_refs(repository, [Delete(open_ref(run.id), oid)])
    return ref


def verify(repository: Repository, ref: str, oid: str, blobs: Sequence[str] = ()) -> None:
    """Read an experiment back: its ref, commit, tree, record and the given blobs; DamagedError when one is gone."""
    names = [ref, f"{oid}^{{tree}}", f"{oid}:{FOLDER}", f"{oid}:{FOLDER}/run.json", *blobs]
    found = existing(repository, names)
    if found[0] != oid or None in found:
        raise _not_read_back()


def _not_read_back() -> DamagedError:
    return DamagedError(
        "The experiment could not be read back after it was written.",
        hint="Its journal is kept; `trackside recover` writes it again.",
        code="not-read-back",
    )


def is_whole(repository: Repository, ref: str, oid: str) -> bool:
    """Tell whether `ref` holds the experiment and every object it adds to its baseline is there."""
    if existing_ref(repository, ref) != oid:
        return False
    # In a partial clone the baseline's own objects may be with its remote; ours never are.
    args = ("rev-list", "--objects", "--quiet", "--missing=allow-promisor", oid, "--not", f"{oid}^@")
    return repository.git.attempt(*args).status == 0


def settle(repository: Repository, journal: Path) -> bool:
    """Remove the journal of a sealed run once its experiment is whole; tell whether it is settled.

    An experiment whose ref somebody removed since stays removed; one whose objects were pruned is written again.
    """
    sealed = read_run(journal).sealed
    if sealed is None:
        return False
    holder = existing_ref(repository, sealed["ref"])
    if holder == sealed["oid"] and not is_whole(repository, sealed["ref"], sealed["oid"]):
        seal(repository, journal)
        return False
    remove_journal(journal)
    return True


def existing_ref(repository: Repository, ref: str) -> str | None:
    """Return what a full ref name holds, without asking whether the object is there."""
    return list_refs(repository, ref).get(ref)


__all__ = [
    "Built",
    "Sealed",
    "adopt",
    "base_facts",
    "credentials_in",
    "is_whole",
    "seal",
    "settle",
    "verify",
    "write_start_snapshot",
]
