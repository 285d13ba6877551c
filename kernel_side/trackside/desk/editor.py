"""The open editor's notebook, unsaved edits and outputs included, laid where the kernel of an open run looks for it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trackside.catalogue import Catalogue
from trackside.desk.choices import write_whole
from trackside.desk.places import Places
from trackside.errors import StateError, StorageError, UsageError
from trackside.format import FORMAT

if TYPE_CHECKING:
    from trackside.contract import Done

#: Beside the journal: `journal/<run id>.d/editor.ipynb`.
FILE: Final = "editor.ipynb"


def keep_notebook(catalogue: Catalogue, places: Places, asked: Any) -> Done:
    """Lay the notebook beside the journal of its run; StateError when the run is sealed or is of another notebook."""
    state, place = catalogue.find(asked["run"])
    opened = state.open_runs.get(state.ids[place])
    # A run whose end is noted still wants it: the kernel asks once more before it seals.
    if opened is None or opened.run.sealed is not None:
        raise StateError("That run has ended.", code="ended")
    path = places.resolve(asked["path"])
    known = opened.run.notebook
    if known is not None and Path(os.path.realpath(known)) != path:
        raise StateError("That run is of another notebook.", code="other-notebook")
    content = asked["content"]
    data = _as_text(content) if type(content) is str else _as_saved(content)
    try:
        write_whole(opened.journal.with_suffix(".d") / FILE, data)
    except OSError as error:
        raise StorageError(f"The notebook cannot be kept: {error.strerror}.") from error
    return {"format": FORMAT, "names": [opened.run.name], "message": "The notebook is kept with the run."}


def _as_text(text: str) -> bytes:
    """Take a notebook as its editor would save it, which knows best what an unchanged one looks like."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError("That is no notebook of format 4.", code="bad-notebook") from error
    _refuse_other(content)
    return text.encode("utf-8", "surrogatepass")


def _refuse_other(content: Any) -> None:
    if type(content) is not dict or type(content.get("cells")) is not list or type(content.get("nbformat")) is not int:
        raise UsageError("That is no notebook of format 4.", code="bad-notebook")


def _as_saved(content: dict[str, Any]) -> bytes:
    """Write a notebook the way the contents service saves it, so that an unchanged one is equal to its file."""
    # Where the contents service is, nbformat is: an editor without it sends text.
    import nbformat

    _refuse_other(content)
    try:
        notebook = nbformat.from_dict(content)  # type: ignore[no-untyped-call]  # nbformat has no types
        text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]  # as above
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UsageError("That is no notebook of format 4.", code="bad-notebook") from error
    return (text if text.endswith("\n") else f"{text}\n").encode("utf-8", "surrogatepass")
