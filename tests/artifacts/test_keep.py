"""Files of every kind kept with a run: where they go, and the sentence when they do not."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from trackside.artifacts import Kept, copying, keep_artifact
from trackside.artifacts.cache import Cache, Stat
from trackside.artifacts.dvcconfig import dvc_cache
from trackside.errors import NotFoundError, StorageError, UsageError
from trackside.format import RunId
from trackside.journal.writer import Journal

LIMIT = 1000


class Place:
    """A repository's folders without Git, which artifacts never ask."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "repository"
        self.common = self.root / ".git"
        self.common.mkdir(parents=True)
        self.journal = Journal.create(folder / "journal", RunId("20260101t000000-0000000000"))

    def write(self, name: str, data: bytes = b"x" * (LIMIT + 1)) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def keep(self, path: str | os.PathLike[str], **options: Any) -> Kept:
        options.setdefault("limit", LIMIT)
        return keep_artifact(
            self.root / path, repository_root=self.root, common_dir=self.common, sink=self.journal, **options
        )

    def init_dvc(self, config: str = "") -> Cache:
        (self.root / ".dvc").mkdir(exist_ok=True)
        (self.root / ".dvc" / "config").write_text(config)
        found = dvc_cache(self.root)
        assert found is not None
        return found

    def objects(self, folder: Path | None = None) -> list[str]:
        top = folder or self.common / "trackside" / "cache"
        return sorted(path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file())


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "no-global"))
    monkeypatch.setenv("DVC_SYSTEM_CONFIG_DIR", str(tmp_path / "no-system"))
    return Place(tmp_path)


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def test_a_small_file_goes_into_git_by_the_journal(place: Place) -> None:
    place.write("out/model.bin", b"small")
    kept = place.keep("out/model.bin")
    assert (kept.path, kept.size, kept.md5, kept.stored) == ("out/model.bin", 5, md5(b"small"), "git")
    assert kept.file is not None
    assert (place.journal.files / str(kept.file["$file"])).read_bytes() == b"small"


def test_an_empty_file_is_kept(place: Place) -> None:
    place.write("empty", b"")
    assert (place.keep("empty").stored, place.keep("empty").md5) == ("git", md5(b""))


def test_a_large_file_without_dvc_is_kept_in_this_clone_only_and_says_so(place: Place) -> None:
    data = b"y" * 5000
    place.write("model.bin", data)
    kept = place.keep("model.bin")
    assert (kept.stored, kept.size, kept.md5, kept.pointer) == ("local", 5000, md5(data), None)
    assert "dvc init" in (kept.reason or "")
    assert place.objects() == [f"files/md5/{md5(data)[:2]}/{md5(data)[2:]}"]


def test_a_large_file_with_dvc_goes_into_its_cache_with_a_pointer(place: Place) -> None:
    found = place.init_dvc()
    data = b"z" * 5000
    place.write("out/model.bin", data)
    kept = place.keep("out/model.bin")
    assert kept.pointer == f"outs:\n- md5: {md5(data)}\n  size: 5000\n  hash: md5\n  path: model.bin\n".encode()
    stored = found.path_of(md5(data))
    assert (kept.stored, stored.read_bytes(), stat.S_IMODE(stored.stat().st_mode)) == ("dvc", data, 0o444)
    assert found.folder == place.root / ".dvc" / "cache"


def test_the_users_file_is_neither_changed_nor_linked(place: Place) -> None:
    place.init_dvc("[cache]\n    type = hardlink,symlink\n")
    path = place.write("model.bin")
    path.chmod(0o640)
    before = path.stat()
    place.keep("model.bin")
    after = path.stat()
    assert (before.st_ino, before.st_mode, before.st_mtime_ns, before.st_nlink) == (
        after.st_ino,
        after.st_mode,
        after.st_mtime_ns,
        1,
    )


