"""Ten thousand experiments out of one thousand, in seconds: the same trees with other names, times and numbers."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.places import git

RECORDS = (".trackside/run.json", ".bench/run.json")


def multiply(folder: Path, count: int) -> Path:
    """Copy a filled repository and add commits until it has `count` experiments; done once."""
    target = folder.with_name(f"{folder.name}-times-{count}")
    done = target / ".git" / "multiplied"
    if not done.exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder, target, symlinks=True)
        refs = git("for-each-ref", "--format=%(refname) %(objectname)", "refs/exps", folder=target).split()
        git("fast-import", "--quiet", folder=target, stdin="".join(_stream(target, refs, count)))
        git("pack-refs", "--all", folder=target)
        done.touch()
    return target


def _stream(folder: Path, refs: list[str], count: int) -> Iterator[str]:
    """Write each new commit from an old one: same parent and tree, but for the record."""
    originals = list(zip(refs[::2], refs[1::2], strict=True))
    rng = random.Random(7)
    facts = [_facts(folder, oid) for _, oid in originals[:50]]
    for number in range(len(originals), count):
        name = f"copy-{number:06d}"
        base, tree, parent, message, path, record = facts[number % len(facts)]
        changed = _changed(record, name, number, rng)
        text = message.replace(str(record["name"]), name)
        if "run" in record:
            text = text.replace(str(record["run"]), str(changed["run"]))
        data = json.dumps(changed, separators=(",", ":"))
        yield (
            f"commit {base}/{name}\ncommitter Bench <bench@example.org> {1_700_000_000 + number} +0000\n"
            f"data {len(text.encode())}\n{text}\nfrom {parent}\nM 040000 {tree} \n"
            f"M 100644 inline {path}\ndata {len(data.encode())}\n{data}\n"
        )


def _facts(folder: Path, oid: str) -> tuple[str, str, str, str, str, dict[str, object]]:
    """Read one experiment: ref folder, tree, parent, message, path of the record, record."""
    tree, parent, message = git("log", "-1", "--format=%T%n%P%n%B", oid, folder=folder).split("\n", 2)
    files = git("ls-tree", "-r", "--name-only", oid, folder=folder).split("\n")
    path = next(path for path in RECORDS if path in files)
    record: dict[str, object] = json.loads(git("cat-file", "blob", f"{oid}:{path}", folder=folder))
    return f"refs/exps/{parent[:2]}/{parent[2:]}", tree, parent, message.rstrip("\n") + "\n", path, record


def _changed(record: dict[str, object], name: str, number: int, rng: random.Random) -> dict[str, object]:
    """Give the copy its own identity and numbers."""
    text = json.dumps(record)
    text = re.sub(r"0\.\d{6,}", lambda _: f"{rng.random():.12f}", text)
    copy: dict[str, object] = json.loads(text)
    copy["name"] = name
    if isinstance(copy.get("run"), str):
        digits = f"{number:x}"
        copy["run"] = str(copy["run"])[: -len(digits)] + digits
    return copy
