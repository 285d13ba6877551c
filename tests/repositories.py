"""Scratch Git repositories with a home of their own, and experiments by the thousand.

`make_experiments` writes what sealing writes, through one `git fast-import`, so that readers can be tested and
measured without a kernel.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from trackside import dvcfiles
from trackside.directions import guess_direction
from trackside.encode import json_bytes, parse_number
from trackside.experiment import empty_record

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = "study.ipynb"
STARTED = 1_790_000_000.0


@dataclass(frozen=True)
class Scratch:
    """One repository and the environment every process of a test runs in."""

    path: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """A whole environment: nothing of the person who runs the tests is in it."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_STATE_HOME": str(self.home / "state"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONPATH": str(ROOT / "kernel_side"),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }

    def git(self, *args: str, stdin: bytes = b"", check: bool = True) -> str:
        """Run git in the repository as its user would."""
        done = subprocess.run(
            ["git", *args], cwd=self.path, env=self.environment, input=stdin, capture_output=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def head(self) -> str:
        """Return the commit id of HEAD."""
        return self.git("rev-parse", "HEAD")

    def refs(self) -> dict[str, str]:
        """Return every ref and what it holds."""
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(line.split(" ") for line in lines)

    def state(self) -> dict[str, Any]:
        """Return all that Trackside must leave as it is: HEAD, branches, index, work tree, stash, configuration."""
        files = {
            str(path.relative_to(self.path)): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(self.path.rglob("*"))
            if path.is_file() and ".git" not in path.parts
        }
        return {
            "head": (self.path / ".git" / "HEAD").read_text(),
            "branches": self.git("for-each-ref", "refs/heads", "refs/tags", "refs/stash"),
            "index": self.git("ls-files", "--stage"),
            "status": self.git("status", "--porcelain"),
            "config": (self.path / ".git" / "config").read_bytes(),
            "files": files,
        }


def make_scratch(folder: Path, *, object_format: str = "sha1") -> Scratch:
    """Make a repository with one commit: a module and a notebook."""
    home, path = folder / "home", folder / "project"
    home.mkdir(parents=True)
    path.mkdir()
    scratch = Scratch(path, home)
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    scratch.git("init", "-q", "-b", "main", f"--object-format={object_format}")
    (path / "features.py").write_text("def scale(x):\n    return x / 2\n")
    (path / NOTEBOOK).write_text(notebook_text(["import features\n", "lr = 0.1\n"]))
    scratch.git("add", "-A")
    scratch.git("commit", "-q", "-m", "Begin")
    return scratch


def notebook_text(sources: Sequence[str]) -> str:
    """Return an .ipynb file of code cells."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A repository with one commit."""
    return make_scratch(tmp_path)


@pytest.fixture
def trackside_home(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scratch]:
    """The scratch repository as the working folder of this very process, with its home."""
    for key in [key for key in os.environ if key.startswith(("GIT_", "XDG_"))]:
        monkeypatch.delenv(key)
    for key, value in scratch.environment.items():
        monkeypatch.setenv(key, value)
    monkeypatch.chdir(scratch.path)
    yield scratch


def record_of(name: str, baseline: str = "0" * 40, **facts: Any) -> Any:
    """Return a record; `params` and `metrics` may be given as plain values, the rest as in the contract."""
    record: dict[str, Any] = dict(empty_record(name=name, baseline=baseline, started=facts.get("started", STARTED)))
    record.update(facts)
    record["params"] = {key: param(value) for key, value in facts.get("params", {}).items()}
    record["metrics"] = {key: metric(value, guess_direction(key)) for key, value in facts.get("metrics", {}).items()}
    record.setdefault("run", "")
    record["ended"] = record["started"] + record["duration"]
    return record


def param(value: Any) -> dict[str, Any]:
    """Return the fact of a parameter."""
    if isinstance(value, dict):
        return value
    return {"value": value, "type": type(value).__name__, "origin": "explicit", "box": "params"}


def metric(value: Any, direction: str = "higher") -> dict[str, Any]:
    """Return the fact of a metric: of one number, or of the values of its points."""
    if isinstance(value, dict):
        return value
    points = list(value) if isinstance(value, (list, tuple)) else [value]
    finite = [point for point in points if isinstance(point, (int, float))]
    return {
        "last": points[-1],
        "step": len(points) - 1,
        "min": min(finite, default=None),
        "max": max(finite, default=None),
        "count": len(points),
        "direction": direction,
        "origin": "explicit",
        "spark": [point if isinstance(point, (int, float)) else None for point in points][:48]
        if len(points) > 1
        else [],
    }


def make_experiment(
    scratch: Scratch, name: str, *, files: Mapping[str, bytes | str] | None = None, **facts: Any
) -> str:
    """Write one experiment on HEAD as sealing would; return its commit id."""
    head = scratch.head()
    record = record_of(name, head, **facts)
    series = {key: _points(value) for key, value in facts.get("metrics", {}).items()}
    written = dvcfiles.dvc_files(
        {key: fact["value"] for key, fact in record["params"].items()},
        {key: points[-1][1] for key, points in series.items() if points},
        series,
        {},
    )
    tree: dict[str, bytes] = {f".trackside/{path}": data for path, data in written.items()}
    tree[".trackside/run.json"] = json_bytes(record)
    tree.update({path: data.encode() if isinstance(data, str) else data for path, data in (files or {}).items()})
    scratch.git("fast-import", "--quiet", "--force", stdin=_commit(name, head, record, tree))
    return scratch.git("rev-parse", f"refs/exps/{head[:2]}/{head[2:]}/{name}")


def make_experiments(scratch: Scratch, count: int, *, pack_refs: bool = True, steps: int = 20) -> str:
    """Write `count` experiments with 5 parameters and 3 metrics of `steps` points each; return the baseline."""
    head = scratch.head()

    def stream() -> Iterator[bytes]:
        for number in range(count):
            curve = [round(0.5 + 0.4 * (1 - 0.99 ** (step * (number % 97 + 1))), 6) for step in range(steps)]
            record = record_of(
                f"run-{number:06d}",
                head,
                started=STARTED + number,
                run=f"20260101t000000-{number:010x}",
                duration=12.5,
                notebook=NOTEBOOK,
                branch="main",
                frontend="jupyter",
                author={"name": "Ada Lovelace", "email": "ada@example.org", "fallback": False},
                params={
                    "lr": 10.0 ** -(number % 5),
                    "model": ("rf", "svm")[number % 2],
                    "n": number % 7,
                    "seed": 1,
                    "flag": True,
                },
                metrics={"acc": curve, "loss": [1 - value for value in curve], "f1": curve[-1]},
                environment={
                    "digest": "d" * 16,
                    "python": "3.11.7",
                    "platform": "Linux",
                    "cpu": "c",
                    "gpu": "",
                    "packages": 90,
                },
            )
            yield _commit(record["name"], head, record, {".trackside/run.json": json_bytes(record)})

    scratch.git("fast-import", "--quiet", stdin=b"".join(stream()))
    if pack_refs:
        scratch.git("pack-refs", "--all")
    return head


def _points(value: Any) -> list[tuple[int, Any]]:
    if isinstance(value, dict):
        return []
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    return [(step, parse_number(point)) for step, point in enumerate(values)]


def _commit(name: str, head: str, record: Mapping[str, Any], tree: Mapping[str, bytes]) -> bytes:
    when = int(record["started"])
    message = f"{record['title'] or name}\n\nTrackside-Format: 1\nTrackside-Run: {record['run']}\n".encode()
    parts = [
        f"commit refs/exps/{head[:2]}/{head[2:]}/{name}\n".encode(),
        f"committer Ada Lovelace <ada@example.org> {when} +0000\n".encode(),
        b"data %d\n%s\nfrom %s\n" % (len(message), message, head.encode()),
    ]
    for path, data in tree.items():
        parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    return b"".join(parts)