@pytest.mark.parametrize(
    ("config", "folder"),
    [
        ("[cache]\n    dir = ../../elsewhere\n", "../elsewhere"),
        ("['core']\n    dir = no\n[cache]\ndir = '../a b' # comment\n", "a b"),
        ("[core]\n    analytics = false\n", ".dvc/cache"),
    ],
)
def test_the_configured_cache_folder_is_used(place: Place, config: str, folder: str) -> None:
    assert place.init_dvc(config).folder == Path(os.path.abspath(place.root / folder))


def test_local_configuration_wins_over_the_shared_one(place: Place, tmp_path: Path) -> None:
    place.init_dvc("[cache]\n dir = ../first\n")
    (place.root / ".dvc" / "config.local").write_text(f"[cache]\n    dir = {tmp_path}/mine\n    shared = group\n")
    assert dvc_cache(place.root) == Cache(tmp_path / "mine", True)


def test_a_group_shared_cache_lets_the_group_write_its_folders(place: Place) -> None:
    found = place.init_dvc("[cache]\n    shared = group\n")
    place.write("model.bin")
    oid = str(place.keep("model.bin").md5)
    assert stat.S_IMODE(found.path_of(oid).parent.stat().st_mode) == 0o2775


def test_a_cache_that_is_no_folder_is_not_written(place: Place) -> None:
    (place.root / ".dvc").mkdir()
    (place.root / ".dvc" / "config").write_text("[cache]\n    dir = s3://bucket/cache\n")
    place.write("model.bin")
    assert place.keep("model.bin").stored == "local"


def test_a_folder_becomes_a_listing_as_dvc_writes_it(place: Place) -> None:
    found = place.init_dvc()
    place.write("data/b.txt", b"b")
    place.write("data/ä/a.txt", b"a")
    kept = place.keep("data")
    listing = (
        b'[{"md5": "%b", "relpath": "b.txt"}, {"md5": "%b", "relpath": "\\u00e4/a.txt"}]'
        % (md5(b"b").encode(), md5(b"a").encode())
    )  # fmt: skip
    assert kept.md5 == md5(listing) + ".dir"
    assert found.path_of(str(kept.md5)).read_bytes() == listing
    assert (kept.is_dir, kept.nfiles, kept.size, kept.as_json()["files"]) == (True, 2, 2, 2)


def test_an_empty_folder_is_not_kept(place: Place) -> None:
    (place.root / "empty").mkdir()
    assert (place.keep("empty").stored, place.keep("empty").reason) == ("none", "The folder holds no files.")


def test_an_unchanged_file_is_not_read_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write("model.bin")
    first = place.keep("model.bin")
    monkeypatch.setattr(Cache, "add_file", lambda *_: pytest.fail("was read again"))
    assert place.keep("model.bin") == first


def test_a_changed_file_of_the_same_size_and_time_is_read_again(place: Place) -> None:
    path = place.write("model.bin", b"a" * 2000)
    place.keep("model.bin")
    before = path.stat()
    path.write_bytes(b"b" * 2000)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert place.keep("model.bin").md5 == md5(b"b" * 2000)


def test_an_object_lost_from_the_cache_is_stored_again(place: Place) -> None:
    place.write("model.bin")
    kept = place.keep("model.bin")
    local = Cache(place.common / "trackside" / "cache")
    local.path_of(str(kept.md5)).unlink()
    place.keep("model.bin")
    assert local.has(str(kept.md5), kept.size)


def test_a_damaged_table_of_hashes_costs_only_time(place: Place) -> None:
    place.write("model.bin")
    (place.common / "trackside").mkdir()
    (place.common / "trackside" / "artifacts.sqlite").write_bytes(b"not a database" * 100)
    assert place.keep("model.bin").stored == "local"
    assert place.keep("model.bin").stored == "local"


def test_many_at_once_leave_one_whole_object(place: Place) -> None:
    data = os.urandom(300_000)
    place.write("model.bin", data)
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: place.keep("model.bin"), range(16)))
    assert {one.md5 for one in kept} == {md5(data)}
    assert place.objects() == [f"files/md5/{md5(data)[:2]}/{md5(data)[2:]}"]


