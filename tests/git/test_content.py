"""What may lie in a work tree: every kind of file, name, conversion and size."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import states

from trackside.git import hashing, status
from trackside.git.repository import open_repository
from trackside.git.snapshot import take_snapshot
from trackside.git.sources import is_allowed

FILTER = '[filter "{name}"]\n    clean = {clean}\n    smudge = cat\n    required = {required}\n'


def _filter(repository: Path, clean: str, *, required: str = "true", name: str = "odd") -> None:
    """Send `*.dat.py` through a content filter, as a commit that is already there."""
    states.write(repository, {".gitattributes": f"*.dat.py filter={name}\n", "a.dat.py": "one\n", "plain.py": "p\n"})
    states.commit(repository, "Add data")
    with open(repository / ".git/config", "a") as file:
        file.write(FILTER.format(name=name, clean=clean, required=required))


@pytest.mark.parametrize("setting", ["true", "input", "false"])
def test_line_ends_are_converted_as_git_add_does(repository: Path, setting: str) -> None:
    states.run_git(repository, "config", "core.autocrlf", setting)
    states.write(repository, {".gitattributes": "*.win text eol=crlf\n*.bin -text\n"})
    states.commit(repository, "Attributes")
    for name in ("train.py", "new.py", "x.bin.py", "y.win.py"):
        (repository / name).write_bytes(b"lr = 1\r\nx = 2\r\n")
    before = states.state_of(repository)

    states.track(repository)

    assert states.state_of(repository) == before
    _assert_as_git_adds(repository, ["train.py", "new.py", "x.bin.py", "y.win.py"])


def test_a_filter_sees_each_file_as_git_add_shows_it(repository: Path) -> None:
    _filter(repository, "tr a-z A-Z")
    states.write(repository, {"a.dat.py": "two\n", "new.dat.py": "three\n"})
    before = states.state_of(repository)

    states.track(repository)

    assert states.state_of(repository) == before
    assert states.show(repository, f"{states.experiments(repository)['first']}:a.dat.py") == "TWO\n"
    _assert_as_git_adds(repository, ["a.dat.py", "new.dat.py"])


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")
def test_with_git_lfs_the_experiment_holds_the_pointer(repository: Path) -> None:
    states.run_git(repository, "lfs", "install", "--local", "--skip-repo")
    states.write(repository, {".gitattributes": "*.big.py filter=lfs diff=lfs merge=lfs -text\n", "a.big.py": "1\n"})
    states.commit(repository, "Large")
    states.write(repository, {"a.big.py": "2\n"})
    before = states.state_of(repository)

    states.track(repository)

    after = states.state_of(repository)
    assert {
        key for key in after.keys() | before.keys() if after.get(key) != before.get(key) and "lfs/" not in key
    } == set()
    assert "git-lfs" in states.show(repository, f"{states.experiments(repository)['first']}:a.big.py")


@pytest.mark.parametrize("same_size", [True, False])
def test_without_git_lfs_the_file_is_listed_and_the_baselines_pointer_stays(repository: Path, same_size: bool) -> None:
    _filter(repository, "git-lfs-is-nowhere clean -- %f", name="lfs")
    pointer = states.run_git(repository, "rev-parse", "HEAD:a.dat.py").strip()
    states.write(repository, {"a.dat.py": "two\n" if same_size else "much longer\n", "train.py": "lr = 3\n"})
    before = states.state_of(repository)

    outcome = states.track(repository)

    assert outcome.state == "sealed"
    assert states.state_of(repository) == before
    assert states.tree_of(repository)["a.dat.py"] == pointer
    assert states.differences(repository) == {"train.py": "M"}
    assert "its content filter failed" in states.not_captured(repository)["a.dat.py"]


def test_a_filter_that_is_not_required_and_fails_lets_the_bytes_through(repository: Path) -> None:
    _filter(repository, "false", required="false")
    states.write(repository, {"a.dat.py": "two\n"})

    states.track(repository)

    assert states.show(repository, f"{states.experiments(repository)['first']}:a.dat.py") == "two\n"


def test_attributes_without_a_configured_filter_mean_nothing(repository: Path) -> None:
    states.write(repository, {".gitattributes": "*.py filter=lfs\n"})

    states.track(repository)

    assert states.not_captured(repository) == {}


@pytest.mark.parametrize("same_size", [True, False])
def test_a_filter_that_hangs_is_given_up_with_what_it_started(
    repository: Path, same_size: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "PATIENCE", 0.4)
    monkeypatch.setattr(status, "PATIENCE", 0.4)
    nap = f"sleep 9{os.getpid()}"
    _filter(repository, nap)
    states.write(
        repository,
        {"a.dat.py": "two\n" if same_size else "longer\n", "b.dat.py": "b", "c.dat.py": "c", "train.py": "lr = 3\n"},
    )
    before = states.state_of(repository)

    outcome = states.track(repository)

    assert outcome.state == "sealed"
    assert states.state_of(repository) == before
    assert states.differences(repository) == {"train.py": "M"}
    assert set(states.not_captured(repository).values()) == {"its content filter odd does not answer"}
    assert sorted(states.not_captured(repository)) == ["a.dat.py", "b.dat.py", "c.dat.py"]
    left = subprocess.run(["pgrep", "-f", f"^{nap}"], capture_output=True, text=True).stdout
    assert left == ""


def test_nbstripout_strips_the_experiments_notebook_too(repository: Path) -> None:
    pytest.importorskip("nbstripout")
    _filter(repository, f"{sys.executable} -m nbstripout", name="nbstripout")
    (repository / ".gitattributes").write_text("*.ipynb filter=nbstripout\n")
    cell = (
        '{"cell_type":"code","execution_count":7,"id":"a1","metadata":{},"source":["1"],'
        '"outputs":[{"output_type":"stream","name":"stdout","text":["loud"]}]}'
    )
    notebook = '{"cells":[' + cell + '],"metadata":{},"nbformat":4,"nbformat_minor":5}'
    states.write(repository, {"work.ipynb": notebook})

    states.track(repository)

    assert "loud" not in states.show(repository, f"{states.experiments(repository)['first']}:work.ipynb")
    assert "loud" in (repository / "work.ipynb").read_text()


def test_links_are_kept_as_links_and_never_followed(repository: Path, tmp_path: Path) -> None:
    states.write(tmp_path, {"outside/secret.py": "password\n", "outside/model.py": "stranger\n"})
    shutil.rmtree(repository / "lib")
    (repository / "lib").symlink_to(tmp_path / "outside")
    (repository / "train.py").unlink()
    (repository / "train.py").symlink_to(tmp_path / "outside/secret.py")
    (repository / "loop.py").symlink_to("loop.py")
    before = states.state_of(repository)

    states.track(repository)

    assert states.state_of(repository) == before
    tree = states.tree_of(repository)
    assert "lib/model.py" not in tree
    assert states.show(repository, tree["lib"]) == str(tmp_path / "outside")
    assert states.show(repository, tree["train.py"]).endswith("outside/secret.py")
    assert states.fsck(repository) == ""


def test_fifo_socket_and_device_do_not_hold_up_a_run(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "train.py").unlink()
    os.mkfifo(repository / "train.py")
    os.mkfifo(repository / "pipe.py")
    monkeypatch.chdir(repository)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("socket.py")
    if os.geteuid() == 0:
        os.mknod(repository / "device.py", 0o600 | 0o020000, os.makedev(1, 5))
    before = states.state_of(repository)

    states.track(repository)

    listener.close()
    assert states.state_of(repository) == before
    assert "pipe.py" not in states.tree_of(repository)


HOSTILE = [
    b"new\nline.py", b'quo"te.py', b"-leading.py", b"--all.py", b"\xff\xfe.py", b" spaces .py", b"tab\t.py",
    b"back\\slash.py", b"CON.py", b"carriage\r.py", b"ends.py\r", b'"quoted".py', "ünï.py".encode(), b":(top)x.py",
    b"*.py", b"a/-b/\n/c.py", b"HEAD.py", b"refs/exps/x.py", b"#hash.py", b"\x01\x7f.py",
]  # fmt: skip


def test_file_names_of_any_bytes_are_kept(repository: Path) -> None:
    names = [name for name in HOSTILE if name.endswith(b".py")]
    for name in HOSTILE:
        path = os.path.join(os.fsencode(repository), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(os.fsdecode(path)).write_bytes(b"x = 1\n")
    before = states.state_of(repository)

    outcome = states.track(repository)

    assert outcome.state == "sealed"
    assert states.state_of(repository) == before
    tree = {os.fsencode(path) for path in states.tree_of(repository)}
    assert [name for name in names if name not in tree] == []
    assert states.fsck(repository) == ""


def test_hostile_names_of_tracked_files_are_kept(repository: Path) -> None:
    for name in HOSTILE:
        path = os.path.join(os.fsencode(repository), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        Path(os.fsdecode(path)).write_bytes(b"x = 1\n")
    states.commit(repository, "Hostile")
    for name in HOSTILE:
        Path(os.fsdecode(os.path.join(os.fsencode(repository), name))).write_bytes(b"x = 22\n")

    states.track(repository)

    assert len(states.differences(repository)) == len(HOSTILE)
    assert states.fsck(repository) == ""


@pytest.mark.parametrize("name", [".GIT", "git~1", ".git ", ".Git.", ".g\u200cit", ".git::$INDEX_ALLOCATION"])
def test_names_that_some_system_takes_for_the_git_folder_are_left_out(repository: Path, name: str) -> None:
    states.write(repository, {f"{name}/hooks.py": "x\n", "good.py": "x\n"})

    outcome = states.track(repository)

    assert outcome.state == "sealed"
    assert not is_allowed(f"a/{name}/b.py")
    assert states.differences(repository) == {"good.py": "A"}
    assert states.fsck(repository) == ""


def test_a_file_taken_out_of_the_index_alone_is_still_the_runs(repository: Path) -> None:
    states.run_git(repository, "rm", "-q", "--cached", "train.py")
    states.write(repository, {"train.py": "lr = 5\n"})
    before = states.state_of(repository)

    states.track(repository)

    assert states.state_of(repository) == before
    assert states.differences(repository) == {"train.py": "M"}


def test_a_file_replaced_by_a_folder_and_the_other_way_round(repository: Path) -> None:
    (repository / "train.py").unlink()
    shutil.rmtree(repository / "lib")
    states.write(repository, {"train.py/inner.py": "x\n", "lib": "flat\n"})
    states.run_git(repository, "add", "lib", ok=False)

    states.track(repository)

    tree = states.tree_of(repository)
    assert "train.py/inner.py" in tree
    assert "lib/model.py" not in tree
    assert states.fsck(repository) == ""


def test_the_executable_bit_counts_where_the_repository_says_so(repository: Path) -> None:
    (repository / "train.py").chmod(0o755)
    states.track(repository)
    assert states.differences(repository) == {"train.py": "M"}

    states.run_git(repository, "config", "core.fileMode", "false")
    states.write(repository, {"tool.py": "x\n"})
    (repository / "tool.py").chmod(0o755)
    states.track(repository, "second")

    assert states.differences(repository, "second") == {"tool.py": "A"}
    listed = states.run_git(repository, "ls-tree", states.experiments(repository)["second"], "tool.py")
    assert listed.startswith("100644")


def test_a_huge_untracked_file_is_not_read(repository: Path) -> None:
    with open(repository / "weights.py", "wb") as file:
        file.truncate(5_000_000_000)

    outcome = states.track(repository)

    assert outcome.state == "sealed"
    assert states.not_captured(repository) == {"weights.py": "larger than 1 MB"}


def test_a_huge_tracked_change_is_listed_and_not_stored(repository: Path) -> None:
    with open(repository / "train.py", "wb") as file:
        file.truncate(60_000_000)

    states.track(repository)

    assert states.not_captured(repository) == {"train.py": "larger than 50 MB"}
    assert states.differences(repository) == {}


def test_ten_thousand_new_files_are_bounded(repository: Path) -> None:
    for number in range(10_000):
        (repository / f"made{number:05}.py").write_text(str(number))

    outcome = states.track(repository)

    assert outcome.state == "sealed"
    assert len(states.differences(repository)) == 500
    assert set(states.not_captured(repository).values()) == {"more new files than the limit"}


def test_a_hundred_thousand_files(repository: Path) -> None:
    _many(repository, 100_000)
    states.write(repository, {"train.py": "lr = 4\n"})

    assert [change.path for change in take_snapshot(open_repository(repository)).changes] == ["train.py"]
    assert states.track(repository).state == "sealed"
    assert states.differences(repository) == {"train.py": "M"}


def _many(repository: Path, count: int) -> None:
    """Commit `count` files quickly."""
    blob = states.run_git(repository, "hash-object", "-w", "--stdin", stdin="x\n").strip()
    lines = "".join(f"100644 {blob}\td{number // 500:03}/f{number:06}.txt\n" for number in range(count))
    states.run_git(repository, "update-index", "--index-info", stdin=lines)
    for folder in range(count // 500):
        (repository / f"d{folder:03}").mkdir(exist_ok=True)
    for number in range(count):
        with open(repository / f"d{number // 500:03}/f{number:06}.txt", "wb") as file:
            file.write(b"x\n")
    states.run_git(repository, "update-index", "-q", "--refresh")
    states.run_git(repository, "commit", "-q", "-m", "Many")


def _assert_as_git_adds(repository: Path, names: list[str]) -> None:
    """Hold the experiment's blobs against what `git add` makes of the same files."""
    tree = states.tree_of(repository)
    states.run_git(repository, "add", "--", *names)
    staged = states.run_git(repository, "ls-files", "-s", "--", *names).splitlines()
    assert {line.split("\t")[1]: line.split()[1] for line in staged} == {name: tree[name] for name in names}
