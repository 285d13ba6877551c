"""Many runs at once, beside a Git that collects garbage and packs refs: every run is there, and Git is sound."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import states

from trackside.git.repository import open_repository
from trackside.recovery import recover

WORKER = """
import sys, trackside as t
who, count = int(sys.argv[1]), int(sys.argv[2])
for number in range(count):
    t.start(f"run-w{who}n{number}")
    for step in range(10):
        t.log(loss=1.0 / (step + 1), step=step)
    t.end()
"""
BESIDE = {
    "alone": [],
    "gc": [["gc", "-q", "--prune=now"]],
    "pack-refs": [["pack-refs", "--all"]],
    "both": [["gc", "-q", "--prune=now"], ["pack-refs", "--all"]],
}


@contextmanager
def _looping(repository: Path, commands: list[list[str]]) -> Iterator[None]:
    """Run git commands again and again beside what is tested."""
    stop = threading.Event()

    def loop(command: list[str]) -> None:
        while not stop.is_set():
            subprocess.run(["git", *command], cwd=repository, capture_output=True)
            stop.wait(0.02)

    threads = [threading.Thread(target=loop, args=(command,)) for command in commands]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _crowd(repository: Path, processes: int, runs: int, beside: str) -> None:
    with _looping(repository, BESIDE[beside]):
        crowd = [
            subprocess.Popen(
                [sys.executable, "-c", WORKER, str(who), str(runs)],
                cwd=repository,
                stderr=subprocess.PIPE,
                text=True,
            )
            for who in range(processes)
        ]
        said = [process.communicate()[1] for process in crowd]
    assert [process.returncode for process in crowd] == [0] * processes, said
    assert "Traceback" not in "".join(said), said
    _settle(repository)
    names = {f"run-w{who}n{number}" for who in range(processes) for number in range(runs)}
    assert set(states.experiments(repository)) == names, said
    assert states.fsck(repository) == ""
    assert states.open_refs(repository) == []


def _settle(repository: Path) -> None:
    """Recover until no journal is left but those cut before their first line, which go later."""
    for _ in range(3):
        recovered = recover(open_repository(repository), settling=True)
        begun = [journal for journal in states.journals(repository) if b"\n" in journal.read_bytes()]
        if not recovered.waiting and not begun:
            return
    raise AssertionError(recovered)


@pytest.mark.parametrize("beside", ["alone", "both"])
def test_many_processes_make_runs_at_once(repository: Path, beside: str) -> None:
    states.write(repository, {"train.py": "lr = 0.4\n", "new.py": "x = 1\n"})
    before = states.state_of(repository)

    _crowd(repository, 8, 3, beside)

    after = states.state_of(repository)
    assert {key: value for key, value in after.items() if _is_kept_by_gc(key)} == {
        key: value for key, value in before.items() if _is_kept_by_gc(key)
    }


def _is_kept_by_gc(key: str) -> bool:
    """Tell whether the user's own `git gc` leaves it: it packs refs and writes its summaries."""
    return key.startswith(("tree ", "ref ", "HEAD")) or key in ("own index", "own config")


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("beside", BESIDE)
def test_a_crowd_of_one_hundred_and_sixty_runs(repository: Path, beside: str) -> None:
    states.write(repository, {"train.py": "lr = 0.4\n", "new.py": "x = 1\n"})

    _crowd(repository, 8, 20, beside)


