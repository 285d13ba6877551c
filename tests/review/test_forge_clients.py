"""The fakes as independent clients see them: PyGithub and python-gitlab open, find and change what we do."""

from __future__ import annotations

from pathlib import Path

import github
import gitlab
import pytest

from review.fakes.state import TOKEN, Forge
from review.forge_cases import BRANCH, MARKER, asking, bare, clone, credentials_of, remote_of, running
from trackside.git.repository import Repository
from trackside.review.forges import comment_by_api, request_by_api


def pygithub(fake: Forge, token: str) -> github.Github:
    """PyGithub without its pauses."""
    auth = github.Auth.Token(token)
    return github.Github(
        auth=auth, base_url=fake.api, retry=None, lazy=True, seconds_between_requests=0, seconds_between_writes=0
    )


def test_pygithub_and_we_see_one_request(bare: Path, clone: Repository) -> None:
    with running("github", bare) as fake:
        credentials = credentials_of(fake, clone)
        made = request_by_api(remote_of(fake), asking(draft=True, labels=("experiment",)), credentials)
        with pygithub(fake, TOKEN) as client:
            project = client.get_repo(fake.project)
            [pull] = project.get_pulls(state="open", head=f"team:{BRANCH}", base="main")
            assert (pull.html_url, pull.title, pull.draft) == (made.url, "Raise accuracy", True)
            assert [label.name for label in pull.labels] == ["experiment"]
            pull.edit(title="Better", body="Written by a person")
            pull.create_issue_comment(f"{MARKER}\n\nold")
            comment_by_api(remote_of(fake), asking("accuracy 0.97"), credentials)
            [comment] = pull.get_issue_comments()
            assert "0.97" in comment.body
        assert request_by_api(remote_of(fake), asking(), credentials).url == made.url


def test_what_pygithub_opened_is_found_and_a_second_one_refused(bare: Path, clone: Repository) -> None:
    with running("github", bare) as fake:
        with pygithub(fake, TOKEN) as client:
            project = client.get_repo(fake.project)
            theirs = project.create_pull("main", BRANCH, title="Theirs", body="")
            made = request_by_api(remote_of(fake), asking(reviewers=("grace",)), credentials_of(fake, clone))
            assert (made.url, made.state) == (theirs.html_url, "updated")
            for head, said in ((BRANCH, "already exists"), ("nowhere", "invalid"), ("exp/same", "No commits")):
                with pytest.raises(github.GithubException) as told:
                    project.create_pull("main", head, title="Again", body="")
                assert told.value.status == 422 and said in str(told.value.data)
        with pygithub(fake, "wrong") as client, pytest.raises(github.BadCredentialsException):
            list(client.get_repo(fake.project).get_pulls())


def test_python_gitlab_and_we_see_one_request(bare: Path, clone: Repository) -> None:
    with running("gitlab", bare, prefix="/git") as fake:
        credentials = credentials_of(fake, clone)
        asked = asking(draft=True, labels=("experiment",), reviewers=("grace",))
        made = request_by_api(remote_of(fake), asked, credentials)
        with gitlab.Gitlab(fake.home, private_token=TOKEN) as client:
            project = client.projects.get(fake.project)
            [request] = project.mergerequests.list(state="opened", source_branch=BRANCH, get_all=True)
            assert (request.web_url, request.title, request.draft) == (made.url, "Draft: Raise accuracy", True)
            assert request.labels == ["experiment"] and request.reviewers[0]["username"] == "grace"
            request.notes.create({"body": f"{MARKER}\n\nold"})
            comment_by_api(remote_of(fake), asking("accuracy 0.97"), credentials)
            notes = [note for note in request.notes.list(get_all=True) if not note.system]
            assert len(notes) == 1 and "0.97" in notes[0].body
            with pytest.raises(gitlab.GitlabCreateError) as told:
                project.mergerequests.create({"source_branch": BRANCH, "target_branch": "main", "title": "Again"})
            assert told.value.response_code == 409
            project.mergerequests.update(request.iid, {"state_event": "close"})
        assert request_by_api(remote_of(fake), asking(), credentials).state == "created"


def test_what_python_gitlab_opened_is_found(bare: Path, clone: Repository) -> None:
    with running("gitlab", bare) as fake, gitlab.Gitlab(fake.home, private_token=TOKEN) as client:
        project = client.projects.get(fake.project)
        theirs = project.mergerequests.create(
            {"source_branch": BRANCH, "target_branch": "main", "title": "Theirs", "description": f"{MARKER}\n\nold"}
        )
        made = request_by_api(remote_of(fake), asking(), credentials_of(fake, clone))
        assert (made.url, made.state) == (theirs.web_url, "updated")
        assert project.mergerequests.get(theirs.iid).title == "Raise accuracy"
