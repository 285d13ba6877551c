"""Forges behind one small protocol: GitHub, GitLab, Bitbucket Cloud and Data Center, Gitea and Forgejo.

`request_by_api` opens or updates a request, `comment_by_api` writes the report on one; `forge_of` opens a forge for
more. Credentials are looked up by `Credentials`; refusals are `ForgeError`.
"""

from __future__ import annotations

from trackside.review.forges.credentials import Credential, Credentials
from trackside.review.forges.door import forge_of, known_forge
from trackside.review.forges.protocol import ForgeApi, Opened
from trackside.review.forges.refusals import ForgeError
from trackside.review.forges.requesting import comment_by_api, request_by_api

__all__ = [
    "Credential",
    "Credentials",
    "ForgeApi",
    "ForgeError",
    "Opened",
    "comment_by_api",
    "forge_of",
    "known_forge",
    "request_by_api",
]
