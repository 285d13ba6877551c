"""The one encoder: plain values → JSON and YAML bytes that every reader reads back as the same values. Pure.

JSON has no NaN and no infinities, so they are the strings "NaN", "Infinity", "-Infinity" in both forms. Text with
lone surrogates, which UTF-8 cannot hold, is written with them spelled out (`\\udc80`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Final

_fast = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_WORDS: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
#: Readers refuse deeper nesting, and Python's own encoder ends the process on some builds.
_DEEPEST: Final = 200
_CUT: Final = "…"
#: CPython refuses to write or read integers of more than 4,300 decimal digits (14,000 bits are fewer).
_LARGEST_BITS: Final = 14_000

#: Text that stays without quotes: it begins with a letter, so no reader can take it for a number or a date.
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*\Z")
#: Words with a meaning in YAML 1.1 or 1.2, or which people would take for a number.
_TAKEN: Final = frozenset("y n yes no on off true false null nan inf infinity".split())
#: What YAML 1.2 section 5.1 calls not printable, line breaks of YAML 1.1, and what needs an escape in quotes.
_ESCAPED: Final = re.compile(r'["\\\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]')
_SHORT_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
#: A key written on one line with its value may have 1,024 characters (YAML 1.2 section 7.4.2); escapes count.
_LONGEST_KEY: Final = 1000


def json_bytes(value: object) -> bytes:
    """Encode as compact UTF-8 JSON with keys in the order given.

    Never raises: what JSON cannot hold becomes null, a container inside itself or nested too deep becomes "…",
    an integer too long for Python to print becomes a "0x…" string.
    """
    try:
        return _fast(value).encode("utf-8")
    except (ValueError, TypeError, RecursionError):
        # UnicodeEncodeError is a ValueError: text with lone surrogates ends here as well.
        return _fast(_plain(value, ())).encode("utf-8")


def parse_number(value: object) -> int | float | None:
    """Read a number from parsed JSON or YAML, NaN and infinities by their names; None when it is no number."""
    if type(value) in (int, float):
        return value  # type: ignore[return-value]  # the exact type was just compared
    return _WORDS.get(value) if type(value) is str else None


def yaml_bytes(mapping: Mapping[str, object]) -> bytes:
    """Encode as block YAML whose values are the same to readers of YAML 1.1 (PyYAML) and 1.2 (ruamel.yaml).

    Raises nothing, by the same replacements as `json_bytes`.
    """
    plain = _plain(mapping, ())
    lines = _block(plain, "") if plain else iter(["{}"])
    return ("\n".join(lines) + "\n").encode("utf-8")


def _plain(value: object, above: tuple[int, ...]) -> object:
    """Copy a value with everything replaced that JSON cannot hold; `above` are the containers it is in."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return int(value) if value.bit_length() <= _LARGEST_BITS else hex(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else float_word(value)
    if isinstance(value, (Mapping, list, tuple)):
        if id(value) in above or len(above) >= _DEEPEST:
            return _CUT
        above = (*above, id(value))
        if isinstance(value, Mapping):
            return {_key(key): _plain(item, above) for key, item in value.items()}
        return [_plain(item, above) for item in value]
    return None


def float_word(value: float) -> str:
    """Write NaN and the infinities the way all our files do, any other float by its shortest exact digits."""
    if value != value:
        return "NaN"
    if value in (math.inf, -math.inf):
        return "Infinity" if value > 0 else "-Infinity"
    return float.__repr__(value)


def _text(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _key(key: object) -> str:
    if isinstance(key, str):
        return _text(key)
    if key is None or isinstance(key, (bool, int, float)):
        found = _plain(key, ())
        return found if isinstance(found, str) else _fast(found)
    return type(key).__name__


def _block(value: object, indent: str) -> Iterator[str]:
    """Write a container that is not empty, one line after the other."""
    if isinstance(value, dict):
        for key, item in value.items():
            name = _yaml_text(key)
            head = f"{indent}{name}:" if len(name) <= _LONGEST_KEY else f"{indent}? {name}\n{indent}:"
            yield from _entry(head, item, indent)
    elif isinstance(value, list):
        for item in value:
            yield from _entry(f"{indent}-", item, indent)


def _entry(head: str, item: object, indent: str) -> Iterator[str]:
    if isinstance(item, (dict, list)) and item:
        yield head
        yield from _block(item, indent + "  ")
    else:
        yield f"{head} {_scalar(item)}"


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return _yaml_text(value)
    if isinstance(value, float):
        return _yaml_float(value)
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    return _fast(value)


def _yaml_float(value: float) -> str:
    digits = float.__repr__(value)
    mantissa, mark, exponent = digits.partition("e")
    # YAML 1.1 takes 1e-05 for text: it asks for the point.
    return f"{mantissa}.0e{exponent}" if mark and "." not in mantissa else digits


def _yaml_text(text: str) -> str:
    if _PLAIN.match(text) and text.lower() not in _TAKEN:
        return text
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return _SHORT_ESCAPES.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}")
