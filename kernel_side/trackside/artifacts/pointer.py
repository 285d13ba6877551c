"""Pointer files and directory listings exactly as DVC 3 writes them. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from trackside.encode import yaml_bytes

#: A hash of such digits would be read back as a number.
_NUMBER_LIKE: Final = re.compile(r"[0-9]+(?:e[0-9]+)?\Z")


def pointer_bytes(name: str, *, md5: str, size: int, nfiles: int | None = None) -> bytes:
    """Build the content of `<name>.dvc`; `nfiles` for a directory."""
    shown = f"'{md5}'" if _NUMBER_LIKE.match(md5) else md5
    count = "" if nfiles is None else f"  nfiles: {nfiles}\n"
    path = yaml_bytes({"path": name}).decode("utf-8")
    return f"outs:\n- md5: {shown}\n  size: {size}\n{count}  hash: md5\n  {path}".encode()


def listing_bytes(files: Sequence[tuple[str, str]]) -> bytes:
    """Build a directory object from (path in the directory, md5)."""
    entries = [{"md5": md5, "relpath": path} for path, md5 in sorted(files)]
    return json.dumps(entries, sort_keys=True).encode("utf-8")


def listing_id(listing: bytes) -> str:
    """Return the id of a directory object."""
    return hashlib.md5(listing, usedforsecurity=False).hexdigest() + ".dir"


def parse_pointer(document: object) -> list[tuple[str, str, int, int | None]]:
    """Read (path, md5, size, nfiles) of each output of a parsed pointer file; what is none is passed over."""
    outs = document.get("outs") if isinstance(document, Mapping) else None
    found = []
    for out in outs if isinstance(outs, list) else []:
        if isinstance(out, Mapping) and type(out.get("path")) is str and type(out.get("md5")) is str:
            size, nfiles = out.get("size"), out.get("nfiles")
            found.append(
                (out["path"], out["md5"], size if type(size) is int else 0, nfiles if type(nfiles) is int else None)
            )
    return found
