"""A fake Gitea or Forgejo."""

from __future__ import annotations

import base64
from typing import Any

from review.fakes.server import Answered, Seen
from review.fakes.state import NOW, TOKEN, Comment, Forge, Pull, Refused


class FakeGitea(Forge):
    """Gitea as `ada` sees it; pages hold at most 50, as it is set up by default."""

    description = "gitea.yaml"
    below = "/api/v1"
    is_of_person = False

    def without_token(self, seen: Seen, path: str) -> Answered | None:
        """Tell everybody the version."""
        del seen
        return Answered(body={"version": "1.23.1"}) if path == "/version" else None

    def is_known(self, authorization: str) -> bool:
        """Gitea takes the word `token`, `Bearer`, and a password."""
        basic = base64.b64encode(f"ada:{TOKEN}".encode()).decode()
        return authorization in (f"token {TOKEN}", f"Basic {basic}")

    def get_repos_pulls(self, seen: Seen, owner: str, name: str) -> Answered:
        """List requests."""
        self._check(owner, name)
        self.page_size = min(self.page_size, 50)
        rows = [pull for pull in self.pulls if pull.is_open or seen.query.get("state") != "open"]
        shown, headers = self.page(rows, seen, "limit")
        return Answered(body=[self._shown(p) for p in shown], headers={**headers, "X-Total-Count": str(len(rows))})

    def post_repos_pulls(self, seen: Seen, owner: str, name: str) -> Answered:
        """Open a request."""
        self._check(owner, name)
        body = seen.body
        for branch in (body["head"], body["base"]):
            if not self.oid(branch):
                raise Refused(404, self.not_found())
        if twin := self.twin(body["head"], body["base"]):
            said = (f"pull request already exists for these targets [id: {twin.number}, issue_id: 1, head_repo_id: 1, "
                    f"base_repo_id: 1, head_branch: {twin.branch}, base_branch: {twin.onto}]")  # fmt: skip
            raise Refused(409, {"message": said, "url": f"{self.home}/api/swagger"})
        pull = self.open_pull(body["head"], body["base"], body["title"], body.get("body", ""))
        return Answered(201, self._shown(pull))

    def patch_repos_pulls_one(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """Change a request; that it is 201 is no mistake."""
        self._check(owner, name)
        pull = self.pull(number)
        pull.title = seen.body.get("title", pull.title)
        pull.body = seen.body.get("body", pull.body)
        return Answered(201, self._shown(pull))

    def get_repos_labels(self, seen: Seen, owner: str, name: str) -> Answered:
        """List the repository's labels."""
        self._check(owner, name)
        shown, headers = self.page([self._label(label) for label in self.known_labels], seen, "limit")
        return Answered(body=shown, headers=headers)

    def get_orgs_labels(self, seen: Seen, owner: str) -> Answered:
        """List the labels of the organization."""
        del owner, seen
        if self.is_of_person:
            raise Refused(404, self.not_found())
        return Answered(body=[{"id": 77, "name": "Team-wide", "color": "ff0000", "description": ""}])

    def post_repos_issues_labels(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """Add labels by number."""
        self._check(owner, name)
        known = {key: label for label, key in self.known_labels.items()} | {77: "Team-wide"}
        self.pull(number).labels += [known[key] for key in seen.body["labels"]]
        return Answered(body=[self._label(label) for label in self.pull(number).labels if label in self.known_labels])

    def post_repos_pulls_requested_reviewers(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """Ask for a review."""
        self._check(owner, name)
        pull = self.pull(number)
        for person in seen.body.get("reviewers", ()):
            if person not in self.people:
                raise Refused(404, {"message": f"user does not exist [uid: 0, name: {person}]", "url": self.home})
            if person == "ada":
                raise Refused(422, {"message": "poster of pr can't be reviewer [user_id: 1, repo_id: 1]",
                                    "url": self.home})  # fmt: skip
            pull.reviewers.append(person)
        pull.reviewers += seen.body.get("team_reviewers", ())
        return Answered(201, [])

    def get_repos_issues_comments(self, seen: Seen, owner: str, name: str, number: str) -> Answered:
        """List all comments: this list has no pages."""
        del seen
        self._check(owner, name)
        pull = self.pull(number)
        return Answered(body=[self._comment(pull, comment) for comment in pull.comments])

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
        return Answered(body=self._comment(next(p for p in self.pulls if comment in p.comments), comment))

    def unauthorized(self) -> Any:
        """Return what is told to strangers."""
        return {"message": "token is required", "url": f"{self.home}/api/swagger"}

    def forbidden(self) -> Any:
        """Return what is told to whom may not."""
        return {"message": "token does not have at least one of required scope(s)", "url": f"{self.home}/api/swagger"}

    def not_found(self) -> Any:
        """Return what is told of what is not there."""
        return {"errors": None, "message": "The target couldn't be found.", "url": f"{self.home}/api/swagger"}

    def _check(self, owner: str, name: str) -> None:
        if f"{owner}/{name}".lower() != self.project:
            raise Refused(404, self.not_found())

    def _label(self, name: str) -> dict[str, Any]:
        return {"id": self.known_labels[name], "name": name, "color": "00aabb", "description": ""}

    def _comment(self, pull: Pull, comment: Comment) -> dict[str, Any]:
        return {
            "id": comment.id,
            "body": comment.body,
            "user": {"id": 1, "login": "ada"},
            "created_at": NOW,
            "updated_at": NOW,
            "html_url": f"{self.home}/{self.project}/pulls/{pull.number}#issuecomment-{comment.id}",
        }

    def _shown(self, pull: Pull) -> dict[str, Any]:
        repository = {"id": 1, "name": "study", "full_name": self.project}
        return {
            "id": pull.number + 1_000,
            "number": pull.number,
            "title": pull.title,
            "body": pull.body,
            "state": "open" if pull.is_open else "closed",
            "html_url": f"{self.home}/{self.project}/pulls/{pull.number}",
            "draft": pull.title.startswith(("WIP:", "[WIP]")),
            "labels": [],
            "head": {"label": pull.branch, "ref": pull.branch, "sha": self.oid(pull.branch), "repo_id": 1,
                     "repo": repository},
            "base": {"label": pull.onto, "ref": pull.onto, "sha": self.oid(pull.onto), "repo_id": 1,
                     "repo": repository},
        }  # fmt: skip
