"""Bitbucket Data Center (REST, version 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from trackside.review.forges.protocol import Opened, Place
from trackside.review.forges.refusals import ForgeError
from trackside.review.forges.untrusted import flag, lines_with, number, rows, same, shown_address, text, value
from trackside.review.remote import Forge

_NO_LABELS: Final = "Bitbucket has no labels for pull requests"
_PAGES: Final = 20


@dataclass(frozen=True, slots=True)
class BitbucketServer:
    """One repository of Bitbucket Data Center; its project is `KEY/name`, a person's `~user/name`."""

    place: Place
    forge: Forge = "bitbucket-server"
    limit: int | None = 32_768
    has_html: bool = False

    def find(self, branch: str, onto: str) -> Opened | None:
        """Find the open pull request."""
        query = {"at": f"refs/heads/{branch}", "direction": "OUTGOING", "state": "OPEN"}
        for pull in self._all(self._pulls, query):
            ends = [(text(pull, side, "id"), _repository(value(pull, side, "repository")))
                    for side in ("fromRef", "toRef")]  # fmt: skip
            if (
                ends[0][0] == f"refs/heads/{branch}"
                and ends[1][0] == f"refs/heads/{onto}"
                and same(ends[0][1], ends[1][1])
            ):
                return self._opened(pull)
        return None

    def create(self, branch: str, onto: str, title: str, body: str, *, draft: bool) -> Opened:
        """Open a pull request; as draft from version 8.18 on."""
        key, slug = self._names
        repository = {"slug": slug, "project": {"key": key}}
        asked: dict[str, object] = {
            "title": title,
            "description": body,
            "fromRef": {"id": f"refs/heads/{branch}", "repository": repository},
            "toRef": {"id": f"refs/heads/{onto}", "repository": repository},
        }
        if draft:
            try:
                return self._opened(self.place.client.ask("POST", self._pulls, {**asked, "draft": True}).data)
            except ForgeError as error:
                if error.status != 400:  # a version that does not know the field
                    raise
        return self._opened(self.place.client.ask("POST", self._pulls, asked).data)

    def update(self, opened: Opened, title: str, body: str) -> Opened:
        """Give the pull request a new title and body."""
        return self._change(opened, {"title": title, "description": body}, opened.reviewers)

    def label(self, opened: Opened, labels: tuple[str, ...]) -> list[str]:
        """Say that there are none."""
        del opened
        return [f"{_NO_LABELS}: {', '.join(labels)}"]

    def invite(self, opened: Opened, reviewers: tuple[str, ...]) -> list[str]:
        """Ask people by user name, besides those who were asked before."""
        notes: list[str] = []
        for reviewer in reviewers:
            current = self._again(opened)
            if reviewer.casefold() in (known.casefold() for known in current.reviewers):
                continue
            try:
                self._change(current, {"title": current.title, "description": current.body},
                             (*current.reviewers, reviewer))  # fmt: skip
            except ForgeError as error:
                if error.status not in (400, 404, 409):
                    raise
                notes.append(f"Bitbucket did not ask {reviewer} for a review: {error.said or 'nobody of that name'}")
        return notes

    def comment(self, opened: Opened, marker: str, text_: str) -> str:
        """Write the one comment with our marker; comments are found among the activities."""
        path, client = f"{self._pulls}/{opened.number}", self.place.client
        told = (value(row, "comment") for row in self._all(f"{path}/activities", {}) if _is_comment(row))
        comments = {number(row, "id"): row for row in told}
        for key in lines_with(marker, ((key, text(row, "text")) for key, row in comments.items())):
            asked = {"text": text_, "version": number(comments[key], "version")}
            try:
                client.ask("PUT", f"{path}/comments/{key}", asked)
            except ForgeError as error:
                if error.status not in (401, 403, 404):  # somebody else's is 401 here
                    raise
                continue
            return self._comment_address(opened, key)
        return self._comment_address(opened, number(client.ask("POST", f"{path}/comments", {"text": text_}).data, "id"))

    def close(self) -> None:
        """Close the connections."""
        self.place.client.close()

    @property
    def _names(self) -> tuple[str, str]:
        key, _, slug = self.place.remote.project.partition("/")
        return key, slug

    @property
    def _pulls(self) -> str:
        key, slug = self._names
        return f"/projects/{quote(key, safe='~')}/repos/{quote(slug, safe='')}/pull-requests"

    def _again(self, opened: Opened) -> Opened:
        return self._opened(self.place.client.get(f"{self._pulls}/{opened.number}").data)

    def _change(self, opened: Opened, asked: dict[str, object], reviewers: tuple[str, ...]) -> Opened:
        """Replace fields; reviewers that are not named would be taken out, and an old version is refused."""
        people = [{"user": {"name": name}} for name in reviewers]
        if opened.is_draft:
            asked = {**asked, "draft": True}
        path = f"{self._pulls}/{opened.number}"
        try:
            changed = {**asked, "reviewers": people, "version": opened.version}
            return self._opened(self.place.client.ask("PUT", path, changed).data)
        except ForgeError as error:
            if error.status != 409:
                raise
            current = self._again(opened)
            if current.version == opened.version:
                raise
            changed = {**asked, "reviewers": people, "version": current.version}
            return self._opened(self.place.client.ask("PUT", path, changed).data)

    def _all(self, path: str, query: dict[str, str]) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        start = 0
        for _ in range(_PAGES):
            page = self.place.client.get(path, {**query, "limit": "100", "start": str(start)}).data
            found += rows(page, "values")
            if flag(page, "isLastPage") or value(page, "nextPageStart") is None:
                break
            start = number(page, "nextPageStart")
        return found

    def _comment_address(self, opened: Opened, key: int) -> str:
        return f"{opened.url}/overview?commentId={key}"

    def _opened(self, pull: object) -> Opened:
        index = number(pull, "id")
        key, slug = self._names
        owner = f"users/{key[1:]}" if key.startswith("~") else f"projects/{key}"
        own = f"{self.place.web}/{owner}/repos/{slug}/pull-requests/{index}"
        link = next((text(row, "href") for row in rows(pull, "links", "self")), "")
        return Opened(
            number=index,
            url=shown_address(link, self.place.web, own),
            title=text(pull, "title"),
            body=text(pull, "description"),
            is_draft=flag(pull, "draft"),
            version=number(pull, "version"),
            reviewers=tuple(text(row, "user", "name") for row in rows(pull, "reviewers")),
        )


def _repository(data: object) -> str:
    return f"{text(data, 'project', 'key')}/{text(data, 'slug')}"


def _is_comment(row: object) -> bool:
    return text(row, "action") == "COMMENTED" and isinstance(value(row, "comment"), dict)
