"""The same two lines in every host: what is special about each still gives a whole experiment."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hosts.notebooks import LOAD, Tracked, environment, make_repository, run_notebook


def write_notebook(path: Path, sources: list[str], *, parameters: int | None = None) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    if parameters is not None:
        notebook.cells[parameters].metadata["tags"] = ["parameters"]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def run_python(folder: Path, *args: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=100,
        env=environment(folder, **more),
    )


def test_a_plain_script_tracks_through_the_api_without_ipython(tmp_path: Path) -> None:
    make_repository(tmp_path)
    script = tmp_path / "train.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys, trackside
            with trackside.start("scripted", params={"lr": 0.1, "net": {"depth": 2}}, tags=["cron"]) as run:
                for step in range(10):
                    trackside.log(loss=1 / (step + 1), step=step)
                trackside.log_image("dot", bytes.fromhex("89504e470d0a1a0a") + b"rest")
            assert "IPython" not in sys.modules
            """
        )
    )
    done = run_python(tmp_path, "train.py")
    assert done.returncode == 0, done.stderr
    record = Tracked(None, tmp_path).record("scripted")
    assert record["frontend"] == "script"
    assert record["params"]["net.depth"]["value"] == 2
    assert record["metrics"]["loss"]["count"] == 10
    assert record["files"]["added"] == ["train.py"]
    assert [figure["name"] for figure in record["figures"]] == ["dot"]


def test_a_script_that_raises_leaves_a_failed_run_and_its_own_traceback(tmp_path: Path) -> None:
    make_repository(tmp_path)
    done = run_python(tmp_path, "-c", "import trackside\nwith trackside.start('boom'):\n    1 / 0")
    assert done.stderr.rstrip().endswith("ZeroDivisionError: division by zero")
    assert Tracked(None, tmp_path).record("boom")["status"] == "failed"


def test_a_script_that_never_ends_its_run_is_sealed_at_exit(tmp_path: Path) -> None:
    make_repository(tmp_path)
    done = run_python(tmp_path, "-c", "import trackside\ntrackside.start('open-ended')\ntrackside.log(x=1)")
    assert done.returncode == 0, done.stderr
    assert Tracked(None, tmp_path).record("open-ended")["metrics"]["x"]["last"] == 1


def test_the_terminal_ipython_gets_the_card_as_text(tmp_path: Path) -> None:
    make_repository(tmp_path)
    lines = f"{LOAD}\n%track typed\nlr = 0.5\nacc = 0.875\n6 * 7\n%track end\nexit\n"
    done = run_python(tmp_path, "-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit", stdin=lines)
    assert "typed" in done.stdout
    record = Tracked(None, tmp_path).record("typed")
    assert record["frontend"] == "ipython"
    assert record["params"]["lr"]["value"] == 0.5
    assert record["metrics"]["acc"]["last"] == 0.875
    executed = nbformat.reads(Tracked(None, tmp_path).file("typed", ".trackside/executed.ipynb"), as_version=4)
    results = [
        o.data["text/plain"] for cell in executed.cells for o in cell.outputs if o.output_type == "execute_result"
    ]
    assert results == ["42"]


def test_papermill_parameters_are_parameters_of_the_run(tmp_path: Path) -> None:
    make_repository(tmp_path)
    write_notebook(
        tmp_path / "in.ipynb", [f"{LOAD}\n%track milled", "alpha = 0.1", "score_acc = alpha * 2"], parameters=1
    )
    done = run_python(
        tmp_path,
        "-m",
        "papermill",
        "in.ipynb",
        "out.ipynb",
        "-p",
        "alpha",
        "0.25",
        "-k",
        "python3",
        "--no-progress-bar",
    )
    assert done.returncode == 0, done.stderr
    parameter = Tracked(None, tmp_path).record("milled")["params"]["alpha"]
    assert (parameter["value"], parameter["origin"]) == (0.25, "parameters-cell")


