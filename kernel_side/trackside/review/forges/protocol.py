"""What every forge can do, in one small protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from trackside.review.forges.http import Client
from trackside.review.remote import Forge, Remote


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open request as the forge tells it; `version` counts its changes where the forge wants it back.

    `reviewers` are what the forge knows them by (ids or names), for forges where a change replaces them.
    """

    number: int
    url: str
    title: str
    body: str
    is_draft: bool = False
    version: int = 0
    reviewers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A project of a forge and the connection to it."""

    remote: Remote
    client: Client = field(repr=False)

    @property
    def web(self) -> str:
        """The address of the forge's pages."""
        return self.remote.web or ""


class ForgeApi(Protocol):
    """One project of one forge, as the person whose credential it is.

    Every method raises ForgeError. Texts are sent as given; addresses in answers are already fit to be shown.
    """

    @property
    def forge(self) -> Forge:
        """Which forge this is."""

    @property
    def limit(self) -> int | None:
        """How many characters a body or comment may have, None without a limit worth naming."""

    @property
    def has_html(self) -> bool:
        """Whether a comment in HTML stays unseen in a body."""

    def find(self, branch: str, onto: str) -> Opened | None:
        """Find the open request of this project's `branch` into its `onto`."""

    def create(self, branch: str, onto: str, title: str, body: str, *, draft: bool) -> Opened:
        """Open a request; as draft, where the forge and the project have that (`Opened.is_draft` tells)."""

    def update(self, opened: Opened, title: str, body: str) -> Opened:
        """Give an open request a new title and body; whether it is a draft stays as it is."""

    def label(self, opened: Opened, labels: tuple[str, ...]) -> list[str]:
        """Add labels; returns a sentence for each that could not be added."""

    def invite(self, opened: Opened, reviewers: tuple[str, ...]) -> list[str]:
        """Ask for reviews; returns a sentence for each person who could not be asked."""

    def comment(self, opened: Opened, marker: str, text: str) -> str:
        """Write `text` as the one comment with our marker, in place of an earlier one; returns its address."""

    def close(self) -> None:
        """Close the connections."""
