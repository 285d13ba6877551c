"""Find which notebook this kernel runs, and who is looking at it.

From the surest sign to the weakest: what the user said (`TRACKSIDE_NOTEBOOK`), VS Code's
`__vsc_ipynb_file__`, VS Code's cell ids, the Jupyter server's session name, papermill's and nbclient's
silence (none). A session name goes stale when the file is renamed; `LocationSource` says which sign it was,
so that a caller with access to the server can ask again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

Frontend = Literal["jupyter", "vscode", "headless", "ipython", "script"]
LocationSource = Literal["explicit", "vscode-file", "vscode-cell", "session", "none"]
CellIds = Literal["nbformat", "vscode", "none"]

EXPLICIT = "TRACKSIDE_NOTEBOOK"
SESSION = "JPY_SESSION_NAME"
VSCODE_FILE = "__vsc_ipynb_file__"
VSCODE_CELL = "vscode-notebook-cell:"
#: Set by the VS Code Jupyter extension in the kernels it starts.
_VSCODE_SIGNS = ("VSCODE_PID", "VSCODE_CWD", "VSCODE_IPC_HOOK_CLI")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookLocation:
    """Where the notebook is (absolute; None when nobody says), by which sign, and in which front end."""

    path: str | None
    source: LocationSource
    frontend: Frontend
    cell_ids: CellIds

    @property
    def has_front_end(self) -> bool:
        """Whether a person is looking, in something that shows rich and live output."""
        return self.frontend in ("jupyter", "vscode")


def find_notebook(
    shell: Any, environ: Mapping[str, str] | None = None, *, cell_id: str | None = None
) -> NotebookLocation:
    """Return what can be known from inside the kernel; `shell` is None outside IPython.

    `cell_id` is that of the running cell when the caller has it; else it is read from the request.
    """
    environ = os.environ if environ is None else environ
    namespace = shell.user_ns if shell is not None else {}
    has_kernel = getattr(shell, "kernel", None) is not None
    cell_id = cell_id if cell_id is not None else _current_cell_id(shell, has_kernel)
    vscode_file = namespace.get(VSCODE_FILE)
    in_vscode = type(vscode_file) is str or (cell_id or "").startswith(VSCODE_CELL)
    if has_kernel and not may_ask(shell):
        # A kernel that nbclient starts from inside a notebook inherits that notebook's session name.
        environ = {name: value for name, value in environ.items() if name != SESSION}
    path, source = _locate(environ, vscode_file, cell_id)
    return NotebookLocation(
        path=path,
        source=source,
        frontend=_frontend(shell, environ, has_kernel=has_kernel, in_vscode=in_vscode),
        cell_ids="vscode" if (cell_id or "").startswith(VSCODE_CELL) else "nbformat" if cell_id else "none",
    )


def _locate(environ: Mapping[str, str], vscode_file: object, cell_id: str | None) -> tuple[str | None, LocationSource]:
    explicit = environ.get(EXPLICIT)
    if explicit:
        return os.path.abspath(explicit), "explicit"
    cell_path = path_from_cell_id(cell_id) if cell_id and cell_id.startswith(VSCODE_CELL) else None
    if type(vscode_file) is str and vscode_file:
        path = os.path.abspath(vscode_file)
        # It is set when the kernel starts, and stays when the notebook is renamed.
        if cell_path is None or os.path.exists(path) or not os.path.exists(cell_path):
            return path, "vscode-file"
    if cell_path is not None:
        return cell_path, "vscode-cell"
    session = environ.get(SESSION)
    if session and session.endswith(".ipynb"):
        session_path = path_from_session(session)
        if session_path is not None:
            return session_path, "session"
    return None, "none"


def path_from_cell_id(cell_id: str) -> str | None:
    """Read the file's path out of `vscode-notebook-cell:/lab/a/b.ipynb#W0…`; None for an untitled one.

    A remote cell (`vscode-notebook-cell://ssh-remote%2Bhost/lab/…`) names the same path on this side.
    """
    parts = urlsplit(cell_id)
    path = unquote(parts.path)
    if not path.endswith(".ipynb"):
        return None
    if len(path) > 2 and path[0] == "/" and path[2] == ":":  # /c:/Users/… on Windows
        path = path[1:]
    return path if os.path.isabs(path) else None


def path_from_session(session: str) -> str | None:
    """Turn the server's session name into a path.

    Jupyter Server gives an absolute path (2.x), older ones the path below the server's root, from where
    kernels are started in the notebook's own folder: then only the last part can be found from here.
    """
    if os.path.isabs(session):
        return session
    here = os.path.abspath(os.path.basename(session))
    below = os.path.abspath(session)
    for path in (here, below):
        if os.path.exists(path):
            return path
    return None


def _frontend(shell: Any, environ: Mapping[str, str], *, has_kernel: bool, in_vscode: bool) -> Frontend:
    if shell is None:
        return "script"
    if not has_kernel:
        return "ipython"
    if in_vscode:
        return "vscode"
    if environ.get(SESSION):
        return "jupyter"
    return "vscode" if any(sign in environ for sign in _VSCODE_SIGNS) and may_ask(shell) else "headless"


def may_ask(shell: Any) -> bool:
    """Tell whether the running request comes from something that can answer a prompt: not from nbclient."""
    content = _request(shell).get("content")
    return type(content) is not dict or content.get("allow_stdin") is not False


def _request(shell: Any) -> dict[str, Any]:
    try:
        parent = shell.get_parent()
    except Exception:
        return {}
    return parent if type(parent) is dict else {}


def _current_cell_id(shell: Any, has_kernel: bool) -> str | None:
    if not has_kernel:
        return None
    found = (_request(shell).get("metadata") or {}).get("cellId")
    return found if type(found) is str else None


def current_shell() -> Any:
    """Return the running IPython, or None; never imports it."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
