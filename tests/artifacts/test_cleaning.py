"""Large files that nothing needs are taken out of the cache; whatever anything names stays."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from repositories import Scratch, make_experiment, make_scratch

from trackside.artifacts import Kept, keep_artifact
from trackside.artifacts.cache import Cache, own_cache
from trackside.cleaning import Cleaning, Files, clean, clean_files, plan_cleaning
from trackside.cleaning import objects as cleaning_objects
from trackside.errors import StateError
from trackside.git.repository import open_repository

MONTH = 30 * 86_400


class NoJournal:
    """Everything here is above the limit."""

    def append(self, kind: str, /, **fields: object) -> None:
        raise AssertionError(kind, fields)

    def keep(self, data: bytes) -> dict[str, object]:
        raise AssertionError(len(data))


class Place:
    """A clone whose files above nothing go into a cache, a month ago."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        self.path = scratch.path

    def init_dvc(self, config: str = "") -> None:
        (self.path / ".dvc").mkdir(exist_ok=True)
        (self.path / ".dvc" / "config").write_text(config)
        (self.path / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
        self.scratch.git("add", ".dvc")
        self.scratch.git("commit", "-q", "-m", "Use DVC")

    def keep(self, path: str, data: bytes | None = b"weights") -> Kept:
        target = self.path / path
        if data is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        kept = keep_artifact(
            target, repository_root=self.path, common_dir=self.path / ".git", sink=NoJournal(), store="dvc", limit=0
        )
        self.age()
        return kept

    def age(self) -> None:
        for path in [*self.path.rglob("files/md5/*/*"), *self.path.parent.glob("shared/files/md5/*/*")]:
            with suppress(FileNotFoundError):
                os.utime(path, (time.time() - MONTH,) * 2)

    def run(self, name: str, *kept: Kept) -> str:
        facts = [{"path": one.path, "size": one.size, "md5": one.md5, "stored": one.stored} for one in kept]
        files = {f"{one.path}.dvc": one.pointer for one in kept if one.pointer}
        return make_experiment(self.scratch, name, artifacts=facts, files=files)

    def commit_pointer(self, kept: Kept, message: str = "Keep a model") -> str:
        (self.path / f"{kept.path}.dvc").write_bytes(kept.pointer or b"")
        self.scratch.git("add", f"{kept.path}.dvc")
        self.scratch.git("commit", "-q", "-m", message)
        return self.scratch.head()

    def plan(self) -> Cleaning:
        return plan_cleaning(open_repository(self.path))

    def clean(self, *, outside: bool = False, grace: int = 14) -> Files:
        return clean_files(open_repository(self.path), outside=outside, grace=grace)

    def gone(self) -> list[str]:
        return sorted(one.path for part in self.clean().gone.values() for one in part)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "no-global"))
    monkeypatch.setenv("DVC_SYSTEM_CONFIG_DIR", str(tmp_path / "no-system"))
    return Place(make_scratch(tmp_path / "clone"))


@pytest.fixture
def with_dvc(place: Place) -> Place:
    place.init_dvc()
    return place


def cache(place: Place) -> Cache:
    return Cache(place.path / ".dvc" / "cache")


def test_what_nothing_needs_is_told_then_removed(with_dvc: Place) -> None:
    kept = with_dvc.keep("models/net.bin")
    (held,) = [one for one in with_dvc.plan().files.caches if one.kind == "dvc"]
    assert [(one.path, one.oid, one.size) for one in held.needless] == [("models/net.bin", kept.md5, 7)]
    assert cache(with_dvc).has(str(kept.md5))
    assert with_dvc.gone() == ["models/net.bin"]
    assert not cache(with_dvc).has(str(kept.md5))
    assert with_dvc.gone() == []


def branch(place: Place, kept: Kept) -> None:
    place.commit_pointer(kept)


def history_of_a_branch(place: Place, kept: Kept) -> None:
    place.commit_pointer(kept)
    place.scratch.git("rm", "-q", f"{kept.path}.dvc")
    place.scratch.git("commit", "-q", "-m", "Drop it")


def merge(place: Place, kept: Kept) -> None:
    """Brought in by the merge commit alone."""
    git = place.scratch.git
    git("checkout", "-q", "-b", "side")
    git("commit", "-q", "--allow-empty", "-m", "Side")
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "--no-commit", "side")
    place.commit_pointer(kept, "Merge")
    git("rm", "-q", f"{kept.path}.dvc")
    git("commit", "-q", "-m", "Drop it")


