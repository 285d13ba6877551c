"""Where jobs work: scratch repositories, stores already filled with runs, one big file."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import time
from pathlib import Path

from benchmarks.environments import BENCH, ROOT, TIMEOUT, Tool, environment
from benchmarks.model import OURS, Refused

GIB = 1 << 30
PER_FOLDER = 100
OURS_PATIENCE = 300.0  # our store is made anew after every edit of the sources, and is never left half full
DVC_FILES = {
    ".dvc/config": "[core]\n    analytics = false\n    autostage = false\n",
    ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
    ".dvcignore": "",
}


class Place:
    """The folders of one run of the benchmarks; repositories last for the run, stores for longer."""

    def __init__(self, *, quick: bool, patience: float) -> None:
        self.quick = quick
        self.patience = patience
        self._scratch = BENCH / "scratch"
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._made: dict[tuple[str, int, str], Path] = {}

    def repository(self, tool: Tool, files: int, purpose: str, *, dvc: bool | None = None) -> Path:
        """Give the tool a repository of so many committed files; the same one for the same purpose."""
        key = (tool.key, files, purpose)
        if key not in self._made:
            folder = self._scratch / f"{tool.key}-{files}-{purpose}"
            make_repository(folder, files, dvc=tool.peer.wants_dvc if dvc is None else dvc)
            self._made[key] = folder
        return self._made[key]

    def fresh(self, tool: Tool, files: int, purpose: str, *, dvc: bool | None = None) -> Path:
        """Give a repository nobody has used."""
        self.drop(tool, files, purpose)
        return self.repository(tool, files, purpose, dvc=dvc)

    def drop(self, tool: Tool, files: int, purpose: str) -> None:
        """Remove a repository that takes too much room."""
        folder = self._made.pop((tool.key, files, purpose), None)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def store(self, tool: Tool, count: int) -> Path:
        """Give a repository where the tool has tracked `count` short runs, adding what is missing.

        Kept between runs of the benchmarks: filling is not what is measured. Raises Refused when the
        runs could not be added in the time allowed; the next try goes on from there.
        """
        folder = BENCH / "stores" / f"{tool.key}-{_fingerprint(tool)}-{count}"
        state = folder.with_suffix(".json")
        if not state.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make_repository(folder, 100, dvc=tool.peer.wants_dvc or tool.key == OURS)
            state.write_text("0")
        have: int = json.loads(state.read_text())
        if have < count:
            began, before = time.perf_counter(), have
            seconds = max(self.patience, OURS_PATIENCE) if tool.key == OURS else self.patience
            limit = seconds + TIMEOUT
            have = tool.perform("fill", folder, within=limit, first=have, count=count, seconds=seconds)["runs"]
            each = (time.perf_counter() - began) / max(1, have - before)
            state.write_text(json.dumps(have))
            if have < count:
                raise Refused(f"{have:,} of {count:,} runs made in the time allowed, {each * 1e3:.0f} ms each")
            tool.perform("tidy", folder)
        return folder

    def big_file(self) -> Path:
        """Give a file of 1 GiB that no filesystem or hash can shorten."""
        size = GIB // 16 if self.quick else GIB
        path = BENCH / f"big-{size >> 20}-mib.bin"
        if not path.exists():
            rng = random.Random(1)
            with path.open("wb") as file:
                for _ in range(size >> 22):
                    file.write(rng.randbytes(4 << 20))
        return path

    def close(self) -> None:
        """Remove the scratch repositories and what tools cached in the home they were given."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        shutil.rmtree(BENCH / "home", ignore_errors=True)


def make_repository(folder: Path, files: int, *, dvc: bool) -> None:
    """Make a repository with one commit of so many small source files, checked out and settled."""
    folder.mkdir(parents=True)
    git("init", "--quiet", folder=folder)
    contents = {
        "train.py": "import model\n",
        "model.py": "def fit(lr):\n    return lr\n",
        "study.ipynb": "{}\n",
    }
    contents |= {"README.md": "# Scratch\n", **(DVC_FILES if dvc else {})}
    for number in range(files - len(contents)):
        name = f"package_{number // PER_FOLDER:04d}/module_{number % PER_FOLDER:02d}.py"
        contents[name] = f'"""Module {number}."""\n\n\ndef answer():\n    return {number}\n' * 3
    stream = ["commit refs/heads/main\ncommitter Bench <bench@example.org> 1700000000 +0000\ndata 5\nFirst\n"]
    stream += [f"M 100644 inline {name}\ndata {len(text)}\n{text}\n" for name, text in contents.items()]
    git("fast-import", "--quiet", folder=folder, stdin="".join(stream))
    git("reset", "--quiet", "--hard", "main", folder=folder)
    # Files as new as the index are read again by every later status: make them older.
    past = time.time() - 60
    for name in contents:
        os.utime(folder / name, (past, past))
    git("update-index", "-q", "--refresh", folder=folder)


def git(*arguments: str, folder: Path, stdin: str = "", check: bool = True) -> str:
    """Run Git in a scratch repository and return what it printed."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=environment(),
        input=stdin,
        capture_output=True,
        text=True,
        check=check,
    )
    return done.stdout


def folder_bytes(folder: Path) -> int:
    """Add up the sizes of all files."""
    return sum(Path(base, name).lstat().st_size for base, _, names in os.walk(folder) for name in names)


def _fingerprint(tool: Tool) -> str:
    """Name the tool's version; our own work tree by its sources, since a store outlives an edit."""
    digest = hashlib.sha256("\n".join((*tool.peer.requirements, *tool.versions)).encode())
    sources = [ROOT / "kernel_side"] if tool.key == OURS else []
    script = ROOT / "benchmarks" / "peers" / f"{tool.key}.py"
    for file in [script, *(path for source in sources for path in sorted(source.rglob("*.py")))]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]
