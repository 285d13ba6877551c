"""Which flags of the installed `dvc gc` keep the files of runs: docs/storage.md says the same."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from dvc_repository import DvcRepository

from trackside.artifacts import keep_artifact

pytestmark = pytest.mark.dvc

#: Flags → whose files stay. The trash is Trackside's own, so no flag of DVC knows it.
KEPT = {
    ("-w",): {"main"},
    ("-a", "-T"): {"main", "branch", "tag"},
    ("-A",): {"main", "branch", "tag", "history"},
    ("-w", "--all-experiments"): {"main", "run"},
    ("-A", "--all-experiments"): {"main", "branch", "tag", "history", "run"},
}


class NoJournal:
    """Everything here is above the limit."""

    def append(self, kind: str, /, **fields: object) -> None:
        raise AssertionError(kind, fields)

    def keep(self, data: bytes) -> dict[str, object]:
        raise AssertionError(len(data))


def pointer_of(repository: DvcRepository, name: str) -> bytes:
    """Keep a file as a run does; return its pointer."""
    root = repository.root
    (root / f"{name}.bin").write_text(name)
    kept = keep_artifact(
        root / f"{name}.bin", repository_root=root, common_dir=root / ".git", sink=NoJournal(), store="dvc", limit=0
    )
    (root / f"{name}.bin").unlink()
    assert kept.pointer is not None
    return kept.pointer


def commit_pointer(repository: DvcRepository, name: str) -> None:
    (repository.root / f"{name}.bin.dvc").write_bytes(pointer_of(repository, name))
    repository.commit(f"Keep {name}")


def cached(root: Path) -> set[str]:
    return {path.read_text() for path in (root / ".dvc" / "cache" / "files" / "md5").glob("*/*")}


def test_what_dvc_gc_keeps(
    make_dvc_repository: Callable[[], DvcRepository], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository = make_dvc_repository()
    for name in ("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR"):
        monkeypatch.setenv(name, repository.environment[name])
    commit_pointer(repository, "history")
    repository.git("rm", "-q", "history.bin.dvc")
    repository.commit("Drop it")
    for name, kind in (("tag", "tag"), ("branch", "branch")):
        commit_pointer(repository, name)
        repository.git(kind, f"a-{kind}")
        repository.git("reset", "-q", "--hard", "HEAD~1")
    commit_pointer(repository, "main")
    repository.add_experiment("calm-otter", {"run.bin.dvc": pointer_of(repository, "run")})
    oid = repository.add_experiment("old-otter", {"trash.bin.dvc": pointer_of(repository, "trash")})
    repository.git("update-ref", f"refs/trackside/trash/old-otter/{int(time.time())}", oid)
    (deleted,) = [ref for ref in repository.git("for-each-ref", "--format=%(refname)").split() if "/old-otter" in ref
                  and ref.startswith("refs/exps/")]  # fmt: skip
    repository.git("update-ref", "-d", deleted)
    assert cached(repository.root) == {"history", "tag", "branch", "main", "run", "trash"}
    copies = {flags: tmp_path / "-".join(flags) for flags in KEPT}
    for copy in copies.values():
        shutil.copytree(repository.root, copy, symlinks=True)
    # One process for all: to start `dvc` takes longer than what it does here.
    asked = json.dumps([(str(copy), ["gc", "--force", *flags]) for flags, copy in copies.items()])
    code = (
        "import json, os, sys; from dvc.cli import main\n"
        "for folder, words in json.loads(sys.argv[1]):\n"
        "    os.chdir(folder); assert main(words) == 0\n"
    )
    command = [sys.executable, "-c", code, asked]
    subprocess.run(command, cwd=tmp_path, env=repository.environment, check=True, capture_output=True)
    assert {flags: cached(copy) for flags, copy in copies.items()} == KEPT
