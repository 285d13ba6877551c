"""Journal → experiment: a pure replay, written by one fast-import, named by one transaction, read back.

The same journal gives the same commit id, so two processes sealing one run meet at one experiment, and a replay
repairs one whose objects were pruned between being written and being named.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from trackside.capture.order import DocumentCell, ExecutedCell, order_flags
from trackside.errors import DamagedError, GitError, NameTakenError, StateError, TracksideError
from trackside.git.commit import NewCommit, write_commit
from trackside.git.objects import existing
from trackside.git.refs import Create, Delete, change_refs
from trackside.git.repository import Repository, identity
from trackside.git.snapshot import Snapshot, take_snapshot
from trackside.journal.liveness import process_start
from trackside.journal.reader import SideFiles, read_events, read_run
from trackside.journal.writer import Journal, remove_journal
from trackside.names import candidate
from trackside.record import FOLDER, Built, build_experiment, tree_changes
from trackside.refs import ExperimentRef, open_ref
from trackside.run import Run, RunId

_MOST_NAMES: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An experiment that exists: its name, its ref, its commit."""

    run: RunId
    name: str
    ref: str
    oid: str


def seal(repository: Repository, journal: Path, *, patience: float = 60.0) -> Sealed:
    """Make the experiment of a journal and read it back; harmless when it exists already.

    Waits at most `patience` seconds for a garbage collection to end. Raises StateError (no commit yet), GitError,
    StorageError or DamagedError; the journal stays as it is then, and another try may follow.
    """
    run = read_run(journal)
    if run.base is None:
        run = adopt(repository, journal)
    assert run.base is not None
    deadline = time.monotonic() + patience
    wait_for_gc(repository, deadline)
    oid, blobs = _write(repository, run, journal)
    ref = _name(repository, run, oid)
    while True:
        verify(repository, str(ref), oid, blobs)
        if not wait_for_gc(repository, deadline):
            break
    sealed = Sealed(run=run.id, name=ref.name, ref=str(ref), oid=oid)
    writer = Journal.reopen(journal)
    try:
        writer.append("sealed", ref=sealed.ref, oid=sealed.oid)
    finally:
        writer.close()
    return sealed


def adopt(repository: Repository, journal: Path) -> Run:
    """Give a run that began outside Git, or before the first commit, the commit that is there now."""
    snapshot = take_snapshot(repository)
    if snapshot.head is None:
        raise StateError(
            "This repository has no commit yet, so the run stays in its journal.",
            hint="Make a first commit; the run becomes an experiment with the next command.",
            code="no-commit",
        )
    writer = Journal.reopen(journal)
    try:
        writer.append("base", **base_facts(repository, snapshot), t=read_run(journal).last_seen)
    finally:
        writer.close()
    return read_run(journal)


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
    """Keep what the work tree held when the run started alive under the run's own ref."""
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


def _write(repository: Repository, run: Run, journal: Path) -> tuple[str, list[str]]:
    """Write the experiment's commit under the run's own ref; return its id and the blobs it refers to."""
    assert run.base is not None
    if run.status == "open":
        # It never said how it ended.
        run.status = "interrupted"
    side = SideFiles(journal)
    notebook = repository.relative(run.notebook) if run.notebook else None
    changes = tree_changes(run)
    lost = _lost(repository, changes)
    if lost:
        changes = [change for change in changes if change["path"] not in lost]
        run.warnings.append(
            {
                "code": "snapshot-lost",
                "message": f"{len(lost)} changed files could not be kept: their objects were pruned.",
                "hint": "They are listed in the record; the baseline's version stands in for them.",
            }
        )
    built = build_experiment(run, side.read, notebook=notebook, order=_order(run, side))
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
    oid = write_commit(repository, open_ref(run.id), commit)
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
    trailers = [("Trackside-Format", "1"), ("Trackside-Run", run.id), ("Trackside-Status", run.status)]
    if notebook:
        trailers.append(("Trackside-Notebook", " ".join(notebook.split())))
    if run.derived_from:
        trailers.append(("Trackside-Derived-From", run.derived_from))
    return subject[:200] + "\n\n" + "".join(f"{key}: {value}\n" for key, value in trailers)


