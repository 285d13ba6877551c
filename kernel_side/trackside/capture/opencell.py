"""A cell that is running, and what the request that runs it says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: papermill writes this line first into the cell of parameters it injects.
INJECTED = "# Parameters\n"


@dataclass(slots=True, eq=False, repr=False)
class OpenCell:
    """A cell that is running now; `number` is None while it belongs to no run."""

    info: Any
    source: str
    id: str | None
    count: int | None
    msg: str | None
    tagged: bool
    number: int | None = None


def message_id(parent: dict[str, Any]) -> str | None:
    found = (parent.get("header") or {}).get("msg_id")
    return found if type(found) is str else None


def cell_id(parent: dict[str, Any]) -> str | None:
    found = (parent.get("metadata") or {}).get("cellId")
    return found if type(found) is str else None


def is_tagged(parent: dict[str, Any]) -> bool:
    """JupyterLab sends the cell's metadata along with its code."""
    tags = (parent.get("metadata") or {}).get("tags")
    return type(tags) is list and "parameters" in tags
