"""The way to a host as this person's network has it: certificate authorities, proxy."""

from __future__ import annotations

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
    proxy = configured(repository, "http.proxy", web)
    for name in (*_FILES, *_FOLDERS):
        if path := environment.get(name, ""):
            return Route(authorities=path, named_by=name, proxy=proxy)
    for key in ("http.sslCAInfo", "http.sslCAPath"):
        if path := configured(repository, key, web, is_path=True):
            return Route(authorities=path, named_by=f"Git's {key}", proxy=proxy)
    return Route(proxy=proxy)


def configured(repository: Repository | None, key: str, web: str, *, is_path: bool = False) -> str:
    """Return Git's setting for an address (`<section>.<address>.<key>` wins over `<section>.<key>`), "" unset."""
    if repository is None or repository.trust == "reader":
        return ""
    kind = ["--type=path"] if is_path else []
    answer = repository.git.attempt("config", *kind, "--get-urlmatch", key, web)
    return os.fsdecode(answer.out).strip("\n") if answer.status == 0 else ""


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


def _usual() -> ssl.SSLContext:
    # The system's, where companies put theirs, and those httpx brings along, where the system has none.
    context = ssl.create_default_context()
    try:
        import certifi
    except ImportError:
        return context
    context.load_verify_locations(cafile=certifi.where())
    return context