def _order(run: Run, side: SideFiles) -> list[dict[str, Any]]:
    executed = [
        ExecutedCell(cell=cell.cell, id=cell.id, source=cell.source, count=cell.count, ok=cell.ok is not False)
        for cell in run.cells
    ]
    latest = run.notebooks.get("end") or run.notebooks.get("start")
    document = document_cells(side.read(latest["file"])) if latest else None
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
    from trackside.git.objects import read_object

    assert run.base is not None
    changed = next((change for change in changes if change["path"] == path), None)
    name = changed["oid"] if changed else f"{run.base.baseline}:{path}"
    found = read_object(repository, name) if name else None
    return found.data if found and found.kind == "blob" else b""


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return not path.startswith("/") and all(part not in ("", ".", "..") and part.lower() != ".git" for part in parts)


def _name(repository: Repository, run: Run, oid: str) -> ExperimentRef:
    """Create the experiment's ref under its name, or the first free one after it, in one transaction."""
    assert run.base is not None
    temporary = Delete(open_ref(run.id), oid)
    for attempt in range(_MOST_NAMES):
        ref = ExperimentRef(run.base.baseline, candidate(run.name, attempt))
        try:
            change_refs(repository, [Create(str(ref), oid), temporary])
            return ref
        except NameTakenError:
            holder = existing(repository, [str(ref)])[0]
            if holder == oid:
                _drop(repository, temporary)
                return ref
        except GitError as error:
            # Another process sealed the same run in between and removed the temporary ref with it.
            if existing(repository, [str(ref)])[0] == oid:
                return ref
            if error.code not in ("moved", "locked"):
                raise
            time.sleep(0.01 * (attempt + 1))
            write_ref_again(repository, run, oid)
    raise GitError(f"No free name was found for {run.name}.", code="no-name")


def write_ref_again(repository: Repository, run: Run, oid: str) -> None:
    """Put the run's own ref back where a concurrent seal of the same run took it away."""
    try:
        change_refs(repository, [Create(open_ref(run.id), oid)])
    except (NameTakenError, GitError):
        return


def _drop(repository: Repository, ref: Delete) -> None:
    try:
        change_refs(repository, [ref])
    except (NameTakenError, GitError):
        # Gone already, or moved by another process that seals the same run and drops it itself.
        return


def verify(repository: Repository, ref: str, oid: str, blobs: Sequence[str] = ()) -> None:
    """Read an experiment back: its ref, commit, tree, record and the given blobs; DamagedError when one is gone."""
    names = [ref, f"{oid}^{{tree}}", f"{oid}:{FOLDER}", f"{oid}:{FOLDER}/run.json", f"{oid}:{FOLDER}/dvc.yaml", *blobs]
    found = existing(repository, names)
    if found[0] != oid or None in found:
        raise DamagedError(
            "The experiment could not be read back after it was written.",
            hint="Its journal is kept; `trackside recover` writes it again.",
            code="not-read-back",
        )


def verify_whole(repository: Repository, oid: str, baseline: str) -> bool:
    """Tell whether every object an experiment adds to its baseline is there."""
    answer = repository.git.attempt("rev-list", "--objects", "--quiet", oid, "--not", baseline)
    return answer.status == 0


def wait_for_gc(repository: Repository, deadline: float) -> bool:
    """Wait until no garbage collection runs in the repository; tell whether there was one to wait for."""
    waited = False
    while time.monotonic() < deadline and gc_is_running(repository.common_dir):
        waited = True
        time.sleep(0.02)
    return waited


def gc_is_running(common_dir: Path) -> bool:
    """Tell whether the `gc.pid` Git leaves while collecting names a living process."""
    try:
        words = (common_dir / "gc.pid").read_text().split()
        return bool(process_start(int(words[0])))
    except (OSError, ValueError, IndexError):
        return False


def settle(repository: Repository, journal: Path) -> bool:
    """Remove the journal of a sealed run once its experiment is whole; tell whether it is settled.

    An experiment whose ref somebody removed since stays removed; one whose objects were pruned is written again.
    """
    sealed = next((event for event in read_events(journal) if event["e"] == "sealed"), None)
    if sealed is None:
        return False
    holder = existing_ref(repository, str(sealed["ref"]))
    if holder == sealed["oid"]:
        parsed = read_run(journal).base
        if parsed is None or not verify_whole(repository, holder, parsed.baseline):
            seal(repository, journal)
            return False
    remove_journal(journal)
    return True


def existing_ref(repository: Repository, ref: str) -> str | None:
    """Return what a full ref name holds, without asking whether the object is there."""
    from trackside.git.refs import list_refs

    return list_refs(repository, ref).get(ref)


__all__ = [
    "Built",
    "Sealed",
    "TracksideError",
    "adopt",
    "base_facts",
    "gc_is_running",
    "seal",
    "settle",
    "verify",
    "verify_whole",
    "wait_for_gc",
    "write_start_snapshot",
]
