"""Which notebook a kernel runs, and who is looking."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import kernels
import pytest

from trackside.capture.notebook import find_notebook, path_from_cell_id, path_from_session


def shell(*, cell_id: str | None = None, allow_stdin: bool = True, kernel: bool = True, **names: object) -> Any:
    request = {"metadata": {"cellId": cell_id} if cell_id else {}, "content": {"allow_stdin": allow_stdin}}
    return SimpleNamespace(user_ns=names, kernel=object() if kernel else None, get_parent=lambda: request)


def test_what_the_user_says_wins(tmp_path: Path) -> None:
    environ = {"TRACKSIDE_NOTEBOOK": str(tmp_path / "said.ipynb"), "JPY_SESSION_NAME": "/srv/session.ipynb"}
    found = find_notebook(shell(__vsc_ipynb_file__="/lab/v.ipynb"), environ)
    assert (found.path, found.source) == (str(tmp_path / "said.ipynb"), "explicit")


def test_vs_code_names_the_file() -> None:
    found = find_notebook(shell(__vsc_ipynb_file__="/lab/v.ipynb"), {"JPY_SESSION_NAME": "/srv/s.ipynb"})
    assert (found.path, found.source, found.frontend) == ("/lab/v.ipynb", "vscode-file", "vscode")


def test_vs_code_cell_ids_name_the_file_too() -> None:
    found = find_notebook(shell(cell_id="vscode-notebook-cell:/lab/a%20b/c.ipynb#W0sZmlsZQ%3D%3D"), {})
    assert (found.path, found.source, found.frontend) == ("/lab/a b/c.ipynb", "vscode-cell", "vscode")
    assert found.cell_ids == "vscode"


def test_in_vs_code_a_renamed_notebook_is_found_by_its_cells(tmp_path: Path) -> None:
    renamed = tmp_path / "new name.ipynb"
    cell_id = f"vscode-notebook-cell:{renamed.as_posix().replace(' ', '%20')}#W0sZmlsZQ%3D%3D"
    asked = shell(__vsc_ipynb_file__=str(tmp_path / "old.ipynb"), cell_id=cell_id)
    assert find_notebook(asked, {}).source == "vscode-file"
    renamed.touch()
    found = find_notebook(asked, {})
    assert (found.path, found.source) == (str(renamed), "vscode-cell")
    assert found.has_front_end


def test_the_server_names_the_session() -> None:
    found = find_notebook(shell(cell_id="3f2a"), {"JPY_SESSION_NAME": "/srv/deep/s.ipynb"})
    assert (found.path, found.source, found.frontend) == ("/srv/deep/s.ipynb", "session", "jupyter")
    assert found.cell_ids == "nbformat"


def test_a_console_session_is_no_notebook() -> None:
    found = find_notebook(shell(), {"JPY_SESSION_NAME": "Console 1"})
    assert (found.path, found.source, found.frontend) == (None, "none", "jupyter")


def test_a_headless_kernel_started_in_a_notebook_is_not_that_notebook() -> None:
    found = find_notebook(shell(allow_stdin=False), {"JPY_SESSION_NAME": "/srv/parent.ipynb"})
    assert (found.path, found.frontend, found.has_front_end) == (None, "headless", False)


@pytest.mark.parametrize(("kernel", "frontend"), [(True, "headless"), (False, "ipython")])
def test_without_signs_there_is_no_notebook(kernel: bool, frontend: str) -> None:
    found = find_notebook(shell(kernel=kernel), {})
    assert (found.path, found.source, found.frontend) == (None, "none", frontend)


def test_a_script_has_neither() -> None:
    found = find_notebook(None, {"JPY_SESSION_NAME": "/srv/s.ipynb", "TRACKSIDE_NOTEBOOK": ""})
    assert found.frontend == "script"


def test_values_of_odd_types_are_no_signs() -> None:
    assert find_notebook(shell(__vsc_ipynb_file__=3), {}).path is None


@pytest.mark.parametrize(
    ("cell_id", "path"),
    [
        ("vscode-notebook-cell:/lab/n.ipynb#X1", "/lab/n.ipynb"),
        ("vscode-notebook-cell://ssh-remote%2Bhost/lab/n.ipynb#X1", "/lab/n.ipynb"),
        ("vscode-notebook-cell:Untitled-1.ipynb?jupyter#X1", None),
        ("vscode-notebook-cell:", None),
    ],
)
def test_vs_code_cell_ids_are_read(cell_id: str, path: str | None) -> None:
    assert path_from_cell_id(cell_id) == path


def test_a_relative_session_is_looked_for_beside_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert path_from_session("deep/here.ipynb") is None
    (tmp_path / "here.ipynb").write_text("{}")
    assert path_from_session("deep/here.ipynb") == str(tmp_path / "here.ipynb")


def test_a_real_headless_kernel_says_so(tmp_path: Path) -> None:
    ask = (
        "import kernels; kernels.attach(begin=False); from trackside.capture.notebook import find_notebook\n"
        "print(find_notebook(get_ipython()).frontend)"
    )
    recorded = kernels.run_cells(tmp_path, [ask], JPY_SESSION_NAME="/srv/parent.ipynb")
    assert recorded.notebook.cells[0].outputs[0]["text"] == "headless\n"


def test_a_real_front_end_is_found_by_its_session_and_sends_cell_ids(tmp_path: Path) -> None:
    ask = (
        "from trackside.capture.notebook import find_notebook\n"
        "found = find_notebook(get_ipython())\nprint(found.path, found.frontend, found.cell_ids)"
    )
    with kernels.client(tmp_path, JPY_SESSION_NAME="/srv/mine.ipynb") as kernel:
        session = kernel.connection.session
        content = {"code": ask, "silent": False, "store_history": True, "allow_stdin": True}
        request = session.msg("execute_request", content, metadata={"cellId": "c-1"})
        heard = kernel.answers(request)
    said = [message["content"]["text"] for message in heard if message["msg_type"] == "stream"]
    assert said == ["/srv/mine.ipynb jupyter nbformat\n"]
