"""What a client sends is checked before anything is done with it: parameters by the table, bodies by the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from trackside.desk.routes import Param, Route
from trackside.errors import UsageError

_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_MOST_TEXTS: Final = 200
_LONGEST_PART: Final = 6_000


@cache
def _decoder(shape: str) -> Any:
    import msgspec

    from trackside import contract
    from trackside.typed import typed

    return msgspec.json.Decoder(typed(getattr(contract, shape)))


def check_body(route: Route, data: bytes) -> Any:
    """Parse a body and check its shape; UsageError `bad-body`. Without a shape there is none, or {}."""
    if not data.strip():
        if route.body:
            raise UsageError("A JSON body is expected.", code="bad-body")
        return None
    try:
        body = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise UsageError("The body is not valid JSON.", code="bad-body") from None
    if not route.body:
        if body not in ({}, None):
            raise UsageError("No body is expected.", code="bad-body")
        return None
    import msgspec

    try:
        _decoder(route.body).decode(data)
    except msgspec.MsgspecError as error:
        raise UsageError(f"The body is not as it should be: {str(error)[:200]}.", code="bad-body") from None
    except RecursionError:
        raise UsageError("The body is nested too deep.", code="bad-body") from None
    return body


def _refuse(word: str) -> None:
    raise ValueError(word)


def check_parts(parts: Mapping[str, str | None]) -> dict[str, str]:
    """Check the variable parts of a path."""
    found = {name: value or "" for name, value in parts.items()}
    for value in found.values():
        if len(value) > _LONGEST_PART or any(ord(char) < 32 or ord(char) == 127 for char in value):
            raise UsageError("That address is malformed.", code="bad-path")
    return found


def check_params(route: Route, given: Mapping[str, Sequence[bytes]]) -> dict[str, Any]:
    """Check and read the parameters of an address; UsageError `bad-parameter`."""
    for name in given:
        # Front ends add the time to an address so that no cache answers; `token` is Jupyter's own.
        if name not in route.params and name not in ("token", "_xsrf") and not name.isdigit():
            raise UsageError(f"There is no parameter {name[:60]!r} here.", code="bad-parameter")
    return {name: _read(name, param, given.get(name, ())) for name, param in route.params.items()}


def _read(name: str, param: Param, raw: Sequence[bytes]) -> Any:
    try:
        texts = [value.decode("utf-8") for value in raw]
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8.", code="bad-parameter") from None
    if not texts:
        if param.required:
            raise UsageError(f"{name} is missing.", code="bad-parameter")
        return param.default
    if any(len(text) > param.most for text in texts if param.kind in ("text", "texts")) or len(texts) > _MOST_TEXTS:
        raise UsageError(f"{name} is too long.", code="bad-parameter")
    if any("\0" in text for text in texts):
        raise UsageError(f"{name} holds a character that may not be there.", code="bad-parameter")
    if param.kind == "texts":
        return texts
    if len(texts) > 1:
        raise UsageError(f"{name} is given more than once.", code="bad-parameter")
    return _one(name, param, texts[0])


def _one(name: str, param: Param, text: str) -> Any:
    if param.kind == "number":
        if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > param.most:
            raise UsageError(f"{name} must be a whole number from 0 to {param.most}.", code="bad-parameter")
        return int(text)
    if param.kind == "flag":
        if text not in _FLAGS:
            raise UsageError(f"{name} must be true or false.", code="bad-parameter")
        return _FLAGS[text]
    if param.choices and text not in param.choices:
        raise UsageError(f"{name} must be one of {', '.join(param.choices)}.", code="bad-parameter")
    return text
