"""A real Jupyter server over a real repository."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from repositories import Scratch, make_experiment, make_scratch
from tornado.httpclient import HTTPResponse

BASE = "trackside/api"


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"trackside_server": True}}}


@pytest.fixture
def scratch(tmp_path: Path, jp_root_dir: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> Scratch:
    """A repository `work/project` below the root of the server."""
    del home
    made = make_scratch(jp_root_dir / "work")
    monkeypatch.setenv("HOME", str(made.home))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return made


@pytest.fixture
def experiments(scratch: Scratch) -> Scratch:
    """Three experiments, two of them twins."""
    twins = {"code": "c" * 32, "params": {"lr": 0.1, "model": "rf"}}
    make_experiment(
        scratch,
        "calm-otter-3f",
        run="20260101t000000-0000000001",
        started=100.0,
        metrics={"val_acc": [0.5, 0.9]},
        **twins,
    )
    make_experiment(
        scratch,
        "quiet-wren-9a",
        run="20260101t000000-0000000002",
        started=200.0,
        metrics={"val_acc": [0.5, 0.91]},
        **twins,
    )
    make_experiment(
        scratch, "keen-hawk-c2", run="20260101t000000-0000000003", started=300.0, tags=["paper"],
        params={"lr": 0.3, "model": "gbm"}, metrics={"val_acc": [0.4, 0.97]},
    )  # fmt: skip
    return scratch


CALM, WREN, HAWK = (f"20260101t000000-000000000{number}" for number in (1, 2, 3))


class Client:
    """Asks the server as a page with its token would."""

    def __init__(self, client: Any, base: str, token: dict[str, str]) -> None:
        self._client, self._base, self._token = client, base, token

    async def raw(
        self,
        path: str,
        method: str = "GET",
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        signed: bool = True,
    ) -> HTTPResponse:
        """Send a request; any answer is returned. `body` is JSON unless it is bytes or text already."""
        data = body if body is None or isinstance(body, (bytes, str)) else json.dumps(body)
        if data is None and method in ("POST", "PUT", "PATCH"):
            data = ""
        return await self._client.fetch(
            f"{self._base}{path[1:] if path.startswith('/') else f'{BASE}/{path}'}",
            method=method,
            body=data,
            headers={**(self._token if signed else {}), **(headers or {})},
            raise_error=False,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            request_timeout=30,
        )

    async def __call__(self, path: str, method: str = "GET", body: Any = None, *, status: int = 200) -> Any:
        response = await self.raw(path, method, body)
        assert response.code == status, (response.code, response.body)
        return json.loads(response.body)

    async def place(self, path: str = "work/project") -> str:
        found = await self(f"place?path={path}")
        assert found["state"] in ("ready", "no-commit"), found
        return str(found["id"])

    async def until(self, path: str, holds: Callable[[Any], bool], timeout: float = 20.0) -> Any:
        """Ask again until it holds."""
        async with asyncio.timeout(timeout) if hasattr(asyncio, "timeout") else _no_limit():
            while True:
                found = await self(path)
                if holds(found):
                    return found
                await asyncio.sleep(0.05)


class _no_limit:
    async def __aenter__(self) -> None: ...
    async def __aexit__(self, *_: object) -> None: ...


@pytest.fixture
def ask(jp_serverapp: Any, http_server_client: Any, jp_base_url: str, jp_auth_header: dict[str, str]) -> Client:
    del jp_serverapp
    return Client(http_server_client, jp_base_url, jp_auth_header)
