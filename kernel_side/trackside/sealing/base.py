"""Where a run stands in Git: its baseline, and what the work tree held when it began."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trackside.capture.secrets import scan_bytes
from trackside.errors import StateError
from trackside.format import RunId
from trackside.git.commit import NewCommit, write_commit
from trackside.git.refs import Create, change_refs
from trackside.git.repository import Repository, identity
from trackside.git.snapshot import Snapshot, take_snapshot
from trackside.journal.reader import read_run
from trackside.journal.writer import Journal
from trackside.refs import open_ref
from trackside.run import Run


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
        changes=tree_entries(facts["changes"]),
    )
    return write_commit(repository, open_ref(run), commit)


def tree_entries(changes: Sequence[dict[str, Any]]) -> list[tuple[str, str | None, str | None]]:
    """Return changed files as a commit takes them: path, mode, object id."""
    return [(change["path"], change["mode"], change["oid"]) for change in changes]
