"""A fake GitHub, judged by GitHub's published description."""

from __future__ import annotations

from typing import Any

from review.fakes.server import Answered, Seen
from review.fakes.state import NOW, TOKEN, Comment, Forge, Pull, Refused

DOCS = "https://docs.github.com/rest"


class FakeGitHub(Forge):
    """GitHub as `ada` sees it, under the paths of Enterprise Server, judged by the description of github.com."""

    description = "github.json"
    below = "/api/v3"

    def without_token(self, seen: Seen, path: str) -> Answered | None:
        """Tell everybody who we are."""
        del seen
        headers = {"X-GitHub-Enterprise-Version": "3.17.0", "X-GitHub-Request-Id": "1234"}
        return Answered(body={"installed_version": "3.17.0"}, headers=headers) if path == "/meta" else None

    def is_known(self, authorization: str) -> bool:
        """GitHub takes both words."""
        return authorization in (f"Bearer {TOKEN}", f"token {TOKEN}")

    def get_repos_pulls(self, seen: Seen, owner: str, name: str) -> Answered:
        """List requests; a filter that is malformed is passed over, as GitHub does."""
        self._check(owner, name)
        rows = [pull for pull in self.pulls if pull.is_open or seen.query.get("state", "open") != "open"]
        head, base = seen.query.get("head", ""), seen.query.get("base", "")
        if ":" in head:
            rows = [pull for pull in rows if f"{owner}:{pull.branch}" == head]
        rows = [pull for pull in rows if base in ("", pull.onto)]
        shown, headers = self.page(rows, seen, "per_page")
        return Answered(body=[self._shown(pull, is_simple=True) for pull in shown], headers=headers)

    def post_repos_pulls(self, seen: Seen, owner: str, name: str) -> Answered:
        """Open a request."""
        self._check(owner, name)
        body = seen.body
        branch = body["head"].removeprefix(f"{owner}:")
        for field, named in (("base", body["base"]), ("head", branch)):
            if not self.oid(named):
                raise _invalid({"resource": "PullRequest", "field": field, "code": "invalid"})
        if self.twin(branch, body["base"]):
            said = f"A pull request already exists for {owner}:{branch}."
            raise _invalid({"resource": "PullRequest", "code": "custom", "message": said})
        if not self.is_ahead(branch, body["base"]):
            said = f"No commits between {body['base']} and {branch}"
            raise _invalid({"resource": "PullRequest", "code": "custom", "message": said})
        if body.get("draft") and not self.has_drafts:
            raise Refused(422, {"message": "Draft pull requests are not supported in this repository.",
                                "documentation_url": DOCS})  # fmt: skip
        if len(body.get("body") or "") > 65_536:
            said = "body is too long (maximum is 65536 characters)"
            raise _invalid({"resource": "Issue", "code": "custom", "field": "body", "message": said})
        pull = self.open_pull(branch, body["base"], body["title"], body.get("body") or "",
                              is_draft=bool(body.get("draft")))  # fmt: skip
        return Answered(201, self._shown(pull))

    def get_repos_pulls_one(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """Show a request."""
        del seen
        self._check(owner, name)
        return Answered(body=self._shown(self.pull(number)))

    def patch_repos_pulls_one(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """Change a request."""
        self._check(owner, name)
        pull = self.pull(number)
        pull.title = seen.body.get("title", pull.title)
        pull.body = seen.body.get("body", pull.body)
        pull.is_open = seen.body.get("state", "open") == "open"
        return Answered(body=self._shown(pull))

    def post_repos_pulls_requested_reviewers(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """Ask for a review; one name that is no collaborator's refuses all."""
        self._check(owner, name)
        pull = self.pull(number)
        asked = [*seen.body.get("reviewers", ()), *seen.body.get("team_reviewers", ())]
        if any(person not in (*self.people, "core") or person == "ada" for person in asked):
            raise _invalid({"resource": "PullRequest", "code": "custom",
                            "message": "Reviews may only be requested from collaborators."})  # fmt: skip
        pull.reviewers += asked
        return Answered(201, self._shown(pull, is_simple=True))

    def get_repos_issues_comments(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """List comments."""
        self._check(owner, name)
        pull = self.pull(number)
        shown, headers = self.page(pull.comments, seen, "per_page")
        return Answered(body=[self._comment(pull, comment) for comment in shown], headers=headers)

    def post_repos_issues_comments(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """Comment."""
        self._check(owner, name)
        pull = self.pull(number)
        return Answered(201, self._comment(pull, self.write_comment(pull, seen.body["body"])))

    def patch_repos_issues_comments_one(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """Change a comment."""
        self._check(owner, name)
        comment = self.comment(number)
        comment.body = seen.body["body"]
        return Answered(body=self._comment(self._of(comment), comment))

    def post_repos_issues_labels(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """Add labels, making new ones."""
        self._check(owner, name)
        pull = self.pull(number)
        asked = seen.body if isinstance(seen.body, list) else seen.body["labels"]
        pull.labels += [label for label in asked if label not in pull.labels]
        return self.get_repos_issues_labels(seen, owner, name, number)

    def get_repos_issues_labels(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """List labels."""
        del seen
        self._check(owner, name)
        return Answered(body=[_label(label) for label in self.pull(number).labels])

    def unauthorized(self) -> Any:
        """Return what is told to strangers."""
        return {"message": "Bad credentials", "documentation_url": DOCS, "status": "401"}

    def forbidden(self) -> Any:
        """Return what is told to whom may not."""
        return {"message": "Resource not accessible by personal access token", "documentation_url": DOCS}

    def not_found(self) -> Any:
        """Return what is told of what is not there."""
        return {"message": "Not Found", "documentation_url": DOCS, "status": "404"}

    def _check(self, owner: str, name: str) -> None:
        if f"{owner}/{name}".lower() != self.project:
            raise Refused(404, self.not_found())

    def _of(self, comment: Comment) -> Pull:
        return next(pull for pull in self.pulls if comment in pull.comments)

    def _shown(self, pull: Pull, *, is_simple: bool = False) -> dict[str, Any]:
        method, path, status = ("POST", "/repos/o/r/pulls/1/requested_reviewers", 201) if is_simple else (
            "POST", "/repos/o/r/pulls", 201)  # fmt: skip
        operation = self._described.operation(method, path)
        assert operation is not None
        shown = operation.sample(status)
        shown |= {
            "number": pull.number,
            "id": pull.number + 1_000,
            "html_url": f"{self.home}/{self.project}/pull/{pull.number}",
            "url": f"{self.api}/repos/{self.project}/pulls/{pull.number}",
            "issue_url": f"{self.api}/repos/{self.project}/issues/{pull.number}",
            "title": pull.title,
            "body": pull.body,
            "state": "open" if pull.is_open else "closed",
            "draft": pull.is_draft,
            "created_at": NOW,
            "updated_at": NOW,
            "labels": [_label(label) for label in pull.labels],
            "requested_reviewers": [],
        }
        for side, branch in (("head", pull.branch), ("base", pull.onto)):
            shown[side] = {
                **shown[side],
                "ref": branch,
                "sha": self.oid(branch),
                "label": f"team:{branch}",
                "repo": {**(shown["base"]["repo"] or {}), "full_name": self.project, "name": "study"},
            }
        return shown

    def _comment(self, pull: Pull, comment: Comment) -> dict[str, Any]:
        operation = self._described.operation("POST", "/repos/o/r/issues/1/comments")
        assert operation is not None
        return operation.sample() | {
            "id": comment.id,
            "body": comment.body,
            "html_url": f"{self.home}/{self.project}/pull/{pull.number}#issuecomment-{comment.id}",
            "url": f"{self.api}/repos/{self.project}/issues/comments/{comment.id}",
            "created_at": NOW,
            "updated_at": NOW,
        }


class FakeEnterprise(FakeGitHub):
    """GitHub Enterprise Server, judged by its own description."""

    description = "github_enterprise.json"


def _label(name: str) -> dict[str, Any]:
    return {"id": 1, "node_id": "x", "url": "https://x/", "name": name, "color": "ededed", "default": False,
            "description": ""}  # fmt: skip


def _invalid(error: dict[str, str]) -> Refused:
    return Refused(422, {"message": "Validation Failed", "errors": [error], "documentation_url": DOCS})
