"""Texts of cells and declared paths → paths from the top of the repository, in the order in which they may be meant."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from trackside.capture.reads import is_plausible, named_files
from trackside.git.repository import Repository
from trackside.run import Run

Origin = Literal["declared", "seen"]

#: Code and notebooks are told by the digest of the code, and are no data.
_CODE: Final = (".py", ".ipynb", ".pyi")
_NOT_OURS: Final = (".trackside", ".git")
_LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that may be an input: the places it may be at, the likeliest first.

    `is_path` is false for a word that may be anything, which then names no folder.
    """

    origin: Origin
    places: tuple[str, ...]
    is_path: bool = True
    #: Of a declared one: what was noted of it then.
    noted: Mapping[str, Any] = field(default_factory=dict)


def declared_places(run: Run, repository: Repository) -> list[Candidate]:
    """List what the user declared."""
    tops = _tops(run, repository)
    placed = ((place_below(path, tops), noted) for path, noted in run.declared_inputs.items())
    return [Candidate(origin="declared", places=(place,), noted=noted) for place, noted in placed if place is not None]


def seen_places(run: Run, repository: Repository, folder: str | None, earlier: Sequence[str] = ()) -> list[Candidate]:
    """List what the executed cells name; `folder` is the working folder at the end, None where nobody knows it.

    `earlier` are cells that ran before the run.
    """
    tops = _tops(run, repository)
    folders = [folder, run.cwd, os.path.dirname(run.notebook) if run.notebook else None]
    roots = list(dict.fromkeys(root for one in folders if one and (root := _root(one, tops)) is not None))
    found = []
    for named in named_files((cell.source for cell in run.cells), earlier):
        if named.text.endswith(_CODE):
            continue
        text = os.path.expanduser(named.text) if folder and named.text.startswith("~/") else named.text
        places = tuple(dict.fromkeys(_places(text, roots, tops)))
        if places:
            found.append(Candidate(origin="seen", places=places, is_path=named.is_path or "/" in named.text))
    return found


def _places(text: str, roots: Sequence[str], tops: Sequence[str]) -> Iterator[str]:
    if text.startswith("/"):
        place = place_below(text, tops)
        if place is not None and is_plausible(place):
            yield place
        return
    for root in roots:
        place = posixpath.normpath(posixpath.join(root, text))
        if _is_inside(place):
            yield place


def own_place(run: Run, repository: Repository) -> str | None:
    """Return the place of the notebook itself."""
    return place_below(run.notebook, _tops(run, repository)) if run.notebook else None


def _tops(run: Run, repository: Repository) -> list[str]:
    """List the names of the top folder: as Git said it when the run started, and as it says it now."""
    named = [run.base.toplevel if run.base else "", os.fspath(repository.toplevel or "")]
    return list(dict.fromkeys([*filter(None, named), *(os.path.realpath(name) for name in named if name)]))


def place_below(path: str, tops: Sequence[str]) -> str | None:
    """Return a whole path from one of the tops, None where it lies below none of them."""
    whole = posixpath.normpath(path)
    for top in tops:
        if whole.startswith(f"{top.rstrip('/')}/"):
            place = whole[len(top.rstrip("/")) + 1 :]
            return place if _is_inside(place) else None
    return None


def _is_inside(place: str) -> bool:
    parts = place.split("/")
    if place in ("", ".") or parts[0] in ("..", *_NOT_OURS) or ".git" in parts:
        return False
    return all(len(part) <= _LONGEST_NAME for part in parts)


def _root(folder: str, tops: Sequence[str]) -> str | None:
    named = [posixpath.normpath(folder), os.path.realpath(folder)]
    if any(name.rstrip("/") == top.rstrip("/") for name in named for top in tops):
        return ""
    return next((place for name in named if (place := place_below(name, tops)) is not None), None)
