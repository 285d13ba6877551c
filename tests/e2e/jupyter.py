"""A real Jupyter server in a process of its own: JupyterLab and Notebook 7, with folders nobody else uses."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from repositories import ROOT

TOKEN = "e2e"
_PATIENCE = 60.0
_CONFIG = {
    "LabApp": {
        "expose_app_in_browser": True,
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    },
    "JupyterNotebookApp": {"expose_app_in_browser": True},
}
_GIT = "[user]\n name = Ada Example\n email = ada@example.org\n[init]\n defaultBranch = main\n"


class Jupyter:
    """Serves `root`; `base` is its address."""

    def __init__(
        self,
        folder: Path,
        *,
        python: str = sys.executable,
        environment: dict[str, str] | None = None,
        has_panel: bool = True,
    ) -> None:
        self.folder, self.root = folder, folder / "root"
        self._has_panel = has_panel
        self.root.mkdir(parents=True)
        self._python = python
        self.environment = environment or self._own_environment()
        self.log = folder / "server.log"
        self.base = ""
        self._process: subprocess.Popen[bytes] | None = None

    def _own_environment(self) -> dict[str, str]:
        home = self.folder / "home"
        settings = home / "config/lab/user-settings/@jupyterlab/apputils-extension"
        settings.mkdir(parents=True)
        told = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": False}
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(told))
        (home / ".gitconfig").write_text(_GIT)
        if self._has_panel:
            extensions = home / "data/labextensions/@trackside"
            extensions.mkdir(parents=True)
            (extensions / "lab").symlink_to(ROOT / "labextension/trackside_labextension")
        else:
            switched_off = home / "config/labconfig/page_config.json"
            switched_off.parent.mkdir(parents=True)
            switched_off.write_text(json.dumps({"disabledExtensions": {"@trackside/lab": True}}))
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "kernel_side"), str(ROOT / "extension/server")]),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            # Before the environment's own, which may be the panel of another clone.
            "JUPYTER_PATH": str(home / "data"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(home / "config/lab/user-settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
            "IPYTHONDIR": str(home / "ipython"),
        }

    def start(self) -> Jupyter:
        """Start, and wait until it answers."""
        config = self.folder / "config.json"
        # Said only here: a test may switch it off in the folders of its own configuration.
        extensions = {} if self._has_panel else {"ServerApp": {"jpserver_extensions": {"trackside_server": False}}}
        config.write_text(json.dumps({**_CONFIG, **extensions}))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        words = [
            self._python, "-m", "jupyterlab", f"--ServerApp.root_dir={self.root}", f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", "--ServerApp.open_browser=False",
            "--ServerApp.allow_root=True", f"--config={config}",
        ]  # fmt: skip
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                words, cwd=self.root, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            try:
                self.ask("api/status")
                return self
            except (urllib.error.URLError, ConnectionError):
                if self._process.poll() is not None:
                    break
                time.sleep(0.2)
        raise AssertionError(f"The server did not start:\n{self.log.read_text()}")

    def ask(self, path: str, *, method: str = "GET", body: Any = None) -> Any:
        """Ask the server something as its owner; returns the JSON it answers with."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}/{path}", data=data, method=method)
        request.add_header("Authorization", f"token {TOKEN}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def end_sessions(self) -> None:
        """End all kernels."""
        for session in self.ask("api/sessions"):
            # A kernel that a test killed is gone by then.
            with contextlib.suppress(urllib.error.HTTPError):
                self.ask(f"api/sessions/{session['id']}", method="DELETE")

    def stop(self) -> None:
        """End the server and its kernels."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
