"""Run the real program as a process of its own."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from repositories import Scratch


@dataclass(frozen=True)
class Said:
    """What a finished process said."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Parse the output."""
        return json.loads(self.out)

    def table(self) -> list[dict[str, str]]:
        """Parse tab-separated output with a header."""
        head, *lines = [line.split("\t") for line in self.out.splitlines()]
        return [dict(zip(head, line, strict=True)) for line in lines]


def trackside(scratch: Scratch, *args: str, status: int | None = 0, **environment: str) -> Said:
    """Run `trackside` in the scratch repository; check its exit status unless that is None."""
    done = subprocess.run(
        [sys.executable, "-m", "trackside", *args],
        cwd=scratch.path,
        env={**scratch.environment, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=100,
    )
    said = Said(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
    assert status is None or said.status == status, said
    return said


def on_terminal(scratch: Scratch, *args: str, width: int = 120) -> str:
    """Run `trackside` on a pseudo-terminal and return all it drew."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "trackside", *args],
        cwd=scratch.path,
        env={**scratch.environment, "COLUMNS": str(width), "TERM": "xterm-256color"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    drawn = b""
    while select.select([leader], [], [], 60)[0]:
        try:
            part = os.read(leader, 65_536)
        except OSError:
            break
        if not part:
            break
        drawn += part
    process.wait()
    os.close(leader)
    return drawn.decode("utf-8", "replace")
