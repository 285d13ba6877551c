"""Journal → commit: record, cells, figures, artifacts and source files of a run, written under the run's own ref."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trackside.capture.order import DocumentCell, ExecutedCell, order_flags
from trackside.git.commit import NewCommit, write_commit
from trackside.git.locks import when_unlocked
from trackside.git.objects import existing, read_object
from trackside.git.repository import Repository
from trackside.inputs import collect_inputs, warnings_of
from trackside.journal.reader import SideFiles
from trackside.record import FOLDER, build_experiment, tree_changes
from trackside.refs import open_ref
from trackside.run import Run
from trackside.sameness import code_digest
from trackside.sealing.base import tree_entries
from trackside.sealing.naming import RUN_TRAILER


def write_experiment(
    repository: Repository, run: Run, journal: Path, deadline: float, *, look: bool
) -> tuple[str, list[str]]:
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
        changes=tree_entries(changes),
        files={**built.files, **_artifact_files(repository, run, side, changes)},
    )
    oid = when_unlocked(repository, lambda: write_commit(repository, open_ref(run.id), commit), deadline)
    return oid, [change["oid"] for change in changes if change["oid"] and change["mode"] != "160000"]


def _lost(repository: Repository, changes: Sequence[dict[str, Any]]) -> set[str]:
    """Name the changes whose object Git does not have any more."""
    asked = [change for change in changes if change["oid"] and change["mode"] != "160000"]
    found = existing(repository, [change["oid"] for change in asked])
    return {change["path"] for change, oid in zip(asked, found) if oid is None}


def _message(run: Run, notebook: str | None) -> str:
    subject = " ".join((run.title or run.name).split()) or run.name
    trailers = [("Trackside-Format", "1"), (RUN_TRAILER, run.id), ("Trackside-Status", run.status)]
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
    document = _document_cells(side.read(latest["file"])) if latest and run.frontend != "headless" else None
    return [
        {"kind": flag.kind, "level": flag.level, "cell": flag.cell, "names": list(flag.names), "message": flag.message}
        for flag in order_flags(executed, document)
    ]


def _document_cells(notebook: bytes | None) -> list[DocumentCell] | None:
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
