"""Make single system calls fail, or kill the process in them: in git, and in the whole process tree of a run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REAL_GIT: Final = shutil.which("git") or "git"
STRACE: Final = shutil.which("strace")
#: Every way to change what is on disk.
CALLS: Final = (
    "openat", "write", "pwrite64", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir",
    "mkdirat", "rmdir", "chmod", "fchmod", "ftruncate", "fsync", "fdatasync", "copy_file_range", "sendfile",
)  # fmt: skip
FAULTS: Final = {
    "openat": ("EACCES", "EMFILE", "ENOSPC", "KILL"),
    "write": ("ENOSPC", "EIO", "KILL"),
    "pwrite64": ("ENOSPC", "EIO", "KILL"),
    "fsync": ("EIO", "ENOSPC", "KILL"),
    "fdatasync": ("EIO", "KILL"),
    "close": ("EIO", "KILL"),
}
OTHERS: Final = ("EACCES", "ENOSPC", "EIO", "KILL")
#: In the long suite every call ends in each of these, once and from then on.
EVERY: Final = ("EACCES", "EMFILE", "ENOSPC", "EIO", "EDQUOT", "EROFS", "EPERM", "KILL")
_LINE: Final = re.compile(r"^(\d+) +(\w+)\((.*)$")


@dataclass(frozen=True, slots=True)
class Fault:
    """The `number`-th `call` of each process (or of each git `command`) ends in `how`."""

    command: str
    call: str
    number: int
    how: str
    #: In the first such git only, or in each.
    once: bool = True
    #: From this call on, or in this call alone.
    stays: bool = False

    @property
    def injection(self) -> str:
        what = "signal=KILL" if self.how == "KILL" else f"error={self.how}"
        return f"inject={self.call}:{what}:when={self.number}{'+' if self.stays else ''}"


def traced(log: Path, *extra: str, calls: Sequence[str] = CALLS) -> list[str]:
    """Return the command line that traces what follows it."""
    assert STRACE is not None
    trace = "trace=" + ",".join("?" + call for call in calls)
    return [STRACE, "-f", "--seccomp-bpf", "-qq", "-y", "-s", "16", "-o", str(log), "-e", trace, *extra]


def wrap_git(folder: Path, command: str, log: Path, fault: Fault | None) -> None:
    """Put a `git` into `folder` that is traced, or made to fail, when it is asked for `command`."""
    folder.mkdir(exist_ok=True)
    armed = folder / "armed"
    armed.touch()
    extra = [] if fault is None else ["-e", fault.injection]
    calls = CALLS if fault is None else [fault.call]
    line = " ".join(f"'{word}'" for word in traced(log, *extra, calls=calls))
    spent = f"rm '{armed}' && " if fault is not None and fault.once else ""
    log_part = line.replace(f"'{log}'", f"'{log}'.$$")
    script = f"#!/bin/sh\nif [ \"$1\" = '{command}' ] && [ -e '{armed}' ]; then\n"
    script += f"    {spent}exec {log_part} '{REAL_GIT}' \"$@\"\nfi\nexec '{REAL_GIT}' \"$@\"\n"
    (folder / "git").write_text(script)
    (folder / "git").chmod(0o755)


def mutations(logs: Sequence[Path], below: Path) -> Iterator[tuple[str, int]]:
    """Read a trace: which calls, by name and number within their process, change something below a folder."""
    seen: set[tuple[str, int]] = set()
    for log in logs:
        counts: dict[tuple[str, str], int] = {}
        for line in log.read_text(errors="replace").splitlines():
            found = _LINE.match(line)
            if found is None or "resumed>" in line:
                continue
            process, call, rest = found.groups()
            number = counts[process, call] = counts.get((process, call), 0) + 1
            if call == "openat" and not re.search(r"O_(WRONLY|RDWR|CREAT)", rest):
                continue
            if call in ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "fchmod") and f"<{below}" not in rest:
                continue
            if "/dev/" in rest or (call, number) in seen:
                continue
            seen.add((call, number))
            yield call, number


def faults_of(
    command: str, points: Sequence[tuple[str, int]], *, once: Sequence[bool] = (True,), everything: bool = False
) -> list[Fault]:
    """Return the likeliest faults at every point; with `everything` each kind, passing and staying."""
    return [
        Fault(command, call, number, how, single, stays)
        for call, number in points
        for how in (EVERY if everything else FAULTS.get(call, OTHERS))
        for single in once
        for stays in ((False, True) if everything and how != "KILL" else (False,))
    ]


def can_trace() -> str:
    """Return why faults cannot be injected here, '' when they can."""
    if STRACE is None:
        return "strace is not installed"
    done = subprocess.run(
        [STRACE, "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, "-e", "trace=write", "true"], capture_output=True
    )
    return "" if done.returncode == 0 else "strace may not trace here"


SCRIPT: Final = """
import os, sys, trackside as t
acknowledged = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
try:
    t.start("x", params={"lr": 0.1})
    for step in range(5):
        t.log(loss=float(step), step=step)
        try:
            os.write(acknowledged, b".")
        except OSError:
            pass
    t.end()
except t.TracksideError as error:
    print("Trackside:", error.message, error.hint, file=sys.stderr)
"""
#: The same run with a model, a file of data and a printed output of its own.
KEEPING: Final = SCRIPT.replace(
    "    t.end()",
    """    t.log_artifact("model.bin")
    t.log_input("train.py")
    t.end()""",
)
RECOVER: Final = """
import sys
from trackside.git.repository import open_repository
from trackside.recovery import recover
from trackside.errors import TracksideError
try:
    recover(open_repository("."), settling=True)
except TracksideError as error:
    print("Trackside:", error.message, error.hint, file=sys.stderr)
"""


def command_line(script: str, acknowledged: Path) -> list[str]:
    return [sys.executable, "-c", script, str(acknowledged)]
