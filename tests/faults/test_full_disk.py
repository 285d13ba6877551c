"""A disk that is really full: the process goes on, it is told once, and room again means that all is there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import states

from trackside import api
from trackside.git.repository import open_repository
from trackside.recovery import recover

FILL = 4096


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB; only root can mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def _fill(place: Path, leave: int = 0) -> Path:
    filler = place / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * FILL)
        except OSError:
            pass
        if leave:
            file.truncate(max(0, file.tell() - leave))
    return filler


@pytest.mark.parametrize("leave", [0, 4096, 8192, 16384, 40960])
def test_a_disk_that_is_full_from_the_start_to_the_end(small_disk: Path, leave: int) -> None:
    repository = states.make_repository(small_disk / "clone")
    states.write(repository, {"train.py": "lr = 7\n"})
    before = states.state_of(repository)
    with states.working_in(repository):
        api.start("first")
        states.wait_for_worker()
        filler = _fill(small_disk, leave)
        for step in range(500):
            api.log(loss=float(step), step=step)
        filler.unlink()
        api.log(loss=500.0, step=500)
        outcome = api.finish()

    assert outcome.state == "sealed"
    assert states.record_of(repository)["metrics"]["loss"]["count"] == 501
    assert states.state_of(repository) == before
    assert states.fsck(repository) == ""


@pytest.mark.parametrize("leave", [0, 8192, 16384, 24576, 32768, 65536])
def test_sealing_on_a_full_disk_is_said_in_a_sentence_and_done_when_there_is_room(small_disk: Path, leave: int) -> None:
    repository = states.make_repository(small_disk / "clone")
    states.write(repository, {"train.py": "lr = 7\n"})
    before = states.state_of(repository)
    with states.working_in(repository):
        api.start("first")
        api.log(loss=1.0, step=0)
        states.wait_for_worker()
        filler = _fill(small_disk, leave)
        outcome = api.finish()

    if outcome.state != "sealed":
        assert outcome.trouble is not None
        assert outcome.trouble.code in ("disk-full", "storage", "git", "not-read-back"), str(outcome.trouble)
    filler.unlink()
    recover(open_repository(repository), settling=True)
    if outcome.state != "sealed" and not states.experiments(repository):
        # The end itself waits in memory: it is written as the process exits, or the run is found interrupted then.
        journal = states.journals(repository)[0]
        assert b'"k":"loss"' in journal.read_bytes()
    else:
        assert states.record_of(repository)["metrics"]["loss"]["count"] == 1
    assert states.state_of(repository) == before
    assert states.fsck(repository) == ""


def test_a_limit_on_file_sizes_is_like_a_full_disk(repository: Path) -> None:
    code = """
import resource, trackside as t
t.start("x")
from trackside.journal.worker import worker
worker.submit(int).result()
size = t.api.recorder().journal.path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 500, resource.RLIM_INFINITY))
for step in range(100):
    t.log(loss=float(step), step=step)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
t.log(loss=100.0, step=100)
t.end()
"""
    done = states.run_script(repository, "import trackside.api\n" + code)

    assert done.stderr.count("the journal cannot be written") == 1
    assert states.record_of(repository, "x")["metrics"]["loss"]["count"] == 101


def test_lines_that_wait_in_memory_are_written_as_the_process_exits(small_disk: Path) -> None:
    repository = states.make_repository(small_disk / "clone")
    code = f"""
import os, sys, trackside as t
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_full_disk import _fill
t.start("x")
from trackside.journal.worker import worker
worker.submit(int).result()
filler = _fill(Path({str(small_disk)!r}))
for step in range(100):
    t.log(loss=float(step), step=step)
t.end()
filler.unlink()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True)

    assert "the disk refuses them" in done.stderr, done.stderr
    assert os.listdir(small_disk) == ["clone"]
    recover(open_repository(repository))
    assert states.record_of(repository, "x")["metrics"]["loss"]["count"] == 100
