"""The journal: what was acknowledged is there again, whatever was cut, refused, interleaved or forked."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import states
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trackside.format import new_run_id
from trackside.journal import writer
from trackside.journal.places import list_journals
from trackside.journal.reader import SideFiles, Tail, read_events, read_run
from trackside.journal.writer import Journal, remove_journal
from trackside.run import fold

names = st.text(min_size=1, max_size=12)
values = st.floats(allow_nan=False) | st.integers(-(10**6), 10**6)
texts = st.text(st.characters(exclude_categories=()), max_size=40)
events = st.one_of(
    st.tuples(st.just("point"), st.fixed_dictionaries({"k": names, "v": values, "s": st.integers(0, 99)})),
    st.tuples(st.just("warning"), st.fixed_dictionaries({"code": texts, "message": texts, "hint": texts})),
    st.tuples(st.just("annotate"), st.fixed_dictionaries({"title": texts, "note": texts})),
    st.tuples(st.just("unknown-to-us"), st.dictionaries(names.filter(lambda name: name not in "te"), texts)),
)


def start(journal: Journal, **more: object) -> None:
    journal.append("start", format=1, run=journal.path.stem, name="x", **more)


def points(path: Path, name: str = "n") -> list[float]:
    run = read_run(path)
    return [value for _, value, _ in run.series[name].points] if name in run.series else []


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logged=st.lists(events, max_size=4))
def test_a_journal_cut_at_any_byte_keeps_every_whole_line_and_can_go_on(
    tmp_path: Path, logged: list[tuple[str, dict[str, Any]]]
) -> None:
    journal = Journal.create(tmp_path, new_run_id())
    start(journal)
    for kind, fields in logged:
        journal.append(kind, **fields)
    journal.close()
    whole = journal.path.read_bytes()
    everything = list(read_events(journal.path))
    assert len(everything) == len(logged) + 1

    for cut in range(len(whole) + 1):
        journal.path.write_bytes(whole[:cut])
        acknowledged = whole[:cut].count(b"\n")
        found = list(read_events(journal.path))
        # A last line that lacks nothing but its newline may be read; nobody was told that it is there.
        assert found in (everything[:acknowledged], everything[: acknowledged + 1])
        fold(found)
        again = Journal.reopen(journal.path)
        again.append("annotate", note="went on")
        again.close()
        last = list(read_events(journal.path))
        assert last[: len(found)] == found
        assert last[-1]["note"] == "went on"
        assert len(last) == len(found) + 1
    remove_journal(journal.path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    room=st.lists(st.integers(0, 90), min_size=1, max_size=12),
    fail=st.lists(st.sampled_from([0, errno.ENOSPC, errno.EIO, errno.EDQUOT]), min_size=12, max_size=12),
    count=st.integers(1, 12),
)
def test_a_disk_that_fills_up_and_has_room_again_loses_and_doubles_nothing(
    tmp_path: Path, room: list[int], fail: list[int], count: int
) -> None:
    real = os.write
    answers = list(zip(room, fail))

    def write(descriptor: int, data: bytes) -> int:
        if not answers:
            return real(descriptor, data)
        taken, error = answers.pop(0)
        if error:
            raise OSError(error, os.strerror(error))
        return real(descriptor, bytes(data[:taken])) if taken else 0

    journal = Journal.create(tmp_path, new_run_id())
    told: list[OSError] = []
    journal.on_trouble = told.append
    start(journal)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", write)
        for number in range(count):
            journal.point('"n"', str(number), number)
        while answers:
            journal.flush() if journal.waiting else answers.pop()
        assert journal.flush()
    journal.append("end", status="finished", reason="user")
    journal.close()

    assert points(journal.path) == list(range(count))
    assert read_run(journal.path).status == "finished"
    assert read_run(journal.path).unreadable == 0
    assert len(told) <= 1
    remove_journal(journal.path)


def test_lines_of_many_threads_stay_whole_and_a_torn_one_spoils_no_neighbour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.create(tmp_path, new_run_id())
    start(journal)
    real, turns = os.write, iter(range(10**9))

    def write(descriptor: int, data: bytes) -> int:
        return real(descriptor, bytes(data[: len(data) // 2]) if next(turns) % 7 == 3 else data)

    monkeypatch.setattr(writer.os, "write", write)

    def log(thread: int) -> None:
        for number in range(200):
            journal.point(f'"t{thread}"', str(number), number)

    threads = [threading.Thread(target=log, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.undo()
    assert journal.flush()

    for thread in range(8):
        assert points(journal.path, f"t{thread}") == list(range(200))


def test_a_signal_handler_may_log_while_a_line_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.create(tmp_path, new_run_id())
    start(journal)
    real, first = os.write, [True]

    def write(descriptor: int, data: bytes) -> int:
        if first:
            first.clear()
            journal.point('"n"', "1", 1)
        return real(descriptor, data)

    monkeypatch.setattr(writer.os, "write", write)
    journal.point('"n"', "0", 0)

    assert sorted(points(journal.path)) == [0, 1]


def test_on_a_full_disk_a_line_costs_the_same_however_many_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.create(tmp_path, new_run_id())
    start(journal)
    tried: list[int] = []

    def refuse(_: int, data: bytes) -> int:
        tried.append(len(data))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(writer.os, "write", refuse)
        for number in range(2_000):
            journal.point('"n"', str(number), number)
    assert journal.waiting == len(tried) == 2_000
    assert max(tried) < 5_000

    journal.point('"n"', "2000", 2_000)
    assert points(journal.path) == list(range(2_001))


def test_a_signal_handler_that_logs_while_waiting_lines_are_written_doubles_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.create(tmp_path, new_run_id())
    start(journal)
    real, answers = os.write, ["full", "full", "handler"]

    def write(descriptor: int, data: bytes) -> int:
        answer = answers.pop(0) if answers else ""
        if answer == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if answer == "handler":
            journal.point('"n"', "9", 9)
        return real(descriptor, data)

    monkeypatch.setattr(writer.os, "write", write)
    for number in range(3):
        journal.point('"n"', str(number), number)

    assert sorted(points(journal.path)) == [0, 1, 2, 9]


def test_a_forked_child_writes_nothing_even_when_a_lock_was_held(repository: Path) -> None:
    code = """
