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


def contract_types() -> dict[str, Any]:
    """Return every shape of the contract by name."""
    return {name: value for name, value in vars(contract).items() if is_typeddict(value)}


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


def main(arguments: list[str]) -> int:
    """Write the schema, or check it."""
    text = schema_text()
    if "--check" in arguments:
        is_current = SCHEMA.exists() and SCHEMA.read_text("utf-8") == text
        if not is_current:
            print(f"{SCHEMA.relative_to(ROOT)} is not current: make schema", file=sys.stderr)  # noqa: T201  # a tool
        return 0 if is_current else 1
    SCHEMA.parent.mkdir(parents=True, exist_ok=True)
    SCHEMA.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
