"""A real VS Code: code-server's own server, in folders nobody else uses, with the extension as it is built now."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repositories import ROOT

EXTENSION = ROOT / "extension/vscode"
_PATIENCE = 60.0
_GIT = "[user]\n name = Ada Example\n email = ada@example.org\n[init]\n defaultBranch = main\n"
#: No window asks, tells or updates anything by itself; no autosave makes a notebook dirty on its own.
SETTINGS: Mapping[str, Any] = {
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
    "telemetry.telemetryLevel": "off",
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
    "extensions.ignoreRecommendations": True,
    "files.autoSave": "off",
    "git.autofetch": False,
    "git.openRepositoryInParentFolders": "always",
    "security.workspace.trust.startupPrompt": "never",
    "security.workspace.trust.banner": "never",
    "update.showReleaseNotes": False,
    "chat.commandCenter.enabled": False,
    "window.commandCenter": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
}


class VSCode:
    """Serves windows; each shows a folder with the extension in it, and runs tests in its extension host."""

    def __init__(self, folder: Path, found: Mapping[str, Any], environment: Mapping[str, str], **settings: Any) -> None:
        self.folder = folder
        self._found = found
        self.has_terminals = bool(found["hasTerminals"])
        home = folder / "home"
        home.mkdir(parents=True)
        (home / ".gitconfig").write_text(_GIT)
        machine = folder / "data/data/Machine"
        machine.mkdir(parents=True)
        told = {**SETTINGS, "trackside.python": sys.executable, **settings}
        (machine / "settings.json").write_text(json.dumps(told))
        self.home = home
        self.log = folder / "server.log"
        self.authority = ""
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_STATE_HOME": str(home / "state"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "kernel_side"), str(ROOT / "extension/server")]),
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, trusts: bool) -> VSCode:
        """Start, and wait until it answers; with `trusts` every folder is trusted."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.authority = f"127.0.0.1:{port}"
        words = [
            self._found["node"], self._found["main"], "--host=127.0.0.1", f"--port={port}",
            "--without-connection-token",
            "--accept-server-license-terms", "--enable-smoke-test-driver", "--disable-telemetry",
            "--enable-remote-auto-shutdown",
            f"--server-data-dir={self.folder / 'data'}", f"--extensions-dir={self.folder / 'extensions'}",
            *(["--disable-workspace-trust"] if trusts else []),
        ]  # fmt: skip
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                words, cwd=self.folder, env=self._environment, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"http://{self.authority}/version", timeout=5).read()
                return self
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        raise AssertionError(f"The server did not start:\n{self.log.read_text()}")

    def install(self, vsix: Path) -> None:
        """Install a package, as a person would."""
        folders = [f"--server-data-dir={self.folder / 'data'}", f"--extensions-dir={self.folder / 'extensions'}"]
        words = [self._found["node"], self._found["main"], "--accept-server-license-terms", *folders]
        done = subprocess.run(
            [*words, f"--install-extension={vsix}"], env=self._environment, capture_output=True, text=True
        )
        assert done.returncode == 0 and "successfully installed" in done.stdout, done.stdout + done.stderr

    def address(self, project: Path, *, tests: bool = True) -> str:
        """The address of a window on a folder or workspace, with the extension as it lies in the repository."""
        remote = f"vscode-remote://{self.authority}{EXTENSION}"
        payload = [["extensionDevelopmentPath", remote]]
        if tests:
            payload.append(["extensionTestsPath", f"{remote}/dist-tests/index"])
        shown = "workspace" if project.suffix == ".code-workspace" else "folder"
        return f"http://{self.authority}/?{shown}={project}&payload={json.dumps(payload)}"

    def stop(self) -> None:
        """End the server and all that it started."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
