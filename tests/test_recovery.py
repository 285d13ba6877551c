"""Runs whose process is gone become experiments: all of them, once, with every point."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import states

from trackside.format import new_run_id
from trackside.git.repository import open_repository
from trackside.journal.liveness import boot_id, is_alive, process_start
from trackside.journal.places import journal_folder
from trackside.journal.reader import read_run
from trackside.journal.writer import Journal
from trackside.recovery import is_sealed, open_runs, recover
from trackside.refs import open_ref
from trackside.run import Run

KILLED = """
import os, signal, sys, trackside as t
t.start("x")
if "ready" in sys.argv:
    from trackside.recorder import worker
    worker.submit(int).result()
for step in range(300):
    t.log(loss=float(step), step=step)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _kill(repository: Path, *argv: str) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, *argv], cwd=repository, capture_output=True)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("argv", [[], ["ready"]], ids=["before Git was asked", "after"])
def test_a_killed_run_is_shown_interrupted_with_all_its_points_by_the_next_reader(
    repository: Path, argv: list[str]
) -> None:
    states.write(repository, {"train.py": "lr = 3\n"})
    before = states.state_of(repository)
    _kill(repository, *argv)

    recovered = recover(open_repository(repository))

    assert [sealed.name for sealed in recovered.sealed] == ["x"]
    record = states.record_of(repository, "x")
    assert (record["status"], record["metrics"]["loss"]["count"]) == ("interrupted", 300)
    assert states.differences(repository, "x") == {"train.py": "M"}
    assert states.state_of(repository) == before
    assert states.open_refs(repository) == []
    assert states.fsck(repository) == ""


