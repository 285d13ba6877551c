"""Open a forge for a remote: which forge it is, where its API is, and the credential that goes there."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from trackside.review.asked import Progress, silent
from trackside.review.forges import bitbucket_cloud, github
from trackside.review.forges.bitbucket_server import BitbucketServer
from trackside.review.forges.credentials import Credential, Credentials, host_of
from trackside.review.forges.gitea import Gitea
from trackside.review.forges.gitlab import GitLab
from trackside.review.forges.http import Client
from trackside.review.forges.probe import probe
from trackside.review.forges.protocol import ForgeApi, Place
from trackside.review.forges.refusals import ForgeError
from trackside.review.remote import Forge, Remote

FORGES: Final[tuple[Forge, ...]] = ("github", "gitlab", "bitbucket-cloud", "bitbucket-server", "gitea")


def forge_of(remote: Remote, credentials: Credentials, progress: Progress = silent) -> ForgeApi:
    """Open the forge of a remote as this person; the caller closes it.

    Asks the network only when neither the remote nor Git's `trackside.<address>.forge` says which forge it is.
    Raises ForgeError: no forge, no credentials (`forge-no-credentials`), a host reached without encryption.
    """
    known = known_forge(remote, credentials, progress)
    web, forge = known.web or "", known.forge or "github"
    credential = credentials.find(known)
    if credential is None:
        raise ForgeError(
            f"There are no credentials for {host_of(web)}.",
            hint=_WHERE[forge],
            code="forge-no-credentials",
        )
    _check_encrypted(web, credentials)
    return _open(known, forge, credential, credentials, progress)


def known_forge(remote: Remote, credentials: Credentials, progress: Progress = silent) -> Remote:
    """Return the remote with its forge: as set, as its address says, else as the host answers to a probe.

    A forge under a prefix gets it moved from `project` into `web`.
    """
    if remote.web is None or not host_of(remote.web):
        raise ForgeError(
            f"The remote {remote.name} is at no forge: {remote.address}",
            hint="Pull and merge requests need a remote on GitHub, GitLab, Bitbucket, Gitea or Forgejo.",
            code="forge-none",
        )
    told = credentials.setting(remote.web, "forge")
    if told and told not in FORGES:
        raise ForgeError(
            f"Git's trackside.<address>.forge is {told[:40]!r}, which is no forge.",
            hint=f"One of: {', '.join(FORGES)}.",
            code="forge-none",
        )
    forge: Forge | None = next((name for name in FORGES if name == told), None)
    if (forge or remote.forge) is None:
        progress(f"asking {remote.host} which forge it is", None)
        remote = probe(remote, credentials.route(remote.web))
    return _settled(replace(remote, forge=forge or remote.forge))


def _settled(remote: Remote) -> Remote:
    """Take apart what forges put before the project: a prefix in front of `scm/`, `-/`."""
    parts = remote.project.strip("/").split("/")
    web = (remote.web or "").rstrip("/")
    if remote.forge == "bitbucket-server":
        if "scm" in parts[:-2]:
            at = parts.index("scm")
            web = "/".join([web, *parts[:at]])
            parts = parts[at + 1 :]
        wanted = 2
    elif remote.forge == "gitlab":
        wanted = len(parts)
    else:
        wanted = 2
        if remote.forge == "gitea" and len(parts) > wanted:
            web = "/".join([web, *parts[:-wanted]])
            parts = parts[-wanted:]
    if len(parts) < 2 or len(parts) != wanted or not all(_is_segment(part) for part in parts):
        raise ForgeError(
            f"The address of the remote {remote.name} names no project of a forge: {remote.address}",
            hint="It looks like https://HOST/OWNER/NAME.git; see `git remote -v`.",
            code="forge-none",
        )
    return replace(remote, web=web, project="/".join(parts))


def _is_segment(part: str) -> bool:
    return part not in ("", ".", "..") and part.isprintable() and not set(part) & set("\\?#%")


def _check_encrypted(web: str, credentials: Credentials) -> None:
    host = urlsplit(web).hostname or ""
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = host == "localhost"
    if web.startswith("http://") and not is_here and credentials.setting(web, "allowHttp") != "true":
        raise ForgeError(
            f"{host} is reached without encryption, so that credentials are not sent there.",
            hint=f"If the network is trusted: git config --global trackside.{web}.allowHttp true",
            code="forge-unencrypted",
        )


def _open(
    remote: Remote, forge: Forge, credential: Credential, credentials: Credentials, progress: Progress
) -> ForgeApi:  # fmt: skip
    web = remote.web or ""
    if credential.host != host_of(web):
        raise AssertionError("a credential goes to its own host only")
    place = Place(
        remote=remote,
        client=Client(
            base=_BASES[forge](web),
            host=host_of(web),
            secrets=_secrets(forge, credential),
            secret=credential.secret,
            source=credential.source,
            headers=github.HEADERS if forge == "github" else {},
            route=credentials.route(web),
            progress=progress,
        ),
    )
    if forge == "github":
        return github.GitHub(place)
    if forge == "gitlab":
        return GitLab(place)
    if forge == "gitea":
        return Gitea(place)
    return bitbucket_cloud.BitbucketCloud(place) if forge == "bitbucket-cloud" else BitbucketServer(place)


def _secrets(forge: Forge, credential: Credential) -> Mapping[str, str]:
    """Return the header that carries a credential, in the form the forge takes.

    What Git's helpers keep as password is a token at GitHub and GitLab, which take no passwords.
    """
    is_password = credential.kind == "password" and forge not in ("github", "gitlab")
    if is_password and not (forge == "bitbucket-cloud" and credential.user == "x-token-auth"):
        pair = f"{credential.user}:{credential.secret}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {"Authorization": f"{'token' if forge == 'gitea' else 'Bearer'} {credential.secret}"}


_BASES: Final[dict[Forge, Callable[[str], str]]] = {
    "github": github.api_of,
    "gitlab": lambda web: f"{web}/api/v4",
    "gitea": lambda web: f"{web}/api/v1",
    "bitbucket-cloud": bitbucket_cloud.api_of,
    "bitbucket-server": lambda web: f"{web}/rest/api/1.0",
}
_WHERE: Final[dict[Forge, str]] = {
    "github": "Sign in with `gh auth login`, or set GH_TOKEN (a company's server: GH_ENTERPRISE_TOKEN and GH_HOST).",
    "gitlab": "Sign in with `glab auth login`, or set GITLAB_TOKEN (a company's server: GITLAB_HOST too).",
    "gitea": "Set GITEA_TOKEN and GITEA_SERVER_URL, or keep a token in Git's credential helper.",
    "bitbucket-cloud": "Set BITBUCKET_TOKEN, or BITBUCKET_EMAIL and BITBUCKET_API_TOKEN.",
    "bitbucket-server": "Set BITBUCKET_TOKEN and BITBUCKET_URL, or keep a token in Git's credential helper.",
}