def tag_alone(place: Place, kept: Kept, *options: str) -> None:
    place.commit_pointer(kept)
    place.scratch.git("tag", *options, "v1")
    forget(place)


def annotated_tag(place: Place, kept: Kept) -> None:
    tag_alone(place, kept, "-a", "-m", "First")


def tag_of_a_tag(place: Place, kept: Kept) -> None:
    place.commit_pointer(kept)
    place.scratch.git("tag", "-a", "-m", "inner", "inner")
    place.scratch.git("tag", "-a", "-m", "outer", "v2", "inner")
    place.scratch.git("tag", "-d", "inner")
    forget(place)


def remote_tracking(place: Place, kept: Kept) -> None:
    oid = place.commit_pointer(kept)
    place.scratch.git("update-ref", "refs/remotes/origin/main", oid)
    forget(place)


def forget(place: Place) -> None:
    """Leave no branch and no reflog that reaches the last commit."""
    place.scratch.git("reset", "-q", "--hard", "HEAD~1")
    place.scratch.git("reflog", "expire", "--expire=now", "--all")


def reflog(place: Place, kept: Kept) -> None:
    place.commit_pointer(kept)
    place.scratch.git("reset", "-q", "--hard", "HEAD~1")


def older_stash(place: Place, kept: Kept) -> None:
    pointer = place.path / f"{kept.path}.dvc"
    for data in (kept.pointer or b"", b"other"):
        pointer.write_bytes(data)
        place.scratch.git("stash", "push", "-q", "--include-untracked")


def detached_head(place: Place, kept: Kept) -> None:
    place.scratch.git("checkout", "-q", "--detach")
    place.commit_pointer(kept)
    place.scratch.git("reflog", "expire", "--expire=now", "--all")


def head_of_another_work_tree(place: Place, kept: Kept) -> None:
    tree = place.path.parent / "other"
    oid = place.commit_pointer(kept)
    place.scratch.git("worktree", "add", "-q", "--detach", str(tree), oid)
    (tree / f"{kept.path}.dvc").unlink()
    place.scratch.git("-C", str(tree), "rm", "-q", "--cached", f"{kept.path}.dvc")
    forget(place)


def another_work_tree(place: Place, kept: Kept) -> None:
    tree = place.path.parent / "other"
    place.scratch.git("worktree", "add", "-q", str(tree))
    (tree / "mine.dvc").write_bytes(kept.pointer or b"")


def index(place: Place, kept: Kept) -> None:
    pointer = place.path / "staged.dvc"
    pointer.write_bytes(kept.pointer or b"")
    place.scratch.git("add", "staged.dvc")
    pointer.unlink()


def ignored_pointer(place: Place, kept: Kept) -> None:
    (place.path / ".gitignore").write_text("*.dvc\n")
    (place.path / "deep").mkdir()
    (place.path / "deep" / "ignored.dvc").write_bytes(kept.pointer or b"")


def pipeline(place: Place, kept: Kept) -> None:
    lock = f"schema: '2.0'\nstages:\n  train:\n    cmd: x\n    outs:\n    - path: a\n      md5: {kept.md5}\n"
    (place.path / "sub").mkdir()
    (place.path / "sub" / "dvc.lock").write_text(lock)
    place.scratch.git("add", "sub")
    place.scratch.git("commit", "-q", "-m", "Run it")
    place.scratch.git("rm", "-q", "sub/dvc.lock")


def run_cache(place: Place, kept: Kept) -> None:
    folder = place.path / ".dvc" / "cache" / "runs" / "ab" / "abcd"
    folder.mkdir(parents=True)
    (folder / "ef01").write_text(f"cmd: x\nouts:\n- path: a\n  md5: {kept.md5}\n  hash: md5\n")


def experiment(place: Place, kept: Kept) -> None:
    place.run("calm-otter", kept)


def trash(place: Place, kept: Kept) -> None:
    oid = place.run("calm-otter", kept)
    place.scratch.git("update-ref", f"refs/trackside/trash/calm-otter/{int(time.time())}", oid)
    (name,) = [name for name in place.scratch.refs() if name.startswith("refs/exps/")]
    place.scratch.git("update-ref", "-d", name)


def kept_beside(place: Place, kept: Kept) -> None:
    oid = place.run("calm-otter", kept)
    (name,) = [name for name in place.scratch.refs() if name.startswith("refs/exps/")]
    place.scratch.git("update-ref", name.replace("refs/exps/", "refs/trackside/remotes/origin/exps/"), oid)
    place.scratch.git("update-ref", "-d", name)


