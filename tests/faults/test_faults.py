"""A fault at every call that changes the disk: nothing acknowledged is lost, nothing of the user's moves.

After each, a process without faults recovers; then Git is sound, every acknowledged point is in the one experiment
(or still in the journal), and no reference of an open run is left.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest
import states
from missing import missing

sys.path.insert(0, str(Path(__file__).parent))
from faulty import (  # the folder is no package, as no folder of tests is
    KEEPING,
    RECOVER,
    SCRIPT,
    Fault,
    can_trace,
    command_line,
    faults_of,
    mutations,
    traced,
    wrap_git,
)

from trackside import api
from trackside.errors import TracksideError
from trackside.git.repository import open_repository
from trackside.journal.places import journal_folder, list_journals
from trackside.journal.reader import read_run
from trackside.recovery import recover

SCRIPTS: Final = {"script": SCRIPT, "keeping": KEEPING, "recovery": RECOVER}
COMMANDS: Final = ("fast-import", "update-ref", "hash-object")
#: Of the faults found, how many are tried in the short suite; all of them in the long one.
SHARE: Final = {"git": 192, "script": 50, "keeping": 40, "recovery": 40}
POINTS: Final = 5


def _prepare(folder: Path, *options: str) -> Path:
    """Make a repository with changes in it, an experiment and packed refs."""
    repository = states.make_repository(folder, *options)
    states.track(repository, "before")
    states.run_git(repository, "pack-refs", "--all")
    shutil.rmtree(repository / ".git/trackside")
    states.write(repository, {"train.py": "lr = 0.5\n", "new.py": "x = 1\n", "model.bin": "weights " * 1_000})
    return repository


def _run_in_process() -> tuple[int, bool]:
    """Make a run here; return how many points were acknowledged, and whether it was sealed at once."""
    done, sealed = 0, False
    try:
        api.start("x", params={"lr": 0.1})
        for step in range(POINTS):
            api.log(loss=float(step), step=step)
            done += 1
        states.wait_for_worker()
        sealed = api.finish().state == "sealed"
    except TracksideError:
        pass
    return done, sealed


def _assert_nothing_was_lost(repository: Path, before: dict[str, str], acknowledged: int, fault: Fault) -> None:
    for lock in (repository / ".git").rglob("*.lock"):
        # Time passes; and the user does what the hint says of a lock that is theirs.
        os.utime(lock, (time.time() - 60, time.time() - 60))
        if lock.parent == repository / ".git":
            lock.unlink()
    if fault.call == "write" and fault.stays:
        # A Git that cannot even write to its standard error cannot name the crash report it leaves.
        for report in (repository / ".git").glob("fast_import_crash_*"):
            report.unlink()
    clone = open_repository(repository)
    recovered = recover(clone, settling=True)
    for _ in range(2):
        if recovered.waiting or states.open_refs(repository):
            recovered = recover(clone, settling=True)
    journals = [journal for place in (clone, None) for journal in list_journals(journal_folder(place))]
    # A disk that took not one line leaves an empty journal, which recovery removes a minute later.
    kept = [read_run(journal) for journal in journals if b"\n" in journal.read_bytes()]
    points = [len(run.series["loss"].points) if "loss" in run.series else 0 for run in kept if run.sealed is None]
    found = {name: oid for name, oid in states.experiments(repository).items() if name != "before"}
    if found:
        assert len(found) == 1, (fault, found)
        points.append(states.record_of(repository, next(iter(found)))["metrics"].get("loss", {}).get("count", 0))
    assert (sum(points) if points else 0) >= acknowledged, (fault, points, acknowledged, recovered)
    assert len([count for count in points if count]) <= 1, (fault, points)
    assert recovered.waiting == [], (fault, recovered.waiting)
    assert states.state_of(repository) == before, fault
    assert states.fsck(repository) == "", fault
    assert states.open_refs(repository) == [], fault


def _sample(faults: Sequence[Fault], count: int) -> list[Fault]:
    """Take every n-th, so that each command, call and kind has its part."""
    if len(faults) <= count:
        return list(faults)
    return [faults[index * len(faults) // count] for index in range(count)]


def _part(faults: list[Fault], part: int, parts: int) -> list[Fault]:
    return faults[part * len(faults) // parts : (part + 1) * len(faults) // parts]


@pytest.fixture(autouse=True)
def tracing() -> None:
    """Faults are put in by strace."""
    if why_not := can_trace():
        missing(why_not)


@pytest.fixture
def copies(request: pytest.FixtureRequest, tmp_path: Path, home: Path) -> Callable[[], tuple[Path, dict[str, str]]]:
    """Give a fresh copy of the prepared repository, and its state, each time."""
    template = _prepare(tmp_path / "template", *getattr(request, "param", ()))
    count = iter(range(10**6))

    def make() -> tuple[Path, dict[str, str]]:
        shutil.rmtree(home / "state", ignore_errors=True)
        target = tmp_path / f"copy{next(count)}"
        shutil.copytree(template, target, symlinks=True)
        states.run_git(target, "status", GIT_OPTIONAL_LOCKS="1")
        return target, states.state_of(target)

    return make


Copies = Callable[[], "tuple[Path, dict[str, str]]"]


def _git_faults(
    command: str, copies: Copies, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, everything: bool
) -> list[Fault]:
    repository, _ = copies()
    log = tmp_path / f"{command}.log"
    wrap_git(tmp_path / "bin", command, log, None)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with states.working_in(repository):
        assert _run_in_process() == (POINTS, True)
    monkeypatch.undo()
    points = list(mutations(sorted(tmp_path.glob(f"{command}.log.*")), repository))
    assert points, "the trace found no call that changes anything"
    return faults_of(command, points, once=(True, False), everything=everything)


def _sweep_git(command: str, part: int, parts: int, copies: Copies, tmp_path: Path, count: int | None) -> int:
    with pytest.MonkeyPatch.context() as patch:
        faults = _git_faults(command, copies, tmp_path, patch, everything=count is None)
    chosen = _part(faults if count is None else _sample(faults, count), part, parts)
    felt = 0
    for fault in chosen:
        repository, before = copies()
        wrap_git(tmp_path / "bin", command, Path(os.devnull), fault)
        script = tmp_path / "bin/git"
        script.write_text(script.read_text().replace(f"'{os.devnull}'.$$", os.devnull))
        with pytest.MonkeyPatch.context() as patch, states.working_in(repository):
            patch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
            acknowledged, sealed = _run_in_process()
        felt += not sealed
        assert acknowledged == POINTS, fault
        _assert_nothing_was_lost(repository, before, acknowledged, fault)
        shutil.rmtree(repository)
    # A file whose object could not be written among others is written alone, and fast-import keeps its pack when the
    # process that should loosen it dies: both mend most of their faults themselves.
    assert felt > 0 or command in ("hash-object", "fast-import"), "no fault had any effect"
    return len(chosen)


def _show(tried: int, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled():
        sys.stdout.write(f" [{tried} faults]")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(2))
@pytest.mark.parametrize("command", COMMANDS)
def test_a_fault_in_git_loses_nothing(
    command: str, part: int, copies: Copies, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tried = _sweep_git(command, part, 2, copies, tmp_path, SHARE["git"] // len(COMMANDS))

    _show(tried, capfd)
    assert tried >= 20


def _script_faults(script: str, copies: Copies, tmp_path: Path, *, everything: bool) -> list[Fault]:
    repository, _ = copies()
    if script == RECOVER:
        _leave_a_killed_run(repository, tmp_path)
    log = tmp_path / "script.log"
    subprocess.run(
        [*traced(log), *command_line(script, tmp_path / "acknowledged")],
        cwd=repository,
        check=True,
        capture_output=True,
    )
    points = list(mutations([log], repository))
    return faults_of("script", points, everything=everything)


def _leave_a_killed_run(repository: Path, tmp_path: Path) -> int:
    killed = "from trackside.journal.worker import worker; worker.submit(int).result(); os.kill(os.getpid(), 9)"
    code = SCRIPT.replace("t.end()", killed)
    acknowledged = tmp_path / f"acknowledged-{repository.name}"
    done = subprocess.run(command_line(code, acknowledged), cwd=repository, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return len(acknowledged.read_bytes())


def _sweep_script(script: str, part: int, parts: int, copies: Copies, tmp_path: Path, count: int | None) -> int:
    faults = _script_faults(script, copies, tmp_path, everything=count is None)
    chosen = _part(faults if count is None else _sample(faults, count), part, parts)
    for fault in chosen:
        repository, before = copies()
        acknowledged = tmp_path / f"of-{repository.name}"
        acknowledged.touch()
        known = _leave_a_killed_run(repository, tmp_path) if script == RECOVER else 0
        done = subprocess.run(
            [*traced(Path(os.devnull), "-e", fault.injection, calls=[fault.call]), *command_line(script, acknowledged)],
            cwd=repository,
            capture_output=True,
            text=True,
            timeout=100,
        )
        _assert_told_in_words(done.stderr, fault)
        known = known or len(acknowledged.read_bytes())
        _assert_nothing_was_lost(repository, before, known, fault)
        shutil.rmtree(repository)
    return len(chosen)


def _assert_told_in_words(said: str, fault: Fault) -> None:
    """Refuse a traceback that ends in our code; Python may stumble over the fault itself, as it looks for a module."""
    frames = re.findall(r'File "([^"]+)"', said)
    last = said.strip().rpartition("\n")[2]
    assert not frames or "/trackside/" not in frames[-1] or re.match(r"(Import|ModuleNotFound)Error", last), (
        fault,
        said,
    )


@pytest.mark.timeout(400)
@pytest.mark.parametrize("part", range(2))
@pytest.mark.parametrize("what", SCRIPTS)
def test_a_fault_anywhere_in_the_process_tree_loses_nothing(
    what: str, part: int, copies: Copies, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tried = _sweep_script(SCRIPTS[what], part, 2, copies, tmp_path, SHARE[what])

    _show(tried, capfd)
    assert tried >= 15


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("copies", [(), ("--object-format=sha256",)], ids=["sha1", "sha256"], indirect=True)
@pytest.mark.parametrize("what", [*COMMANDS, *SCRIPTS])
def test_every_fault_there_is(what: str, copies: Copies, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    if what in COMMANDS:
        tried = _sweep_git(what, 0, 1, copies, tmp_path, None)
    else:
        tried = _sweep_script(SCRIPTS[what], 0, 1, copies, tmp_path, None)

    _show(tried, capfd)
