"""Export the contract as JSON Schema: `python -m tools.schema` writes it, `--check` tells whether it is current."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final, get_type_hints

from pydantic import ConfigDict, TypeAdapter
from typing_extensions import is_typeddict

from trackside import contract

ROOT: Final = Path(__file__).resolve().parent.parent
SCHEMA: Final = ROOT / "docs" / "schema" / "trackside-1.json"
#: The copy a server checks requests by, and the table of routes for machines.
_PACKAGED: Final = ROOT / "extension" / "server" / "trackside_server" / "schema" / "trackside-1.json"
_OPENAPI: Final = ROOT / "docs" / "schema" / "openapi.json"


def contract_types() -> dict[str, Any]:
    """Return every shape of the contract by name."""
    return {name: shape for name in contract.__all__ if is_typeddict(shape := getattr(contract, name))}


def build_schema() -> dict[str, Any]:
    """Build one schema document with a definition for each shape; objects take no other fields."""
    types = contract_types()
    for value in types.values():
        value.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)
        get_type_hints(value)
    adapters = [(name, "validation", TypeAdapter(value)) for name, value in types.items()]
    _, document = TypeAdapter.json_schemas(adapters)  # type: ignore[arg-type]  # the mode is one of its literals
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Trackside format 1",
        "description": 'Shapes of stored records, `--json`, HTTP and messages. Use one as {"$ref": "#/$defs/Listing"}.',
        **document,
    }


def schema_text() -> str:
    """Return the schema as it is stored."""
    return json.dumps(build_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def openapi_text() -> str | None:
    """Return the table of routes as OpenAPI; None where no server is installed."""
    sys.path.insert(0, str(ROOT / "extension" / "server"))
    try:
        from trackside_server.openapi import build_openapi
    except ImportError:
        return None
    return json.dumps(build_openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the schemas, or check them."""
    text = schema_text()
    if "--check" in arguments:
        wanted = {SCHEMA: text, _PACKAGED: text, _OPENAPI: openapi_text()}
        stale = [path for path, said in wanted.items() if said is not None and not _is(path, said)]
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not current: make schema", file=sys.stderr)  # noqa: T201  # a tool
        return 1 if stale else 0
    SCHEMA.parent.mkdir(parents=True, exist_ok=True)
    for path in (SCHEMA, _PACKAGED):
        path.write_text(text, "utf-8")
    openapi = openapi_text()
    if openapi is not None:
        _OPENAPI.write_text(openapi, "utf-8")
    return 0


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
