"""A remote as its address says: which host, which project, which forge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Forge = Literal["github", "gitlab", "bitbucket-cloud", "bitbucket-server", "gitea"]


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
