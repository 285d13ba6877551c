"""Servers of the panel, each in a process of its own: `trackside ui`, or JupyterLab."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.environments import BENCH, ROOT, environment
from benchmarks.model import Refused

TOKEN = "bench"
_PATIENCE = 60.0


class Served:
    """One running server; `base` is its address."""

    def __init__(self, port: int, process: int) -> None:
        self._process = process
        self.base = f"http://127.0.0.1:{port}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def address(self, path: str) -> str:
        """Return an address with the token in it."""
        return f"{self.base}/{path}?{urlencode({'token': TOKEN})}"

    def ask(self, path: str, /, **query: object) -> tuple[Any, float]:
        """Ask over a connection that stays open; return the JSON and the milliseconds until its last byte was here."""
        target = f"/{path}" + (f"?{urlencode(query)}" if query else "")
        began = time.perf_counter()
        self._connection.request("GET", target, headers={"Authorization": f"token {TOKEN}"})
        answer = self._connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - began) * 1e3
        if answer.status != http.client.OK:
            raise Refused(f"the server answered {answer.status}: {text[:150].decode(errors='replace')}")
        return json.loads(text), took

    def place(self) -> str:
        """Return the start of the routes of the repository the server shows."""
        told, _ = self.ask("trackside/api/place", path="")
        return f"trackside/api/places/{quote(told['id'], safe='')}"

    def worked(self) -> float:
        """Return the seconds of processor time the server has used, without the programs it started."""
        facts = Path(f"/proc/{self._process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")

    def is_up(self) -> bool:
        """Tell whether it answers."""
        try:
            self.ask("api/")
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return False
        except Refused:
            return True
        return True


@contextmanager
def panel_server(folder: Path) -> Iterator[Served]:
    """Serve the panel alone for the repository in `folder`."""
    with _running(("trackside", "ui", "--no-browser"), folder, {}, port_option="--port") as served:
        yield served


@contextmanager
def lab_server(folder: Path, labextensions: Sequence[Path], *, has_server: bool) -> Iterator[Served]:
    """Serve JupyterLab with only these folders of extensions, and with or without the server's half of ours."""
    config = folder / "config.json"
    folder.mkdir(parents=True, exist_ok=True)
    told = {
        "LabApp": {
            "labextensions_path": [str(path) for path in labextensions],
            "extra_labextensions_path": [],
            "expose_app_in_browser": True,
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        },
        "ServerApp": {
            "root_dir": str(folder),
            "allow_root": True,
            "open_browser": False,
            "port_retries": 0,
            "jpserver_extensions": {"jupyterlab": True, "trackside_server": has_server},
        },
    }
    config.write_text(json.dumps(told))
    homes = {f"JUPYTER_{name}_DIR": str(folder / "home" / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    homes |= {f"JUPYTERLAB_{name}_DIR": str(folder / "home" / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    command = ("jupyterlab", f"--config={config}")
    with _running(command, folder, homes, port_option="--ServerApp.port") as served:
        yield served


@contextmanager
def _running(command: Sequence[str], folder: Path, more: Mapping[str, str], *, port_option: str) -> Iterator[Served]:
    port = _free_port()
    log = BENCH / "server.log"
    paths = [str(ROOT / "kernel_side"), str(ROOT / "extension" / "server")]
    words = {**environment(), **more, "JUPYTER_TOKEN": TOKEN, "PYTHONPATH": os.pathsep.join(paths)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, f"{port_option}={port}"],
            cwd=folder,
            env=words,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    served = Served(port, process.pid)
    try:
        _await(served, process, log)
        yield served
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await(served: Served, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not served.is_up():
        if process.poll() is not None or time.monotonic() > deadline:
            last = [line for line in log.read_text(errors="replace").splitlines() if line.strip()] or ["no word"]
            raise Refused(f"the server did not start: {last[-1][:150]}")
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
