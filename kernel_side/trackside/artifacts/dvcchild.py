"""Move objects between DVC's cache and its remote: a program for the interpreter that has DVC.

Reads {"root", "way", "oids"} as JSON from standard input, writes one JSON object as its last line:
{"moved": number, "missing": [oid], "code", "error"}. It knows nothing of Trackside, which may not be installed there.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    """Do what standard input asks for, and tell what became of it."""
    asked = json.load(sys.stdin)
    told: dict[str, Any] = {"moved": 0, "missing": list(asked["oids"]), "code": "", "error": ""}
    try:
        told.update(_move(asked["root"], asked["way"], asked["oids"]))
    except Exception as error:
        told.update(code=type(error).__name__, error=str(error))
    sys.stdout.write("\n" + json.dumps(told) + "\n")


def _move(root: str, way: str, oids: list[str]) -> dict[str, Any]:
    from dvc.repo import Repo
    from dvc_data.hashfile.hash_info import HashInfo

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
    moved = {one.value for one in result[0]}
    return {
        "moved": sum(1 for group in wanted.values() if group & moved and not group & gone),
        "missing": [oid for oid, group in wanted.items() if group & gone],
    }


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
