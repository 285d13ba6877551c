"""Bytes somebody stored → a record that can be shown: every field is checked, none is trusted. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from trackside.format import FORMAT

if TYPE_CHECKING:
    from trackside.contract import Record

_LARGEST: Final = 8_000_000
#: Ten times what we write.
MOST_INPUTS: Final = 1_000
_SCALARS: Final = (str, int, float, bool, type(None))
_ORIGINS: Final = ("explicit", "declared", "parameters-cell", "auto", "printed")
_BOXES: Final = ("params", "data", "other")
_DIRECTIONS: Final = ("higher", "lower", "unknown")
_STATUSES: Final = ("open", "finished", "failed", "interrupted")
#: OverflowError: an integer of JSON can be larger than any float.
_WRONG: Final = (TypeError, ValueError, KeyError, AttributeError, OverflowError)
_SPARK_TYPES: Final = {float, int, type(None)}
_INFINITE: Final = ("NaN", "Infinity", "-Infinity")


def empty_record(*, name: str = "", baseline: str = "", status: str = "finished", started: float = 0.0) -> Record:
    """Return a record that says nothing yet."""
    return cast(
        "Record",
        {
            "format": FORMAT, "run": "", "name": name, "title": "", "status": status, "started": started,
            "ended": started, "duration": 0.0, "notebook": None, "frontend": "", "branch": None,
            "baseline": baseline, "author": {"name": "", "email": "", "fallback": True}, "derived_from": None,
            "tags": [], "note": "", "params": {}, "metrics": {}, "figures": [], "artifacts": [],
            "cells": {"executed": 0, "failed": 0}, "order": [],
            "files": {"changed": [], "added": [], "deleted": [], "changed_during": [], "not_captured": []},
            "environment": None, "warnings": [],
        },
    )  # fmt: skip


def parse_record(data: bytes, *, name: str = "", baseline: str = "") -> tuple[Record, str | None]:
    """Read `.trackside/run.json`; return the record and what was wrong with it in a sentence, or None.

    Unknown fields are left out; a wrong field keeps its empty value and is told; a newer format is told and read
    as far as it is understood.
    """
    record, problem, _ = parse_stored(data, name=name, baseline=baseline)
    return record, problem


def parse_stored(data: bytes, *, name: str = "", baseline: str = "") -> tuple[Record, str | None, bool]:
    """Read a record as `parse_record` does; also tell whether `data` is JSON of that very record, nothing left out."""
    stored = _parsed(data)
    if isinstance(stored, str):
        return empty_record(name=name, baseline=baseline), stored, False
    record = empty_record(name=name, baseline=baseline)
    wrong = _take_all(record, stored)
    version = stored.get("format")
    if type(version) is not int:
        return record, "Its record has no format version.", False
    if version > FORMAT:
        sentence = f"Its record has format {version}; this release knows {FORMAT}. Update Trackside to see all of it."
        return record, sentence, False
    if wrong:
        return record, f"Its record is damaged in: {', '.join(wrong)}.", False
    # A lone surrogate survives as an escape in the text, but not as text of its own.
    return record, None, _is_same(record, stored) and b"\\ud" not in data


def _parsed(data: bytes) -> dict[str, Any] | str:
    """Parse the bytes of a record, or say in a sentence what they are instead."""
    if len(data) > _LARGEST:
        return f"Its record is larger than {_LARGEST // 1_000_000} MB, so it was not read."
    try:
        stored = _decode(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return "Its record is not valid JSON."
    return stored if type(stored) is dict else "Its record is not a JSON object."


def _is_same(record: Record, stored: Mapping[str, Any]) -> bool:
    """Tell whether nothing was left out or put right; a flag may have been, since to Python 1 equals True."""
    return record == stored and type(stored["author"]["fallback"]) is bool


def _refuse(word: str) -> None:
    """JSON has no NaN and no infinities; a text with one could not be handed on as JSON."""
    raise ValueError(word)


_decode: Final = json.JSONDecoder(parse_constant=_refuse).decode


def _take_all(record: Record, stored: Mapping[str, Any]) -> list[str]:
    """Check every field into the record; return those that are wrong."""
    wrong = [key for key, read in _OPTIONAL.items() if key in stored and not _take(record, key, read, stored[key])]
    try:
        record.update({key: read(stored[key]) for key, read in _FIELDS.items()})  # type: ignore[typeddict-item]  # as below
    except _WRONG:
        # Something is missing or wrong: find out what, and keep the rest.
        wrong += [key for key, read in _FIELDS.items() if key in stored and not _take(record, key, read, stored[key])]
    return wrong


def _take(record: Record, key: str, read: Callable[[Any], Any], value: object) -> bool:
    try:
        record[key] = read(value)  # type: ignore[literal-required]  # keys are those of _FIELDS
    except _WRONG:
        return False
    return True


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _time(value: object) -> float:
    if type(value) not in (int, float) or not math.isfinite(cast("float", value)):
        raise TypeError
    return cast("float", value)


def _number(value: object) -> Any:
    if type(value) in (int, float) or value in _INFINITE:
        return value
    raise TypeError


def _optional_number(value: object) -> Any:
    return None if value is None else _number(value)


def _one_of(allowed: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in allowed:
            raise ValueError
        return value

    return read


def _list_of(read: Callable[[Any], Any]) -> Callable[[object], list[Any]]:
    def read_list(value: object) -> list[Any]:
        if type(value) is not list:
            raise TypeError
        return [read(item) for item in value]

    return read_list


def _map_of(read: Callable[[Any], Any]) -> Callable[[object], dict[str, Any]]:
    def read_map(value: object) -> dict[str, Any]:
        if type(value) is not dict:
            raise TypeError
        return {key: read(item) for key, item in value.items()}

    return read_map


def _spark(value: object) -> list[float | None]:
    """Read the values of a sparkline: the longest list of a record, so told by the set of its types."""
    if type(value) is not list or not {*map(type, value)} <= _SPARK_TYPES:
        raise TypeError
    return value


def _object(required: Mapping[str, Callable[[Any], Any]], **optional: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise TypeError
        taken = {key: part(value[key]) for key, part in required.items()}
        taken.update({key: part(value[key]) for key, part in optional.items() if key in value})
        return taken

    return read


def _value(value: object) -> Any:
    if type(value) is list:
        return [_scalar(item) for item in value]
    return _scalar(value)


def _scalar(value: object) -> Any:
    if type(value) not in _SCALARS:
        raise TypeError
    return value


_param = _object(
    {"value": _value, "type": _text, "origin": _one_of(_ORIGINS), "box": _one_of(_BOXES)},
    rule=_text,
    values=_list_of(_value),
)
_metric = _object(
    {
        "last": _number, "step": _whole, "min": _optional_number, "max": _optional_number, "count": _whole,
        "direction": _one_of(_DIRECTIONS), "origin": _one_of(_ORIGINS), "spark": _spark,
    }
)  # fmt: skip


_figure = _object(
    {
        "path": _text, "name": _text, "mime": _text, "size": _whole,
        "cell": lambda value: None if value is None else _whole(value),
        "step": lambda value: None if value is None else _whole(value),
    }
)  # fmt: skip
_artifact = _object(
    {"path": _text, "size": _whole, "md5": _optional_text, "stored": _one_of(("git", "dvc", "local", "none"))},
    files=_whole,
    reason=_text,
)
_input = _object(
    {
        "path": _text, "kind": _one_of(("git", "dvc", "untracked")), "version": _optional_text,
        "size": lambda value: None if value is None else _whole(value), "origin": _one_of(("declared", "seen")),
    },
    files=_whole,
    changed=_one_of(("during", "since-dvc", "not-captured")),
    before=_text,
)  # fmt: skip


def _inputs(value: object) -> list[Any]:
    """Read the inputs; more of them than anybody lists are a flood."""
    found = _list_of(_input)(value)
    if len(found) > MOST_INPUTS:
        raise ValueError
    return found


_warning = _object({"code": _text, "message": _text, "hint": _text})
_order = _object(
    {
        "kind": _text, "level": _one_of(("fact", "warning")), "names": _list_of(_text), "message": _text,
        "cell": lambda value: None if value is None else _whole(value),
    }
)  # fmt: skip
_not_captured = _object({"path": _text, "reason": _text})
_environment = _object(
    {"digest": _text, "python": _text, "platform": _text, "cpu": _text, "gpu": _text, "packages": _whole}
)

_OPTIONAL: Final[Mapping[str, Callable[[Any], Any]]] = {"code": _text, "inputs": _inputs}
_FIELDS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "format": _whole,
    "run": _text,
    "name": _text,
    "title": _text,
    "status": _one_of(_STATUSES),
    "started": _time,
    "ended": _time,
    "duration": _time,
    "notebook": _optional_text,
    "frontend": _text,
    "branch": _optional_text,
    "baseline": _text,
    "author": _object({"name": _text, "email": _text, "fallback": bool}),
    "derived_from": _optional_text,
    "tags": _list_of(_text),
    "note": _text,
    "params": _map_of(_param),
    "metrics": _map_of(_metric),
    "figures": _list_of(_figure),
    "artifacts": _list_of(_artifact),
    "cells": _object({"executed": _whole, "failed": _whole}),
    "order": _list_of(_order),
    "files": _object(
        {
            "changed": _list_of(_text), "added": _list_of(_text), "deleted": _list_of(_text),
            "changed_during": _list_of(_text), "not_captured": _list_of(_not_captured),
        }
    ),
    "environment": lambda value: None if value is None else _environment(value),
    "warnings": _list_of(_warning),
}  # fmt: skip
