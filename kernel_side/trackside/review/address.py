"""Take the address of a remote apart, in every form Git takes, and leave out what must not be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

#: Schemes of which Git knows two spellings.
_SAME: Final = {"git+ssh": "ssh", "ssh+git": "ssh"}
_HELPER: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9+.-]*)::")
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_AUTHORITY: Final = re.compile(r"(?:.*@)?(\[[^\[\]/@]*\]|[^\[\]:/@]*)(?::(\d{0,5}))?", re.DOTALL)
#: `host:path` and `[host:port]:path` of ssh; a bracket keeps the colons of an IPv6 address.
_SCP: Final = re.compile(r"(?:[^/:\[\]]*@)?(\[[^\[\]]*\]|[^/:\[\]]+):(.*)", re.DOTALL)
_HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?|\[[0-9a-f:.]+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The parts of an address: `host` is "" where there is none or it is no name of a host.

    `scheme` is "path" for a path, and the helper's name for `helper::address`. `path` is unquoted and keeps its
    slashes. `shown` holds neither user, password, query nor control characters.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    shown: str


def split_address(text: str) -> Address:
    """Take an address apart; total, whatever the text."""
    text = text.strip()
    if helper := _HELPER.match(text):
        # What follows may be a whole command line.
        name = helper[1].lower()
        return Address(scheme=name, host="", port=None, path="", shown=f"{name}::…")
    if url := _URL.match(text):
        scheme = url[1].lower()
        return _of_url(_SAME.get(scheme, scheme), text[url.end() :])
    if not _DRIVE.match(text) and (scp := _SCP.fullmatch(text)):
        return _of_scp(scp[1], scp[2])
    if not _DRIVE.match(text) and re.match(r"[^/]*:[^/]*@", text):
        # Meant as an address of ssh and not one: it may hold a password.
        return Address(scheme="path", host="", port=None, path="", shown="…")
    return Address(scheme="path", host="", port=None, path=text, shown=_printable(text))


def _of_url(scheme: str, rest: str) -> Address:
    if scheme == "file":
        return Address(scheme=scheme, host="", port=None, path=unquote(rest), shown=f"file://{_printable(rest)}")
    is_http = scheme in ("http", "https")
    end = re.search(r"[/?#]" if is_http else "/", rest)
    authority, path = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    if is_http:
        path = re.split(r"[?#]", path, maxsplit=1)[0]
    found = _AUTHORITY.fullmatch(authority)
    host = _host(found[1]) if found else ""
    port = int(found[2]) if found and found[2] else None
    # A password may hold a slash; what was taken for the path is the rest of it then, up to its `@`.
    if not host or (port or 0) > 65_535 or "@" in path[1:].split("/", 1)[0]:
        return Address(scheme=scheme, host="", port=None, path="", shown=f"{scheme}://…")
    shown = f"{scheme}://{host}{'' if port is None else f':{port}'}{_printable(path)}"
    return Address(scheme=scheme, host=host, port=port, path=unquote(path), shown=shown)


def _of_scp(host: str, path: str) -> Address:
    port = None
    if host.startswith("["):
        inside = host[1:-1].rpartition("@")[2]
        name, _, number = inside.rpartition(":")
        if inside.count(":") == 1 and number.isdecimal() and number.isascii() and int(number) <= 65_535:
            host, port = name, int(number)
        else:
            host = f"[{inside}]" if ":" in inside else inside
    host = _host(host)
    if not host or "@" in path.split("/", 1)[0]:
        return Address(scheme="ssh", host="", port=None, path="", shown="…")
    shown = f"{host}:{_printable(path)}"
    return Address(scheme="ssh", host=host, port=port, path=path, shown=shown)


def _host(text: str) -> str:
    """Return a host in lower case, names of other scripts as ASCII; "" for what cannot be one."""
    if not text.isascii():
        try:
            text = text.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    text = text.lower()
    return text if _HOST.fullmatch(text) else ""


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
