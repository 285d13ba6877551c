"""The package of the extension: what is in it, and that a VS Code without this repository takes it."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from repositories import ROOT, Scratch

from .conftest import find_host
from .host import EXTENSION, VSCode
from .test_core import add_three

#: Bytes; a jump means that something came along that should not.
_LARGEST = 500_000


@pytest.fixture(scope="module")
def vsix(built: None, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    """The package, made as `make vsix` makes it."""
    file = tmp_path_factory.mktemp("vsix") / "trackside.vsix"
    done = subprocess.run(["node", "tools/vsix.mjs", str(file)], cwd=EXTENSION, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="module")
def contents(vsix: Path) -> dict[str, bytes]:
    """What is in it, by name."""
    with zipfile.ZipFile(vsix) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_package_holds_what_runs_and_nothing_else(contents: dict[str, bytes], vsix: Path) -> None:
    names = {name.removeprefix("extension/") for name in contents if name.startswith("extension/")}
    shown = {name for name in names if name.startswith("media/")}
    assert names - shown == {
        "package.json", "readme.md", "changelog.md", "LICENSE.txt", "dist/extension.js", "dist/view.js",
        "dist/view.css", "dist/card.js", "dist/licenses.txt",
    }  # fmt: skip
    assert vsix.stat().st_size < _LARGEST


def test_the_package_says_nothing_of_the_machine_it_was_made_on(contents: dict[str, bytes]) -> None:
    for name, data in contents.items():
        assert str(ROOT).encode() not in data and b"sourceMappingURL" not in data, name


def test_the_package_has_the_licences_of_what_is_bundled(contents: dict[str, bytes]) -> None:
    text = contents["extension/dist/licenses.txt"].decode()
    for package in ("react ", "react-dom ", "uplot ", "@tanstack/react-table "):
        assert f"\n{package}" in f"\n{text}"
    assert text.count("Permission is hereby granted") >= 4


def test_every_file_and_command_that_the_manifest_names_is_there(contents: dict[str, bytes]) -> None:
    manifest = json.loads(contents["extension/package.json"])
    contributes = manifest["contributes"]
    files = [manifest["icon"], manifest["main"], *(each["entrypoint"] for each in contributes["notebookRenderer"])]
    files += [step["media"]["markdown"] for step in contributes["walkthroughs"][0]["steps"]]
    for file in files:
        assert f"extension/{file.removeprefix('./')}" in contents
    commands = {each["command"] for each in contributes["commands"]}
    code = contents["extension/dist/extension.js"].decode()
    assert all(command in code for command in commands)
    assert all(each["category"] == "Trackside" for each in contributes["commands"])
    named = {item["command"] for menu in contributes["menus"].values() for item in menu}
    assert named <= commands
    assert "restrictedConfigurations" in manifest["capabilities"]["untrustedWorkspaces"]


@pytest.mark.long
def test_the_package_works_where_this_repository_is_not(
    vsix: Path, project: Scratch, browser: Browser, tmp_path: Path
) -> None:
    add_three(project)
    host = VSCode(tmp_path / "vscode", find_host("oldest"), {})
    host.install(vsix)
    host.start(trusts=True)
    try:
        page = browser.new_page()
        page.goto(f"http://{host.authority}/?folder={project.path}")
        page.locator(".activitybar a[aria-label='Trackside']").click(timeout=30_000)
        page.locator(".monaco-list-row[aria-label*='keen-hawk-c2']").wait_for(timeout=30_000)
        page.close()
    finally:
        host.stop()
    assert shutil.which("node") and not list((tmp_path / "vscode/extensions").glob("**/node_modules"))