def test_a_file_that_keeps_changing_is_told_and_not_kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place.write("model.bin")
    real = copying.md5_of

    def growing(file: Any) -> str:
        with path.open("ab") as writer:
            writer.write(b"more")
        return real(file)

    monkeypatch.setattr(copying, "md5_of", growing)
    kept = place.keep("model.bin")
    assert (kept.stored, kept.reason) == ("none", "It kept changing while it was copied.")
    assert place.objects() == []


def test_a_file_that_changes_once_is_kept_as_it_is_then(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place.write("model.bin", b"1" * 2000)
    real, changes = copying.md5_of, [b"2" * 3000]

    def once(file: Any) -> str:
        if changes:
            path.write_bytes(changes.pop())
        return real(file)

    monkeypatch.setattr(copying, "md5_of", once)
    assert place.keep("model.bin").md5 == md5(b"2" * 3000)


def test_a_full_disk_leaves_no_partial_object(place: Place) -> None:
    place.write("model.bin", b"x" * 3_000_000)
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from trackside.artifacts import keep_artifact; from trackside.errors import StorageError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        f"root = Path({str(place.root)!r})\n"
        "try: keep_artifact(root / 'model.bin', repository_root=root, common_dir=root / '.git', sink=None, limit=9)\n"
        "except StorageError as error: print(error.message)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "model.bin is not kept" in told.stdout
    assert place.objects() == []


def test_no_space_is_told_in_words(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copying, "copy_content", full)
    place.write("model.bin")
    with pytest.raises(StorageError, match="The disk is full"):
        place.keep("model.bin")
    assert place.objects() == []


def test_what_a_killed_copy_left_is_swept_a_day_later(place: Place) -> None:
    left = place.common / "trackside" / "cache" / "files" / ".trackside-00.tmp"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    os.utime(left, (time.time() - 90_000,) * 2)
    place.write("model.bin")
    place.keep("model.bin")
    assert not left.exists()


def test_without_copy_file_range_the_same_object_is_made(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> int:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "copy_file_range", refused, raising=False)
    data = os.urandom(1_000_001)
    place.write("model.bin", data)
    assert place.keep("model.bin").md5 == md5(data)


@pytest.mark.parametrize("size", [copying._LARGE, 9_000_001])
@pytest.mark.parametrize("in_the_kernel", [True, False])
def test_a_large_file_is_hashed_as_it_is_copied(
    place: Place, monkeypatch: pytest.MonkeyPatch, size: int, in_the_kernel: bool
) -> None:
    monkeypatch.setattr(copying, "_COPIED_AT_ONCE", 1_000_000)
    if not in_the_kernel:
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    data = os.urandom(size)
    place.write("model.bin", data)
    assert place.keep("model.bin").md5 == md5(data)
    (stored,) = place.objects()
    assert (place.common / "trackside/cache" / stored).read_bytes() == data


def test_a_large_file_changed_behind_the_copy_without_a_trace_keeps_the_hash_of_the_copy(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.urandom(9_000_000)
    path = place.write("model.bin", before)
    real, seen = copying.copy_content, Stat.of(path.stat())

    def copied_then_changed(source: Any, target: Any, size: int, grew: Any) -> int:
        copied = real(source, target, size)
        path.write_bytes(bytes(9_000_000))
        grew(copied)
        return copied

    monkeypatch.setattr(copying, "copy_content", copied_then_changed)
    # As a write through a memory map that the system has not noted yet.
    monkeypatch.setattr(Stat, "of", lambda _: seen)
    assert place.keep("model.bin").md5 == md5(before)


def test_a_large_file_on_a_full_disk_leaves_no_thread_and_no_object(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Any, target: Any, _: int, grew: Any) -> int:
        target.write(source.read(1_000_000))
        grew(1_000_000)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copying, "copy_content", full)
    place.write("model.bin", bytes(9_000_000))
    with pytest.raises(StorageError, match="The disk is full"):
        place.keep("model.bin")
    assert place.objects() == []
    assert not any(thread.name == "trackside-hash" for thread in threading.enumerate())


def test_what_is_not_there_is_told(place: Place) -> None:
    with pytest.raises(NotFoundError, match=r"There is no file nothing\.bin"):
        place.keep("nothing.bin")


def test_a_link_to_nothing_is_told(place: Place) -> None:
    (place.root / "link").symlink_to("nowhere")
    with pytest.raises(NotFoundError, match="link to something that is not there"):
        place.keep("link")


def test_a_pipe_is_refused_without_waiting(place: Place) -> None:
    os.mkfifo(place.root / "pipe")
    with pytest.raises(UsageError, match="pipe is a pipe"):
        place.keep("pipe")


def test_a_device_and_a_socket_are_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="a device"):
        place.keep("/dev/null")
    monkeypatch.chdir(place.root)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("sock")
        with pytest.raises(UsageError, match="a socket"):
            place.keep("sock")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_told(place: Place) -> None:
    place.write("secret.bin").chmod(0)
    with pytest.raises(StorageError, match="No permission"):
        place.keep("secret.bin")


