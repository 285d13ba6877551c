"""Who may ask, and what may be sent: every route of the table is walked, so that none can be forgotten."""

from __future__ import annotations

import json
import re
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.auth.authorizer import Authorizer
from repositories import Scratch
from server.conftest import BASE, CALM, Client

from trackside.desk.routes import Route
from trackside_server.openapi import http_routes

ROUTES = http_routes()
HOSTILE = (
    "..", "../..", "%2e%2e", "..%2f..%2fetc", "....//", "%2e%2e%5c", "-rf", "--upload-pack=x", "%00", "a%00b", "%0a",
    "%ff%fe", "%F0%9F%92%A9", "'", '%22%3E%3Cscript%3E', "{{7*7}}", "$(id)", "%60id%60", "C:%5Cx", "~root",
    "*", "x" * 7000,
)  # fmt: skip


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def address(route: Route, place: str = "nowhere", **parts: str) -> str:
    known = {"place": place, "run": CALM, "number": "0", "task": "t-000001", **parts}
    required = "&".join(
        f"{name}={'csv' if param.choices else 'x'}" for name, param in route.params.items() if param.required
    )
    return re.sub(r"\{(\w+)\}", lambda part: known[part[1]], route.path) + (f"?{required}" if required else "")


def body_of(route: Route) -> Any:
    bodies: dict[str, Any] = {
        "AnnotateRequest": {"runs": [CALM], "change": {"star": True}}, "RenameRequest": {"run": CALM, "name": "x"},
        "RunsRequest": {"runs": [CALM]}, "EndRequest": {"run": CALM, "discard": False},
        "PromoteRequest": {"run": CALM, "branch": ""}, "Choices": {"format": 1, "choices": {}},
        "PushRunsRequest": {"remote": "", "which": "all"}, "PullRunsRequest": {"remote": "origin"},
        "SeenRequest": {"runs": [CALM]},
        "EditorNotebook": {"run": CALM, "path": "a.ipynb", "content": {"cells": [], "nbformat": 4}},
    }  # fmt: skip
    return bodies.get(route.body)


def is_failure(response: Any) -> bool:
    said = json.loads(response.body)
    return said.keys() == {"code", "message", "hint"} and b"Traceback" not in response.body


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
async def test_nothing_is_told_without_a_good_token(ask: Client, experiments: Scratch, route: Route) -> None:
    place = await ask.place()
    path = address(route, place)
    before = experiments.refs()
    for headers in ({}, {"Authorization": "token wrong"}, {"Authorization": "token "}, {"Cookie": "username-x=1"}):
        response = await ask.raw(path, route.method, body_of(route), headers=headers, signed=False)
        assert response.code == 403 and is_failure(response), (headers, response.code)
    response = await ask.raw(
        f"{path}{'&' if '?' in path else '?'}token=wrong", route.method, body_of(route), signed=False
    )
    assert response.code == 403
    assert experiments.refs() == before


