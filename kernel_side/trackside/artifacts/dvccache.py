"""Write DVC's own cache entry beside an experiment, so that `dvc exp show` need not read its tree.

Only when `.dvc/` is at the top of the work tree, and only when no other file of the experiment declares facts to DVC;
otherwise DVC reads the tree itself, slower and right. DVC removes and rebuilds the folder as it likes.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trackside.dvcfiles import (
    FOLDER,
    METRICS,
    PARAMS,
    Pointed,
    dvc_cache_entry,
    is_alone,
    parse_metrics,
)

if TYPE_CHECKING:
    from trackside.git.repository import Repository

_MOST_POINTERS: Final = 200
_COMMITTED: Final = re.compile(rb"^committer .*> ([0-9]{1,11}) ", re.MULTILINE)


def write_dvc_cache(
    dvc_root: Path,
    oid: str,
    *,
    committed: float,
    params: Mapping[str, object],
    metrics: Mapping[str, float],
    outs: Sequence[Pointed] = (),
) -> bool:
    """Write the entry of one experiment; tell whether it is there now. Never raises: it is a copy."""
    folder = dvc_root / ".dvc"
    if not folder.is_dir() or len(oid) != 40:
        # DVC reads no SHA-256 repositories.
        return False
    target = folder / "tmp" / "exps" / "cache" / oid[:2] / oid[2:]
    if target.exists():
        return True
    data = dvc_cache_entry(oid, committed=committed, params=params, metrics=metrics, outs=outs)
    temporary = target.parent / f".{oid[2:]}.{secrets.token_hex(6)}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        os.replace(temporary, target)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        return False
    return True


def write_entry_of(repository: Repository, oid: str) -> bool:
    """Write the entry of a sealed experiment from what its tree says; tell whether it is there now."""
    from trackside.foreign_yaml import load_yaml
    from trackside.git.objects import list_tree, read_objects

    top = repository.toplevel
    if top is None or not (top / ".dvc").is_dir() or len(oid) != 40:
        return False
    tree = list_tree(repository, oid)
    pointers = [path for path in tree if path.endswith(".dvc") and not path.startswith(f"{FOLDER}/")]
    if len(pointers) > _MOST_POINTERS or not is_alone(path for path in tree if path not in pointers):
        return False
    ignores = [path for path in tree if path.rpartition("/")[2] == ".dvcignore"]
    wanted = [f"{FOLDER}/{PARAMS}", f"{FOLDER}/{METRICS}", *pointers, *ignores]
    names = [oid, *(tree[path][1] for path in wanted if path in tree)]
    commit, *found = read_objects(repository, names)
    if commit is None or None in found:
        return False
    files = {path: item.data for path, item in zip((path for path in wanted if path in tree), found) if item}
    if any(_has_patterns(files[path]) for path in ignores):
        return False
    params = load_yaml(files.get(wanted[0], b"{}"))
    metrics = parse_metrics(files.get(wanted[1], b"{}"))
    outs = _outs({path: files[path] for path in pointers})
    if not isinstance(params, dict) or outs is None:
        return False
    committed = _COMMITTED.search(commit.data)
    if committed is None:
        return False
    return write_dvc_cache(top, oid, committed=int(committed[1]), params=params, metrics=metrics, outs=outs)


def _has_patterns(ignore: bytes) -> bool:
    """Tell whether a `.dvcignore` says anything: `dvc init` writes one that holds only comments."""
    return any(line.strip() and not line.lstrip().startswith(b"#") for line in ignore.splitlines())


def _outs(pointers: Mapping[str, bytes]) -> list[Pointed] | None:
    """Read pointer files; None when one of them is more than a pointer."""
    from trackside.artifacts.pointer import parse_pointer
    from trackside.foreign_yaml import load_yaml

    outs = []
    for path, data in pointers.items():
        document = load_yaml(data)
        if not isinstance(document, dict) or set(document) - {"outs"}:
            return None
        found = parse_pointer(document)
        if len(found) != len(document["outs"]):
            return None
        folder = path.rpartition("/")[0]
        outs += [
            Pointed(path=f"{folder}/{name}" if folder else name, md5=md5, size=size, nfiles=nfiles)
            for name, md5, size, nfiles in found
        ]
    return outs
