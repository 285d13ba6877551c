"""What we put into DVC's cache is what DVC would have put there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dvc_repository import DvcRepository

from trackside.artifacts import Kept, keep_artifact

pytestmark = pytest.mark.dvc


class NoJournal:
    """Everything here is above the limit."""

    def append(self, kind: str, /, **fields: object) -> None:
        raise AssertionError(kind, fields)

    def keep(self, data: bytes) -> dict[str, object]:
        raise AssertionError(len(data))


@pytest.fixture(scope="module")
def repository(make_dvc_repository: Callable[[], DvcRepository]) -> DvcRepository:
    made = make_dvc_repository()
    made.dvc("config", "cache.dir", "../../shared cache")
    return made


def keep(repository: DvcRepository, path: str, monkeypatch: pytest.MonkeyPatch) -> Kept:
    for name in ("DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR"):
        monkeypatch.setenv(name, repository.environment[name])
    root = repository.root
    return keep_artifact(
        root / path, repository_root=root, common_dir=root / ".git", sink=NoJournal(), store="dvc", limit=0
    )


def test_pointers_are_byte_for_byte_those_of_dvc_add(
    repository: DvcRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository.root
    (root / "model 1.bin").write_bytes(os.urandom(5000))
    (root / "data" / "deep").mkdir(parents=True)
    (root / "data" / "deep" / "ä.txt").write_bytes(b"a")
    (root / "data" / "z.txt").write_bytes(b"z" * 100)
    # What sorts, is named or is made in another way than most.
    for odd in (
        "deep-er",
        "deep.d/x",
        "deep/B",
        "deep/a b",
        ".hidden",
        ".gitignore",
        "e\u0301",
        "\u00e9",
        "\U0001f600",
        "#",
    ):
        (root / "data" / odd).parent.mkdir(exist_ok=True)
        (root / "data" / odd).write_text(odd)
    (root / "data" / "empty").touch()
    (root / "data" / "none").mkdir()
    (root / "data" / "same.txt").write_bytes(b"z" * 100)
    (root / "data" / "run.sh").write_bytes(b"echo\n")
    (root / "data" / "run.sh").chmod(0o755)
    (root / "data" / "link").symlink_to("z.txt")
    (root / "data" / "large").write_bytes(os.urandom(5_000_000))
    ours = {path: keep(repository, path, monkeypatch).pointer for path in ("model 1.bin", "data")}
    cached = objects(root.parent / "shared cache")
    repository.dvc("add", "-q", "model 1.bin", "data")
    assert {path: (root / f"{path}.dvc").read_bytes() for path in ours} == ours
    assert objects(root.parent / "shared cache") == cached


def test_dvc_brings_back_what_we_kept(repository: DvcRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository.root
    data = os.urandom(3000)
    (root / "net.bin").write_bytes(data)
    kept = keep(repository, "net.bin", monkeypatch)
    (root / "net.bin").unlink()
    (root / "net.bin.dvc").write_bytes(kept.pointer or b"")
    repository.dvc("checkout", "-q", "net.bin.dvc")
    assert (root / "net.bin").read_bytes() == data
    assert "up to date" in repository.dvc("status", "net.bin.dvc")


def objects(folder: Path) -> dict[str, Any]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode) for path in files}
