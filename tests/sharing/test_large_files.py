"""Large files travel through the DVC remote of the repository, driven by the installed `dvc`."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from clones import Team, make_team, opened, runs
from files_http import http_store
from files_sftp import sftp_store
from repositories import Scratch, make_experiment

from trackside.artifacts import keep_artifact
from trackside.cleaning import clean_files
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


def remote_config(address: str, **settings: str) -> str:
    more = "".join(f"    {key} = {value}\n" for key, value in settings.items())
    return f"[core]\n    remote = store\n['remote \"store\"']\n    url = {address}\n{more}"


def use_remote(scratch: Scratch, address: str, **settings: str) -> None:
    """Set the DVC remote of one person."""
    (scratch.path / ".dvc" / "config.local").write_text(remote_config(address, **settings))


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    made = make_team(tmp_path)
    seed = made.clone("seed-of-dvc")
    # As `dvc init` and `dvc remote add --default` leave it, which take seconds.
    (seed.path / ".dvc").mkdir()
    (seed.path / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    (seed.path / ".dvc" / "config").write_text(remote_config(str(tmp_path / "store")))
    (seed.path / ".dvcignore").touch()
    seed.git("add", "-A")
    seed.git("commit", "-q", "-m", "Keep large files with DVC")
    seed.git("push", "-q", "origin", "main")
    return made


def run_with_files(scratch: Scratch, name: str) -> dict[str, str]:
    """Make a run that keeps a file and a folder with DVC, ignored by Git; return the hash of each."""
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
    files[".gitignore"] = b"/data\n/model.bin\n"
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


def test_what_a_pull_brought_goes_again_when_its_run_is_gone(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    run_with_files(ada, "calm-otter")
    push(opened(ada))
    pull(opened(bob))
    for path in bob.path.glob(".dvc/cache/files/md5/*/*"):
        os.utime(path, (time.time() - 30 * 86_400,) * 2)
    assert clean_files(opened(bob)).gone == {}
    for ref in bob.refs():
        if ref.startswith("refs/exps/"):
            bob.git("update-ref", "-d", ref)
    (gone,) = clean_files(opened(bob)).gone.values()
    assert {one.path for one in gone} == {"data (calm-otter)", "model.bin (calm-otter)"}
    assert cached(bob) == set()


def test_over_http_a_wrong_password_and_a_dead_server_are_told_and_the_runs_travel(team: Team, tmp_path: Path) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    hashes = run_with_files(ada, "calm-otter")
    with http_store(tmp_path / "web", "secret") as address:
        use_remote(ada, address)
        use_remote(bob, address)
        pushed = push(opened(ada))
        assert (pushed.moved, pushed.files.moved) == (["calm-otter"], 0)
        assert pushed.files.missing == ["data (calm-otter)", "model.bin (calm-otter)"]
        assert (
            pushed.files.why == "the DVC remote does not accept who you are"
            and "dvc remote modify" in pushed.files.hint
        )
        use_remote(ada, address, auth="basic", user="ada", password="secret")
        assert push(opened(ada)).files.moved == 2
    stored = tmp_path / "web" / "store" / "files" / "md5"
    assert {path.parent.name + path.name for path in stored.glob("*/*")} == cached(ada) >= set(hashes.values())
    pulled = pull(opened(bob))
    assert (pulled.moved, pulled.files.moved) == (["calm-otter"], 0)
    assert pulled.files.why == "the DVC remote cannot be reached" and "try again" in pulled.files.hint
    with http_store(tmp_path / "web") as address:
        use_remote(bob, address)
        assert pull(opened(bob)).files.moved == 2
    assert cached(bob) == cached(ada)


def test_files_travel_over_ssh(team: Team, tmp_path: Path) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    run_with_files(ada, "calm-otter")
    with sftp_store(tmp_path / "ssh") as port:
        for person in (ada, bob):
            use_remote(person, f"ssh://ada@127.0.0.1:{port}/store", keyfile=str(tmp_path / "ssh" / "client"))
        assert push(opened(ada)).files.moved == 2
        assert pull(opened(bob)).files.moved == 2
    assert cached(bob) == cached(ada) and len(cached(ada)) == 5


@pytest.mark.long
def test_a_key_the_ssh_server_does_not_know_is_told(team: Team, tmp_path: Path) -> None:
    ada = team.clone("ada")
    run_with_files(ada, "calm-otter")
    with sftp_store(tmp_path / "ssh") as port:
        use_remote(ada, f"ssh://ada@127.0.0.1:{port}/store", keyfile=str(tmp_path / "ssh" / "stranger"))
        pushed = push(opened(ada))
    assert (pushed.moved, pushed.files.why) == (["calm-otter"], "the DVC remote does not accept who you are")


@pytest.mark.long
def test_files_travel_through_a_bucket_of_s3(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dvc_s3", reason="90 MB of libraries: pip install dvc-s3 'moto[s3]' flask flask-cors")
    servers = pytest.importorskip("moto.server", reason="pip install 'moto[s3]' flask flask-cors")
    import boto3

    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    server = servers.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"access_key_id": "ada", "secret_access_key": "secret", "region": "us-east-1"}
    boto3.client(
        "s3", endpoint_url=address, aws_access_key_id="ada", aws_secret_access_key="secret", region_name="us-east-1"
    ).create_bucket(Bucket="team-store")
    ada, bob = team.clone("ada"), team.clone("bob")
    run_with_files(ada, "calm-otter")
    try:
        use_remote(ada, "s3://no-such-bucket/dvc", endpointurl=address, **keys)
        assert push(opened(ada)).files.why == "there is nothing where the DVC remote points to"
        for person in (ada, bob):
            use_remote(person, "s3://team-store/dvc", endpointurl=address, **keys)
        assert push(opened(ada)).files.moved == 2
        assert pull(opened(bob)).files.moved == 2
    finally:
        server.stop()
    assert cached(bob) == cached(ada) and len(cached(ada)) == 5
    assert push(opened(ada)).files.why == "the DVC remote cannot be reached"
