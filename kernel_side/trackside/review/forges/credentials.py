"""The credential a person already has for a host: looked up when needed, sent to that host only, kept nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit

from trackside.errors import TracksideError
from trackside.git.repository import Repository
from trackside.git.runner import Git
from trackside.review.forges.programs import ask_program, is_token
from trackside.review.forges.refusals import ForgeError
from trackside.review.forges.route import Route, configured, find_route
from trackside.review.remote import Forge, Remote

Kind = Literal["token", "password"]
_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A token, or a user and password, for one `host` ("host" or "host:port"); `source` says where it is from."""

    host: str
    source: str
    kind: Kind = "token"
    user: str = field(default="", repr=False)
    secret: str = field(repr=False)

    def __reduce__(self) -> str:
        raise TypeError("a credential is not to be stored")


@dataclass(frozen=True, slots=True)
class _Variable:
    """An environment variable with a token: for which hosts of which forge.

    The host is that of the first of `addresses` that is set (an address or a host), else `usual`.
    """

    name: str
    forge: Forge
    usual: str
    addresses: tuple[str, ...] = ()


#: As gh, glab, tea and the CI of each forge have them; the first that fits wins.
VARIABLES: Final = (
    _Variable("GH_TOKEN", "github", "github.com"),
    _Variable("GITHUB_TOKEN", "github", "github.com", ("GITHUB_SERVER_URL",)),
    _Variable("GH_ENTERPRISE_TOKEN", "github", "", ("GH_HOST", "GITHUB_SERVER_URL")),
    _Variable("GITHUB_ENTERPRISE_TOKEN", "github", "", ("GH_HOST", "GITHUB_SERVER_URL")),
    _Variable("GITLAB_TOKEN", "gitlab", "gitlab.com", ("GITLAB_HOST", "GL_HOST", "CI_SERVER_URL")),
    _Variable("GITLAB_ACCESS_TOKEN", "gitlab", "gitlab.com", ("GITLAB_HOST", "GL_HOST", "CI_SERVER_URL")),
    _Variable("BITBUCKET_TOKEN", "bitbucket-cloud", "bitbucket.org", ("BITBUCKET_URL",)),
    _Variable("BITBUCKET_TOKEN", "bitbucket-server", "", ("BITBUCKET_URL",)),
    _Variable("GITEA_TOKEN", "gitea", "gitea.com", ("GITEA_SERVER_URL", "GITEA_URL", "GITHUB_SERVER_URL")),
    _Variable("GITEA_SERVER_TOKEN", "gitea", "", ("GITEA_SERVER_URL",)),
    _Variable("FORGEJO_TOKEN", "gitea", "codeberg.org", ("FORGEJO_URL", "GITHUB_SERVER_URL")),
    # In Gitea Actions, which calls its variables as GitHub does.
    _Variable("GITHUB_TOKEN", "gitea", "", ("GITHUB_SERVER_URL",)),
)
_JOB: Final = "CI_JOB_TOKEN"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the credentials of this person are looked for; holds none itself."""

    repository: Repository | None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def find(self, remote: Remote) -> Credential | None:
        """Find the credential for the host of a remote whose forge is known; None when there is none.

        Looked for in the variable that Git's `trackside.<address>.tokenVariable` names, in the variables of the
        forge's own programs and CI, then asked of `gh` or `glab`, then of Git's credential helpers, without a window.
        Raises ForgeError when only the token of a GitLab job is there, which may not open requests.
        """
        host = host_of(remote.web)
        if remote.web is None or not host:
            return None
        for credential in self._found(remote, remote.web, host):
            return credential
        if remote.forge == "gitlab" and self.environment.get(_JOB) and host in self._hosts(("CI_SERVER_URL",)):
            raise ForgeError(
                "The token of a GitLab job (CI_JOB_TOKEN) can neither open a merge request nor comment on one.",
                hint="Make a project access token with the scope `api` and give it to the job as GITLAB_TOKEN.",
                code="forge-job-token",
            )
        return None

    def setting(self, web: str, key: str) -> str:
        """Return Git's `trackside.<address>.<key>` of this clone or person, "" when unset."""
        return configured(self.repository, "trackside", web).get(f"trackside.{key.lower()}", "")

    def route(self, web: str) -> Route:
        """Return the way to a host as the environment and Git's configuration have it."""
        return find_route(web, self.repository, self.environment)

    def _found(self, remote: Remote, web: str, host: str) -> Iterator[Credential]:
        if (name := self.setting(web, "tokenVariable")) and is_token(token := self.environment.get(name, "")):
            yield Credential(host=host, source=name, secret=token)
        yield from self._variables(remote, host)
        if remote.forge == "github" and (token := ask_program("gh", "auth", "token", "--hostname", host)):
            yield Credential(host=host, source="gh", secret=token)
        if remote.forge == "gitlab" and (token := ask_program("glab", "config", "get", "token", "--host", host)):
            yield Credential(host=host, source="glab", secret=token)
        if (helped := self._of_git(remote, web, host)) is not None:
            yield helped

    def _variables(self, remote: Remote, host: str) -> Iterator[Credential]:
        user = self.environment.get("BITBUCKET_EMAIL", "") or self.environment.get("BITBUCKET_USERNAME", "")
        token = self.environment.get("BITBUCKET_API_TOKEN", "")
        if remote.forge == "bitbucket-cloud" and host == "bitbucket.org" and user and is_token(token):
            yield Credential(host=host, source="BITBUCKET_API_TOKEN", kind="password", user=user, secret=token)
        for variable in VARIABLES:
            token = self.environment.get(variable.name, "")
            if variable.forge != remote.forge or not is_token(token):
                continue
            hosts = self._hosts(variable.addresses) or {variable.usual}
            if host in hosts:
                yield Credential(host=host, source=variable.name, secret=token)

    def _hosts(self, names: tuple[str, ...]) -> set[str]:
        """Return the host of the first of these variables that is set."""
        for name in names:
            if address := self.environment.get(name, ""):
                return {host_of(address if "://" in address else f"https://{address}")}
        return set()

    def _of_git(self, remote: Remote, web: str, host: str) -> Credential | None:
        """Ask Git's credential helpers; never a window, never the terminal, and nothing is approved or stored."""
        if self.repository is None or self.repository.trust == "reader":
            return None
        scheme = urlsplit(web).scheme
        fields = {"protocol": scheme, "host": host, "path": f"{remote.project}.git"}
        if any(character in content for content in fields.values() for character in "\n\r\0"):
            return None
        # An empty core.askPass keeps Git from SSH_ASKPASS; the owner's environment has no GIT_ASKPASS.
        quiet = (("core.askPass", ""), ("credential.interactive", "false"), ("credential.guiPrompt", "false"))
        git = Git(self.repository.git.folder, "owner", _SECONDS, quiet)
        asked = "".join(f"{key}={content}\n" for key, content in fields.items())
        try:
            answer = git.attempt("credential", "fill", stdin=f"{asked}\n".encode())
        except TracksideError:  # a helper that never ends
            return None
        told = dict(line.partition("=")[::2] for line in answer.out.decode("utf-8", "replace").splitlines())
        if answer.status != 0 or told.get("host", "") != host or not is_token(told.get("password", "")):
            return None
        return Credential(
            host=host,
            source="Git's credential helper",
            kind="password",
            user=told.get("username", ""),
            secret=told["password"],
        )


def host_of(address: str | None) -> str:
    """Return "host" or "host:port" of an http(s) address in small letters, without the usual port; "" for others."""
    try:
        parts = urlsplit(address or "")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or not is_token(host) or host.startswith("-"):
        return ""
    host = f"[{host}]" if ":" in host else host
    return host if port in (None, {"http": 80, "https": 443}[parts.scheme]) else f"{host}:{port}"
