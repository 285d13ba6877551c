"""The way to a host as this person's network has it: certificate authorities, proxy."""

from __future__ import annotations

import functools
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from trackside.git.repository import Repository
from trackside.review.forges.refusals import ForgeError

#: The first that is set takes the place of the system's authorities, as in OpenSSL, requests, curl and Git.
_FILES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO")
_FOLDERS: Final = ("SSL_CERT_DIR", "GIT_SSL_CAPATH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which authorities vouch for a host, and the proxy before it; empty texts take what is usual.

    Proxies of the environment (HTTPS_PROXY, NO_PROXY …) are read by httpx; `proxy` is Git's own setting.
    """

    authorities: str = ""
    named_by: str = ""
    proxy: str = ""


def find_route(web: str, repository: Repository | None, environment: Mapping[str, str] = os.environ) -> Route:
    """Find the way to `web` from the environment, then from Git's `http.<address>.sslCAInfo` and `.proxy`."""
    settings = configured(repository, "http", web)
    proxy = settings.get("http.proxy", "")
    for name in (*_FILES, *_FOLDERS):
        if path := environment.get(name, ""):
            return Route(authorities=path, named_by=name, proxy=proxy)
    for key in ("sslCAInfo", "sslCAPath"):
        if path := settings.get(f"http.{key.lower()}", ""):
            return Route(authorities=os.path.expanduser(path), named_by=f"Git's http.{key}", proxy=proxy)
    return Route(proxy=proxy)


def configured(repository: Repository | None, section: str, web: str) -> dict[str, str]:
    """Return Git's settings of a section for an address: `<section>.<address>.<key>` wins over `<section>.<key>`.

    Keys are in small letters, "http.proxy".
    """
    if repository is None or repository.trust == "reader":
        return {}
    answer = repository.git.attempt("config", "-z", "--get-urlmatch", section, web)
    entries = os.fsdecode(answer.out).split("\0") if answer.status == 0 else []
    return {key.lower(): content for key, _, content in (entry.partition("\n") for entry in entries) if key}


def authorities(route: Route) -> ssl.SSLContext:
    """Load whom to trust; ForgeError when the file that was named cannot be read."""
    if not route.authorities:
        return _usual()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if os.path.isdir(route.authorities):
            context.load_verify_locations(capath=route.authorities)
        else:
            context.load_verify_locations(cafile=route.authorities)
    except (OSError, ssl.SSLError) as error:
        raise ForgeError(
            f"The certificate authorities named by {route.named_by} cannot be read: {route.authorities!r}.",
            hint="It has to be a file of PEM certificates (or a folder of them, hashed).",
            code="forge-certificate",
        ) from error
    return context


@functools.cache
def _usual() -> ssl.SSLContext:
    # The system's, where companies put theirs, and those httpx brings along, where the system has none.
    context = ssl.create_default_context()
    try:
        import certifi
    except ImportError:
        return context
    context.load_verify_locations(cafile=certifi.where())
    return context
