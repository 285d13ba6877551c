"""What the tree of a run holds at some paths, at its start and at its end: its baseline, with its changes laid over."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from trackside.git.entries import (
    FOLDER_MODE,
    LINK_MODE,
    Entry,
    ancestors,
    entries_at,
    existing_paths,
    files_below,
    sizes_of,
    tree_id,
)
from trackside.git.objects import read_objects
from trackside.git.repository import Repository
from trackside.record import printable

#: Bytes of a pointer or lock file of DVC; a larger one says nothing.
_LARGEST: Final = 4_000_000


class Changes(NamedTuple):
    """The changes of one moment by path, every folder in which there is one, and what could not be captured."""

    entries: Mapping[str, Entry | None]
    folders: frozenset[str]
    missing: frozenset[str]


def changes_of(changes: Iterable[Mapping[str, Any]], not_captured: Iterable[Mapping[str, str]]) -> Changes:
    """Take the changes of a snapshot as the journal has them."""
    entries = {
        change["path"]: Entry(change["mode"], change["oid"]) if change["mode"] and change["oid"] else None
        for change in changes
    }
    folders = frozenset(folder for path in entries for folder in ancestors(path))
    return Changes(entries, folders, frozenset(item["path"] for item in not_captured))


class Trees:
    """The baseline of a run, asked in as few questions as can be; answers are remembered."""

    def __init__(self, repository: Repository, baseline: str) -> None:
        self._repository, self._baseline = repository, baseline
        self._found: dict[str, str] = {}
        self._entries: dict[str, Entry] = {}
        self._blobs: dict[str, bytes] = {}
        self._below = cache(self._list_below)

    def look(self, paths: Iterable[str]) -> None:
        """Ask the baseline for all of these paths at once."""
        self._found.update(existing_paths(self._repository, self._baseline, list(dict.fromkeys(paths))))

    def look_close(self, paths: Iterable[str]) -> None:
        """Ask what stands at those of the paths that are there: a file, link or folder."""
        asked = [path for path in dict.fromkeys(paths) if path in self._found and path not in self._entries]
        self._entries.update(entries_at(self._repository, self._baseline, asked))

    def is_there(self, path: str) -> bool:
        """Tell whether the baseline has the path; only after `look`."""
        return path in self._found

    def blob_id(self, path: str, changes: Changes) -> str | None:
        """Return the id of what a path holds at a moment."""
        if path in changes.entries:
            entry = changes.entries[path]
            return entry.oid if entry is not None else None
        return self._found.get(path)

    def read(self, oids: Iterable[str]) -> None:
        """Read small files at once."""
        wanted = [oid for oid in dict.fromkeys(oids) if oid not in self._blobs]
        sizes = sizes_of(self._repository, wanted)
        wanted = [oid for oid in wanted if sizes.get(oid, _LARGEST + 1) <= _LARGEST]
        for oid, found in zip(wanted, read_objects(self._repository, wanted)):
            if found is not None and found.kind == "blob":
                self._blobs[oid] = found.data

    def data(self, path: str, changes: Changes) -> bytes | None:
        """Return the bytes a path holds at a moment; only after `read`."""
        return self._blobs.get(self.blob_id(path, changes) or "")

    def entry(self, path: str, changes: Changes) -> Entry | None:
        """Return what stands at a path at a moment, a folder by the id of its tree; None for nothing."""
        if path in changes.entries:
            return changes.entries[path]
        entry = self._entries.get(path)
        if path not in changes.folders or (entry is not None and entry.mode != FOLDER_MODE):
            return entry
        files = self.files(path, changes)
        if not files:
            return None
        return Entry(FOLDER_MODE, tree_id(files, self._repository.object_format))

    def files(self, folder: str, changes: Changes) -> dict[str, Entry]:
        """Return the files below a folder at a moment, by their path in it."""
        files: dict[str, Entry] = dict(self._below(folder)) if folder in self._entries else {}
        for path, entry in changes.entries.items():
            if path.startswith(f"{folder}/"):
                files.pop(path, None)
                # A file may stand now where a folder was, and the other way round.
                for inside in [one for one in files if one.startswith(f"{path}/")]:
                    del files[inside]
                if entry is not None:
                    files[path] = entry
        return {posixpath.relpath(path, folder): entry for path, entry in files.items()}

    def is_missing(self, path: str, entry: Entry, changes: Changes) -> bool:
        """Tell whether what the work tree held at a tracked path could not be captured, so that the entry is older."""
        if entry.mode != FOLDER_MODE:
            return printable(path) in changes.missing
        shown = f"{printable(path)}/"
        listed = {one for one in changes.missing if one.startswith(shown)}
        return bool(listed) and any(printable(one) in listed for one in self._below(path))

    def sizes(self, oids: Sequence[str]) -> dict[str, int]:
        """Return the sizes of blobs that are here."""
        return sizes_of(self._repository, oids)

    def _list_below(self, folder: str) -> dict[str, Entry]:
        return files_below(self._repository, self._baseline, folder)


def is_link(entry: Entry) -> bool:
    """Tell whether an entry is a symbolic link: its content is only where it leads."""
    return entry.mode == LINK_MODE
