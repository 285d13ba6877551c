"""The wheel carries the panel, and works where there is no Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from missing import missing
from repositories import ROOT

LABEXTENSION = "share/jupyter/labextensions/@trackside/lab/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this repository."""
    if shutil.which("node") is None and not (ROOT / "labextension/trackside_labextension/package.json").is_file():
        missing("needs Node to build the panel")
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "HOME": str(Path.home())})
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def contents(wheel: Path) -> dict[str, bytes]:
    """What is in the wheel, by its place after installation."""
    with zipfile.ZipFile(wheel) as opened:
        return {name.partition(".data/data/")[2] or name: opened.read(name) for name in opened.namelist()}


def test_the_wheel_holds_panel_server_and_settings(contents: dict[str, bytes]) -> None:
    told = json.loads(contents[f"{LABEXTENSION}package.json"])
    assert told["jupyterlab"]["_build"]["load"].removeprefix("static/") in {
        name.rpartition("/")[2] for name in contents if name.startswith(f"{LABEXTENSION}static/")
    }
    assert f"{LABEXTENSION}install.json" in contents
    assert f"{LABEXTENSION}schemas/@trackside/lab/settings.json" in contents
    assert "etc/jupyter/jupyter_server_config.d/trackside.json" in contents
    assert "trackside_server/schema/changed.yaml" in contents


def test_the_wheel_holds_the_page_of_trackside_ui(contents: dict[str, bytes]) -> None:
    assert any(name.startswith("trackside_server/static/") and name.endswith(".js") for name in contents)


def test_the_wheel_holds_the_widget_of_a_notebook(contents: dict[str, bytes]) -> None:
    files = ("loader.js", "widget.js", "widget.css")
    assert [name for name in files if not contents.get(f"trackside/display/static/{name}")] == []
    # A notebook may save the first with the state of its widgets.
    assert len(contents["trackside/display/static/loader.js"]) < 6_000


def test_the_wheel_holds_nothing_of_the_machine_it_was_made_on(contents: dict[str, bytes]) -> None:
    assert [name for name in contents if name.endswith((".map", "build_log.json", ".tsbuildinfo"))] == []
    own = str(ROOT).encode()
    assert [name for name, data in contents.items() if own in data or b"sourceMappingURL=" in data[-300:]] == []


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An environment with JupyterLab and the wheel, and without Node."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "env", with_pip=True)
    python = folder / "env/bin/python"
    words = [
        str(python),
        "-m",
        "pip",
        "install",
        "-qq",
        "--no-compile",
        "--disable-pip-version-check",
        "-c",
        str(ROOT / "constraints.txt"),
    ]
    done = subprocess.run([*words, f"{wheel}[lab]"], capture_output=True, text=True)
    if done.returncode:
        missing(f"pip cannot install JupyterLab here: {done.stderr[-200:]}")
    yield python


@pytest.mark.timeout(600)
def test_jupyterlab_sees_the_installed_panel(installed: Path) -> None:
    bare = installed.parent.parent.parent / "bin"
    bare.mkdir()
    (bare / "git").symlink_to(shutil.which("git") or "git")
    path = os.pathsep.join([str(installed.parent), str(bare)])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": ""}
    assert shutil.which("node", path=path) is None

    def said(*words: str) -> str:
        done = subprocess.run([str(installed), "-m", *words], env=environment, capture_output=True, text=True)
        return done.stdout + done.stderr

    extensions = said("jupyter", "labextension", "list")
    assert "@trackside/lab" in extensions
    line = next(line for line in extensions.splitlines() if "@trackside/lab" in line)
    assert "enabled" in line and "OK" in line
    assert "trackside_server" in said("jupyter", "server", "extension", "list")