def journal(place: Place, kept: Kept) -> None:
    folder = place.path / ".git" / "trackside" / "journal"
    folder.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"e": "artifact", **kept.as_json()})
    (folder / "20260101t000000-0000000000.jsonl").write_text(line + "\n")


def link(place: Place, kept: Kept) -> None:
    (place.path / "linked.bin").symlink_to(cache(place).path_of(str(kept.md5)))


def hard_link(place: Place, kept: Kept) -> None:
    os.link(cache(place).path_of(str(kept.md5)), place.path / "linked.bin")


Need = Callable[[Place, Kept], None]
NEEDS: list[Need] = [
    branch, history_of_a_branch, merge, tag_alone, annotated_tag, tag_of_a_tag, remote_tracking, reflog, older_stash,
    detached_head, head_of_another_work_tree, another_work_tree, index, ignored_pointer, pipeline, run_cache,
    experiment, trash, kept_beside, journal, link, hard_link,
]  # fmt: skip


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.__name__)
def test_what_something_names_stays(with_dvc: Place, need: Need) -> None:
    needed, needless = with_dvc.keep("net.bin"), with_dvc.keep("other.bin", b"other")
    need(with_dvc, needed)
    assert with_dvc.gone() == ["other.bin"]
    assert cache(with_dvc).has(str(needed.md5)) and not cache(with_dvc).has(str(needless.md5))


def test_files_of_a_needed_folder_stay_and_those_of_another_go(with_dvc: Place) -> None:
    (with_dvc.path / "data").mkdir()
    for name in ("same", "first"):
        (with_dvc.path / "data" / name).write_text(name)
    first = with_dvc.keep("data", None)
    (with_dvc.path / "data" / "first").write_text("second")
    second = with_dvc.keep("data", None)
    with_dvc.run("calm-otter", second)
    assert with_dvc.gone() == ["data/", "data/first"]
    assert not cache(with_dvc).has(str(first.md5)) and cache(with_dvc).has(str(second.md5))
    assert len(list((cache(with_dvc).folder / "files" / "md5").glob("*/*"))) == 3


def test_without_dvc_the_records_alone_say_what_is_needed(place: Place) -> None:
    needed, needless = place.keep("net.bin"), place.keep("other.bin", b"other")
    assert needed.stored == "local"
    place.run("calm-otter", needed)
    assert place.gone() == ["other.bin"]
    own = own_cache(place.path / ".git")
    assert own.has(str(needed.md5)) and not own.has(str(needless.md5))


def test_a_run_whose_time_in_the_trash_is_over_takes_its_files_with_it(with_dvc: Place) -> None:
    kept = with_dvc.keep("net.bin")
    oid = with_dvc.run("calm-otter", kept)
    (name,) = [name for name in with_dvc.scratch.refs() if name.startswith("refs/exps/")]
    with_dvc.scratch.git("update-ref", "refs/trackside/trash/calm-otter/1000000000", oid)
    with_dvc.scratch.git("update-ref", "-d", name)
    plan = with_dvc.plan()
    assert [ref.name for ref, _ in plan.trash] == ["calm-otter"]
    assert [one.path for held in plan.files.caches for one in held.needless] == ["net.bin"]


def test_what_trackside_did_not_put_there_stays_and_is_told(with_dvc: Place) -> None:
    cache(with_dvc).add_bytes("0" * 32, b"of a pipeline")
    with_dvc.age()
    (held,) = [one for one in with_dvc.plan().files.caches if one.kind == "dvc"]
    assert [one.oid for one in held.strange] == ["0" * 32]
    assert with_dvc.gone() == []
    assert cache(with_dvc).has("0" * 32)


def test_when_the_clone_was_moved_its_files_are_known_again(with_dvc: Place) -> None:
    with_dvc.keep("net.bin")
    moved = with_dvc.path.rename(with_dvc.path.with_name("moved"))
    assert Place(Scratch(moved, with_dvc.scratch.home)).gone() == ["net.bin"]


def test_what_was_there_before_trackside_kept_it_stays(with_dvc: Place) -> None:
    before = with_dvc.keep("net.bin")
    (with_dvc.path / ".git" / "trackside" / "artifacts.sqlite").unlink()
    assert with_dvc.keep("again.bin").md5 == before.md5
    assert with_dvc.gone() == []