@pytest.mark.parametrize("how", ["fork", "spawn", "forkserver"])
def test_processes_made_by_a_run_do_not_write_to_it(repository: Path, how: str) -> None:
    code = f"""
import multiprocessing, trackside as t
def child(number):
    try:
        t.log(loss=99.0, step=number)
    except t.TracksideError as error:
        assert error.code == "no-run"
    return number
if __name__ == "__main__":
    t.start("x")
    t.log(loss=1.0, step=0)
    with multiprocessing.get_context("{how}").Pool(2) as pool:
        assert pool.map(child, range(4)) == [0, 1, 2, 3]
    t.log(loss=2.0, step=1)
    t.end()
"""
    (repository / "job.py").write_text(code)

    done = subprocess.run([sys.executable, "job.py"], cwd=repository, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert states.record_of(repository, "x")["metrics"]["loss"]["count"] == 2
    assert list(states.experiments(repository)) == ["x"]


def test_a_forked_child_that_exits_as_python_does_ends_no_run_of_its_parent(repository: Path) -> None:
    code = """
import os, sys, trackside as t
t.start("x")
t.log(loss=1.0, step=0)
if os.fork() == 0:
    sys.exit(0)
os.wait()
t.log(loss=2.0, step=1)
t.end()
"""
    states.run_script(repository, code)

    record = states.record_of(repository, "x")
    assert (record["status"], record["metrics"]["loss"]["count"]) == ("finished", 2)


def test_a_forked_child_may_make_a_run_of_its_own(repository: Path) -> None:
    code = """
import os, sys, trackside as t
t.start("parent")
pid = os.fork()
if pid == 0:
    t.start("child")
    t.log(loss=5.0, step=0)
    t.end()
    sys.exit(0)
assert os.waitpid(pid, 0)[1] == 0
t.log(loss=1.0, step=0)
t.end()
"""
    states.run_script(repository, code)

    assert sorted(states.experiments(repository)) == ["child", "parent"]
    assert states.record_of(repository, "child")["metrics"]["loss"]["last"] == 5.0


def test_threads_and_tasks_log_to_the_one_run(repository: Path) -> None:
    code = """
import asyncio, threading, trackside as t
t.start("x")
def work(name):
    for step in range(100):
        t.log({name: float(step)}, step=step)
threads = [threading.Thread(target=work, args=(f"thread{n}",)) for n in range(4)]
[thread.start() for thread in threads]
async def task(name):
    for step in range(50):
        t.log({name: float(step)}, step=step)
        await asyncio.sleep(0)
async def main():
    await asyncio.gather(*(task(f"task{n}") for n in range(4)))
asyncio.run(main())
[thread.join() for thread in threads]
t.end()
"""
    states.run_script(repository, code)

    counts = {name: metric["count"] for name, metric in states.record_of(repository, "x")["metrics"].items()}
    assert counts == {f"thread{n}": 100 for n in range(4)} | {f"task{n}": 50 for n in range(4)}


def test_a_script_that_ends_without_saying_so_is_sealed_as_it_exits(repository: Path) -> None:
    states.run_script(repository, "import trackside as t; t.start('x'); t.log(loss=1.0, step=0)")

    assert states.record_of(repository, "x")["metrics"]["loss"]["count"] == 1


INTERRUPTED = """
import faulthandler, os, signal, sys, threading, trackside as t
faulthandler.dump_traceback_later(20)
interrupted = runs = 0
t.start("warm")
t.end()
timer = threading.Timer(float(sys.argv[1]), os.kill, (os.getpid(), signal.SIGINT))
timer.start()
while not interrupted and runs < 50:
    try:
        runs += 1
        t.start("one")
        for step in range(40):
            t.log(loss=float(step), step=step)
        t.end()
    except KeyboardInterrupt:
        interrupted += 1
t.start("last")
t.log(loss=1.0, step=0)
t.end()
print("done", interrupted)
"""


def _interrupt(repository: Path, times: int) -> None:
    for number in range(times):
        delay = 0.005 + 0.25 * number / times
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED, str(delay)], cwd=repository, capture_output=True, text=True, timeout=60
        )
        assert (done.stdout, done.stderr) == ("done 1\n", ""), (delay, done)
    _settle(repository)
    assert states.fsck(repository) == ""
    assert states.open_refs(repository) == []
    last = [name for name in states.experiments(repository) if name.startswith("last")]
    assert len(last) == times


def test_interrupts_at_any_moment_leave_the_process_and_git_sane(repository: Path) -> None:
    _interrupt(repository, 12)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_hundred_interrupts(repository: Path) -> None:
    _interrupt(repository, 100)
