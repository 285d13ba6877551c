"""Runs of remotes that are not among the clone's own: to be looked at, and for nothing else.

They are what strangers made and what was held back for a reason, so they are in no page, count or comparison of the
clone's own runs; only a handle that begins with `held.` names one, and only what reads takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from trackside.catalogue import Catalogue
from trackside.catalogue.page import Table
from trackside.catalogue.warm import State
from trackside.format import FORMAT
from trackside.git.refs import list_refs
from trackside.refs import REMOTES, parse_remote_ref
from trackside.row import row_of
from trackside.store import Shelf

if TYPE_CHECKING:
    from trackside.contract import Experiment, HeldRow, HeldRun, HeldRuns

PREFIX: Final = "held."
_MOST: Final = 200


def read_held(catalogue: Catalogue) -> HeldRuns:
    """List what pulls held back, with the facts of those that can be read; the first of many."""
    state = catalogue.state()
    table, kept = Table(state), list_refs(catalogue.reader, REMOTES)
    rows: list[HeldRow] = []
    for remote, run in state.travelled.held(state.shelf.refs)[:_MOST]:
        found = _read(catalogue, state, run, kept)
        row = table.held_row(f"{PREFIX}{run['oid']}", row_of(found), remote) if found is not None else None
        rows.append({"remote": remote, "run": run, "takes": bool(run["hint"]), "row": row})
    return {"format": FORMAT, "rows": rows}


def find_held(catalogue: Catalogue, handle: str) -> Experiment | None:
    """Read the held run of a handle; None where it names none."""
    if not handle.startswith(PREFIX):
        return None
    state, oid = catalogue.state(), handle[len(PREFIX) :]
    kept = list_refs(catalogue.reader, REMOTES)
    held = (run for _, run in state.travelled.held(state.shelf.refs) if run["oid"] == oid)
    return next((found for run in held if (found := _read(catalogue, state, run, kept)) is not None), None)


def _read(catalogue: Catalogue, state: State, run: HeldRun, kept: Mapping[str, str]) -> Experiment | None:
    """Read a held run where a ref still keeps it."""
    ref = parse_remote_ref(run["kept"] or "")
    if ref is None or kept.get(str(ref)) != run["oid"]:
        return None
    shelf = Shelf({run["oid"]: [ref.experiment]}, state.shelf.notes_tip)
    return catalogue.store.read(shelf, [run["oid"]])[0]
