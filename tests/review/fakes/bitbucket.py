"""A fake Bitbucket Cloud and a fake Bitbucket Data Center."""

from __future__ import annotations

import base64
import re
from typing import Any

from review.fakes.server import Answered, Seen
from review.fakes.state import NOW, TOKEN, Comment, Forge, Pull, Refused


class FakeCloud(Forge):
    """Bitbucket Cloud as `ada` sees it; a second request for the same branches changes the first."""

    description = "bitbucket_cloud.yaml"
    below = "/2.0"

    def is_known(self, authorization: str) -> bool:
        """Access tokens of a repository, and API tokens with the address of a person."""
        basic = base64.b64encode(f"ada@example.org:{TOKEN}".encode()).decode()
        return authorization in (f"Bearer {TOKEN}", f"Basic {basic}")

    def get_repositories_pullrequests(self, seen: Seen, workspace: str, name: str) -> Answered:
        """List requests; drafts only when asked for, as it was for a while (BCLOUD-23659)."""
        self._check(workspace, name)
        asked = seen.query["q"]
        found = re.findall(r'(source|destination)\.branch\.name="((?:[^"\\]|\\.)*)"', asked)
        names = {side: re.sub(r"\\(.)", r"\1", value) for side, value in found}
        rows = [
            pull for pull in self.pulls
            if pull.is_open and pull.branch == names["source"] and pull.onto == names["destination"]
            and (not pull.is_draft or "draft=true" in asked)
        ]  # fmt: skip
        return Answered(body=self._page([self._shown(pull) for pull in rows], seen))

    def post_repositories_pullrequests(self, seen: Seen, workspace: str, name: str) -> Answered:
        """Open a request, or change the one with these branches."""
        self._check(workspace, name)
        body = seen.body
        branch, onto = body["source"]["branch"]["name"], body["destination"]["branch"]["name"]
        for side, named in (("source", branch), ("destination", onto)):
            if not self.oid(named):
                raise Refused(400, {"type": "error", "error": {
                    "message": f"{side}: branch not found", "fields": {side: ["branch not found"]}}})  # fmt: skip
        if twin := self.twin(branch, onto):
            twin.title, twin.body = body["title"], body.get("description", "")
            return Answered(201, self._shown(twin))
        pull = self.open_pull(
            branch, onto, body["title"], body.get("description", ""), is_draft=body.get("draft", False)
        )
        return Answered(201, self._shown(pull))

    def put_repositories_pullrequests_one(self, seen: Seen, workspace: str, name: str, number: str) -> Answered:
        """Change a request; reviewers are replaced."""
        self._check(workspace, name)
        pull, body = self.pull(number), seen.body
        people = [reviewer["uuid"].strip("{}") for reviewer in body.get("reviewers", ())]
        if "ada" in people:
            raise Refused(400, {"type": "error", "error": {
                "message": "reviewers: ada is the author and cannot be included as a reviewer."}})  # fmt: skip
        pull.title, pull.body = body.get("title", pull.title), body.get("description", pull.body)
        pull.reviewers = people
        return Answered(body=self._shown(pull))

    def get_repositories_pullrequests_comments(self, seen: Seen, workspace: str, name: str, number: str) -> Answered:
        """List comments."""
        self._check(workspace, name)
        pull = self.pull(number)
        return Answered(body=self._page([self._comment(pull, comment) for comment in pull.comments], seen))

    def post_repositories_pullrequests_comments(self, seen: Seen, workspace: str, name: str, number: str) -> Answered:
        """Comment."""
        self._check(workspace, name)
        pull = self.pull(number)
        return Answered(201, self._comment(pull, self.write_comment(pull, seen.body["content"]["raw"])))

    def put_repositories_pullrequests_comments_one(
        self, seen: Seen, workspace: str, name: str, number: str, key: str
    ) -> Answered:  # fmt: skip
        """Change a comment."""
        self._check(workspace, name)
        comment = self.comment(key)
        comment.body = seen.body["content"]["raw"]
        return Answered(body=self._comment(self.pull(number), comment))

    def get_workspaces_members(self, seen: Seen, workspace: str) -> Answered:
        """List the people of the workspace."""
        del workspace
        users = [{"type": "workspace_membership", "user": self._person(name)} for name in self.people]
        return Answered(body=self._page(users, seen))

    def unauthorized(self) -> Any:
        """Return what is told to strangers."""
        return {"type": "error", "error": {"message": "Token is invalid, expired, or not supported for this endpoint."}}

    def forbidden(self) -> Any:
        """Return what is told to whom may not."""
        return {"type": "error", "error": {"message": "Your credentials lack one or more required privilege scopes."}}

    def not_found(self) -> Any:
        """Return what is told of what is not there."""
        return {"type": "error", "error": {"message": "Repository team/study not found"}}

    def _check(self, workspace: str, name: str) -> None:
        if f"{workspace}/{name}".lower() != self.project:
            raise Refused(404, self.not_found())

    def _page(self, rows: list[Any], seen: Seen) -> dict[str, Any]:
        self.page_size = min(self.page_size, 50)
        shown, headers = self.page(rows, seen, "pagelen")
        more = {"next": f"https://elsewhere.example/{seen.path}?page=2"} if headers else {}
        return {"pagelen": self.page_size, "size": len(rows), "page": int(seen.query.get("page", 1)), "values": shown,
                **more}  # fmt: skip

    def _person(self, name: str) -> dict[str, Any]:
        return {"type": "user", "uuid": f"{{{name}}}", "nickname": name, "display_name": f"{name.title()} Example",
                "account_id": f"557058:{name}"}  # fmt: skip

    def _comment(self, pull: Pull, comment: Comment) -> dict[str, Any]:
        address = f"{self.home}/{self.project}/pull-requests/{pull.number}/_/diff#comment-{comment.id}"
        return {"type": "pullrequest_comment", "id": comment.id, "deleted": False, "created_on": NOW,
                "content": {"raw": comment.body, "markup": "markdown", "html": ""}, "user": self._person("ada"),
                "links": {"html": {"href": address}}}  # fmt: skip

    def _shown(self, pull: Pull) -> dict[str, Any]:
        def end(branch: str) -> dict[str, Any]:
            return {"branch": {"name": branch}, "commit": {"hash": self.oid(branch)[:12], "type": "commit"},
                    "repository": {"type": "repository", "full_name": self.project}}  # fmt: skip

        return {
            "type": "pullrequest",
            "id": pull.number,
            "title": pull.title,
            "description": pull.body,
            "summary": {"type": "rendered", "raw": pull.body, "markup": "markdown", "html": ""},
            "state": "OPEN" if pull.is_open else "DECLINED",
            "draft": pull.is_draft,
            "source": end(pull.branch),
            "destination": end(pull.onto),
            "reviewers": [self._person(name) for name in pull.reviewers],
            "links": {"html": {"href": f"{self.home}/{self.project}/pull-requests/{pull.number}"}},
        }


