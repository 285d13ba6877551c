"""Reach into the user's dicts, dataclasses and instances by name, reading only what is stored. Pure."""

from __future__ import annotations

from typing import Any, Final

from trackside.capture import exact
from trackside.capture.exact import NOTHING

_MOST_FIELDS: Final = 200


def reach(name: str, namespace: dict[str, object]) -> Any:
    """Find a dotted name through dicts and stored attributes, NOTHING when there is none."""
    head, *rest = name.split(".")
    value: Any = namespace.get(head, NOTHING)
    for key in rest:
        value = value.get(key, NOTHING) if type(value) is dict else attribute_of(value, key)
        if value is NOTHING:
            return NOTHING
    return value


def fields_of(value: object) -> dict[str, Any] | None:
    """Return the items of an exact dict with text keys, of a dataclass or of a plain bag of attributes."""
    kind = type(value)
    items: dict[Any, Any] | None = None
    if kind is dict:
        items = value  # type: ignore[assignment]
    elif exact.class_lookup(kind, "__dataclass_fields__") is not NOTHING and not exact.is_class(value):
        items = {**exact.slot_values(value), **(exact.instance_dict(value) or {})}
    elif exact.is_exact_library_class(kind, "argparse", "Namespace") or exact.is_exact_library_class(
        kind, "types", "SimpleNamespace"
    ):
        items = exact.instance_dict(value)
    if items is None or len(items) > _MOST_FIELDS:
        return None
    # A copy, made in one step: a thread of the user's may be changing them.
    return {key: item for key, item in list(items.items()) if type(key) is str and not key.startswith("_")}


def attribute_of(value: object, name: str) -> Any:
    attributes = exact.instance_dict(value)
    if attributes is not None and name in attributes:
        return attributes[name]
    if exact.is_class(value):
        return exact.class_dict(value).get(name, NOTHING)  # type: ignore[arg-type]
    return exact.slot_values(value).get(name, NOTHING)
