"""What a fake forge remembers, and the bare repository its branches are in."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from review.fakes.descriptions import Description
from review.fakes.overgit import serve_git
from review.fakes.server import Answered, Seen, Served

NOW = "2026-11-25T01:02:03Z"
TOKEN = "s3cret-t0ken-of-the-tests"


@dataclass
class Pull:
    """One request."""

    number: int
    branch: str
    onto: str
    title: str
    body: str
    is_draft: bool = False
    is_open: bool = True
    version: int = 0
    labels: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


@dataclass
class Comment:
    """One comment."""

    id: int
    body: str
    author: str = "ada"
    version: int = 0


class Refused(Exception):
    """The forge says no."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.answer = Answered(status=status, body=body)


class Forge(Served):
    """A forge with one project: `ada` is who asks, `grace` can review, `mallory` is nobody."""

    #: The name of the file with the API's description, and where the API is below the pages.
    description = ""
    below = ""
    project = "team/study"
    people = ("ada", "grace", "linus")

    def __init__(self, bare: Path, certificate: Path | None = None, prefix: str = "") -> None:
        super().__init__(certificate)
        self.bare = bare
        self.prefix = prefix
        self.pulls: list[Pull] = []
        self.known_labels = {"experiment": 41, "data": 42}
        self.next_comment = 900
        self.page_size = 100
        self.has_drafts = True
        self._described = Description.read(self.description)

    @property
    def home(self) -> str:
        """The address of the forge's pages, with its prefix."""
        return self.web + self.prefix

    @property
    def api(self) -> str:
        """The address of the API."""
        return self.home + self.below

    # Git

    @property
    def git_path(self) -> str:
        """Where Git finds the repository."""
        return f"{self.project}.git"

    def oid(self, branch: str) -> str:
        """Return the commit a branch is at, "" when there is no such branch."""
        done = subprocess.run(
            ["git", "--git-dir", self.bare, "rev-parse", "--verify", "-q", f"refs/heads/{branch}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.strip()

    def is_ahead(self, branch: str, onto: str) -> bool:
        """Say whether a branch has commits its target lacks."""
        done = subprocess.run(
            ["git", "--git-dir", self.bare, "rev-list", "--count", f"refs/heads/{onto}..refs/heads/{branch}"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.strip() != "0"

    # Requests

    def open_pull(self, branch: str, onto: str, title: str, body: str, **more: Any) -> Pull:
        """Remember a new request."""
        pull = Pull(len(self.pulls) + 7, branch, onto, title, body, **more)
        self.pulls.append(pull)
        return pull

    def pull(self, number: str | int) -> Pull:
        """Return a request by its number."""
        for pull in self.pulls:
            if pull.number == int(number):
                return pull
        raise Refused(404, self.not_found())

    def twin(self, branch: str, onto: str) -> Pull | None:
        """Return the open request with these branches."""
        return next((p for p in self.pulls if p.is_open and (p.branch, p.onto) == (branch, onto)), None)

    def write_comment(self, pull: Pull, body: str) -> Comment:
        """Remember a new comment."""
        self.next_comment += 1
        pull.comments.append(Comment(self.next_comment, body))
        return pull.comments[-1]

    def comment(self, number: str | int) -> Comment:
        """Return a comment by its number."""
        for pull in self.pulls:
            for comment in pull.comments:
                if comment.id == int(number):
                    if comment.author != "ada":
                        raise Refused(403, self.forbidden())
                    return comment
        raise Refused(404, self.not_found())

    def page(self, rows: list[Any], seen: Seen, size: str) -> tuple[list[Any], dict[str, str]]:
        """Return one page of rows and the header that tells of the next."""
        count = min(int(seen.query.get(size, 30)), self.page_size)
        number = int(seen.query.get("page", 1))
        shown = rows[(number - 1) * count : number * count]
        has_next = number * count < len(rows)
        link = f'<{self.api}{seen.path}?page={number + 1}>; rel="next"'
        return shown, {"Link": link} if has_next else {}

    # HTTP

    def answer(self, seen: Seen) -> Answered:
        """Answer one request; both sides are judged by the API's description."""
        if seen.path.startswith(f"{self.prefix}/{self.git_path}/"):
            return serve_git(self.bare, seen, seen.path.removeprefix(f"{self.prefix}/{self.git_path}"), TOKEN)
        root = self.prefix + self.below
        if not seen.path.startswith(root + "/"):
            return Answered(status=404, body={"message": "Not Found"})
        path = seen.path[len(root) :]
        if (told := self.without_token(seen, path)) is not None:
            return told
        if not self.is_known(seen.headers.get("authorization", "")):
            return Answered(status=401, body=self.unauthorized())
        operation = self._described.operation(seen.method, path)
        if operation is None:
            self.violations.append(f"{seen.method} {path} is in no description")
            return Answered(status=404, body=self.not_found())
        self.violations += operation.judge_request(seen.query, seen.body)
        try:
            answer = getattr(self, f"{seen.method.lower()}_{operation.name}")(seen, *operation.parts)
        except Refused as refused:
            answer = refused.answer
        self.violations += operation.judge_answer(answer.status, answer.body)
        return answer

    def without_token(self, seen: Seen, path: str) -> Answered | None:
        """Answer what everybody may ask."""
        del seen, path
        return None

    def is_known(self, authorization: str) -> bool:
        """Say whether this is the credential of `ada`."""
        return authorization == f"Bearer {TOKEN}"

    def unauthorized(self) -> Any:
        """Return what is told to strangers."""
        return {"message": "401 Unauthorized"}

    def forbidden(self) -> Any:
        """Return what is told to whom may not."""
        return {"message": "403 Forbidden"}

    def not_found(self) -> Any:
        """Return what is told of what is not there."""
        return {"message": "404 Not Found"}
