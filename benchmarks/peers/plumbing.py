"""Git plumbing that keeps the code: what a person could script with Git's own commands and nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.peers.stage import Peer, Seen, perform

Tree = dict[str, Any]


class Plumbing(Peer):
    """`status`, `hash-object`, `ls-tree`, `mktree`, `commit-tree`, `update-ref`, and the ref read back."""

    key = "plumbing"
    title = "Git plumbing"
    words = (
        "`status` to find what changed, `hash-object -w`, `ls-tree`, `mktree`, `commit-tree`, `update-ref`, "
        "and the ref read back: one snapshot of code, record and artifact a run"
    )
    refusals: ClassVar = dict.fromkeys(
        ("import", "scalar", "killed", "cell", "list", "list-10000", "artifact", "crowd", "crowd-gc", "dvc-show"),
        "not a job of its own; see the floor",
    )

    def __init__(self) -> None:
        self._name = ""
        self._record: dict[str, Any] = {}
        self._files: list[str] = []

    def begin(self, name: str) -> None:
        """Start an empty record."""
        self._name, self._record, self._files = name, {"name": name, "metrics": {}}, []

    def params(self, values: Mapping[str, Any]) -> None:
        """Remember the parameters."""
        self._record["params"] = dict(values)

    def scalar(self, name: str, value: float, step: int) -> None:
        """Remember one number."""
        self._record["metrics"][name] = [step, value]

    def artifact(self, path: Path) -> None:
        """Remember the file's path."""
        self._files.append(str(path))

    def end(self) -> None:
        """Write blobs, trees, commit and ref; read the ref back."""
        head = _git("rev-parse", "HEAD").strip()
        changed = [entry[3:] for entry in _git("status", "--porcelain", "-z", "-uall").split("\0") if entry]
        record = Path(f".git/bench-{os.getpid()}.json")
        record.write_text(json.dumps(self._record))
        paths = sorted({*changed, *self._files})
        oids = _git(
            "hash-object", "-w", "--stdin-paths", stdin="".join(f"{p}\n" for p in [str(record), *paths])
        ).split()
        tree = _grafted(head, dict(zip([".bench/run.json", *paths], oids, strict=True)))
        commit = _git("commit-tree", tree, "-p", head, "-m", self._name).strip()
        ref = f"refs/exps/{head[:2]}/{head[2:]}/{self._name}"
        _git("update-ref", ref, commit, "")
        if _git("rev-parse", ref).strip() != commit:
            raise RuntimeError(f"{ref} does not hold {commit}")
        record.unlink()

    def runs(self) -> list[Seen]:
        """List nothing; the floor lists."""
        return []

    def tidy(self) -> None:
        """Let Git pack."""
        _git("gc", "--quiet", "--prune=now")


def _grafted(head: str, blobs: Mapping[str, str]) -> str:
    """Write the trees of HEAD with these blobs put in; only the folders on their way are read or written."""
    new: dict[str, dict[str, str]] = {"": {}}
    for path, oid in blobs.items():
        folder, _, name = path.rpartition("/")
        new.setdefault(folder, {})[name] = f"100644 blob {oid}"
        while folder:
            folder = folder.rpartition("/")[0]
            new.setdefault(folder, {})
    written = ""
    for folder in sorted(new, key=lambda folder: (-folder.count("/") - bool(folder), folder)):
        listing = subprocess.run(
            ["git", "ls-tree", "-z", f"{head}:{folder}"], capture_output=True, text=True, check=False
        ).stdout
        entries = _by_name(listing) | new[folder]
        written = _git("mktree", "-z", stdin="".join(f"{what}\t{name}\0" for name, what in entries.items())).strip()
        if folder:
            parent, _, name = folder.rpartition("/")
            new[parent][name] = f"040000 tree {written}"
    return written


def _by_name(listing: str) -> dict[str, str]:
    """Turn the lines of `ls-tree -z` into mode, kind and object id by file name."""
    lines = (line.partition("\t") for line in listing.split("\0") if line)
    return {name: what for what, _, name in lines}


def _git(*arguments: str, stdin: str = "") -> str:
    return subprocess.run(["git", *arguments], input=stdin, check=True, capture_output=True, text=True).stdout


PEER = Plumbing()

if __name__ == "__main__":
    perform(PEER)