def test_no_permission_is_told_in_words(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", "model.bin")

    monkeypatch.setattr(copying, "copy_content", refused)
    place.write("model.bin")
    with pytest.raises(StorageError, match="No permission"):
        place.keep("model.bin")


def test_a_link_out_of_the_repository_is_not_followed(place: Place, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "key").write_bytes(b"secret")
    (place.root / "link").symlink_to(tmp_path / "outside" / "key")
    (place.root / "folder").symlink_to(tmp_path / "outside")
    place.write("data/a")
    (place.root / "data" / "b").symlink_to(tmp_path / "outside" / "key")
    for path in ("link", "folder/key", "folder", "data"):
        kept = place.keep(path)
        assert kept.stored == "none", path
        assert "leads out of the repository" in (kept.reason or "")


def test_a_link_inside_the_repository_is_kept_as_the_file_it_leads_to(place: Place) -> None:
    place.write("real.bin", b"r" * 10)
    (place.root / "link.bin").symlink_to("real.bin")
    assert (place.keep("link.bin").path, place.keep("link.bin").md5) == ("link.bin", md5(b"r" * 10))


def test_a_file_from_outside_gets_a_place_in_the_tree(place: Place, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"small")
    kept = place.keep(tmp_path / "model.bin")
    assert (kept.path, kept.stored) == (".trackside/artifacts/model.bin", "git")


def test_a_name_that_is_no_utf8_is_told(place: Place) -> None:
    name = os.fsdecode(b"caf\xe9.bin")
    place.write(name)
    kept = place.keep(name)
    assert (kept.path, kept.stored) == ("caf\\xe9.bin", "none")
    assert "not valid UTF-8" in (kept.reason or "")
    place.write("data/" + name)
    assert "not valid UTF-8" in (place.keep("data").reason or "")


def test_a_folder_with_a_pipe_in_it_is_not_kept(place: Place) -> None:
    place.write("data/a")
    os.mkfifo(place.root / "data" / "pipe")
    assert place.keep("data").reason == "It holds a pipe: pipe."


def test_git_gets_no_folder_and_nothing_of_its_own(place: Place) -> None:
    place.write("data/a", b"a")
    place.write(".git/config", b"a")
    with pytest.raises(UsageError, match="Git gets single files"):
        place.keep("data", store="git")
    with pytest.raises(UsageError, match="belongs to Git"):
        place.keep(".git/config")
    with pytest.raises(UsageError, match="whole repository"):
        place.keep(".")


def test_the_wanted_store_wins_over_the_size(place: Place) -> None:
    place.init_dvc()
    place.write("big", b"b" * 5000)
    place.write("small", b"s")
    assert place.keep("big", store="git").stored == "git"
    assert place.keep("small", store="dvc").stored == "dvc"
