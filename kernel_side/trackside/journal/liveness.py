"""Is the process that writes a journal still alive? Told by process id, its start time and the boot."""

from __future__ import annotations

import os
import sys
import time
from functools import lru_cache
from pathlib import Path
from typing import Final

from trackside.run import Run

#: A journal of another machine or container cannot be judged from here; after this many seconds of silence it can.
_SILENCE: Final = 2 * 86_400.0


@lru_cache(maxsize=1)
def boot_id() -> str:
    """Name this boot of this machine, `<boot>/<space of process ids, machine>`; process ids mean something within."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{os.readlink('/proc/self/ns/pid')} {os.uname().nodename}"
    except OSError:
        import platform

        return f"-/{platform.system()} {platform.node()}"


def process_start(pid: int) -> str:
    """Return a mark of when the process began, '' when there is no such process."""
    try:
        # Fields from the third on, counted after the command's closing bracket, since a command may hold spaces
        # and brackets. A zombie has died; its parent has not asked yet.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        pass
    if sys.platform == "linux":
        return ""
    import subprocess

    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def is_alive(run: Run, journal: Path) -> bool:
    """Tell whether the run's own process may still write to its journal."""
    if run.boot == boot_id():
        return bool(run.process_start) and process_start(run.pid) == run.process_start
    same_machine = run.boot.rpartition("/")[2] == boot_id().rpartition("/")[2]
    try:
        silent = time.time() - journal.stat().st_mtime
    except OSError:
        return False
    # Another boot of this machine means dead; another container or host may live on a shared disk.
    return not same_machine and silent < _SILENCE
