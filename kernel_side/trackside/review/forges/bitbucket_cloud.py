"""Bitbucket Cloud (REST, version 2.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from trackside.review.forges.protocol import Opened, Place
from trackside.review.forges.refusals import ForgeError
from trackside.review.forges.untrusted import flag, lines_with, number, rows, same, shown_address, text
from trackside.review.remote import Forge

_NO_LABELS: Final = "Bitbucket has no labels for pull requests"


def api_of(web: str) -> str:
    """Return the address of the API for the address of the pages."""
    return "https://api.bitbucket.org/2.0" if urlsplit(web).hostname == "bitbucket.org" else f"{web}/2.0"


@dataclass(frozen=True, slots=True)
class BitbucketCloud:
    """One repository of bitbucket.org."""

    place: Place
    forge: Forge = "bitbucket-cloud"
    # Not documented; that of Data Center.
    limit: int | None = 32_768
    has_html: bool = False

    def find(self, branch: str, onto: str) -> Opened | None:
        """Find the open pull request."""
        # Without being named, drafts were left out of this list for a while (BCLOUD-23659).
        asked = (
            f"source.branch.name={_quoted(branch)} AND destination.branch.name={_quoted(onto)} "
            'AND state="OPEN" AND (draft=true OR draft=false)'
        )
        query = {"q": asked}
        for page in self.place.client.pages(self._pulls, query, size="pagelen"):
            for pull in rows(page, "values"):
                source, target = ((text(pull, side, "branch", "name"), text(pull, side, "repository", "full_name"))
                                  for side in ("source", "destination"))  # fmt: skip
                if source[0] == branch and target[0] == onto and same(source[1], target[1]):
                    return self._opened(pull)
        return None

    def create(self, branch: str, onto: str, title: str, body: str, *, draft: bool) -> Opened:
        """Open a pull request."""
        asked = {
            "type": "pullrequest",
            "title": title,
            "description": body,
            "source": {"branch": {"name": branch}},
            "destination": {"branch": {"name": onto}},
            "draft": draft,
        }
        return self._opened(self.place.client.ask("POST", self._pulls, asked).data)

    def update(self, opened: Opened, title: str, body: str) -> Opened:
        """Give the pull request a new title and body."""
        return self._change(opened, {"title": title, "description": body, "reviewers": _people(opened.reviewers)})

    def label(self, opened: Opened, labels: tuple[str, ...]) -> list[str]:
        """Say that there are none."""
        del opened
        return [f"{_NO_LABELS}: {', '.join(labels)}"]

    def invite(self, opened: Opened, reviewers: tuple[str, ...]) -> list[str]:
        """Ask members of the workspace by nickname, displayed name, account id or `{uuid}`."""
        notes, ids, members = [], list(opened.reviewers), self._members()
        for reviewer in reviewers:
            user = reviewer if reviewer.startswith("{") else members.get(reviewer.casefold(), "")
            if not user:
                notes.append(f"The workspace has no member {reviewer}")
            elif user not in ids:
                ids.append(user)
        if len(ids) > len(opened.reviewers):
            try:
                self._change(opened, {"title": opened.title, "reviewers": _people(tuple(ids))})
            except ForgeError as error:
                if error.status not in (400, 422):
                    raise
                notes.append(f"Bitbucket did not take the reviewers: {error.said}")  # oneself is none
        return notes

    def comment(self, opened: Opened, marker: str, text_: str) -> str:
        """Write the one comment with our marker."""
        path, client = f"{self._pulls}/{opened.number}/comments", self.place.client
        asked = {"type": "pullrequest_comment", "content": {"raw": text_}}
        for page in client.pages(path, {}, size="pagelen"):
            written = [row for row in rows(page, "values") if not flag(row, "deleted")]
            for key in lines_with(marker, ((number(row, "id"), text(row, "content", "raw")) for row in written)):
                try:
                    answer = client.ask("PUT", f"{path}/{key}", asked)
                except ForgeError as error:
                    if error.status not in (403, 404):
                        raise
                    continue  # somebody else's, or gone by now
                return shown_address(text(answer.data, "links", "html", "href"), self.place.web, opened.url)
        answer = client.ask("POST", path, asked)
        return shown_address(text(answer.data, "links", "html", "href"), self.place.web, opened.url)

    def close(self) -> None:
        """Close the connections."""
        self.place.client.close()

    @property
    def _pulls(self) -> str:
        return f"/repositories/{quote(self.place.remote.project, safe='/')}/pullrequests"

    def _members(self) -> dict[str, str]:
        workspace = quote(self.place.remote.project.partition("/")[0], safe="")
        found: dict[str, str] = {}
        for page in self.place.client.pages(f"/workspaces/{workspace}/members", {}, size="pagelen"):
            for row in rows(page, "values"):
                for key in ("display_name", "nickname", "account_id"):
                    if name := text(row, "user", key):
                        found[name.casefold()] = text(row, "user", "uuid")
        return found

    def _change(self, opened: Opened, asked: dict[str, object]) -> Opened:
        path = f"{self._pulls}/{opened.number}"
        return self._opened(self.place.client.ask("PUT", path, {"type": "pullrequest", **asked}).data)

    def _opened(self, pull: object) -> Opened:
        index = number(pull, "id")
        own = f"{self.place.web}/{self.place.remote.project}/pull-requests/{index}"
        return Opened(
            number=index,
            url=shown_address(text(pull, "links", "html", "href"), self.place.web, own),
            title=text(pull, "title"),
            body=text(pull, "description") or text(pull, "summary", "raw"),
            is_draft=flag(pull, "draft"),
            reviewers=tuple(text(reviewer, "uuid") for reviewer in rows(pull, "reviewers")),
        )


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _people(ids: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"type": "user", "uuid": user} for user in ids]
