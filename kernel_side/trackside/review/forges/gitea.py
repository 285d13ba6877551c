"""Gitea and Forgejo (REST, version 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from trackside.review.forges.commenting import write_comment
from trackside.review.forges.protocol import Opened, Place
from trackside.review.forges.refusals import ForgeError
from trackside.review.forges.untrusted import flag, number, rows, same, shown_address, text
from trackside.review.remote import Forge

_DRAFT: Final = "WIP: "
_DRAFTS: Final = ("wip:", "[wip]")


@dataclass(frozen=True, slots=True)
class Gitea:
    """One repository of Gitea or Forgejo."""

    place: Place
    forge: Forge = "gitea"
    limit: int | None = 65_536
    has_html: bool = True

    def find(self, branch: str, onto: str) -> Opened | None:
        """Find the open pull request, by walking through those that are open: older servers have no filter."""
        query = {"state": "open", "sort": "recentupdate"}
        for page in self.place.client.pages(f"{self._repository}/pulls", query, size="limit"):
            for pull in rows(page):
                if (
                    text(pull, "head", "ref") == branch
                    and text(pull, "base", "ref") == onto
                    and same(text(pull, "head", "repo", "full_name"), text(pull, "base", "repo", "full_name"))
                ):
                    return self._opened(pull)
        return None

    def create(self, branch: str, onto: str, title: str, body: str, *, draft: bool) -> Opened:
        """Open a pull request; a draft is one whose title says so."""
        asked = {"head": branch, "base": onto, "title": _DRAFT + title if draft else title, "body": body}
        return self._opened(self.place.client.ask("POST", f"{self._repository}/pulls", asked).data)

    def update(self, opened: Opened, title: str, body: str) -> Opened:
        """Give the pull request a new title and body."""
        asked = {"title": _DRAFT + title if opened.is_draft else title, "body": body}
        return self._opened(self.place.client.ask("PATCH", f"{self._repository}/pulls/{opened.number}", asked).data)

    def label(self, opened: Opened, labels: tuple[str, ...]) -> list[str]:
        """Add labels the repository or its organization has; the API knows them by number only."""
        known = self._labels(f"{self._repository}/labels")
        if any(label.casefold() not in known for label in labels):
            owner = quote(self.place.remote.project.partition("/")[0], safe="")
            known = {**self._labels(f"/orgs/{owner}/labels", is_optional=True), **known}
        ids = [known[label.casefold()] for label in labels if label.casefold() in known]
        if ids:
            self.place.client.ask("POST", f"{self._repository}/issues/{opened.number}/labels", {"labels": ids})
        return [f"There is no label {label} there" for label in labels if label.casefold() not in known]

    def invite(self, opened: Opened, reviewers: tuple[str, ...]) -> list[str]:
        """Ask people, and teams written as `organization/team`."""
        path = f"{self._repository}/pulls/{opened.number}/requested_reviewers"
        notes = []
        for reviewer in reviewers:
            team = reviewer.partition("/")[2]
            try:
                self.place.client.ask("POST", path, {"team_reviewers": [team]} if team else {"reviewers": [reviewer]})
            except ForgeError as error:
                if error.status not in (404, 422):
                    raise
                notes.append(f"{reviewer} was not asked for a review: {error.said or 'nobody of that name'}")
        return notes

    def comment(self, opened: Opened, marker: str, text_: str) -> str:
        """Write the one comment with our marker."""
        issues = f"{self._repository}/issues"
        pages = [
            self.place.client.get(f"{issues}/{opened.number}/comments").data
        ]  # all of them: this list has no pages
        return write_comment(self.place, issues, opened, pages, marker, text_)

    def close(self) -> None:
        """Close the connections."""
        self.place.client.close()

    @property
    def _repository(self) -> str:
        return f"/repos/{quote(self.place.remote.project, safe='/')}"

    def _labels(self, path: str, *, is_optional: bool = False) -> dict[str, int]:
        try:
            pages = list(self.place.client.pages(path, {}, size="limit"))
        except ForgeError as error:
            if is_optional and error.status in (403, 404):  # a person's, not an organization's
                return {}
            raise
        return {text(row, "name").casefold(): number(row, "id") for page in pages for row in rows(page)}

    def _opened(self, pull: object) -> Opened:
        index, title = number(pull, "number"), text(pull, "title")
        own = f"{self.place.web}/{self.place.remote.project}/pulls/{index}"
        return Opened(
            number=index,
            url=shown_address(text(pull, "html_url"), self.place.web, own),
            title=title,
            body=text(pull, "body"),
            is_draft=flag(pull, "draft") or title.lower().startswith(_DRAFTS),
        )
