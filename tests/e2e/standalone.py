"""`trackside ui` in a process of its own, as a person starts it."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from repositories import ROOT

_PATIENCE = 60.0


class Standalone:
    """Serves the repository around `folder`; `address` opens its page, with the token."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        paths = [str(ROOT / "kernel_side"), str(ROOT / "extension" / "server")]
        self._environment = {**environment, "PYTHONPATH": os.pathsep.join(paths)}
        self._process: subprocess.Popen[bytes] | None = None
        self.base = self.token = ""

    @property
    def address(self) -> str:
        """The address that signs in."""
        return f"{self.base}/trackside/?token={self.token}"

    def start(self) -> Standalone:
        """Start, and wait until it answers."""
        words = [sys.executable, "-m", "trackside", "-C", str(self._folder), "ui", "--no-browser"]
        self._process = subprocess.Popen(
            words, env=self._environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        assert self._process.stderr is not None
        said, deadline = b"", time.monotonic() + _PATIENCE
        while not self.base and time.monotonic() < deadline:
            if select.select([self._process.stderr], [], [], 0.2)[0]:
                more = os.read(self._process.stderr.fileno(), 65_536)
                said += more
                found = re.search(rb"(http://127\.0\.0\.1:\d+)/\S*\?token=([0-9a-f]+)", said)
                if found:
                    self.base, self.token = found[1].decode(), found[2].decode()
                elif not more:
                    break
        assert self.base, said.decode()
        while not self._answers() and time.monotonic() < deadline:
            time.sleep(0.1)
        return self

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.base}/trackside/api/about", timeout=5)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End it."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
