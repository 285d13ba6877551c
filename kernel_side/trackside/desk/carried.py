"""A question that came as a message, and its answer: the table of routes without a web server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_to_bytes

from trackside.desk.checking import check_body, check_params, check_parts
from trackside.desk.context import Request, Services
from trackside.desk.failures import describe
from trackside.desk.routes import Document, Image, Route, all_routes, path_pattern
from trackside.encode import json_bytes
from trackside.errors import NotFoundError, UsageError

JSON: Final = "application/json"
_LONGEST: Final = 100_000
_MOST_PARAMS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a question gave: a status as of HTTP, and bytes of a kind; a file to be saved has a `name`."""

    status: int
    mime: str
    data: bytes
    name: str = ""


def answer(services: Services, method: str, address: str, body: bytes = b"") -> Reply:
    """Answer a question; never raises. `address` is a route's path with its parameters, encoded as in a URL."""
    try:
        return _answer(services, method, address, body)
    except Exception as error:
        status, failure = describe(error)
        return Reply(status=status, mime=JSON, data=json_bytes(failure))


def _answer(services: Services, method: str, address: str, body: bytes) -> Reply:
    if len(address) > _LONGEST:
        raise UsageError("That address is too long.", code="bad-path")
    path, _, query = address.partition("?")
    route, parts = _find(method, path)
    if len(body) > route.largest:
        raise UsageError("That is too large.", code="too-large")
    request = Request(
        services=services,
        parts=check_parts(parts),
        params=check_params(route, _params(query)),
        body=check_body(route, body) if method != "GET" else None,
    )
    found = route.act(request)
    if isinstance(found, Image):
        return Reply(status=route.status, mime=found.mime, data=found.data)
    if isinstance(found, Document):
        return Reply(status=route.status, mime=found.mime, data=found.data, name=found.name)
    return Reply(status=route.status, mime=JSON, data=json_bytes(found))


def _find(method: str, path: str) -> tuple[Route, dict[str, str | None]]:
    for pattern, route in _table():
        if route.method == method and (match := pattern.fullmatch(path)):
            return route, {name: _text(part) for name, part in match.groupdict().items()}
    raise NotFoundError("There is nothing at this address.")


@cache
def _table() -> tuple[tuple[re.Pattern[str], Route], ...]:
    return tuple((re.compile(path_pattern(route.path)), route) for route in all_routes())


def _text(part: str) -> str:
    try:
        return unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("That address is malformed.", code="bad-path") from None


def _params(query: str) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    try:
        pairs: list[tuple[Any, Any]] = parse_qsl(
            query, keep_blank_values=True, max_num_fields=_MOST_PARAMS, encoding="latin-1"
        )
    except ValueError:
        raise UsageError("That address has too many parameters.", code="bad-parameter") from None
    for name, value in pairs:
        # Read as Latin-1, so that every byte is there again for the check of UTF-8.
        found.setdefault(name, []).append(value.encode("latin-1", "replace"))
    return found
