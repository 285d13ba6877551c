"""The floor: what the machine itself takes for the bare essence of each job."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.peers.stage import Kept, Peer, Seen, perform

LINES = Path("floor.jsonl")
KNOWN = Path("floor.known")
CHUNK = 4 << 20


class Floor(Peer):
    """One `write(2)` a line, one `git fast-import` a run, one `cat-file --batch` a list, one pass a file."""

    key = "floor"
    title = "Floor"
    words = (
        "one `write(2)` of a JSON line a scalar; one `git fast-import` a run, nothing looked at in the work tree; "
        "`for-each-ref` + `cat-file --batch` + `json` a list; one pass of read, MD5, write a file; empty hooks a cell"
    )
    load = "import sqlite3, subprocess, hashlib, threading, json, dataclasses, pathlib, shlex, tempfile, uuid"
    cells = (
        "get_ipython().events.register('pre_run_cell', lambda info: None)",
        "get_ipython().events.register('post_run_cell', lambda result: None)",
    )

    refusals: ClassVar = {"crowd": "nothing to measure", "dvc-show": "nothing to measure"}

    def __init__(self) -> None:
        self._descriptor = -1
        self._name = ""
        self._record: dict[str, Any] = {}
        self._small = b""
        self._big = False

    def begin(self, name: str) -> None:
        """Open a file to append to."""
        self._descriptor = os.open(LINES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._name, self._record, self._small, self._big = name, {"name": name, "metrics": {}}, b"", False

    def params(self, values: Mapping[str, Any]) -> None:
        """Remember the parameters."""
        self._record["params"] = dict(values)

    def scalar(self, name: str, value: float, step: int) -> None:
        """Write one line."""
        line = json.dumps({"t": time.time(), "e": "point", "k": name, "v": value, "s": step})
        os.write(self._descriptor, f"{line}\n".encode())
        self._record["metrics"][name] = value

    def artifact(self, path: Path) -> None:
        """Keep a small file for the commit; copy a big one while hashing it, unless `stat` says it is the same."""
        facts = path.stat()
        if facts.st_size < CHUNK:
            self._small = path.read_bytes()
            return
        self._big = True
        stamp = json.dumps([facts.st_size, facts.st_mtime_ns, facts.st_ino])
        if KNOWN.exists() and KNOWN.read_text() == stamp:
            return
        digest = hashlib.md5(usedforsecurity=False)
        with path.open("rb", buffering=0) as source, Path("floor.copy").open("wb", buffering=0) as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
        KNOWN.write_text(stamp)

    def end(self) -> None:
        """Write the commit; a big file and a series of scalars need none."""
        os.close(self._descriptor)
        if self._record.get("params") and not self._big:
            commit(self._name, {".bench/run.json": json.dumps(self._record).encode(), "model.bin": self._small})

    def runs(self) -> list[Seen]:
        """Read the records of all commits in two git processes."""
        refs = _git("for-each-ref", "--format=%(objectname)", "refs/exps").split()
        wanted = "".join(f"{ref.decode()}:.bench/run.json\n" for ref in refs)
        blobs = _git("cat-file", "--batch", stdin=wanted.encode())
        seen, at = [], 0
        while at < len(blobs):
            end = blobs.index(b"\n", at)
            size = int(blobs[at:end].rsplit(b" ", 1)[1])
            record = json.loads(blobs[end + 1 : end + 1 + size])
            seen.append(Seen(name=record["name"], params=record["params"], metrics=record["metrics"]))
            at = end + 2 + size
        return seen

    def kept(self) -> Kept:
        """Count the lines."""
        return Kept(points=len(LINES.read_bytes().splitlines()), status="has no status")

    def tidy(self) -> None:
        """Let Git pack."""
        _git("gc", "--quiet", "--prune=now")


def commit(name: str, files: Mapping[str, bytes]) -> None:
    """Write one experiment commit with one `git fast-import`."""
    head = _git("rev-parse", "HEAD").decode().strip()
    stream = [
        f"commit refs/exps/{head[:2]}/{head[2:]}/{name}\n"
        f"committer Bench <bench@example.org> {int(time.time())} +0000\n"
        f"data {len(name)}\n{name}\nfrom {head}\n".encode()
    ]
    for path, data in files.items():
        stream += [f"M 100644 inline {path}\ndata {len(data)}\n".encode(), data, b"\n"]
    _git("fast-import", "--quiet", "--force", stdin=b"".join(stream))


def _git(*arguments: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["git", *arguments], input=stdin, check=True, capture_output=True).stdout


PEER = Floor()

if __name__ == "__main__":
    perform(PEER)