@contextmanager
def jupyter_server(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Start a real Jupyter server at the repository; give its address and environment."""
    env = environment(folder)
    port = _free_port()
    log = (folder.parent / "server.log").open("w")
    args = ["-m", "jupyter_server", "--no-browser", f"--port={port}", "--port-retries=0", "--IdentityProvider.token=t"]
    if _is_root():
        args.append("--allow-root")
    server = subprocess.Popen(
        [sys.executable, *args, f"--ServerApp.root_dir={folder}"], cwd=folder, env=env, stdout=log, stderr=log
    )
    try:
        yield f"http://127.0.0.1:{port}", env
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _is_root() -> bool:
    import os

    return hasattr(os, "geteuid") and os.geteuid() == 0


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def request(address: str, path: str, body: Any = None, method: str | None = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    asked = urllib.request.Request(f"{address}/api/{path}", data, {"Authorization": "token t"}, method=method)
    for _ in range(150):
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return json.loads(answer.read() or b"null")
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the Jupyter server did not answer")


@pytest.mark.timeout(180)
def test_a_jupyter_session_knows_its_notebook_and_shows_a_live_card(tmp_path: Path) -> None:
    from jupyter_client import BlockingKernelClient

    folder = tmp_path / "work"
    make_repository(folder)
    write_notebook(folder / "study.ipynb", [LOAD, "%track in-lab", "depth = 4"])
    with jupyter_server(folder) as (address, env):
        session = request(
            address,
            "sessions",
            {"path": "study.ipynb", "name": "study.ipynb", "type": "notebook", "kernel": {"name": "python3"}},
        )
        connection = Path(env["JUPYTER_RUNTIME_DIR"]) / f"kernel-{session['kernel']['id']}.json"
        client = BlockingKernelClient(connection_file=str(connection))
        client.load_connection_file()
        client.start_channels()
        _wait_until_heard(client)
        for source in (LOAD, "%track in-lab", "depth = 4", "import time; time.sleep(2.5)", "%track end"):
            client.execute_interactive(source, timeout=60, output_hook=_heard.append)
        client.stop_channels()
        request(address, f"sessions/{session['id']}", method="DELETE")
    record = Tracked(None, folder).record("in-lab")
    assert record["notebook"] == "study.ipynb"
    assert record["frontend"] == "jupyter"
    assert record["files"]["added"] == ["study.ipynb"]
    cards = [m for m in _heard if "application/vnd.trackside.run+json" in m["content"].get("data", {})]
    assert [m["msg_type"] for m in cards][:1] == ["display_data"]
    assert any(m["msg_type"] == "update_display_data" for m in cards)
    assert cards[-1]["content"]["data"]["application/vnd.trackside.run+json"]["state"] == "sealed"


_heard: list[Any] = []


def _wait_until_heard(client: Any) -> None:
    """Wait for the kernel's reply and for its first broadcast: what it says before we are subscribed is lost.

    `wait_for_ready` gives up when the heartbeat of a busy machine comes late.
    """
    from queue import Empty

    client.kernel_info(reply=True, timeout=90)
    for _ in range(90):
        client.kernel_info()
        try:
            client.get_iopub_msg(timeout=1)
        except Empty:
            continue
        return
    raise AssertionError("the kernel broadcasts nothing")


def test_in_vs_code_the_notebook_is_found_by_the_name_it_leaves(tmp_path: Path) -> None:
    make_repository(tmp_path)
    path = tmp_path / "analysis.ipynb"
    write_notebook(path, ["1"])
    tracked = run_notebook(
        tmp_path, [f"__vsc_ipynb_file__ = {str(path)!r}\n{LOAD}", "%track in-code", "%track end"], repository=False
    )
    record = tracked.record("in-code")
    assert (record["notebook"], record["frontend"]) == ("analysis.ipynb", "vscode")


def test_the_api_alone_follows_a_notebook_too(tmp_path: Path) -> None:
    tracked = run_notebook(
        tmp_path, ["import trackside\ntrackside.start('by-hand')", "rate = 0.5\nprint('x')", "trackside.end()"]
    )
    record = tracked.record("by-hand")
    assert record["params"]["rate"]["value"] == 0.5
    assert "print('x')" in tracked.file("by-hand", ".trackside/executed.ipynb")


def test_tab_completes_verbs_options_names_and_runs(tmp_path: Path) -> None:
    probe = (
        "def complete(text):\n"
        "    return sorted(get_ipython().complete('', text, len(text))[1] if False else\n"
        "        get_ipython().Completer.complete(line_buffer=text, cursor_pos=len(text))[1])\n"
    )
    tracked = run_notebook(
        tmp_path,
        [
            LOAD,
            probe,
            "%track known-run",
            "%track end",
            "my_long_parameter = 3",
            "print(complete('%track sta'))",
            "print(complete('%track params my_l'))",
            "print(complete('%track show known'))",
            "print(complete('%track end --d'))",
        ],
    )
    assert "'start'" in tracked.text(5) and "'status'" in tracked.text(5)
    assert "my_long_parameter" in tracked.text(6)
    assert "known-run" in tracked.text(7)
    assert "--discard" in tracked.text(8)


def test_the_name_asked_of_a_headless_run_goes_to_the_run_a_notebook_starts_itself(tmp_path: Path) -> None:
    make_repository(tmp_path)
    write_notebook(tmp_path / "own.ipynb", [LOAD, "%track --tag inner", "depth = 2"])
    done = run_python(tmp_path, "-m", "trackside", "run", "own.ipynb", "--name", "asked", "--tag", "outer")
    assert done.returncode == 0, done.stderr
    record = Tracked(None, tmp_path).record("asked")
    assert record["tags"] == ["inner", "outer"]
    assert record["notebook"] == "own.ipynb"
    assert record["order"] == []
