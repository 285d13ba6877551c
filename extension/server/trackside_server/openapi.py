"""The table of routes as OpenAPI 3.1, for machines; itself the one route that only HTTP has."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Any

from trackside.desk.routes import Param, Route, all_routes


def http_routes() -> tuple[Route, ...]:
    """Return every route of this server."""
    about, *others = all_routes()
    own = Route(
        method="GET", path="openapi.json", answer="openapi", what="this table for machines",
        act=lambda _: build_openapi(),
    )  # fmt: skip
    return (about, own, *others)


@cache
def schema() -> dict[str, Any]:
    """Return the schema of the contract."""
    text = resources.files("trackside_server").joinpath("schema/trackside-1.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def build_openapi() -> dict[str, Any]:
    """Build the document; addresses are relative to `<base url>/trackside/api/`."""
    defs = _moved(schema()["$defs"])
    paths: dict[str, Any] = {}
    for route in http_routes():
        paths.setdefault(f"/{route.path}", {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Trackside", "version": "1", "description": "Runs of the repositories a server shows."},
        "servers": [{"url": "/trackside/api", "description": "below the base url of the server"}],
        "security": [{"token": []}, {"cookie": []}],
        "paths": paths,
        "components": {
            "schemas": defs,
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "token TOKEN"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "username-HOST-PORT"},
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.what,
        "operationId": f"{route.method.lower()}_{re.sub(r'[^a-z]+', '_', route.path).strip('_')}",
        "x-action": route.action,
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in _parts(route)),
            *(_parameter(name, param) for name, param in route.params.items()),
        ],
        "responses": {
            str(route.status): {"description": route.what, "content": _content(route)},
            "default": {"description": "what went wrong", "content": _json({"$ref": _ref("Failure")})},
        },
    }
    if route.body:
        operation["requestBody"] = {"required": True, "content": _json({"$ref": _ref(route.body)})}
    return operation


def _parts(route: Route) -> list[str]:
    return re.findall(r"\{(\w+)\}", route.path)


def _parameter(name: str, param: Param) -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = {
        "text": {"type": "string", "maxLength": param.most},
        "number": {"type": "integer", "minimum": 0, "maximum": param.most},
        "flag": {"type": "boolean"},
        "texts": {"type": "array", "items": {"type": "string"}},
    }
    said = dict(kinds[param.kind])
    if param.choices:
        said["enum"] = list(param.choices)
    if param.default not in (None, ""):
        said["default"] = param.default
    return {"name": name, "in": "query", "required": param.required, "schema": said}


def _content(route: Route) -> dict[str, Any]:
    if route.answer == "image":
        return {mime: {} for mime in ("image/png", "image/jpeg", "image/gif", "image/webp")}
    if route.answer == "file":
        return {"application/json": {}, "text/csv": {}} if "export" in route.path else {"application/json": {}}
    if route.answer == "openapi":
        return {"application/json": {}}
    if route.answer.endswith("[]"):
        return _json({"type": "array", "items": {"$ref": _ref(route.answer[:-2])}})
    return _json({"$ref": _ref(route.answer)})


def _json(said: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": said}}


def _ref(shape: str) -> str:
    return f"#/components/schemas/{shape}"


def _moved(value: Any) -> Any:
    """Point references at where OpenAPI keeps its shapes."""
    if isinstance(value, dict):
        return {
            key: inner.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _moved(inner)
            for key, inner in value.items()
        }
    return [_moved(item) for item in value] if isinstance(value, list) else value
