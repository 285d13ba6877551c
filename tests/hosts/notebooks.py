"""Run cells as a user's notebook in a scratch repository, and read back the experiments they made."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

LOAD = "%load_ext trackside"


@dataclass(slots=True)
class Tracked:
    """A notebook that ran, and the repository it ran in."""

    notebook: Any
    folder: Path

    def text(self, cell: int) -> str:
        """Return what a cell printed, displayed and returned, as text."""
        parts = []
        for output in self.notebook.cells[cell].outputs:
            if output.output_type == "stream":
                parts.append(output.text.rstrip("\n"))
            elif output.output_type == "error":
                parts.append(f"{output.ename}: {output.evalue}")
            else:
                parts.append(output.data.get("text/plain", ""))
        return "\n".join(parts)

    def git(self, *args: str) -> str:
        """Run git in the repository and return its output."""
        out = subprocess.run(
            ["git", *args], cwd=self.folder, capture_output=True, check=True, env=environment(self.folder)
        )
        return out.stdout.decode("utf-8", "replace")

    def refs(self) -> list[str]:
        """List all refs."""
        return self.git("for-each-ref", "--format=%(refname)").split()

    def records(self) -> dict[str, Any]:
        """Return name → record of every experiment."""
        refs = [ref for ref in self.refs() if ref.startswith("refs/exps/")]
        return {ref.rpartition("/")[2]: json.loads(self.git("show", f"{ref}:.trackside/run.json")) for ref in refs}

    def record(self, name: str) -> Any:
        """Return the record of one experiment."""
        return self.records()[name]

    def file(self, name: str, path: str) -> str:
        """Return a file of an experiment's tree."""
        ref = next(ref for ref in self.refs() if ref.startswith("refs/exps/") and ref.endswith(f"/{name}"))
        return self.git("show", f"{ref}:{path}")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment that keeps a kernel and git away from the user's own settings."""
    home = folder.parent / f"{folder.name}-home" if (folder / ".git").exists() else folder / "home"
    home.mkdir(parents=True, exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "JPY_", "VSCODE_"))}
    return {
        **kept,
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        **more,
    }


def make_repository(folder: Path) -> None:
    """Make a repository with one commit."""
    folder.mkdir(parents=True, exist_ok=True)
    for args in (["init", "-q", "-b", "main"], ["commit", "-q", "--allow-empty", "-m", "Begin"]):
        subprocess.run(["git", *args], cwd=folder, check=True, env={**os.environ, **_WHO})


_WHO = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


def run_notebook(
    folder: Path, sources: Sequence[str], *, repository: bool = True, allow_errors: bool = True, **more: str
) -> Tracked:
    """Run the cells in a fresh kernel under nbclient, errors allowed."""
    if repository:
        make_repository(folder)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    client = NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        allow_errors=allow_errors,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=environment(folder, **more))
    return Tracked(notebook, folder)
