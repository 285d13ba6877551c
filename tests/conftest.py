"""Every test gets a home, a state folder and a global Git configuration of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from states import ROOT, make_repository

#: Real Jupyter servers for `tests/server`, and tests that are coroutines.
pytest_plugins = (
    ["pytest_jupyter.jupyter_server"] if find_spec("pytest_jupyter") and find_spec("jupyter_server") else []
)

GLOBAL = """\
[user]
    name = Ada Example
    email = ada@example.org
[init]
    defaultBranch = main
[safe]
    bareRepository = all
"""


#: Folders with a browser, a server or an environment to make; the second line begins the share of a second worker.
#: So each is made by one worker, early, and the last minute of the suite is many small tests.
DEAR = (("e2e", "compat"), ("vscode",))


@pytest.hookimpl(trylast=True)  # after those that are not wanted were taken out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put dear tests where the share of a worker begins: `--dist worksteal` deals halves and takes from their ends."""

    def folder(item: pytest.Item) -> str:
        return item.path.relative_to(ROOT / "tests").parts[0]

    first, second = ([item for name in names for item in items if folder(item) == name] for names in DEAR)
    others = [item for item in items if not any(folder(item) in names for names in DEAR)]
    half = max(0, len(items) // 2 - len(first))
    items[:] = [*first, *others[:half], *second, *others[half:]]


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is found out about the machine once serves all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def home(
    tmp_path_factory: pytest.TempPathFactory, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Isolate a test from the person who runs it."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text(GLOBAL)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    paths = [str(ROOT / "kernel_side"), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in paths if path))
    yield folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit: `train.py`, `notes.md`, a folder and an executable."""
    return make_repository(tmp_path / "clone")
