"""A fake GitLab, self-managed, perhaps under a prefix."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from review.fakes.server import Answered, Seen
from review.fakes.state import NOW, TOKEN, Comment, Forge, Pull, Refused


class FakeGitLab(Forge):
    """GitLab as `ada` sees it; `keeps_one` is a plan with one reviewer."""

    description = "gitlab.yaml"
    below = "/api/v4"
    project = "team/sub/study"
    keeps_one = False

    def without_token(self, seen: Seen, path: str) -> Answered | None:
        """Refuse strangers as GitLab does."""
        headers = {"X-Gitlab-Meta": '{"correlation_id":"1","version":"1"}'}
        if path == "/version" and "authorization" not in seen.headers:
            return Answered(401, {"message": "401 Unauthorized"}, headers)
        if seen.headers.get("private-token") == TOKEN:
            seen.headers["authorization"] = f"Bearer {TOKEN}"  # type: ignore[index]
        return None

    def get_user(self, seen: Seen) -> Answered:
        """Say who asks."""
        del seen
        return Answered(body=self._person("ada"))

    def get_users(self, seen: Seen) -> Answered:
        """Find a person by user name."""
        name = seen.query.get("username", "")
        return Answered(body=[self._person(name)] if name.lower() in self.people else [])

    def get_projects_one(self, seen: Seen, project: str) -> Answered:
        """Show the project."""
        del seen
        self._check(project)
        return Answered(body={"id": 3, "path_with_namespace": self.project, "web_url": f"{self.home}/{self.project}"})

    def get_projects_merge_requests(self, seen: Seen, project: str) -> Answered:
        """List requests."""
        self._check(project)
        rows = [
            pull for pull in self.pulls
            if (seen.query.get("state", "all") in ("all", "opened" if pull.is_open else "closed"))
            and seen.query.get("source_branch", pull.branch) == pull.branch
            and seen.query.get("target_branch", pull.onto) == pull.onto
        ]  # fmt: skip
        shown, headers = self.page(rows, seen, "per_page")
        return Answered(body=[self._shown(pull) for pull in shown], headers=headers)

    def post_projects_merge_requests(self, seen: Seen, project: str) -> Answered:
        """Open a request."""
        self._check(project)
        body = seen.body
        branch, onto = body["source_branch"], body["target_branch"]
        missing = [f"{side} branch \"{name}\" does not exist" for side, name in
                   (("Source", branch), ("Target", onto)) if not self.oid(name)]  # fmt: skip
        if missing:
            raise Refused(400, {"message": missing})
        if twin := self.twin(branch, onto):
            said = f"Another open merge request already exists for this source branch: !{twin.number}"
            raise Refused(409, {"message": [said]})
        pull = self.open_pull(branch, onto, body["title"], body.get("description", ""))
        pull.is_draft = body["title"].startswith("Draft:")
        return Answered(201, self._shown(pull))

    def get_projects_merge_requests_one(self, seen: Seen, project: str, number: str) -> Answered:
        """Show a request."""
        del seen
        self._check(project)
        return Answered(body=self._shown(self.pull(number)))

    def put_projects_merge_requests_one(self, seen: Seen, project: str, number: str) -> Answered:
        """Change a request; reviewers are replaced."""
        self._check(project)
        pull, body = self.pull(number), seen.body
        pull.title = body.get("title", pull.title)
        pull.is_draft = pull.title.startswith("Draft:")
        pull.body = body.get("description", pull.body)
        pull.labels += [label for label in body.get("add_labels", "").split(",") if label and label not in pull.labels]
        if "reviewer_ids" in body:
            ids = body["reviewer_ids"][: 1 if self.keeps_one else None]
            pull.reviewers = [self.people[user - 1] for user in ids]
        if body.get("state_event") == "close":
            pull.is_open = False
        return Answered(body=self._shown(pull))

    def get_projects_merge_requests_notes(self, seen: Seen, project: str, number: str) -> Answered:
        """List notes; the first is the system's."""
        self._check(project)
        pull = self.pull(number)
        system = [{**self._note(Comment(1, "added 1 commit <!-- trackside:report -->")), "system": True}]
        shown, headers = self.page([*system, *map(self._note, pull.comments)], seen, "per_page")
        return Answered(body=shown, headers=headers)

    def post_projects_merge_requests_notes(self, seen: Seen, project: str, number: str) -> Answered:
        """Write a note."""
        self._check(project)
        return Answered(201, self._note(self.write_comment(self.pull(number), seen.body["body"])))

    def put_projects_merge_requests_notes_one(self, seen: Seen, project: str, number: str, note: str) -> Answered:
        """Change a note."""
        self._check(project)
        assert self.pull(number)
        if note == "1":
            self.violations.append("a note of the system was to be changed")
        comment = self.comment(note)
        comment.body = seen.body["body"]
        return Answered(body=self._note(comment))

    def _check(self, project: str) -> None:
        if unquote(project) not in (self.project, "3"):
            raise Refused(404, {"message": "404 Project Not Found"})

    def _person(self, name: str) -> dict[str, Any]:
        return {"id": self.people.index(name.lower()) + 1, "username": name.lower(), "name": name.title(),
                "state": "active", "web_url": f"{self.home}/{name}"}  # fmt: skip

    def _note(self, comment: Comment) -> dict[str, Any]:
        return {"id": comment.id, "body": comment.body, "system": False, "author": self._person("ada"),
                "created_at": NOW, "updated_at": NOW, "noteable_type": "MergeRequest"}  # fmt: skip

    def _shown(self, pull: Pull) -> dict[str, Any]:
        return {
            "id": pull.number + 1_000,
            "iid": pull.number,
            "project_id": 3,
            "source_project_id": 3,
            "target_project_id": 3,
            "title": pull.title,
            "description": pull.body,
            "state": "opened" if pull.is_open else "closed",
            "source_branch": pull.branch,
            "target_branch": pull.onto,
            "sha": self.oid(pull.branch),
            "draft": pull.is_draft,
            "labels": pull.labels,
            "reviewers": [self._person(name) for name in pull.reviewers],
            "author": self._person("ada"),
            "web_url": f"{self.home}/{self.project}/-/merge_requests/{pull.number}",
            "created_at": NOW,
            "updated_at": NOW,
        }
