"""Large files travel through the DVC remote of the repository, driven by the installed `dvc`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from clones import Team, make_team, opened, runs
from repositories import Scratch, make_experiment

from trackside.artifacts import keep_artifact
from trackside.sharing.pull import pull
from trackside.sharing.push import push
from trackside.sharing.told import Wanted

pytestmark = pytest.mark.dvc


class NoJournal:
    """Everything here is above the limit."""

    def append(self, kind: str, /, **fields: object) -> None:
        raise AssertionError(kind, fields)

    def keep(self, data: bytes) -> dict[str, object]:
        raise AssertionError(len(data))


def dvc(scratch: Scratch, *args: str) -> None:
    command = [sys.executable, "-m", "dvc", *args]
    environment = {**scratch.environment, "DVC_NO_ANALYTICS": "1"}
    subprocess.run(command, cwd=scratch.path, env=environment, check=True, capture_output=True)


@pytest.fixture(scope="module")
def with_dvc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository whose `main` keeps large files with DVC; two processes of `dvc` made it, so once for all."""
    folder = tmp_path_factory.mktemp("dvc")
    made = make_team(folder)
    seed = made.clone("seed-of-dvc")
    dvc(seed, "init", "-q")
    # Of the folder in which each test has its own clones.
    dvc(seed, "remote", "add", "-q", "--default", "store", "../../store")
    seed.git("add", "-A")
    seed.git("commit", "-q", "-m", "Keep large files with DVC")
    seed.git("push", "-q", "origin", "main")
    return made.bare


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_dvc: Path) -> Team:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    shutil.copytree(with_dvc, tmp_path / "team.git")
    return Team(tmp_path, tmp_path / "team.git")


def run_with_files(scratch: Scratch, name: str) -> dict[str, str]:
    """Make a run that keeps a file and a folder with DVC; return the hash of each."""
    (scratch.path / "model.bin").write_bytes(b"weights of " + name.encode() * 1000)
    (scratch.path / "data").mkdir(exist_ok=True)
    for number in range(3):
        (scratch.path / "data" / f"{number}.csv").write_text(f"{name},{number}\n")
    kept = [
        keep_artifact(
            scratch.path / path, repository_root=scratch.path, common_dir=scratch.path / ".git", sink=NoJournal(),
            store="dvc", limit=0,
        )
        for path in ("model.bin", "data")
    ]  # fmt: skip
    facts = [{"path": one.path, "size": one.size, "md5": one.md5, "stored": one.stored} for one in kept]
    files = {f"{one.path}.dvc": one.pointer for one in kept if one.pointer}
    make_experiment(scratch, name, artifacts=facts, files=files)
    return {one.path: str(one.md5) for one in kept}


def cached(scratch: Scratch) -> set[str]:
    folder = scratch.path / ".dvc" / "cache" / "files" / "md5"
    return {path.parent.name + path.name for path in folder.glob("*/*")}


def test_files_and_folders_come_with_the_run(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    run_with_files(ada, "calm-otter")
    pushed = push(opened(ada))
    assert (pushed.files.moved, pushed.files.missing) == (2, [])
    pulled = pull(opened(bob))
    assert (pulled.moved, pulled.files.moved, pulled.files.missing) == (["calm-otter"], 2, [])
    assert cached(bob) == cached(ada) and len(cached(ada)) == 5
    assert (push(opened(ada)).files.moved, pull(opened(bob)).files.moved) == (0, 0)


def test_files_that_could_not_come_before_come_with_the_next_pull(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    hashes = run_with_files(ada, "calm-otter")
    push(opened(ada), wanted=Wanted(files=False))
    pulled = pull(opened(bob))
    assert pulled.moved == ["calm-otter"]
    assert pulled.files.missing == ["data (calm-otter)", "model.bin (calm-otter)"]
    assert "neither" in pulled.files.why
    push(opened(ada))
    lost = hashes["model.bin"]
    assert pull(opened(bob)).files.moved == 2
    (bob.path / ".dvc" / "cache" / "files" / "md5" / lost[:2] / lost[2:]).unlink()
    assert pull(opened(bob)).files.moved == 1


def test_without_dvc_the_runs_travel_and_the_files_are_named(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    run_with_files(ada, "calm-otter")
    monkeypatch.setattr("trackside.artifacts.dvcmove.find_dvc", lambda: None)
    pushed, pulled = push(opened(ada)), pull(opened(bob))
    assert set(runs(bob.path)) == {"calm-otter"}
    for done in (pushed, pulled):
        assert done.files.missing == ["data (calm-otter)", "model.bin (calm-otter)"]
        assert done.files.why == "DVC is not installed" and "pip install dvc" in done.files.hint


def test_a_remote_named_by_a_pulled_run_is_not_asked(team: Team, tmp_path: Path) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    run_with_files(ada, "calm-otter")
    hostile = f"[core]\n    remote = evil\n['remote \"evil\"']\n    url = {tmp_path / 'evil'}\n"
    md5 = "0" * 32
    make_experiment(
        ada, "hostile", files={".dvc/config": hostile},
        artifacts=[{"path": "../../x", "size": 1, "md5": md5, "stored": "dvc"}],
    )  # fmt: skip
    push(opened(ada))
    assert pull(opened(bob)).files.missing == ["../../x (hostile)"]
    assert not (tmp_path / "evil").exists()
