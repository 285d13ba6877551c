"""`%track view`: the table that stays, and over it the live one where the front end can draw it.

In JupyterLab and Notebook 7 the output is the table that stays, and the widget places itself over it: their own
output of a widget says only "model not found" once the kernel is gone (docs/decisions/0015). Elsewhere the output is
the widget's, with the table beside it for who cannot draw widgets.
"""

from __future__ import annotations

import html
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trackside.capture.notebook import NotebookLocation, current_shell, find_notebook, may_ask
from trackside.card_words import format_moment
from trackside.display import comparison_bundle, show
from trackside.display.still import ROWS, still_of_runs

if TYPE_CHECKING:
    from trackside.git.repository import Repository

_LIVE: Final = "The live table needs the kernel, and anywidget where JupyterLab runs too."
_WIDGET: Final = "application/vnd.jupyter.widget-view+json"


def view(query: str = "", *, compare: Sequence[str] = ()) -> None:
    """Show the runs around this notebook as a table to work with; `query` filters, `compare` opens with these runs.

    Where no front end can draw it, a plain table. Raises UsageError for a query that cannot be read, NotFoundError
    for a run that is not there.
    """
    show_view(current_shell(), query, [compare] if isinstance(compare, str) else list(compare))


def show_view(shell: Any, query: str, compare: Sequence[str]) -> None:
    """Show the view in a shell; None is a script, which gets text."""
    from trackside.git.repository import open_repository

    location = find_notebook(shell)
    folder = Path(os.path.dirname(location.path) if location.path else os.getcwd())
    repository = open_repository(folder)
    still, chosen = _still(repository, query, compare)
    root = repository.toplevel or folder
    if location.has_front_end or (getattr(shell, "kernel", None) is not None and may_ask(shell)):
        show(shell, _live(shell, root, location, query, chosen, still))
    else:
        show(shell, _bundle(still, "", ""))


def _live(
    shell: Any,
    root: Path,
    location: NotebookLocation,
    query: str,
    chosen: Sequence[tuple[str, str | None]],
    still: dict[str, str],
) -> dict[str, Any]:
    from trackside.display import widget

    lack = widget.missing()
    if lack:
        return _bundle(still, "", lack)
    runs = widget.ids_of(root, chosen) if chosen else []
    opened = widget.open_view(root, cell=_cell_of(shell), query=query, runs=runs)
    bundle = _bundle(still, opened.name, f"As of {format_moment(time.time())}. {_LIVE}")
    if location.frontend != "jupyter":
        bundle[_WIDGET] = {"version_major": 2, "version_minor": 0, "model_id": opened.widget.model_id}
    return bundle


def _still(
    repository: Repository, query: str, compare: Sequence[str]
) -> tuple[dict[str, str], list[tuple[str, str | None]]]:
    """Make the table that stays, and name the runs a comparison is of."""
    from trackside import reading
    from trackside.query import parse_query

    if compare:
        parse_query(query, now=time.time())
        comparison = reading.comparison(repository, compare)
        return comparison_bundle(comparison), [(run["name"], run["oid"]) for run in comparison["runs"]]
    selection = reading.select(repository, query=query, limit=ROWS)
    try:
        still = still_of_runs(selection)
    finally:
        selection.store.close()
    return {"text/plain": still.text(), "text/html": still.markup()}, []


def _bundle(still: dict[str, str], name: str, note: str) -> dict[str, Any]:
    place = f' data-trackside-view="{html.escape(name)}"' if name else ""
    told = f'<div style="opacity:.7" data-trackside-note>{html.escape(note)}</div>' if note else ""
    markup = f'<div class="trackside-view"{place}><div>{still["text/html"]}{told}</div></div>'
    return {**still, "text/html": markup}


def _cell_of(shell: Any) -> str | None:
    try:
        found = (shell.get_parent().get("metadata") or {}).get("cellId")
    except Exception:
        return None
    return found if type(found) is str else None
