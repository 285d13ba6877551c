"""What a walk remembers of one run's folders changes nothing in what it says of another's."""

from __future__ import annotations

import random
from pathlib import Path

from clones import opened
from repositories import Scratch, make_scratch

from trackside.sharing.trees import Walk


def tree(scratch: Scratch, entries: dict[str, tuple[str, str]]) -> str:
    """Write a folder: name → mode and object id."""
    kinds = {"040000": "tree"}
    lines = [f"{mode} {kinds.get(mode, 'blob')} {oid}\t{name}\n" for name, (mode, oid) in sorted(entries.items())]
    return scratch.git("mktree", stdin="".join(lines).encode())


def test_runs_looked_at_together_are_told_what_each_is_told_alone(tmp_path: Path) -> None:
    scratch = make_scratch(tmp_path)
    blobs = [scratch.git("hash-object", "-w", "--stdin", stdin=text) for text in (b"a", b"b", b"c.py", b"../../out")]
    files = [("100644", blob) for blob in blobs]
    inner = [("040000", tree(scratch, {"run.json": file, "same": files[0]})) for file in files]
    base = tree(scratch, {".trackside": inner[0], "a.py": files[0], "link": ("120000", blobs[2]), "z": inner[1]})
    chance = random.Random("forms")
    roots = []
    for _ in range(60):
        entries = {
            ".trackside": chance.choice(inner),
            "a.py": chance.choice(files),
            "link": chance.choice([("120000", blobs[2]), ("120000", blobs[3]), files[1]]),
            "z": chance.choice([*inner, files[2]]),
        }
        if chance.random() < 0.3:
            entries[chance.choice(["A.py", "new.py", "con"])] = chance.choice(files)
        roots.append((tree(scratch, entries), base))
    repository = opened(scratch)
    together = Walk(repository, roots, "run.json")
    assert len(together._layouts) > 3
    for root in dict.fromkeys(roots):
        alone = Walk(repository, [root], "run.json")
        assert together.folders[root] == alone.folders[root]
        assert together.trouble(root) == alone.trouble(root)
        assert together.wanted(root, ".trackside") == alone.wanted(root, ".trackside")
    assert len({together.trouble(root) for root in roots}) > 2
