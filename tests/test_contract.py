"""The contract: its schema is current, golden examples keep it, and the real program speaks it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from repositories import ROOT

from tools.schema import SCHEMA, contract_types, schema_text

GOLDEN = sorted((ROOT / "tests" / "fixtures" / "contract").glob("*.json"))
#: Golden file → the shape it is an example of.
SHAPES = {
    "listing": "Listing", "details": "Details", "comparison": "Comparison", "diff": "CodeDiff", "doctor": "Report",
    "failure": "Failure", "record": "Record", "card": "RunCard",
    "page": "Page", "groups": "Groups", "curves": "Curves", "executed": "Executed", "environment": "Environment",
    "place": "Place", "preview": "PromotePreview", "task": "Task", "trash": "Trash", "choices": "Choices",
    "about": "About", "changed": "Changed", "done": "Done", "annotate": "AnnotateRequest", "rename": "RenameRequest",
    "runs": "RunsRequest", "end": "EndRequest", "promote": "PromoteRequest", "editor": "EditorNotebook",
    "asked": "EditorAsked", "report": "RunReport", "check": "CheckResult", "shared": "Shared", "remotes": "Remotes",
    "push": "PushRunsRequest", "pull": "PullRunsRequest", "held": "HeldRuns", "seen": "SeenRequest",
    "storage": "Storage", "cleaned": "Cleaned",
}  # fmt: skip


def check(value: Any, shape: str) -> None:
    """Raise ValidationError unless `value` is of the shape."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator({**schema, "$ref": f"#/$defs/{shape}"}).validate(value)


def test_exported_schema_is_current() -> None:
    assert SCHEMA.read_text("utf-8") == schema_text()


def test_schema_defines_every_shape_and_is_itself_valid() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert set(contract_types()) == set(schema["$defs"])


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_example_keeps_the_contract(path: Path) -> None:
    check(json.loads(path.read_text("utf-8")), SHAPES[path.stem.partition("-")[0]])


def test_there_is_a_golden_example_of_each_shape_that_is_sent() -> None:
    assert {path.stem.partition("-")[0] for path in GOLDEN} == set(SHAPES)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("experiments", 0, "record", "status"), "exploded"),
        (("experiments", 0, "record", "duration"), "long"),
        (("experiments", 0, "surprise"), 1),
        (("total",), None),
    ],
)
def test_schema_refuses_what_breaks_the_contract(path: tuple[Any, ...], value: object) -> None:
    listing = json.loads((ROOT / "tests/fixtures/contract/listing.json").read_text("utf-8"))
    inner = listing
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(ValidationError):
        check(listing, "Listing")
