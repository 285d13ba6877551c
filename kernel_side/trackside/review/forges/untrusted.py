"""Read answers of a forge as what they are: data from a stranger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from trackside.review.forges.refusals import ForgeError

_ADDRESS: Final = 2_000


def text(data: object, *path: str) -> str:
    """Return the text at `path` in nested objects; "" where there is none."""
    found = value(data, *path)
    return found if isinstance(found, str) else ""


def number(data: object, *path: str) -> int:
    """Return the whole number at `path`, which addresses are built from; ForgeError when it is none."""
    found = value(data, *path)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**63:
        raise ForgeError(
            f"The forge's answer lacks a number ({'.'.join(path)}).",
            hint="Is this the forge it is taken for? `git config trackside.<address>.forge NAME` says which it is.",
            code="forge-answer",
        )
    return found


def flag(data: object, *path: str) -> bool:
    """Return whether the value at `path` is true."""
    return value(data, *path) is True


def value(data: object, *path: str) -> object:
    """Return what is at `path` in nested objects, None where there is nothing."""
    for key in path:
        if not isinstance(data, dict):
            return None
        data = data.get(key)
    return data


def rows(data: object, *path: str) -> Iterator[dict[str, object]]:
    """Yield the objects in the list at `path`, passing over everything else."""
    found = value(data, *path)
    for row in found if isinstance(found, list) else ():
        if isinstance(row, dict):
            yield row


def same(left: str, right: str) -> bool:
    """Say whether two project paths are one, as forges see it: without regard to case."""
    return left.casefold() == right.casefold()


def shown_address(address: str, web: str, own: str) -> str:
    """Return `address` when it is http(s) on the host of `web` and harmless to show, else `own`."""
    try:
        parts, home = urlsplit(address), urlsplit(web)
        is_ours = (
            parts.scheme in ("http", "https")
            and parts.scheme in ("https", home.scheme)
            and parts.hostname == home.hostname
            and "@" not in parts.netloc
            and parts.port in (home.port, None)
        )
    except ValueError:
        return own
    is_plain = len(address) <= _ADDRESS and all("!" <= character <= "~" for character in address)
    return address if is_ours and is_plain and not set(address) & set("<>\"'`\\") else own


def cut(body: str, limit: int | None) -> str:
    """Shorten what is longer than the forge takes; reports keep to the limit, so that this is a last resort."""
    return body if limit is None or len(body) <= limit else body[: limit - 1] + "…"


def lines_with(marker: str, texts: Iterable[tuple[int, str]]) -> Iterator[int]:
    """Yield the keys of the texts that carry our marker on their first or last line.

    Whoever quotes a report carries it too, but behind a `>`.
    """
    core = core_of(marker)
    for key, content in texts:
        told = content.strip().splitlines() or [""]
        if any(core in line and not line.lstrip().startswith(">") for line in (told[0], told[-1])):
            yield key


def core_of(marker: str) -> str:
    """Return a marker without the signs of a comment, which differ between forges."""
    return marker.strip().removeprefix("<!--").removesuffix("-->").strip()


def is_ours(marker: str, content: str) -> bool:
    """Say whether a text was written by us: it carries the marker where we put it."""
    return any(True for _ in lines_with(marker, [(0, content)]))


def marked(body: str, marker: str, *, has_html: bool = True) -> str:
    """Put the marker before a body that lacks it; where HTML is shown as text, as a link nobody sees."""
    if is_ours(marker, body):
        return body
    return f"{marker if has_html else f'[//]: # ({core_of(marker)})'}\n\n{body}"