class FakeDataCenter(Forge):
    """Bitbucket Data Center as `ada` sees it: versions are counted, a change replaces the reviewers."""

    description = "bitbucket_server.yaml"
    below = "/rest/api/1.0"
    project = "TEAM/study"

    @property
    def git_path(self) -> str:
        """Where Git finds the repository."""
        return f"scm/{self.project}.git"

    def without_token(self, seen: Seen, path: str) -> Answered | None:
        """Tell everybody the version."""
        del seen
        told = {"version": "9.4.0", "buildNumber": "9004000", "displayName": "Bitbucket"}
        return Answered(body=told) if path == "/application-properties" else None

    def is_known(self, authorization: str) -> bool:
        """Access tokens, and passwords."""
        return authorization in (f"Bearer {TOKEN}", "Basic " + base64.b64encode(f"ada:{TOKEN}".encode()).decode())

    def get_projects_repos_pull_requests(self, seen: Seen, key: str, slug: str) -> Answered:
        """List requests."""
        self._check(key, slug)
        rows = [pull for pull in self.pulls if pull.is_open and f"refs/heads/{pull.branch}" == seen.query["at"]]
        return Answered(body=self._page([self._shown(pull) for pull in rows], seen))

    def post_projects_repos_pull_requests(self, seen: Seen, key: str, slug: str) -> Answered:
        """Open a request."""
        self._check(key, slug)
        body = seen.body
        if "draft" in body and not self.has_drafts:
            raise Refused(400, _errors('Unrecognized field "draft"', ""))
        branch, onto = (body[side]["id"].removeprefix("refs/heads/") for side in ("fromRef", "toRef"))
        for side, named in (("fromRef", branch), ("toRef", onto)):
            if not self.oid(named):
                said = f'Repository "study" of project with key "TEAM" has no branch "{body[side]["id"]}"'
                raise Refused(404, _errors(said, "com.atlassian.bitbucket.commit.NoSuchBranchException"))
        if twin := self.twin(branch, onto):
            told = _errors("Only one pull request may be open for a given source and target branch",
                           "com.atlassian.bitbucket.pull.DuplicatePullRequestException")  # fmt: skip
            told["errors"][0]["existingPullRequest"] = self._shown(twin)
            raise Refused(409, told)
        if len(body.get("description", "")) > 32_768:
            raise Refused(400, _errors("The description should not exceed 32768 characters.", ""))
        pull = self.open_pull(
            branch, onto, body["title"], body.get("description", ""), is_draft=body.get("draft", False)
        )
        return Answered(201, self._shown(pull))

    def get_projects_repos_pull_requests_one(self, seen: Seen, key: str, slug: str, number: str) -> Answered:
        """Show a request."""
        del seen
        self._check(key, slug)
        return Answered(body=self._shown(self.pull(number)))

    def put_projects_repos_pull_requests_one(self, seen: Seen, key: str, slug: str, number: str) -> Answered:
        """Replace a request."""
        self._check(key, slug)
        pull, body = self.pull(number), seen.body
        people = [reviewer["user"]["name"] for reviewer in body.get("reviewers", ())]
        if body["version"] != pull.version:
            said = "You are attempting to modify a pull request based on out-of-date information."
            raise Refused(409, _errors(said, "com.atlassian.bitbucket.pull.PullRequestOutOfDateException"))
        if unknown := [name for name in people if name not in self.people]:
            said = f"{unknown[0]} is not a user"
            raise Refused(409, _errors(said, "com.atlassian.bitbucket.pull.InvalidPullRequestReviewersException"))
        pull.title, pull.body = body.get("title", pull.title), body.get("description", "")
        pull.is_draft = body.get("draft", False)
        pull.reviewers, pull.version = people, pull.version + 1
        return Answered(body=self._shown(pull))

    def get_projects_repos_pull_requests_activities(self, seen: Seen, key: str, slug: str, number: str) -> Answered:
        """List what happened, comments among it."""
        self._check(key, slug)
        pull = self.pull(number)
        rows: list[Any] = [{"id": 1, "action": "OPENED", "createdDate": 1, "user": {"name": "ada"}}]
        rows += [{"id": c.id + 5, "action": "COMMENTED", "commentAction": "ADDED", "createdDate": 1,
                  "user": {"name": "ada"}, "comment": self._comment(c)} for c in pull.comments]  # fmt: skip
        return Answered(body=self._page(rows, seen))

    def post_projects_repos_pull_requests_comments(self, seen: Seen, key: str, slug: str, number: str) -> Answered:
        """Comment."""
        self._check(key, slug)
        return Answered(201, self._comment(self.write_comment(self.pull(number), seen.body["text"])))

    def put_projects_repos_pull_requests_comments_one(
        self, seen: Seen, key: str, slug: str, number: str, comment_id: str
    ) -> Answered:  # fmt: skip
        """Change a comment."""
        self._check(key, slug)
        assert self.pull(number)
        comment = self.comment(comment_id)
        if seen.body["version"] != comment.version:
            raise Refused(409, _errors("You are attempting to modify a comment based on out-of-date information.", ""))
        comment.body, comment.version = seen.body["text"], comment.version + 1
        return Answered(body=self._comment(comment))

    def unauthorized(self) -> Any:
        """Return what is told to strangers."""
        return _errors("Authentication failed. Please check your credentials and try again.",
                       "com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException")  # fmt: skip

    def forbidden(self) -> Any:
        """Return what is told to whom may not."""
        return _errors("You are not permitted to access this resource", "")

    def not_found(self) -> Any:
        """Return what is told of what is not there."""
        return _errors(
            "Repository TEAM/study does not exist.", "com.atlassian.bitbucket.repository.NoSuchRepositoryException"
        )

    def _check(self, key: str, slug: str) -> None:
        if f"{key}/{slug}".lower() != self.project.lower():
            raise Refused(404, self.not_found())

    def _page(self, rows: list[Any], seen: Seen) -> dict[str, Any]:
        start, count = int(seen.query.get("start", 0)), min(int(seen.query.get("limit", 25)), self.page_size)
        shown = rows[start : start + count]
        is_last = start + count >= len(rows)
        return {"start": start, "limit": count, "size": len(shown), "isLastPage": is_last, "values": shown,
                "nextPageStart": None if is_last else start + count}  # fmt: skip

    def _comment(self, comment: Comment) -> dict[str, Any]:
        return {"id": comment.id, "version": comment.version, "text": comment.body, "author": {"name": "ada"},
                "createdDate": 1, "updatedDate": 1, "comments": []}  # fmt: skip

    def _shown(self, pull: Pull) -> dict[str, Any]:
        def end(branch: str) -> dict[str, Any]:
            return {"id": f"refs/heads/{branch}", "displayId": branch, "latestCommit": self.oid(branch),
                    "repository": {"slug": "study", "project": {"key": "TEAM"}}}  # fmt: skip

        address = f"{self.home}/projects/TEAM/repos/study/pull-requests/{pull.number}"
        return {
            "id": pull.number,
            "version": pull.version,
            "title": pull.title,
            "description": pull.body,
            "state": "OPEN",
            "open": pull.is_open,
            "closed": not pull.is_open,
            **({"draft": pull.is_draft} if self.has_drafts else {}),
            "fromRef": end(pull.branch),
            "toRef": end(pull.onto),
            "reviewers": [{"user": {"name": name}, "role": "REVIEWER", "approved": False} for name in pull.reviewers],
            "links": {"self": [{"href": address}]},
        }


def _errors(said: str, name: str) -> dict[str, Any]:
    return {"errors": [{"context": None, "message": said, "exceptionName": name or None}]}
