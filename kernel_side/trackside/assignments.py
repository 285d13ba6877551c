"""`NAME=VALUE` as people type it after -p, in the magic and on the command line. Pure."""

from __future__ import annotations

import ast
from typing import Final

from trackside.errors import UsageError

_WORDS: Final = {"true": True, "false": False, "null": None}


def parse_assignment(word: str) -> tuple[str, object]:
    """Read NAME=VALUE; UsageError when it is none."""
    name, equals, text = word.partition("=")
    if not equals or not name.isidentifier():
        raise UsageError(f"{word!r} is not NAME=VALUE.", hint="For example: -p lr=0.1")
    return name, parse_value(text)


def parse_value(text: str) -> object:
    """Read a value: a Python or JSON literal, else the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
