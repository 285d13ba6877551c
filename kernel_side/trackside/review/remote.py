"""A remote as its address says: which host, which project, which forge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

from trackside.errors import NotFoundError, UsageError
from trackside.git.repository import Repository
from trackside.git.runner import Git
from trackside.review.address import Address, split_address
from trackside.review.sshnames import host_name
from trackside.settings import read_settings

Forge = Literal["github", "gitlab", "bitbucket-cloud", "bitbucket-server", "gitea"]

#: Hosts of ssh whose pages are elsewhere: for networks that let only port 443 through.
_PAGES: Final = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
_KNOWN: Final[Mapping[str, Forge]] = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "bitbucket.org": "bitbucket-cloud",
    "codeberg.org": "gitea",
    "gitea.com": "gitea",
    "code.forgejo.org": "gitea",
    "framagit.org": "gitlab",
    "salsa.debian.org": "gitlab",
    "invent.kde.org": "gitlab",
    "gitlab.freedesktop.org": "gitlab",
}
#: What a part of a host's name begins with → the forge it is likely to be. `git.` says nothing: all of them are
#: called so.
_HINTS: Final[Sequence[tuple[str, Forge]]] = (
    ("gitlab", "gitlab"),
    ("github", "github"),
    ("gitea", "gitea"),
    ("forgejo", "gitea"),
    ("bitbucket", "bitbucket-server"),
    ("stash", "bitbucket-server"),
)
#: Where Bitbucket Data Center takes ssh unless it was changed.
_BITBUCKET_SSH: Final = 7999
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Where a branch is pushed to.

    `address` is safe to show: user names and passwords are taken out. `project` is the path on the host without
    slashes around it and without `.git` ("owner/name", on GitLab also deeper). `web` is the address of the forge's
    pages and API ("https://host[:port][/prefix]"), None where there is none (a path, git://).
    `forge` is None until known.
    """

    name: str
    address: str
    scheme: str
    host: str
    project: str
    web: str | None = None
    forge: Forge | None = None


def parse_address(
    address: str, *, name: str = "", forges: Mapping[str, str] | None = None,
    find_host: Callable[[str], str] = lambda host: host,
) -> Remote:  # fmt: skip
    """Read the address of a remote as Git has it; total, asks nobody.

    `forges` are those of `trackside.toml`; `find_host` tells which host a name means that ssh is called with.
    """
    parts = split_address(address)
    if not parts.host or parts.scheme not in ("https", "http", "ssh"):
        project = _project(parts.path) if parts.host else ""
        return Remote(name=name, address=parts.shown, scheme=parts.scheme, host=parts.host, project=project)
    host = find_host(parts.host) if parts.scheme == "ssh" else parts.host
    host = _PAGES.get(host, host)
    place = host
    if parts.scheme != "ssh" and parts.port not in (None, _PORTS[parts.scheme]):
        place = f"{host}:{parts.port}"
    project = _project(parts.path)
    forge, prefix = _set_forge(forges or {}, {host, place}, None if parts.scheme == "ssh" else project)
    forge = forge or _guess_forge(host, parts)
    if parts.scheme != "ssh" and forge is not None:
        prefix = prefix or _prefix(forge, project)
        project = project.removeprefix(prefix).lstrip("/") if prefix else project
        if forge == "bitbucket-server":
            project = project.removeprefix("scm/")
    scheme = "http" if parts.scheme == "http" else "https"
    return Remote(
        name=name,
        address=parts.shown,
        scheme=parts.scheme,
        host=host,
        project=project,
        web=f"{scheme}://{place}{f'/{prefix}' if prefix else ''}",
        forge=forge,
    )


def read_remotes(repository: Repository) -> list[Remote]:
    """Read where each remote of a clone is pushed to, `insteadOf` and `pushInsteadOf` resolved, in Git's order."""
    forges = read_settings(repository.toplevel).forges
    found: dict[str, Remote] = {}
    # One process for all of them; it resolves addresses as `git remote get-url --push` does.
    for line in _git(repository).run("remote", "-v").decode("utf-8", "surrogateescape").splitlines():
        name, tab, address = line.partition("\t")
        if tab and address.endswith(" (push)") and name not in found and not name.startswith("-"):
            shown = address.removesuffix(" (push)")
            found[name] = parse_address(shown, name=name, forges=forges, find_host=host_name)
    return list(found.values())


