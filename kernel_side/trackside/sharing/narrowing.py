"""Narrow a pull to one's own runs, or to those with a star.

Stars are annotations, which are merged before runs are fetched. Whose a run is stands in its commit and nowhere else
at the remote, so that runs of others are fetched once as well; who made them is remembered, and they are not adopted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from trackside.annotations import fold_annotations, parse_events
from trackside.encode import json_bytes
from trackside.errors import StateError
from trackside.format import FORMAT
from trackside.git.refs import list_refs
from trackside.git.repository import Repository, identity
from trackside.refs import NOTES, is_oid
from trackside.sharing.bounded import read_bounded
from trackside.sharing.notes import read_notes
from trackside.travelled import write_own

FILE: Final = "authors.json"
#: Bytes of that file, and runs of others that are remembered.
_LARGEST: Final = 50_000_000
_MOST: Final = 100_000
_LARGEST_COMMIT: Final = 1_000_000
_AUTHOR: Final = re.compile(rb"^author [^\n]*?<([^<>\n]*)> [^\n]*$", re.MULTILINE)


def starred(repository: Repository) -> set[str]:
    """Return the commits that have a star by the clone's annotations."""
    notes = read_notes(repository, list_refs(repository, NOTES).get(NOTES))
    return {oid for oid, note in notes.items() if b'"star"' in note and fold_annotations(parse_events(note))["star"]}


def own_email(repository: Repository) -> str:
    """Return the e-mail address of whom Git knows here, in lower case; raises StateError when it knows nobody."""
    author = identity(repository)
    if author["fallback"]:
        raise StateError(
            "Git does not know who you are here, so no run is yours.", hint="git config user.email YOU@EXAMPLE.ORG"
        )
    return str(author["email"]).lower()


def authors_of(repository: Repository, oids: Sequence[str]) -> dict[str, str]:
    """Return the author's e-mail address of each commit, in lower case; "" where none can be read."""
    found = {}
    for oid, data in zip(oids, read_bounded(repository, oids, "commit", _LARGEST_COMMIT)):
        author = _AUTHOR.search(data.partition(b"\n\n")[0]) if isinstance(data, bytes) else None
        found[oid] = author[1].decode("utf-8", "replace").lower() if author is not None else ""
    return found


def read_authors(own_dir: Path) -> dict[str, str]:
    """Return what is remembered: commit id → e-mail address; nothing where the file is absent or damaged."""
    try:
        with open(own_dir / FILE, "rb") as file:
            stored = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    authors = stored.get("authors") if type(stored) is dict else None
    return {
        oid: email
        for email, oids in (authors.items() if type(authors) is dict else ())
        for oid in (oids if type(oids) is list else ())
        if type(oid) is str and is_oid(oid)
    }


def remember_authors(own_dir: Path, authors: Mapping[str, str]) -> None:
    """Remember who made runs that stay at a remote; without it they are only fetched again."""
    known = read_authors(own_dir)
    if not authors.keys() - known.keys():
        return
    by_email: dict[str, list[str]] = {}
    for oid, email in list({**known, **authors}.items())[-_MOST:]:
        by_email.setdefault(email, []).append(oid)
    write_own(own_dir, FILE, json_bytes({"format": FORMAT, "authors": by_email}))
