"""GitHub, GitHub Enterprise Cloud with data residency, and GitHub Enterprise Server (REST, version 2022-11-28)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from trackside.review.forges.commenting import write_comment
from trackside.review.forges.protocol import Opened, Place
from trackside.review.forges.refusals import ForgeError
from trackside.review.forges.untrusted import flag, number, rows, same, shown_address, text
from trackside.review.remote import Forge

HEADERS: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


def api_of(web: str) -> str:
    """Return the address of the API for the address of the pages."""
    host = urlsplit(web).hostname or ""
    if host == "github.com":
        return "https://api.github.com"
    return f"https://api.{host}" if host.endswith(".ghe.com") else f"{web}/api/v3"


@dataclass(frozen=True, slots=True)
class GitHub:
    """One repository of GitHub."""

    place: Place
    forge: Forge = "github"
    limit: int | None = 65_536
    has_html: bool = True

    def find(self, branch: str, onto: str) -> Opened | None:
        """Find the open pull request."""
        owner = self.place.remote.project.partition("/")[0]
        query = {"head": f"{owner}:{branch}", "base": onto, "state": "open"}
        for page in self.place.client.pages(f"{self._repository}/pulls", query, size="per_page"):
            for pull in rows(page):
                # GitHub passes over a filter it does not understand and gives every request.
                if (
                    text(pull, "head", "ref") == branch
                    and text(pull, "base", "ref") == onto
                    and same(text(pull, "head", "repo", "full_name"), text(pull, "base", "repo", "full_name"))
                ):
                    return self._opened(pull)
        return None

    def create(self, branch: str, onto: str, title: str, body: str, *, draft: bool) -> Opened:
        """Open a pull request; where drafts are not to be had, an ordinary one."""
        asked = {"title": title, "head": branch, "base": onto, "body": body, "draft": draft}
        try:
            answer = self.place.client.ask("POST", f"{self._repository}/pulls", asked)
        except ForgeError as error:
            # Private repositories of free plans have no drafts.
            if not draft or error.status != 422 or "draft" not in error.said.lower():
                raise
            answer = self.place.client.ask("POST", f"{self._repository}/pulls", {**asked, "draft": False})
        return self._opened(answer.data)

    def update(self, opened: Opened, title: str, body: str) -> Opened:
        """Give the pull request a new title and body."""
        path = f"{self._repository}/pulls/{opened.number}"
        return self._opened(self.place.client.ask("PATCH", path, {"title": title, "body": body}).data)

    def label(self, opened: Opened, labels: tuple[str, ...]) -> list[str]:
        """Add labels; GitHub makes those that do not exist yet."""
        self.place.client.ask("POST", f"{self._repository}/issues/{opened.number}/labels", {"labels": list(labels)})
        return []

    def invite(self, opened: Opened, reviewers: tuple[str, ...]) -> list[str]:
        """Ask people, and teams written as `organization/team`."""
        path = f"{self._repository}/pulls/{opened.number}/requested_reviewers"
        notes = []
        for reviewer in reviewers:
            # One by one: a single name that is refused would take the others along.
            team = reviewer.partition("/")[2]
            try:
                self.place.client.ask("POST", path, {"team_reviewers": [team]} if team else {"reviewers": [reviewer]})
            except ForgeError as error:
                if error.status != 422:
                    raise
                notes.append(f"GitHub did not ask {reviewer} for a review: {error.said or 'not a collaborator'}")
        return notes

    def comment(self, opened: Opened, marker: str, text_: str) -> str:
        """Write the one comment with our marker."""
        issues = f"{self._repository}/issues"
        pages = self.place.client.pages(f"{issues}/{opened.number}/comments", {}, size="per_page")
        return write_comment(self.place, issues, opened, pages, marker, text_)

    def close(self) -> None:
        """Close the connections."""
        self.place.client.close()

    @property
    def _repository(self) -> str:
        return f"/repos/{quote(self.place.remote.project, safe='/')}"

    def _opened(self, pull: object) -> Opened:
        index = number(pull, "number")
        own = f"{self.place.web}/{self.place.remote.project}/pull/{index}"
        return Opened(
            number=index,
            url=shown_address(text(pull, "html_url"), self.place.web, own),
            title=text(pull, "title"),
            body=text(pull, "body"),
            is_draft=flag(pull, "draft"),
        )
