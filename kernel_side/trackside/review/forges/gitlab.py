"""GitLab, on gitlab.com or self-managed, also under a prefix (REST, version 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from trackside.review.forges.protocol import Opened, Place
from trackside.review.forges.refusals import ForgeError
from trackside.review.forges.untrusted import flag, lines_with, number, rows, shown_address, text, value
from trackside.review.remote import Forge

_DRAFT: Final = "Draft: "


@dataclass(frozen=True, slots=True)
class GitLab:
    """One project of GitLab."""

    place: Place
    forge: Forge = "gitlab"
    limit: int | None = 1_000_000
    has_html: bool = True

    def find(self, branch: str, onto: str) -> Opened | None:
        """Find the open merge request."""
        query = {"source_branch": branch, "target_branch": onto, "state": "opened"}
        for page in self.place.client.pages(f"{self._project}/merge_requests", query, size="per_page"):
            for row in rows(page):
                is_same = text(row, "source_branch") == branch and text(row, "target_branch") == onto
                if is_same and value(row, "source_project_id") == value(row, "target_project_id"):
                    return self._opened(row)
        return None

    def create(self, branch: str, onto: str, title: str, body: str, *, draft: bool) -> Opened:
        """Open a merge request; a draft is one whose title says so."""
        asked = {
            "source_branch": branch,
            "target_branch": onto,
            "title": _DRAFT + title if draft else title,
            "description": body,
        }
        return self._opened(self.place.client.ask("POST", f"{self._project}/merge_requests", asked).data)

    def update(self, opened: Opened, title: str, body: str) -> Opened:
        """Give the merge request a new title and body."""
        title = _DRAFT + title if opened.is_draft else title
        return self._change(opened, {"title": title, "description": body})

    def label(self, opened: Opened, labels: tuple[str, ...]) -> list[str]:
        """Add labels; GitLab makes those that do not exist yet, and parts them by commas."""
        fit = [label for label in labels if "," not in label]
        if fit:
            self._change(opened, {"add_labels": ",".join(fit)})
        return [f"GitLab's labels have no commas: {label}" for label in labels if "," in label]

    def invite(self, opened: Opened, reviewers: tuple[str, ...]) -> list[str]:
        """Ask people by user name, besides those who were asked before; free plans keep only one."""
        notes, ids = [], [int(known) for known in opened.reviewers]
        for reviewer in reviewers:
            found = self.place.client.get("/users", {"username": reviewer}).data
            users = [number(row, "id") for row in rows(found) if text(row, "username").lower() == reviewer.lower()]
            ids += [user for user in users if user not in ids]
            if not users:
                notes.append(f"GitLab knows nobody called {reviewer}")
        if len(ids) > len(opened.reviewers):
            changed = self._change(opened, {"reviewer_ids": ids})
            if len(changed.reviewers) < len(ids):
                notes.append(f"GitLab took {len(changed.reviewers)} of {len(ids)} reviewers")
        return notes

    def comment(self, opened: Opened, marker: str, text_: str) -> str:
        """Write the one note with our marker."""
        path, client = f"{self._project}/merge_requests/{opened.number}/notes", self.place.client
        for page in client.pages(path, {"sort": "asc", "order_by": "created_at"}, size="per_page"):
            notes = [(number(row, "id"), text(row, "body")) for row in rows(page) if not flag(row, "system")]
            for key in lines_with(marker, notes):
                try:
                    client.ask("PUT", f"{path}/{key}", {"body": text_})
                except ForgeError as error:
                    if error.status not in (403, 404):
                        raise
                    continue  # somebody else's, or gone by now
                return f"{opened.url}#note_{key}"
        return f"{opened.url}#note_{number(client.ask('POST', path, {'body': text_}).data, 'id')}"

    def close(self) -> None:
        """Close the connections."""
        self.place.client.close()

    @property
    def _project(self) -> str:
        return f"/projects/{quote(self.place.remote.project, safe='')}"

    def _change(self, opened: Opened, asked: dict[str, object]) -> Opened:
        path = f"{self._project}/merge_requests/{opened.number}"
        return self._opened(self.place.client.ask("PUT", path, asked).data)

    def _opened(self, row: object) -> Opened:
        index = number(row, "iid")
        own = f"{self.place.web}/{self.place.remote.project}/-/merge_requests/{index}"
        return Opened(
            number=index,
            url=shown_address(text(row, "web_url"), self.place.web, own),
            title=text(row, "title"),
            body=text(row, "description"),
            # `work_in_progress` is the older name.
            is_draft=flag(row, "draft") or flag(row, "work_in_progress"),
            reviewers=tuple(str(number(reviewer, "id")) for reviewer in rows(row, "reviewers")),
        )
