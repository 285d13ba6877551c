"""What DVC says it tracks: the outputs of a pointer file or a lock file, with their hashes. Pure.

Both kinds of file are a stranger's: read within the limits of `foreign_yaml`, every field checked, nothing followed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from trackside.errors import DamagedError
from trackside.foreign_yaml import load_yaml

#: What a file is known by, on this machine or where it was imported from.
_HASHES: Final = ("md5", "etag", "checksum")
_MOST_STAGES: Final = 10_000
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """One output; `is_plain` when its hash is the MD5 of its very bytes, as DVC 3 writes it."""

    path: str
    version: str
    size: int | None = None
    files: int | None = None
    is_plain: bool = False

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.version.endswith(".dir")


def outs_of_pointer(path: str, data: bytes) -> dict[str, Out]:
    """Read the outputs of `<name>.dvc`, by their path from the top; nothing where it is damaged."""
    document = _document(data)
    folder = posixpath.join(posixpath.dirname(path), _text(document.get("wdir")))
    return {out.path: out for out in _outs(document.get("outs"), folder)}


def outs_of_lock(path: str, data: bytes, declared: bytes | None) -> dict[str, Out]:
    """Read the outputs of every stage of a `dvc.lock`; `declared` is its `dvc.yaml`, which may move a stage."""
    stages = _mapping(_document(data).get("stages"))
    said = _mapping(_document(declared or b"").get("stages"))
    found: dict[str, Out] = {}
    for name, stage in list(stages.items())[:_MOST_STAGES]:
        # A stage made of a loop is called `name@item`.
        wdir = _text(_mapping(said.get(str(name).partition("@")[0])).get("wdir"))
        folder = posixpath.join(posixpath.dirname(path), "" if "${" in wdir else wdir)
        found.update({out.path: out for out in _outs(_mapping(stage).get("outs"), folder)})
    return found


def _outs(outs: object, folder: str) -> Iterator[Out]:
    for out in outs if isinstance(outs, list) else ():
        if not isinstance(out, Mapping) or not _text(out.get("path")):
            continue
        kind = next((kind for kind in _HASHES if 0 < len(_text(out.get(kind))) <= _LONGEST), None)
        if kind is None:
            continue
        yield Out(
            path=posixpath.normpath(posixpath.join(folder, out["path"].replace("\\", "/"))),
            version=out[kind],
            size=_count(out.get("size")),
            files=_count(out.get("nfiles")),
            is_plain=kind == "md5" and out.get("hash") == "md5",
        )


def _document(data: bytes) -> Mapping[Any, Any]:
    try:
        return _mapping(load_yaml(data))
    except DamagedError:
        return {}


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if type(value) is str else ""


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < 10**18 else None