@pytest.fixture
def deny_all(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    return {**jp_server_config, "ServerApp": {**jp_server_config["ServerApp"], "authorizer_class": DenyAll}}


class DenyAll(Authorizer):
    """Lets nobody do anything of ours."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012  # what a test looks at

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        del handler, user
        self.asked.append((action, resource))
        return resource != "trackside"


class TestDenied:
    @pytest.fixture
    def jp_server_config(self) -> dict[str, Any]:
        return {"ServerApp": {"jpserver_extensions": {"trackside_server": True}, "authorizer_class": DenyAll}}

    @pytest.mark.parametrize("route", ROUTES, ids=name_of)
    async def test_an_authorizer_is_asked_for_the_action_of_the_table(self, ask: Client, route: Route) -> None:
        DenyAll.asked.clear()
        response = await ask.raw(address(route), route.method, body_of(route))
        assert response.code == 403 and is_failure(response)
        assert DenyAll.asked == [(route.action, "trackside")]

    @pytest.mark.parametrize("path", ["/trackside/", "/trackside/static/page.js"])
    async def test_nor_is_the_page_shown(self, ask: Client, path: str) -> None:
        assert (await ask.raw(path)).code == 403


async def signed_by_cookie(ask: Client) -> tuple[str, str]:
    """Return the cookies of a signed-in browser and the XSRF token among them."""
    response = await ask.raw("/trackside/")
    cookies: SimpleCookie = SimpleCookie()
    for header in response.headers.get_list("Set-Cookie"):
        cookies.load(header)
    said = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in cookies.items())
    return said, cookies["_xsrf"].value


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method != "GET"], ids=name_of)
async def test_a_cookie_changes_nothing_without_the_xsrf_token(ask: Client, experiments: Scratch, route: Route) -> None:
    place = await ask.place()
    cookie, xsrf = await signed_by_cookie(ask)
    before = experiments.refs()
    for headers in ({}, {"X-XSRFToken": "wrong"}, {"Origin": "http://evil.example", "X-XSRFToken": xsrf}):
        response = await ask.raw(
            address(route, place), route.method, body_of(route), headers={"Cookie": cookie, **headers}, signed=False
        )
        assert response.code in (403, 404), (headers, response.code)
    assert experiments.refs() == before
    headers = {"Cookie": cookie, "X-XSRFToken": xsrf}
    response = await ask.raw(address(route, place), route.method, body_of(route), headers=headers, signed=False)
    assert response.code != 403, response.body


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
async def test_a_foreign_origin_or_host_is_refused(ask: Client, experiments: Scratch, route: Route) -> None:
    path = address(route, await ask.place())
    cookie, xsrf = await signed_by_cookie(ask)
    signed = {"Cookie": cookie, "X-XSRFToken": xsrf}
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}):
        response = await ask.raw(path, route.method, body_of(route), headers={**signed, **headers}, signed=False)
        assert response.code in (403, 404), (headers, response.code)
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("route", [route for route in ROUTES if "{" in route.path], ids=name_of)
async def test_hostile_parts_of_an_address_are_refused_in_words(
    ask: Client, experiments: Scratch, route: Route
) -> None:
    place = await ask.place()
    before = experiments.refs()
    for name in re.findall(r"\{(\w+)\}", route.path):
        for value in HOSTILE:
            if value == "*" and name == "task":
                continue
            response = await ask.raw(address(route, **{"place": place, name: value}), route.method, body_of(route))
            assert response.code in (400, 403, 404, 405, 409), (name, value, response.code, response.body)
            assert b"Traceback" not in response.body
    assert experiments.refs() == before


async def test_paths_stay_below_the_root(ask: Client, scratch: Scratch, jp_root_dir: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (jp_root_dir / "link").symlink_to(outside)
    (jp_root_dir / "root_dir_evil").mkdir()
    (tmp_path / f"{jp_root_dir.name}-neighbour").mkdir()
    for path in (
        "..",
        "../outside",
        "work/../../outside",
        "./work",
        "a/%00",
        "link",
        f"../{jp_root_dir.name}-neighbour",
        "work/..",
    ):
        response = await ask.raw(f"place?path={path}")
        assert response.code in (400, 403), (path, response.code, response.body)
    for path in ("", "/", "work//project", "/work/project/", "-x", "work/project/not-there.ipynb"):
        assert (await ask.raw(f"place?path={path}")).code == 200, path
    import base64

    from trackside.desk.places import _digest

    for path in ("..", "../outside", "link"):
        handle = f"{_digest(outside)}.{base64.urlsafe_b64encode(path.encode()).decode().rstrip('=')}"
        assert (await ask.raw(f"places/{handle}/runs")).code == 404


async def test_large_bodies_are_refused_and_the_editor_may_send_more(ask: Client, experiments: Scratch) -> None:
    place = await ask.place()
    for route in ROUTES:
        if route.method == "GET":
            continue
        response = await ask.raw(address(route, place), route.method, b'"' + b"x" * 2_000_000 + b'"')
        assert response.code == (400 if route.path.endswith("editor") else 413), (route.path, response.code)
        assert is_failure(response)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.body], ids=name_of)
async def test_wrong_types_are_refused(ask: Client, experiments: Scratch, route: Route) -> None:
    path = address(route, await ask.place())
    good = body_of(route)
    wrong: list[Any] = [None, "", [], "text", 7, True, {}, {**good, "surprise": 1}, b"{", b"\xff", b"NaN", b"[" * 5000]
    wrong += [
        {**good, key: value}
        for key in good
        for value in (None, 7.5, [], [[]], {"a": {}}, [None])
        if type(value) is not type(good[key])
    ]
    for body in wrong:
        response = await ask.raw(path, route.method, body)
        assert response.code == 400 and is_failure(response), (body, response.code, response.body)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.params], ids=name_of)
async def test_wrong_parameters_are_refused(ask: Client, experiments: Scratch, route: Route) -> None:
    path = address(route, await ask.place())
    join = "&" if "?" in path else "?"
    asked = ["surprise=1"]
    for name, param in route.params.items():
        values = {
            "number": ["-1", "x", "1e9", "99999999999", "٣"],
            "flag": ["maybe"],
            "text": ["%00", "%ff"],
            "texts": ["%00", "%ff"],
        }
        asked += [f"{name}={value}" for value in values[param.kind]]
        asked += [f"{name}=a&{name}=b"] if param.kind != "texts" else []
    for more in asked:
        response = await ask.raw(f"{path}{join}{more}")
        assert response.code == 400 and is_failure(response), (more, response.code, response.body)


async def test_unknown_addresses_and_methods_tell_nothing(ask: Client) -> None:
    for path, method, code in (
        ("nothing", "GET", 404),
        ("about", "POST", 405),
        ("place", "DELETE", 405),
        ("", "GET", 404),
    ):
        response = await ask.raw(path, method)
        assert response.code == code and is_failure(response)
        assert (await ask.raw(path, method, signed=False)).code in (403, 405), path


async def test_data_is_not_cached_and_not_guessed_at(ask: Client, experiments: Scratch) -> None:
    response = await ask.raw(f"places/{await ask.place()}/runs")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


async def test_trouble_of_the_server_itself_is_told_without_its_inside(
    ask: Client, experiments: Scratch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from trackside.catalogue import Catalogue

    place = await ask.place()

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(Catalogue, "page", fail)
    response = await ask.raw(f"places/{place}/runs")
    said = json.loads(response.body)
    assert response.code == 500 and said["code"] == "internal" and b"secret" not in response.body
    assert said["hint"].rpartition(" ")[2].rstrip(".") in caplog.text


async def test_reading_runs_nothing_that_the_repository_names(
    ask: Client, experiments: Scratch, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    program = f"touch {mark}"
    for key in (
        "core.fsmonitor",
        "diff.external",
        "core.pager",
        "filter.evil.clean",
        "filter.evil.smudge",
        "diff.evil.textconv",
        "diff.evil.command",
        "core.sshCommand",
        "remote.origin.uploadpack",
        "remote.origin.receivepack",
    ):
        experiments.git("config", key, program)
    experiments.git("config", "credential.helper", f"!{program}")
    experiments.git("config", "remote.origin.url", f"ext::sh -c touch% {mark}")
    (experiments.path / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\n")
    place = await ask.place()
    for route in ROUTES:
        if route.method == "GET":
            await ask.raw(address(route, place).replace("after=x", f"after={CALM}"))
    assert not mark.exists()


PAGE = "/trackside/"


async def test_the_page_carries_no_token_and_a_strict_policy(ask: Client, jp_serverapp: Any) -> None:
    response = await ask.raw(PAGE)
    text = response.body.decode()
    policy = response.headers["Content-Security-Policy"]
    assert response.code == 200 and jp_serverapp.identity_provider.token not in text
    assert "script-src 'self'" in policy and "unsafe" not in policy and "default-src 'none'" in policy
    assert "<script>" not in text
    assert (await ask.raw(PAGE, signed=False)).code in (302, 403)
    assert (await ask.raw("/trackside/static/../app.py")).code in (403, 404)
    assert (await ask.raw("/trackside/static/%2e%2e/app.py")).code in (403, 404)
    assert BASE