import os, signal, sys, threading, time, trackside as t
t.start("x")
from trackside import api
journal = api.recorder().journal
lock = journal._lock
threading.Thread(target=lambda: (lock.acquire(), time.sleep(0.5), lock.release())).start()
time.sleep(0.1)
pid = os.fork()
if pid == 0:
    signal.alarm(5)
    t.log(loss=9.0, step=9)
    api.recorder() or journal.flush()
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
t.log(loss=1.0, step=1)
t.end()
"""
    states.run_script(repository, code)

    assert states.record_of(repository, "x")["metrics"]["loss"]["count"] == 1


def test_side_files_are_kept_once_by_their_hash_and_removed_with_the_journal(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path, new_run_id())
    start(journal)

    first, second = journal.keep(b"picture"), journal.keep(b"picture")

    assert first == second
    assert SideFiles(journal.path).read(first) == b"picture"
    assert len(list(journal.files.iterdir())) == 1
    assert oct(journal.path.stat().st_mode & 0o777) == "0o600"
    journal.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_side_file_the_disk_refuses_is_told_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.create(tmp_path, new_run_id())
    told: list[OSError] = []
    journal.on_trouble = told.append

    def rename(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(writer.os, "rename", rename)

    assert "$lost" in journal.keep(b"picture")
    assert len(told) == 1
    assert list(journal.files.iterdir()) == []
    assert SideFiles(journal.path).read({"$file": "../../etc/passwd"}) is None


def test_a_tail_sees_whole_lines_only_and_each_once(tmp_path: Path) -> None:
    path = tmp_path / f"{new_run_id()}.jsonl"
    path.write_bytes(b"")
    tail = Tail(path)
    line = b'{"t":1,"e":"point","k":"n","v":1,"s":0}\n'

    with open(path, "ab", buffering=0) as file:
        for part in (line[:10], line[10:] + line[:5], line[5:], b"\n", line):
            file.write(part)
            tail.update()

    assert len(tail.run.series["n"].points) == 3


def test_other_files_in_the_folder_are_no_journals(tmp_path: Path) -> None:
    (tmp_path / "notes.jsonl").touch()
    (tmp_path / f".{new_run_id()}.jsonl.7").touch()
    (tmp_path / f"{new_run_id()}.d").mkdir()

    assert list_journals(tmp_path) == []
    assert list_journals(tmp_path / "nowhere") == []


def test_what_is_logged_is_on_disk_when_the_call_returns_even_if_the_process_is_killed(repository: Path) -> None:
    code = """
import os, signal, trackside as t
t.start("x")
for step in range(300):
    t.log(loss=float(step), step=step)
    os.write(1, b".")
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True)

    assert len(done.stdout) == 300
    assert points(states.journals(repository)[0], "loss") == list(range(300))


def test_every_line_is_one_json_object(repository: Path) -> None:
    states.track(repository)

    lines = states.journals(repository)[0].read_bytes().splitlines()

    assert all(type(json.loads(line)) is dict for line in lines if line)
