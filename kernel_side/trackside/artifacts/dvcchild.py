"""Move objects between DVC's cache and its remote: a program for the interpreter that has DVC.

Reads {"root", "way", "oids"} as JSON from standard input, writes one JSON object as its last line:
{"moved": number, "missing": [oid], "absent": whether they are nowhere, as far as is known, "causes": [[name of an
error, its words]]}, the outermost error first. It knows nothing of Trackside, which may not be installed there.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any


def main() -> None:
    """Do what standard input asks for, and tell what became of it."""
    asked = json.load(sys.stdin)
    told: dict[str, Any] = {"moved": 0, "missing": list(asked["oids"]), "absent": False, "causes": []}
    try:
        told.update(_move(asked["root"], asked["way"], asked["oids"]))
    except Exception as error:
        told["causes"] = _chain(error)
    sys.stdout.write("\n" + json.dumps(told) + "\n")


class _Failures(logging.Handler):
    """Takes what DVC only logs: why a file did not move."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.first: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self.first is None and record.exc_info:
            self.first = record.exc_info[1]


def _move(root: str, way: str, oids: list[str]) -> dict[str, Any]:
    from dvc.repo import Repo
    from dvc_data.hashfile.hash_info import HashInfo

    failures = _Failures()
    logging.getLogger().addHandler(failures)
    with Repo(root) as repo:
        remote, cache = repo.cloud.get_remote_odb(None, way), repo.cache.local
        target = remote if way == "push" else cache
        # DVC itself does not look into folders here.
        wanted = {oid: {oid, *_inside(oid, (cache, remote))} for oid in oids}
        every = {HashInfo("md5", one) for group in wanted.values() for one in group}
        result = getattr(repo.cloud, way)(every) if every else ((), ())
        failed = {one.value for one in result[1]}
        unsure = list({one for group in wanted.values() for one in group} - {one.value for one in result[0]} - failed)
        gone = failed | (set(unsure) - set(target.oids_exist(unsure)))
        error = failures.first or (_probe(remote, min(gone)) if gone else None)
        absent = way == "pull" or not gone or not cache.exists(min(gone))
    moved = {one.value for one in result[0]}
    return {
        "moved": sum(1 for group in wanted.values() if group & moved and not group & gone),
        "missing": [oid for oid, group in wanted.items() if group & gone],
        "absent": absent,
        "causes": _chain(error),
    }


def _probe(remote: Any, oid: str) -> Exception | None:
    """Ask the remote for one file openly: whether it is there, DVC asks in a way that takes any trouble for a no."""
    try:
        remote.fs.info(remote.oid_to_path(oid))
    except Exception as error:
        return error
    return None


def _chain(error: BaseException | None) -> list[tuple[str, str]]:
    """Return the names and words of an error and of what led to it."""
    told: list[tuple[str, str]] = []
    while error is not None and len(told) < 10:
        told.append((type(error).__name__, str(error)))
        error = error.__cause__ or error.__context__
    return told


def _inside(oid: str, places: tuple[Any, Any]) -> list[str]:
    """List the objects of a folder; none when its listing is nowhere."""
    from dvc_data.hashfile.hash_info import HashInfo
    from dvc_data.hashfile.tree import Tree

    if not oid.endswith(".dir"):
        return []
    for place in places:
        try:
            return [found.value for _, _, found in Tree.load(place, HashInfo("md5", oid))]
        except Exception:  # damaged or not there: the other place may have it
            continue
    return []


if __name__ == "__main__":
    # The folder of this file would come before the libraries.
    sys.path.pop(0)
    main()