def test_two_processes_that_recover_at_once_make_one_experiment(repository: Path) -> None:
    _kill(repository, "ready")
    code = (
        "from trackside.git.repository import open_repository; from trackside.recovery import recover; import sys\n"
        "sys.stdin.readline()\n"
        "print([str(e) for _, e in recover(open_repository('.'), settling=True).waiting])"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    others = [subprocess.Popen([sys.executable, "-c", code], cwd=repository, **pipes) for _ in range(4)]  # type: ignore[call-overload]
    time.sleep(0.5)
    for other in others:
        other.stdin.write("go\n")
        other.stdin.flush()
    said = [other.communicate()[:2] for other in others]

    assert [out.strip() for out, _ in said] == ["[]"] * 4, said
    assert list(states.experiments(repository)) == ["x"]
    assert states.open_refs(repository) == []
    assert states.fsck(repository) == ""


def test_a_journal_without_its_lock_still_gives_one_experiment(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import contextlib
    import threading

    import trackside.sealing as sealing

    _kill(repository, "ready")
    monkeypatch.setattr(sealing, "sealing_lock", lambda *_, **__: contextlib.nullcontext())
    journal = states.journals(repository)[0]
    found: list[object] = []

    def work() -> None:
        try:
            found.append(sealing.seal(open_repository(repository), journal))
        except BaseException as error:
            found.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({getattr(sealed, "oid", sealed) for sealed in found}) == 1, found
    assert list(states.experiments(repository)) == ["x"]
    recover(open_repository(repository), settling=True)
    assert states.open_refs(repository) == []


def test_settling_removes_a_journal_only_when_its_experiment_is_whole(repository: Path) -> None:
    states.write(repository, {"train.py": "lr = 3\n"})
    states.track(repository)
    oid = states.experiments(repository)["first"]
    record = states.run_git(repository, "rev-parse", f"{oid}:.trackside/run.json").strip()
    (repository / ".git/objects" / record[:2] / record[2:]).unlink()
    assert states.fsck(repository) != ""

    first = recover(open_repository(repository), settling=True)

    assert (first.settled, first.waiting) == (0, [])
    assert states.experiments(repository) == {"first": oid}
    assert states.fsck(repository) == ""
    assert recover(open_repository(repository), settling=True).settled == 1
    assert states.journals(repository) == []


def test_an_experiment_whose_snapshot_was_pruned_is_mended_in_place(repository: Path) -> None:
    states.write(repository, {"train.py": "lr = 3\n"})
    states.track(repository)
    blob = states.tree_of(repository)["train.py"]
    (repository / ".git/objects" / blob[:2] / blob[2:]).unlink()

    recover(open_repository(repository), settling=True)

    assert list(states.experiments(repository)) == ["first"]
    assert "snapshot-lost" in states.warnings_of(repository)
    assert states.fsck(repository) == ""
    assert recover(open_repository(repository), settling=True).settled == 1


def test_an_experiment_somebody_deleted_stays_deleted(repository: Path) -> None:
    states.track(repository)
    ref = states.run_git(repository, "for-each-ref", "--format=%(refname)", "refs/exps").strip()
    states.run_git(repository, "update-ref", "-d", ref)

    recovered = recover(open_repository(repository), settling=True)

    assert recovered.settled == 1
    assert states.experiments(repository) == {}


def test_refs_of_open_runs_that_a_killed_process_left_are_swept(repository: Path) -> None:
    outcome = states.track(repository)
    for run in (outcome.run.id, new_run_id()):
        states.run_git(repository, "update-ref", open_ref(run), "HEAD")
    states.run_git(repository, "update-ref", "refs/trackside/open/of-a-newer-release", "HEAD")

    recover(open_repository(repository), settling=True)

    assert states.open_refs(repository) == ["refs/trackside/open/of-a-newer-release"]


def test_an_open_run_is_left_to_its_process(repository: Path) -> None:
    states.begin(repository)

    recovered = recover(open_repository(repository), settling=True)

    assert (recovered.sealed, recovered.waiting) == ([], [])
    assert len(states.open_refs(repository)) == 1
    assert [run.name for _, run in open_runs(open_repository(repository))] == ["first"]
    from trackside import api

    api.finish(discard=True)
    assert states.open_refs(repository) == []
    assert states.journals(repository) == []


def test_a_journal_whose_process_was_killed_before_the_first_line_is_swept(repository: Path) -> None:
    folder = journal_folder(open_repository(repository))
    Journal.create(folder, new_run_id()).close()
    fresh = Journal.create(folder, new_run_id())
    old = folder / f"{new_run_id()}.jsonl"
    old.write_bytes(b'{"format":1,"ru')
    long_ago = time.time() - 3600
    for path in states.journals(repository):
        if path != fresh.path:
            os.utime(path, (long_ago, long_ago))

    recovered = recover(open_repository(repository))

    assert recovered.waiting == []
    assert states.journals(repository) == [fresh.path]


def test_one_damaged_journal_stops_no_other(repository: Path) -> None:
    folder = journal_folder(open_repository(repository))
    folder.mkdir(parents=True)
    damaged = folder / f"{new_run_id()}.jsonl"
    damaged.write_bytes(b"\0\0\0\nnot a line\n{}\n[]\n")
    _kill(repository, "ready")

    recovered = recover(open_repository(repository))

    assert [sealed.name for sealed in recovered.sealed] == ["x"]
    assert [(path, error.code) for path, error in recovered.waiting] == [(damaged, "journal-damaged")]


def test_a_journal_cut_in_the_middle_of_a_line_is_sealed_and_settled(repository: Path) -> None:
    _kill(repository, "ready")
    journal = states.journals(repository)[0]
    whole = journal.read_bytes()
    journal.write_bytes(whole[: whole.rindex(b'"v":299') + 3])

    recover(open_repository(repository))

    assert states.record_of(repository, "x")["metrics"]["loss"]["count"] == 299
    assert is_sealed(journal)
    assert recover(open_repository(repository), settling=True).settled == 1


def test_what_a_user_displays_cannot_pass_for_the_mark_of_a_sealed_run(repository: Path) -> None:
    _kill(repository)
    journal = Journal.reopen(states.journals(repository)[0])
    shown = {"output_type": "display_data", "data": {"application/json": {"e": "sealed"}}, "metadata": {"e": "kept"}}
    journal.append("output", cell=1, output=shown)
    journal.close()

    assert not is_sealed(journal.path)
    assert [sealed.name for sealed in recover(open_repository(repository)).sealed] == ["x"]


def test_a_run_that_failed_to_seal_is_kept_and_finished_by_the_next_command(repository: Path) -> None:
    folder = repository / ".git/refs/exps"
    folder.write_text("in the way")

    outcome = states.track(repository)

    assert outcome.state == "kept"
    folder.unlink()
    assert [sealed.name for sealed in recover(open_repository(repository)).sealed] == ["first"]


def test_adoption_that_was_killed_half_way_doubles_nothing(tmp_path: Path) -> None:
    states.write(tmp_path, {"train.py": "lr = 1\n"})
    states.track(tmp_path)
    homeless = next(journal_folder(None).glob("*.jsonl"))
    whole = homeless.read_bytes()
    states.run_git(tmp_path, "init", "-q")
    states.commit(tmp_path, "Begin")
    recover(open_repository(tmp_path))
    homeless.write_bytes(whole)
    states.write(tmp_path, {"train.py": "lr = 2\n"})

    recover(open_repository(tmp_path), settling=True)

    assert list(states.experiments(tmp_path)) == ["first"]
    assert not homeless.exists()


def test_a_run_of_an_inner_repository_is_not_adopted_by_the_outer_one(repository: Path) -> None:
    (repository / "inner").mkdir()
    with states.working_in(repository / "inner"):
        os.rename(repository / ".git", repository / "hidden")
        states.track(repository / "inner")
        os.rename(repository / "hidden", repository / ".git")
    states.run_git(repository / "inner", "init", "-q")

    recover(open_repository(repository))

    assert states.experiments(repository) == {}
    states.write(repository / "inner", {"x.py": "1\n"})
    states.commit(repository / "inner", "Begin")
    recover(open_repository(repository / "inner"))
    assert list(states.experiments(repository / "inner")) == ["first"]


def test_a_run_kept_elsewhere_is_listed_with_its_clone(repository: Path) -> None:
    shutil.move(repository / ".git", repository.parent / "git")
    states.track(repository)
    shutil.move(repository.parent / "git", repository / ".git")

    assert [run.name for _, run in open_runs(open_repository(repository))] == ["first"]


def _run(**facts: object) -> Run:
    run = Run(pid=os.getpid(), process_start=process_start(os.getpid()), boot=boot_id())
    for name, value in facts.items():
        setattr(run, name, value)
    return run


def test_liveness_knows_reused_ids_reboots_containers_and_other_hosts(tmp_path: Path) -> None:
    journal = tmp_path / "j"
    journal.touch()
    boot, _, place = boot_id().rpartition("/")
    assert is_alive(_run(), journal)
    assert not is_alive(_run(process_start="1"), journal), "the process id was given to another process"
    assert not is_alive(_run(pid=999_999_999), journal)
    assert not is_alive(_run(boot=f"another boot/{place}"), journal), "this machine was started again"
    assert is_alive(_run(boot="x/pid:[1] elsewhere"), journal), "another host that shares the disk"
    assert is_alive(_run(boot=f"{boot}/pid:[1] container"), journal)
    long_ago = time.time() - 5 * 86_400
    os.utime(journal, (long_ago, long_ago))
    assert not is_alive(_run(boot="x/pid:[1] elsewhere"), journal), "silent for days"
    assert not is_alive(_run(process_start=""), journal)


def test_a_process_that_ended_and_was_not_waited_for_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    time.sleep(0.5)

    assert process_start(child.pid) == ""
    child.wait()


def test_the_run_of_a_stopped_kernel_keeps_its_last_sign_of_life_as_its_end(repository: Path) -> None:
    _kill(repository, "ready")
    journal = states.journals(repository)[0]
    last = json.loads([line for line in journal.read_bytes().splitlines() if b'"point"' in line][-1])["t"]

    recover(open_repository(repository))

    assert abs(states.record_of(repository, "x")["ended"] - last) < 2
    assert read_run(journal).sealed is not None
