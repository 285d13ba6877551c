"""Look for credentials in what a run changes and records."""

from __future__ import annotations

import json
from typing import Any, Final

from trackside.capture.secrets import Hit, scan_bytes
from trackside.git.objects import list_tree, read_objects
from trackside.git.repository import Repository
from trackside.record import FOLDER, printable

_LARGEST: Final = 5_000_000
_SUBMODULE: Final = "160000"


def find_exposed(repository: Repository, old: str, new: str) -> tuple[list[tuple[str, Hit]], int]:
    """Return (path, hit) for every find in files that differ from `old` ('' for none) and in the record of `new`.

    Also how many files were too large to look into. A hit never holds the secret itself.
    """
    files = list_tree(repository, new)
    before = list_tree(repository, old) if old else files
    wanted = [
        (path, oid)
        for path, (mode, oid) in files.items()
        if mode != _SUBMODULE and (path.startswith(f"{FOLDER}/") or before.get(path, ("", ""))[1] != oid)
    ]
    found: list[tuple[str, Hit]] = []
    unread = 0
    for (path, _), blob in zip(wanted, read_objects(repository, [oid for _, oid in wanted])):
        if blob is None or len(blob.data) > _LARGEST:
            unread += 1
            continue
        data = _without_pictures(blob.data) if path.endswith(".ipynb") else blob.data
        found += [(printable(path), hit) for hit in scan_bytes(data)]
    return found, unread


def _without_pictures(data: bytes) -> bytes:
    """Leave the encoded pictures of a notebook out: they hold nothing, and take a second a megabyte."""
    try:
        notebook = json.loads(data)
        return json.dumps(_pruned(notebook), ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return data


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _pruned(inner) for key, inner in value.items() if not str(key).startswith(("image/", "video/"))}
    return [_pruned(inner) for inner in value] if isinstance(value, list) else value
