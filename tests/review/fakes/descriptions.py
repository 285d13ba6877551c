"""Judge requests and answers by the description of an API (OpenAPI 3.0, JSON or YAML)."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema
import yaml
from repositories import ROOT

FIXTURES = ROOT / "tests" / "fixtures" / "forges"


@dataclass
class Operation:
    """One operation as described; `parts` are the values of its path's parameters, `name` its path as a word."""

    document: dict[str, Any]
    where: str
    name: str
    described: dict[str, Any]
    parts: tuple[str, ...]

    def judge_request(self, query: Mapping[str, str], body: Any) -> list[str]:
        """Say what is wrong with a request."""
        known = {_resolve(self.document, p)["name"] for p in self.described.get("parameters", ())}
        wrong = [f"{self.where}: no parameter {name}" for name in query if name not in known]
        content = _resolve(self.document, self.described.get("requestBody", {})).get("content", {})
        if not content:
            return wrong + ([f"{self.where}: takes no body"] if body is not None else [])
        if body is None:
            return [*wrong, f"{self.where}: lacks its body"] if self._needs_body else wrong
        return wrong + self._judge(content["application/json"]["schema"], body, is_request=True)

    @property
    def _needs_body(self) -> bool:
        return bool(_resolve(self.document, self.described["requestBody"]).get("required"))

    def judge_answer(self, status: int, body: Any) -> list[str]:
        """Say what is wrong with an answer."""
        responses = self.described["responses"]
        refusal = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/basic-error"}}}}
        is_known = "basic-error" in self.document["components"]["schemas"]
        # GitHub names refusals of the credential with few operations; they can come from each.
        answer = responses.get(str(status), refusal if is_known and status in (401, 403, 404) else None)
        if answer is None:
            return [f"{self.where}: never answers {status}"]
        content = _resolve(self.document, answer).get("content", {})
        if "application/json" not in content:
            return []
        return self._judge(content["application/json"]["schema"], body, is_request=False)

    def sample(self, status: int = 201) -> Any:
        """Return an answer with everything that is required and nothing that means anything."""
        content = _resolve(self.document, self.described["responses"][str(status)])["content"]
        return _sample(self.document, content["application/json"]["schema"])

    def _judge(self, schema: dict[str, Any], body: Any, *, is_request: bool) -> list[str]:
        key = (self.where, id(schema), is_request)
        if key not in _VALIDATORS:
            whole = {**_plain(schema, is_request=is_request), "components": _components(self.document, is_request)}
            _VALIDATORS[key] = jsonschema.Draft202012Validator(whole)
        validator = _VALIDATORS[key]
        side = "request" if is_request else "answer"
        return [
            f"{self.where} {side}: {'.'.join(map(str, e.absolute_path))}: {e.message[:300]}"
            for e in validator.iter_errors(body)
        ]


class Description:
    """The description of one API."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._paths = [
            (re.compile(re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(path))), path) for path in document["paths"]
        ]

    @classmethod
    @functools.cache
    def read(cls, name: str) -> Description:
        """Read a description from the fixtures."""
        text = (FIXTURES / name).read_text(encoding="utf-8")
        return cls(json.loads(text) if name.endswith(".json") else yaml.safe_load(text))

    def operation(self, method: str, path: str) -> Operation | None:
        """Find the operation a request is for."""
        for pattern, template in self._paths:
            found = pattern.fullmatch(path)
            described = self.document["paths"][template].get(method.lower())
            if found and described:
                name = "_".join(part for part in template.split("/") if part and not part.startswith("{"))
                shape = "_one" if template.endswith("}") else ""
                return Operation(
                    self.document, f"{method} {template}", name.replace("-", "_") + shape, described, found.groups()
                )
        return None


def _resolve(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        found: Any = document
        for key in value["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        value = found
    return value


_VALIDATORS: dict[tuple[str, int, bool], jsonschema.Draft202012Validator] = {}
_COMPONENTS: dict[tuple[int, bool], Any] = {}


def _components(document: dict[str, Any], is_request: bool) -> Any:
    key = (id(document), is_request)
    if key not in _COMPONENTS:
        schemas = document.get("components", {}).get("schemas", {})
        _COMPONENTS[key] = {"schemas": {n: _plain(s, is_request=is_request) for n, s in schemas.items()}}
    return _COMPONENTS[key]


def _plain(schema: Any, *, is_request: bool) -> Any:
    """Turn a schema of OpenAPI 3.0 into one of JSON Schema; requests take no fields that are not described."""
    if isinstance(schema, list):
        return [_plain(part, is_request=is_request) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {
        key: ({n: _plain(s, is_request=is_request) for n, s in value.items()} if key == "properties"
              else value if key in ("enum", "default", "required") else _plain(value, is_request=is_request))
        for key, value in schema.items()
        if key not in ("nullable", "format")
    }  # fmt: skip
    if is_request and "properties" in plain and "additionalProperties" not in plain:
        plain["additionalProperties"] = False
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def _sample(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    schema = _resolve(document, schema)
    if schema.get("nullable"):
        return None
    if "enum" in schema:
        return schema["enum"][0]
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return _sample(document, schema[key][0])
    if "allOf" in schema:
        return {k: v for part in schema["allOf"] for k, v in _sample(document, part).items()}
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "object":
        return {name: _sample(document, schema["properties"][name]) for name in schema.get("required", ())}
    return {"array": [], "integer": 1, "number": 1, "boolean": False, "string": "text"}[kind]
