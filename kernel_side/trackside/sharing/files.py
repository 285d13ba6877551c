"""Large files of runs: those kept in DVC's cache move through the DVC remote, the others are told."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from trackside.artifacts.cache import Cache
from trackside.artifacts.dvcconfig import dvc_cache, find_dvc_root
from trackside.artifacts.dvcmove import move
from trackside.artifacts.seen import Seen
from trackside.errors import StateError
from trackside.git.repository import Repository
from trackside.refs import ExperimentRef
from trackside.sharing.rules import path_trouble
from trackside.sharing.told import Files, Progress
from trackside.sharing.trouble import harmless
from trackside.store import Shelf, Store

_MD5: Final = re.compile(r"[0-9a-f]{32}(?:\.dir)?\Z")
#: A clock of a file system may be behind by this much.
_TICK: Final = 0.05
_Run = tuple[ExperimentRef, str]
#: Hash → the path to tell, sorted by the DVC repository it belongs to (None: there is none here).
_Large = dict[Path | None, dict[str, str]]


def move_files(
    repository: Repository, way: Literal["push", "pull"], runs: Sequence[_Run], progress: Progress
) -> Files:  # fmt: skip
    """Move the large files of runs; never raises for what DVC cannot do, which is told with the paths."""
    done = Files()
    large, local = _collect(repository, runs)
    for root, paths in large.items():
        wanted = _missing_here(root, paths) if way == "pull" and root is not None else paths
        if not wanted:
            continue
        if root is None:
            _tell(done, wanted, wanted.values(), "there is no DVC repository here", "dvc init, then again.")
            continue
        doing = f"{'Sending' if way == 'push' else 'Getting'} {len(wanted)} large files through DVC"
        progress(doing, None)
        began = time.time()
        try:
            moved = move(root, way, list(wanted), lambda doing=doing: progress(doing, None))  # type: ignore[misc]  # bound now
        except StateError as error:
            if error.code != "dvc-missing":
                # Whoever hears of the progress wants no more of it.
                raise
            _tell(done, wanted, wanted.values(), error.message.rstrip("."), error.hint)
            continue
        done.moved += moved.count
        if way == "pull":
            _note_pulled(repository, root, wanted, began)
        if moved.missing:
            gone = [path for md5, path in wanted.items() if md5 in moved.missing]
            _tell(done, wanted, gone, harmless(moved.why), moved.hint)
    if way == "push" and local:
        _tell(done, {}, local, "some are kept only in this clone, outside DVC", "dvc init, and log them with --dvc.")
    return done


def _note_pulled(repository: Repository, root: Path, wanted: Mapping[str, str], began: float) -> None:
    """Write down what is new in the cache since then, so that `trackside gc` may take it out once nothing needs it."""
    cache = dvc_cache(root)
    if cache is None:
        return
    new = []
    for md5, path in wanted.items():
        for oid in _inside(cache, md5):
            with suppress(OSError):
                if _MD5.match(oid) and cache.path_of(oid).stat().st_ctime >= began - _TICK:
                    new.append((oid, path))
    seen = Seen(repository.own_dir)
    seen.note_put(cache.folder, new)
    seen.close()


def _tell(done: Files, _: Mapping[str, str], paths: Iterable[str], why: str, hint: str) -> None:
    done.missing += sorted(paths)
    done.why = f"{done.why}; {why}" if done.why else why
    done.hint = done.hint or hint


def _collect(repository: Repository, runs: Sequence[_Run]) -> tuple[_Large, list[str]]:
    """Return what DVC keeps of the runs, and the paths of what only this clone has."""
    shelf = Shelf({})
    for ref, oid in runs:
        shelf.refs.setdefault(oid, []).append(ref)
    store = Store(repository)
    large: _Large = {}
    local: set[str] = set()
    try:
        store.entries(shelf)
        records = store.records(list(shelf.refs))
    finally:
        store.close()
    roots: dict[str, Path | None] = {}
    for oid, record in records.items():
        # Most runs keep no large file, and ten thousand records take a second to parse.
        if oid not in shelf.refs or (b'"dvc"' not in record and b'"local"' not in record):
            continue
        name = shelf.refs[oid][0].name
        for artifact in json.loads(record)["artifacts"]:
            md5, path = artifact["md5"], artifact["path"]
            shown = harmless(f"{path} ({name})")
            if artifact["stored"] == "local":
                local.add(shown)
            elif artifact["stored"] == "dvc" and type(md5) is str and _MD5.match(md5):
                folder = path.rpartition("/")[0]
                if folder not in roots:
                    roots[folder] = _root(repository, path)
                large.setdefault(roots[folder], {})[md5] = shown
    return large, sorted(local)


def _root(repository: Repository, path: str) -> Path | None:
    """Return the DVC repository a path of a record belongs to; the path is a stranger's."""
    if repository.toplevel is None:
        return None
    inside = repository.toplevel / Path(path).parent if path_trouble(path) is None else repository.toplevel
    return find_dvc_root(inside, repository.toplevel)


def _missing_here(root: Path, paths: Mapping[str, str]) -> dict[str, str]:
    """Return what the cache here does not hold; a folder counts when one of its files is missing."""
    cache = dvc_cache(root)
    if cache is None:
        return dict(paths)

    def is_here(md5: str) -> bool:
        return all(_MD5.match(one) and cache.has(one) for one in _inside(cache, md5))

    return {md5: path for md5, path in paths.items() if not is_here(md5)}


def _inside(cache: Cache, md5: str) -> list[str]:
    """Return the objects of a large file: itself, and those of a folder whose listing is here ("" when damaged)."""
    inside = [md5]
    if md5.endswith(".dir") and cache.has(md5):
        try:
            inside += [str(entry["md5"]) for entry in json.loads(cache.path_of(md5).read_bytes())]
        except (OSError, ValueError, TypeError, KeyError):
            inside.append("")
    return inside
