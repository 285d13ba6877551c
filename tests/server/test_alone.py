"""`trackside ui` as a person starts it: one page, one token, this machine only, nothing else of a Jupyter server."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from repositories import ROOT, Scratch, make_experiment, make_scratch, scratch, trackside_home  # noqa: F401


@pytest.fixture
def address(tmp_path: Any) -> Iterator[tuple[str, str]]:
    """A started `trackside ui`: its address and its token."""
    scratch = make_scratch(tmp_path)
    make_experiment(scratch, "calm-otter-3f")
    (scratch.path / "deep").mkdir()
    command = [sys.executable, "-m", "trackside", "-C", str(scratch.path / "deep"), "ui", "--no-browser"]
    environment = {
        **scratch.environment,
        "PYTHONPATH": f"{ROOT / 'kernel_side'}{os.pathsep}{ROOT / 'extension' / 'server'}",
    }
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert process.stderr is not None
    said, deadline = b"", time.monotonic() + 30
    found = None
    while found is None and time.monotonic() < deadline:
        if select.select([process.stderr], [], [], 0.2)[0]:
            more = os.read(process.stderr.fileno(), 65_536)
            if not more:
                break
            said += more
            found = re.search(rb"(http://127\.0\.0\.1:\d+)/\S*\?token=([0-9a-f]+)", said)
    try:
        assert found is not None, said.decode()
        # It says where it is a moment before it listens.
        while get(f"{found[1].decode()}/trackside/")[0] == 0 and time.monotonic() < deadline:
            time.sleep(0.1)
        yield found[1].decode(), found[2].decode()
    finally:
        process.kill()
        process.wait()


def get(url: str, token: str = "") -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers={"Authorization": f"token {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except urllib.error.URLError:
        return 0, b""


def test_the_page_and_its_routes_are_there_and_nothing_else(address: tuple[str, str]) -> None:
    base, token = address
    status, page = get(f"{base}/trackside/", token)
    assert status == 200 and b"<title>Trackside</title>" in page and token.encode() not in page
    status, said = get(f"{base}/trackside/api/place?path=", token)
    place = json.loads(said)
    assert (status, place["state"], place["folder"]) == (200, "ready", "")
    runs = json.loads(get(f"{base}/trackside/api/places/{place['id']}/runs", token)[1])
    assert [row["name"] for row in runs.get("rows", [])] == ["calm-otter-3f"], runs
    assert get(f"{base}/trackside/api/about")[0] == 403
    for path in (
        "api/kernels",
        "api/contents",
        "api/terminals",
        "api/sessions",
        "files/features.py",
        "terminals/websocket/1",
    ):
        assert get(f"{base}/{path}", token)[0] == 404, path


def test_the_runs_are_read_before_a_browser_asks(address: tuple[str, str], tmp_path: Path) -> None:
    index = tmp_path / "project" / ".git" / "trackside" / "index.sqlite"
    deadline = time.monotonic() + 20
    while not index.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert index.exists(), address


def test_a_missing_server_is_a_sentence(trackside_home: Scratch, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from trackside.cli import main

    monkeypatch.setitem(sys.modules, "trackside_server.alone", None)
    assert main(["ui"]) != 0
    assert "pip install 'trackside[ui]'" in capsys.readouterr().err
