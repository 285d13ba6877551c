"""What a person does to runs from outside their kernel: annotate, rename, delete, bring back, end."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from trackside.catalogue import Catalogue
from trackside.errors import StateError, StorageError, UsageError
from trackside.format import FORMAT
from trackside.journal.asked import ask_path, write_ask
from trackside.journal.liveness import is_alive
from trackside.journal.writer import Journal
from trackside.row import Row

if TYPE_CHECKING:
    from trackside.contract import Change, Done, Trash
    from trackside.reading import OpenRun

#: Seconds to wait for a kernel to take the word.
_PATIENCE: Final = 2.0
_MOST: Final = 10_000
_LONGEST: Final = 10_000


def annotate(catalogue: Catalogue, handles: Sequence[str], change: Change) -> Done:
    """Note something of runs; `tags` replaces all of them. An open run takes tags and a note."""
    rows = _rows(catalogue, handles)
    _check_change(change)
    by_event: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for handle, row in rows.items():
        event = _event(row, change)
        if row.oid is None:
            _annotate_open(catalogue, handle, change)
        elif event:
            by_event.setdefault(repr(event), (event, []))[1].append(row.oid)
    for event, oids in by_event.values():
        catalogue.writing.annotate(oids, event)
    return _done([row.name for row in rows.values()], "Noted")


def _check_change(change: Change) -> None:
    tags = change.get("tags", [])
    if any(not tag.strip() for tag in tags):
        raise UsageError("A tag cannot be empty.", code="empty-tag")
    if len(tags) > 100 or any(len(tag) > 200 for tag in tags) or len(change.get("note", "")) > _LONGEST:
        raise UsageError("At most 100 tags of 200 characters, and a note of 10,000.", code="too-long")


def _event(row: Row, change: Change) -> dict[str, Any]:
    event: dict[str, Any] = {key: change[key] for key in ("star", "archived", "note") if key in change}
    if "tags" in change:
        added = [tag for tag in dict.fromkeys(change["tags"]) if tag not in row.tags]
        gone = [tag for tag in row.tags if tag not in change["tags"]]
        event.update({key: tags for key, tags in (("tag", added), ("untag", gone)) if tags})
    return event


def _annotate_open(catalogue: Catalogue, handle: str, change: Change) -> None:
    opened = _opened(catalogue, handle)
    if "star" in change or "archived" in change:
        raise StateError(
            f"{opened.run.name} is still open.", hint="Star or archive it once it has ended.", code="open-run"
        )
    facts: dict[str, Any] = {key: change[key] for key in ("tags", "note") if key in change}
    try:
        writer = Journal.reopen(opened.journal)
    except OSError as error:
        raise StorageError(f"The journal of {opened.run.name} cannot be written: {error.strerror}.") from error
    try:
        writer.append("annotate", **facts)
    finally:
        writer.close()


def rename(catalogue: Catalogue, handle: str, name: str) -> Done:
    """Give a run another name; NameTakenError when a run, branch or tag has it."""
    row = catalogue.row(handle)
    _require_sealed([row])
    if name == row.name:
        return _done([name], "Renamed")
    renamed = catalogue.writing.rename(row.name, name)
    return {"format": FORMAT, "names": [renamed.name], "message": f"{row.name} is {renamed.name} now."}


def delete(catalogue: Catalogue, handles: Sequence[str]) -> Done:
    """Move runs to the trash."""
    rows = list(_rows(catalogue, handles).values())
    _require_sealed(rows)
    names = catalogue.writing.delete([row.name for row in rows])
    return _done(names, "Moved to the trash:")


def undelete(catalogue: Catalogue, names: Sequence[str]) -> Done:
    """Bring deleted runs back by their names."""
    if len(names) > _MOST:
        raise UsageError(f"At most {_MOST} runs at once.", code="too-many")
    return _done([catalogue.writing.undelete(name).name for name in names], "Brought back")


def read_trash(catalogue: Catalogue) -> Trash:
    """List deleted runs, the last deleted first."""
    found = catalogue.store.trash()
    return {
        "format": FORMAT,
        "runs": [{"name": ref.name, "oid": oid, "deleted": float(ref.deleted)} for ref, oid in found],
    }


def end(catalogue: Catalogue, handle: str, *, discard: bool) -> Done:
    """Ask the kernel of an open run to end it, or to throw it away; StateError when it is not open.

    A kernel looks for such a word several times a second, also while a cell is busy.
    """
    opened = _opened(catalogue, handle)
    run, journal = opened.run, opened.journal
    if run.status != "open":
        raise StateError(f"{run.name} has ended already.", hint="It becomes an experiment in a moment.", code="ended")
    if not is_alive(run, journal):
        catalogue.look(closely=True)
        raise StateError(f"The kernel of {run.name} is gone; the run is kept as interrupted.", code="kernel-gone")
    try:
        write_ask(journal, "discard" if discard else "end")
    except OSError as error:
        raise StorageError(f"The kernel cannot be asked: {error.strerror}.") from error
    deadline = time.monotonic() + _PATIENCE
    while ask_path(journal).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    if ask_path(journal).exists():
        message = f"{run.name} ends as soon as its kernel can be reached."
    else:
        message = f"{run.name} was thrown away." if discard else f"{run.name} is ending."
    return {"format": FORMAT, "names": [run.name], "message": message}


def _opened(catalogue: Catalogue, handle: str) -> OpenRun:
    state, place = catalogue.find(handle)
    opened = state.open_runs.get(state.ids[place])
    if opened is None:
        raise StateError(f"{state.rows[place].name} is not open.", hint="It has ended already.", code="ended")
    return opened


def _rows(catalogue: Catalogue, handles: Sequence[str]) -> Mapping[str, Row]:
    if not handles:
        raise UsageError("No run is named.", code="no-runs")
    if len(handles) > _MOST:
        raise UsageError(f"At most {_MOST} runs at once.", code="too-many")
    return {handle: catalogue.row(handle) for handle in dict.fromkeys(handles)}


def _require_sealed(rows: Sequence[Row]) -> None:
    opened = next((row for row in rows if row.oid is None), None)
    if opened is not None:
        raise StateError(f"{opened.name} is still open.", hint="End it first.", code="open-run")


def _done(names: list[str], what: str) -> Done:
    some = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return {"format": FORMAT, "names": names, "message": f"{what} {some}."}


__all__ = ["annotate", "delete", "end", "read_trash", "rename", "undelete"]