def test_what_is_young_stays_until_its_grace_is_over(with_dvc: Place) -> None:
    kept = with_dvc.keep("net.bin")
    three_days_ago = time.time() - 3 * 86_400
    os.utime(cache(with_dvc).path_of(str(kept.md5)), (three_days_ago,) * 2)
    assert with_dvc.gone() == []
    assert [len(part) for part in with_dvc.clean(grace=2).gone.values()] == [1]


def test_keeping_the_same_content_again_makes_it_young(with_dvc: Place) -> None:
    with_dvc.keep("net.bin")
    keep_artifact(
        with_dvc.path / "net.bin", repository_root=with_dvc.path, common_dir=with_dvc.path / ".git",
        sink=NoJournal(), store="dvc", limit=0,
    )  # fmt: skip
    assert with_dvc.gone() == []


def test_a_run_that_keeps_the_same_content_at_this_moment_loses_nothing(
    with_dvc: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = with_dvc.keep("net.bin")
    real = os.rename

    def used_just_before(source: object, target: object) -> None:
        if "aside" in str(target):
            assert cache(with_dvc).use(str(kept.md5), kept.size)
        real(source, target)  # type: ignore[arg-type]  # paths as they come

    monkeypatch.setattr(cleaning_objects.os, "rename", used_just_before)
    assert with_dvc.gone() == []
    assert cache(with_dvc).has(str(kept.md5), kept.size)


def test_what_a_killed_cleaning_had_set_aside_is_put_back(with_dvc: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = with_dvc.keep("net.bin")

    def killed(self: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt(self, missing_ok)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "unlink", killed)
        with_dvc.clean()
    assert not cache(with_dvc).has(str(kept.md5))
    with_dvc.run("calm-otter", kept)
    with_dvc.keep("another.bin", b"another")
    assert with_dvc.gone() == ["another.bin"]
    assert cache(with_dvc).has(str(kept.md5))


@pytest.mark.long
def test_nothing_is_lost_to_runs_that_keep_files_while_caches_are_cleaned_again_and_again(with_dvc: Place) -> None:
    """Each round the file is needless and old until a run keeps it again, at any moment of a cleaning."""
    code = (
        "import sys; from trackside.cleaning import clean_files\n"
        "from trackside.git.repository import open_repository\n"
        "print('begun', flush=True); taken = 0\n"
        "while not sys.stdin.closed and not __import__('select').select([sys.stdin], [], [], 0)[0]:\n"
        "    taken += sum(map(len, clean_files(open_repository('.')).gone.values()))\n"
        "print(taken)"
    )
    cleaner = subprocess.Popen(
        [sys.executable, "-c", code], cwd=with_dvc.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert cleaner.stdout is not None
    cleaner.stdout.readline()
    data, pointer = os.urandom(300_000), with_dvc.path / "net.bin.dvc"
    (with_dvc.path / "net.bin").write_bytes(data)
    began = time.monotonic()
    with_dvc.plan()
    pass_takes = 2 * (time.monotonic() - began)
    for number in range(45):
        pointer.unlink(missing_ok=True)
        with_dvc.age()
        time.sleep(number % 9 * pass_takes / 3)
        kept = keep_artifact(
            with_dvc.path / "net.bin", repository_root=with_dvc.path, common_dir=with_dvc.path / ".git",
            sink=NoJournal(), store="dvc", limit=0,
        )  # fmt: skip
        pointer.write_bytes(kept.pointer or b"")
        time.sleep(pass_takes / 3)
        assert cache(with_dvc).path_of(str(kept.md5)).read_bytes() == data
    told, _ = cleaner.communicate("end\n")
    assert cleaner.returncode == 0 and int(told) > 0


def test_a_cache_outside_the_clone_is_left_unless_asked_for(place: Place) -> None:
    place.init_dvc("[cache]\n    dir = ../../shared\n")
    shared = Cache(place.path.parent / "shared")
    kept = place.keep("net.bin")
    assert shared.has(str(kept.md5))
    (held,) = [one for one in place.plan().files.caches if one.kind == "dvc"]
    assert held.is_outside and len(held.needless) == 1
    assert place.clean().gone == {}
    assert shared.has(str(kept.md5))
    assert list(place.clean(outside=True).gone) == [shared.folder]
    assert not shared.has(str(kept.md5))


def test_while_dvc_is_at_work_nothing_is_removed(with_dvc: Place) -> None:
    kept = with_dvc.keep("net.bin")
    (with_dvc.path / ".dvc" / "tmp").mkdir()
    with open(with_dvc.path / ".dvc" / "tmp" / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StateError, match="DVC is at work"):
            with_dvc.clean()
    assert cache(with_dvc).has(str(kept.md5))


def test_what_cannot_be_removed_is_told_with_what_was(with_dvc: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("first.bin", "second.bin"):
        with_dvc.keep(name, name.encode())
    real, calls = os.rename, []

    def refused_once(source: object, target: object) -> None:
        calls.append(source)
        if len(calls) == 2:
            raise PermissionError(13, "Permission denied")
        real(source, target)  # type: ignore[arg-type]  # paths as they come

    monkeypatch.setattr(cleaning_objects.os, "rename", refused_once)
    done = with_dvc.clean()
    assert done.problem is not None and "Permission denied" in done.problem.message
    assert [len(part) for part in done.gone.values()] == [1]


def refused(place: Place, words: str) -> None:
    kept = place.keep("net.bin")
    problem = place.plan().files.problem
    assert problem is not None and words in problem.message
    with pytest.raises(StateError, match=words):
        place.clean()
    assert cache(place).has(str(kept.md5))


def test_in_a_shallow_clone_nothing_is_judged(with_dvc: Place, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow" / "project"
    address = f"file://{with_dvc.path}"
    with_dvc.scratch.git("clone", "-q", "--depth=1", address, str(shallow))
    refused(Place(Scratch(shallow, with_dvc.scratch.home)), "shallow")


def test_while_a_work_tree_is_not_there_nothing_is_judged(with_dvc: Place) -> None:
    tree = with_dvc.path.parent / "drive"
    with_dvc.scratch.git("worktree", "add", "-q", str(tree))
    tree.rename(tree.with_name("unplugged"))
    refused(with_dvc, "is not there")


def test_with_a_broken_history_nothing_is_judged(with_dvc: Place) -> None:
    oid = with_dvc.commit_pointer(with_dvc.keep("net.bin"))
    with_dvc.scratch.git("commit", "-q", "--allow-empty", "-m", "After")
    (with_dvc.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    refused(with_dvc, "Git cannot read all commits")


def test_in_a_clone_without_blobs_nothing_is_judged(with_dvc: Place, tmp_path: Path) -> None:
    history_of_a_branch(with_dvc, with_dvc.keep("net.bin"))
    with_dvc.scratch.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial" / "project"
    with_dvc.scratch.git("clone", "-q", "--filter=blob:none", f"file://{with_dvc.path}", str(partial))
    refused(Place(Scratch(partial, with_dvc.scratch.home)), "not in this clone")


def test_a_dvc_repository_of_another_git_repository_inside_is_left_alone(place: Place) -> None:
    inner = place.path / "inner"
    (inner / ".dvc").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(inner)], check=True)
    kept = place.keep("inner/net.bin")
    assert kept.stored == "dvc"
    assert place.gone() == []


def test_what_a_restore_kept_a_month_ago_goes_and_what_it_kept_today_stays(place: Place) -> None:
    top = place.path / ".git" / "trackside" / "restored"
    today = time.strftime("%Y%m%dt%H%M%S", time.gmtime())
    for moment in ("20260101t000000", today):
        (top / f"{moment}-000-calm-otter" / "files").mkdir(parents=True)
        (top / f"{moment}-000-calm-otter" / "files" / "0").write_text("mine")
    (top / "something else").mkdir()
    plan = place.plan()
    assert [(one.run, one.size) for one in plan.restores] == [("calm-otter", 4)]
    clean(open_repository(place.path))
    assert sorted(path.name for path in top.iterdir()) == sorted([f"{today}-000-calm-otter", "something else"])


def test_what_an_interrupted_pull_held_goes_after_a_month_and_runs_kept_beside_stay(place: Place) -> None:
    oid = make_experiment(place.scratch, "calm-otter")
    remotes = "refs/trackside/remotes/origin"
    old, young = (f"{remotes}/incoming/{when * 10**9:x}-abcdef" for when in (1_000_000_000, int(time.time())))
    beside = f"{remotes}/exps/{oid[:2]}/{oid[2:]}/theirs"
    for ref in (old, young, beside):
        place.scratch.git("update-ref", ref, oid)
    clean(open_repository(place.path))
    assert {young, beside} <= place.scratch.refs().keys()
    assert old not in place.scratch.refs()
