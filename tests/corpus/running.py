"""Run a notebook headless in the corpus environment: as it is, or with the two lines of Trackside first."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

ROOT = Path(__file__).resolve().parents[2]
TWO_LINES = "%load_ext trackside\n%track"
#: Chance is the same in both runs, so that a difference is ours.
_SEED = """\
import functools, random
import numpy.random
random.seed(0)
numpy.random.seed(0)
numpy.random.default_rng = functools.partial(lambda make, seed=0: make(seed), numpy.random.default_rng)
del functools, random, numpy
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """A tracked run: what nbclient stored, and what the experiment commit holds."""

    notebook: Any
    """As nbclient stored it, without the cell of the two lines."""
    first: Any
    """The cell of the two lines."""
    ref: str
    record: dict[str, Any]
    executed: Any | None


def run_plain(source: Path, folder: Path, python: Path, *, timeout: int = 60) -> Any:
    """Run the notebook in a fresh kernel and return it with its outputs; errors stay in their cells."""
    notebook = _read(source)
    _execute(notebook, _repository(source, folder), python, timeout)
    return notebook


def run_tracked(source: Path, folder: Path, python: Path, *, timeout: int = 60) -> Tracked:
    """Run the notebook with the two lines before it and read back the one experiment that came of it."""
    notebook = _read(source)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(TWO_LINES))
    repository = _repository(source, folder)
    _execute(notebook, repository, python, timeout)
    refs = _git(repository, "for-each-ref", "--format=%(refname)", "refs/exps").decode().split()
    first = notebook.cells.pop(0)
    if len(refs) != 1:
        raise AssertionError(f"expected one experiment, found {refs}; the two lines said {first.outputs}")
    files = _git(repository, "ls-tree", "-r", "--name-only", refs[0], ".trackside/").decode().splitlines()
    executed = None
    if ".trackside/executed.ipynb" in files:
        text = _git(repository, "show", f"{refs[0]}:.trackside/executed.ipynb").decode()
        executed = nbformat.reads(text, as_version=4)
        nbformat.validate(executed)
    record = json.loads(_git(repository, "show", f"{refs[0]}:.trackside/run.json"))
    return Tracked(notebook=notebook, first=first, ref=refs[0], record=record, executed=executed)


def code_cells(notebook: Any) -> list[Any]:
    """Return the cells which nbclient sends to the kernel."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def failed(cell: Any) -> str | None:
    """Return the name of the error a cell ended with, as the kernel replied."""
    error = cell.metadata.get("failed")
    return None if error is None else str(error)


def _read(source: Path) -> Any:
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("execution", None)
    notebook.metadata.pop("kernelspec", None)
    return notebook


def _repository(source: Path, folder: Path) -> Path:
    """Make a scratch repository with the notebook committed; the kernel starts in it."""
    repository = folder / "repository"
    repository.mkdir(parents=True)
    (repository / "notebook.ipynb").write_bytes(source.read_bytes())
    _git(repository, "init", "--quiet", "--initial-branch=main")
    _git(repository, "config", "user.name", "Corpus")
    _git(repository, "config", "user.email", "corpus@example.com")
    _git(repository, "add", "notebook.ipynb")
    _git(repository, "commit", "--quiet", "--message", "Add the notebook")
    return repository


def _execute(notebook: Any, repository: Path, python: Path, timeout: int) -> None:
    """Execute cell by cell; the kernel is asked to end politely, which seals the open run."""
    folder = repository.parent
    spec = folder / "kernels" / "corpus"
    spec.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    told = {"argv": command, "display_name": "corpus", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(told), encoding="utf-8")
    specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
    manager = AsyncKernelManager(kernel_name="corpus", kernel_spec_manager=specs)
    manager.shutdown_wait_time = 30.0
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=timeout,
        allow_errors=True,
        on_cell_error=_note_error,
        resources={"metadata": {"path": str(repository)}},
    )
    client.owns_km = True  # a client that was given its kernel does not end it
    try:
        client.execute(env=_environment(folder, python))
    except CellTimeoutError as error:
        raise AssertionError(f"a cell takes longer than {timeout} s") from error


def _note_error(cell: Any, cell_index: int, execute_reply: Any) -> None:  # noqa: ARG001  # nbclient passes it
    """Remember what the kernel replied; it names no error when only showing the cell's value failed."""
    if execute_reply["content"]["ename"] != "NoneType":
        cell.metadata["failed"] = execute_reply["content"]["ename"]


def _environment(folder: Path, python: Path) -> dict[str, str]:
    """Return an isolated home, and what makes two runs of one notebook the same."""
    home = folder / "home"
    startup = home / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "seed.py").write_text(_SEED, encoding="utf-8")
    (home / "matplotlibrc").write_text("svg.hashsalt: corpus\n", encoding="utf-8")
    kept: Sequence[str] = ("PATH", "LANG", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", "")]),
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "MATPLOTLIBRC": str(home / "matplotlibrc"),
        "MPLCONFIGDIR": str(python.parent.parent / "matplotlib"),
        "NUMBA_CACHE_DIR": str(python.parent.parent / "numba"),
        "PYTHONPATH": str(ROOT / "kernel_side"),
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "TZ": "UTC",
    }


def _git(repository: Path, *arguments: str) -> bytes:
    """Run Git away from the user's own configuration."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, check=True).stdout
