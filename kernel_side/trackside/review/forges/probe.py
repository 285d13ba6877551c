"""Ask a self-hosted host which forge it is: without credentials, and only after a person asked for a request."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from trackside.review.forges.http import Client
from trackside.review.forges.refusals import ForgeError
from trackside.review.forges.route import Route
from trackside.review.forges.untrusted import text
from trackside.review.remote import Forge, Remote

_SECONDS: Final = 8.0
#: A refusal that says nothing on which forge it is, in place of one that says that nobody is there.
_GONE: Final = frozenset({"forge-unreachable", "forge-certificate", "forge-proxy", "forge-timeout"})


def probe(remote: Remote, route: Route) -> Remote:
    """Return the remote with the forge its host answers as; one under a prefix gets the prefix into `web`.

    Raises ForgeError when the host cannot be reached or answers as none of the five.
    """
    for web, project in _places(remote):
        for forge, path in _PATHS:
            if _answers(forge, web, path, route):
                return replace(remote, web=web, project=project, forge=forge)
    raise ForgeError(
        f"{remote.host} does not answer as a forge Trackside knows.",
        hint=f"If it is one: git config trackside.{remote.web}.forge github|gitlab|gitea|bitbucket-server",
        code="forge-none",
    )


def _places(remote: Remote) -> Iterator[tuple[str, str]]:
    """Yield where the forge may be: at the top of the host, or below the first part of the path."""
    web, parts = remote.web or "", remote.project.split("/")
    yield web, remote.project
    if len(parts) > 2:
        yield f"{web}/{parts[0]}", "/".join(parts[1:])


_PATHS: Final[tuple[tuple[Forge, str], ...]] = (
    ("gitlab", "/api/v4/version"),
    ("gitea", "/api/v1/version"),
    ("bitbucket-server", "/rest/api/1.0/application-properties"),
    ("github", "/api/v3/meta"),
)


def _answers(forge: Forge, web: str, path: str, route: Route) -> bool:
    client = Client(base=web, host=web.partition("://")[2], route=route, read=_SECONDS, patience=_SECONDS, budget=0.0)
    with contextlib.closing(client):
        try:
            status, headers, data = client.attempt(path)
        except ForgeError as error:
            if error.code in _GONE:
                raise
            return False
    if forge == "gitlab":
        # Asked without a token it says 401, in its own words and with its own header.
        return "x-gitlab-meta" in headers or (status == 401 and text(data, "message") == "401 Unauthorized")
    if forge == "gitea":
        return status == 200 and bool(text(data, "version")) and not text(data, "displayName")
    if forge == "bitbucket-server":
        return status == 200 and text(data, "displayName").startswith(("Bitbucket", "Stash"))
    return "x-github-enterprise-version" in headers or "x-github-request-id" in headers