def pick_remote(repository: Repository, asked: str = "", onto: str = "") -> Remote:
    """Choose where to push: the remote that was asked for, else the one Git would push the branch `onto` to.

    That is `branch.<onto>.pushRemote`, `remote.pushDefault`, `branch.<onto>.remote`, then `origin`, then the only one.
    Raises NotFoundError `no-remote` when there is none, or none of that name; UsageError when several are left.
    """
    remotes = {remote.name: remote for remote in read_remotes(repository)}
    names = ", ".join(remotes)
    if asked:
        if asked not in remotes:
            raise NotFoundError(
                f"There is no remote {_safe(asked)!r}.",
                hint=f"There is: {names}." if remotes else _NO_REMOTE,
                code="no-remote",
            )
        return remotes[asked]
    if not remotes:
        raise NotFoundError("This repository has no remote to push to.", hint=_NO_REMOTE, code="no-remote")
    for name in _usual(repository, onto):
        if name in remotes:
            return remotes[name]
    if len(remotes) > 1:
        raise UsageError("It is not clear which remote to push to.", hint=f"Say --remote with one of: {names}.")
    return next(iter(remotes.values()))


def default_target(repository: Repository, remote: str = "origin") -> str:
    """Return the branch that reviews go into: the remote's HEAD, else main or master, else the current branch.

    Without slashes of `refs/`; "" when HEAD is on no branch and there is nothing else.
    """
    tracking = f"refs/remotes/{remote}/"
    usual = [f"{place}{name}" for name in ("main", "master") for place in (tracking, "refs/heads/")]
    asked = [f"{tracking}HEAD", *usual]
    out = _git(repository).run("for-each-ref", "--format=%(refname) %(symref)", *asked)
    refs = dict(line.split(" ", 1) for line in out.decode("utf-8", "surrogateescape").splitlines())
    head = refs.get(f"{tracking}HEAD", "")
    if head.startswith(tracking):
        return head.removeprefix(tracking)
    for ref in usual:
        if ref in refs:
            return ref.rpartition("/")[2]
    answer = _git(repository).attempt("symbolic-ref", "--quiet", "--short", "HEAD")
    return answer.out.decode("utf-8", "surrogateescape").strip() if answer.status == 0 else ""


_NO_REMOTE: Final = "Add one with `git remote add origin ADDRESS`."


def _git(repository: Repository) -> Git:
    # Reading configuration runs nothing; the reader's short list of commands is for data of strangers.
    return Git(repository.git.folder, "owner")


def _usual(repository: Repository, onto: str) -> list[str]:
    """Return the names of remotes Git's configuration prefers, best first."""
    out = _git(repository).attempt("config", "-z", "--get-regexp", r"^(remote\.pushdefault|branch\..*remote)$").out
    set_to = {}
    for entry in out.decode("utf-8", "surrogateescape").split("\0"):
        key, _, value = entry.partition("\n")
        set_to[key] = value
    onto = onto or default_target(repository)
    # Git keeps the case of a branch's name and gives the rest of the key in lower case.
    keys = [f"branch.{onto}.pushremote", "remote.pushdefault", f"branch.{onto}.remote"]
    return [*(set_to[key] for key in keys if key in set_to), "origin"]


def _project(path: str) -> str:
    """Return a path as the name of a project; "" when it climbs or holds what no name holds."""
    project = path.strip("/").removesuffix(".git").rstrip("/")
    parts = project.split("/")
    return project if project.isprintable() and not {"", ".", ".."} & set(parts) else ""


def _set_forge(forges: Mapping[str, str], hosts: set[str], project: str | None) -> tuple[Forge | None, str]:
    """Return the forge that settings name for a host, and the path under which it is there.

    `project` is None for ssh, whose addresses do not have that path in them.
    """
    for key in sorted(forges, key=len, reverse=True):
        named, _, prefix = key.partition("/")
        if named in hosts and (not prefix or project is None or project.startswith(f"{prefix}/")):
            return cast(Forge, forges[key]), prefix
    return None, ""


def _guess_forge(host: str, parts: Address) -> Forge | None:
    if host in _KNOWN:
        return _KNOWN[host]
    if host.endswith(".ghe.com"):
        return "github"
    for part in host.split("."):
        for begin, forge in _HINTS:
            # gist.github.com and the like are no forge with requests.
            if part.startswith(begin) and not host.endswith((".github.com", ".gitlab.com", ".bitbucket.org")):
                return forge
    if parts.scheme == "ssh" and parts.port == _BITBUCKET_SSH:
        return "bitbucket-server"
    return "bitbucket-server" if parts.scheme != "ssh" and "scm" in parts.path.split("/")[:-2] else None


def _prefix(forge: Forge, project: str) -> str:
    """Return what stands on the host before the project, where the forge's own addresses show it."""
    parts = project.split("/")
    if forge == "bitbucket-server" and "scm" in parts[:-2]:
        return "/".join(parts[: parts.index("scm")])
    # Owner and name and no more; GitLab nests groups, so that its prefix must be set.
    return "/".join(parts[:-2]) if forge in ("gitea", "github") else ""


def _safe(text: str) -> str:
    return "".join(character for character in text[:80] if character.isprintable())
