"""Pack the MIME bundle of a display for the journal: screened, bounded, pictures and big values as side files.

How a value kept aside is referred to, and read back, is in `trackside.executed`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trackside.capture.secrets import screen_text
from trackside.executed import ENCODERS

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "application/pdf"})
DRAWING = "image/svg+xml"
#: One regular expression holds the interpreter's lock for the whole text, so long text goes in pieces.
PIECE = 65_536

Keep = Callable[[bytes], "dict[str, object]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A packed bundle, the characters it holds, the bytes left out, and the kinds of secrets redacted."""

    data: dict[str, Any]
    size: int
    cut: int
    hits: frozenset[str]


def pack_bundle(data: Mapping[str, Any], *, keep: Keep, inline: int, room: int) -> Bundle:
    """Pack `data`; its biggest values are left out until the rest fits into `room` characters."""
    texts = {mime: value if type(value) is str else _dumps(value) for mime, value in data.items()}
    cut = 0
    for mime in sorted(texts, key=lambda mime: (-len(texts[mime]), mime)):
        if sum(map(len, texts.values())) <= room:
            break
        cut += len(texts.pop(mime).encode("utf-8", "replace"))
    packed: dict[str, Any] = {}
    hits: set[str] = set()
    for mime, value in data.items():
        if mime not in texts:
            continue
        picture = _pack_picture(value, keep) if mime in PICTURES and type(value) is str else None
        if picture is not None:
            packed[mime] = picture
            continue
        text, found = screen_long(texts[mime])
        hits |= found
        if len(text) > inline or mime == DRAWING:
            encoded = text.encode("utf-8", "surrogatepass")
            packed[mime] = {**keep(encoded), "encoding": "utf-8" if type(value) is str else "json"}
        else:
            packed[mime] = text if type(value) is str else (json.loads(text) if found else value)
    return Bundle(data=packed, size=sum(map(len, texts.values())), cut=cut, hits=frozenset(hits))


def _pack_picture(text: str, keep: Keep) -> dict[str, Any] | None:
    """Keep a picture's bytes; None when the text is not exactly one of the known encodings of them."""
    try:
        data = base64.b64decode(text.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    for encoding, encode in ENCODERS.items():
        if encode(data) == text:
            return {**keep(data), "encoding": encoding}
    return None


def screen_long(text: str) -> tuple[str, frozenset[str]]:
    """Screen text of any length, in pieces that end where no secret can (except a key block, which is whole)."""
    if len(text) <= PIECE or "PRIVATE KEY" in text:
        clean, hits = screen_text(text)
        return clean, frozenset(hit.kind for hit in hits)
    pieces: list[str] = []
    kinds: set[str] = set()
    start = 0
    while start < len(text):
        end = _cut_place(text, start)
        clean, hits = screen_text(text[start:end])
        pieces.append(clean)
        kinds.update(hit.kind for hit in hits)
        start = end
    return "".join(pieces), frozenset(kinds)


def _cut_place(text: str, start: int) -> int:
    end = start + PIECE
    if end >= len(text):
        return len(text)
    for mark in ("\n", " ", ","):
        place = text.rfind(mark, start + PIECE // 2, end)
        if place > 0:
            return place + 1
    return end


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=True, separators=(",", ":"))
