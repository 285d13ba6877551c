"""One request a branch, on each of the five forges."""

from __future__ import annotations

from pathlib import Path

import pytest
from states import run_git

from review.fakes.github import FakeEnterprise
from review.fakes.state import Forge
from review.forge_cases import (
    BRANCH,
    MARKER,
    asking,
    bare,
    clone,
    credentials_of,
    forge,
    name_of,
    remote_of,
    running,
)
from trackside.git.repository import Repository
from trackside.review.forges import ForgeError, comment_by_api, request_by_api
from trackside.review.forges.bitbucket_cloud import api_of as cloud_api
from trackside.review.forges.github import api_of as github_api
from trackside.review.forges.untrusted import shown_address

WITHOUT_LABELS = ("bitbucket-cloud", "bitbucket-server")


def test_a_request_is_opened_once_and_then_brought_up_to_date(forge: Forge, clone: Repository) -> None:
    credentials = credentials_of(forge, clone)
    first = request_by_api(remote_of(forge), asking("accuracy 0.91"), credentials)
    second = request_by_api(remote_of(forge), asking("accuracy 0.93", title="Raise it more"), credentials)
    third = request_by_api(remote_of(forge), asking("accuracy 0.93", title="Raise it more"), credentials)
    assert [first.state, second.state, third.state] == ["created", "updated", "found"]
    assert first.url == second.url == third.url
    assert first.url.startswith(forge.home) and first.url.endswith("/7")
    [pull] = forge.pulls
    assert (pull.branch, pull.onto, pull.title) == (BRANCH, "main", "Raise it more")
    assert "accuracy 0.93" in pull.body and pull.comments == []


def test_requests_of_other_branches_and_targets_are_left_alone(forge: Forge, clone: Repository) -> None:
    forge.open_pull("exp/b", "main", "Another", "mine")
    forge.open_pull(BRANCH, "release", "For the release", "mine")
    forge.open_pull(BRANCH, "main", "Closed", "mine", is_open=False)
    assert request_by_api(remote_of(forge), asking(), credentials_of(forge, clone)).state == "created"
    assert [pull.title for pull in forge.pulls] == ["Another", "For the release", "Closed", "Raise accuracy"]


def test_a_draft_is_a_draft_and_stays_what_people_made_of_it(forge: Forge, clone: Repository) -> None:
    credentials = credentials_of(forge, clone)
    made = request_by_api(remote_of(forge), asking(draft=True), credentials)
    [pull] = forge.pulls
    prefix = {"gitlab": "Draft: ", "gitea": "WIP: "}.get(name_of(forge), "")
    assert made.notes == ()
    assert pull.title == f"{prefix}Raise accuracy"
    assert bool(prefix) or pull.is_draft
    again = request_by_api(remote_of(forge), asking("accuracy 0.94", draft=True), credentials)
    assert again.state == "updated"
    assert pull.title == f"{prefix}Raise accuracy" and (bool(prefix) or pull.is_draft)
    pull.title, pull.is_draft = "Raise accuracy", False
    request_by_api(remote_of(forge), asking("accuracy 0.95", draft=True), credentials)
    assert pull.title == "Raise accuracy" and not pull.is_draft and len(forge.pulls) == 1


def test_labels_and_reviewers_are_added_and_what_fails_is_a_note(forge: Forge, clone: Repository) -> None:
    asked = asking(labels=("experiment",), reviewers=("grace", "mallory"))
    made = request_by_api(remote_of(forge), asked, credentials_of(forge, clone))
    [pull] = forge.pulls
    assert made.state == "created"
    assert pull.reviewers == ["grace"]
    assert any("mallory" in note or "collaborators" in note for note in made.notes)
    if name_of(forge) in WITHOUT_LABELS:
        assert any("no labels" in note for note in made.notes)
    else:
        assert pull.labels == ["experiment"]


def test_reviewers_asked_before_stay(forge: Forge, clone: Repository) -> None:
    forge.open_pull(BRANCH, "main", "Raise accuracy", f"{MARKER}\n\nold", reviewers=["linus"])
    request_by_api(remote_of(forge), asking(reviewers=("grace",)), credentials_of(forge, clone))
    assert forge.pulls[0].reviewers == ["linus", "grace"]
    assert "0.93" in forge.pulls[0].body


def test_reviewers_stay_when_nobody_is_asked(forge: Forge, clone: Repository) -> None:
    forge.open_pull(BRANCH, "main", "Raise accuracy", f"{MARKER}\n\nold", reviewers=["linus"])
    assert request_by_api(remote_of(forge), asking(), credentials_of(forge, clone)).state == "updated"
    assert forge.pulls[0].reviewers == ["linus"]


def test_a_description_people_wrote_is_theirs_and_the_report_becomes_one_comment(
    forge: Forge, clone: Repository
) -> None:
    credentials = credentials_of(forge, clone)
    pull = forge.open_pull(BRANCH, "main", "My own title", "My own words.\n\n> " + MARKER)
    made = request_by_api(remote_of(forge), asking("accuracy 0.93"), credentials)
    again = request_by_api(remote_of(forge), asking("accuracy 0.95"), credentials)
    assert (pull.title, pull.body[:13]) == ("My own title", "My own words.")
    assert [made.state, again.state] == ["updated", "updated"]
    assert len(pull.comments) == 1 and "0.95" in pull.comments[0].body
    assert any("comment" in note for note in made.notes)


def test_the_comment_is_found_on_a_later_page_and_quotes_are_not_mistaken_for_it(
    forge: Forge, clone: Repository
) -> None:
    forge.page_size = 10
    pull = forge.open_pull(BRANCH, "main", "Theirs", "Theirs")
    for number in range(25):
        forge.write_comment(pull, f"> {MARKER}\n> accuracy 0.91\n\nNice, {number}!")
    ours = forge.write_comment(pull, f"{MARKER}\n\nold")
    forge.write_comment(pull, "thanks")
    made = comment_by_api(remote_of(forge), asking("accuracy 0.97"), credentials_of(forge, clone))
    assert "0.97" in ours.body and len(pull.comments) == 27
    assert made.url.startswith(forge.home)


def test_a_comment_with_our_marker_that_is_somebody_elses_is_left_to_them(forge: Forge, clone: Repository) -> None:
    pull = forge.open_pull(BRANCH, "main", "Theirs", "Theirs")
    forge.write_comment(pull, f"{MARKER}\n\nby a bot").author = "bot"
    comment_by_api(remote_of(forge), asking("accuracy 0.97"), credentials_of(forge, clone))
    assert pull.comments[0].body.endswith("by a bot")
    assert len(pull.comments) == 2 and "0.97" in pull.comments[1].body


def test_commenting_without_an_open_request_says_so(forge: Forge, clone: Repository) -> None:
    with pytest.raises(ForgeError) as told:
        comment_by_api(remote_of(forge), asking(), credentials_of(forge, clone))
    assert told.value.code == "forge-no-request" and "promote" in told.value.hint


@pytest.mark.parametrize("missing", ["branch", "onto"])
def test_a_branch_that_was_not_pushed_is_said_to_be_missing(forge: Forge, clone: Repository, missing: str) -> None:
    asked = asking(**{missing: "nowhere"})
    with pytest.raises(ForgeError) as told:
        request_by_api(remote_of(forge), asked, credentials_of(forge, clone))
    assert told.value.status in (400, 404, 422) and told.value.said
    assert forge.pulls == []


def test_a_branch_can_be_asked_for_once_it_is_pushed(forge: Forge, clone: Repository, tmp_path: Path) -> None:
    folder, credentials = tmp_path / "mine", credentials_of(forge, clone)
    asked = asking(branch=f"exp/{name_of(forge)}")
    with pytest.raises(ForgeError):
        request_by_api(remote_of(forge), asked, credentials)
    run_git(folder, "fetch", "-q", str(forge.bare), "main")
    run_git(folder, "checkout", "-q", "-b", asked.branch, "FETCH_HEAD")
    run_git(folder, "commit", "-q", "--allow-empty", "-m", "Raise it")
    run_git(folder, "push", "-q", str(forge.bare), asked.branch)
    assert request_by_api(remote_of(forge), asked, credentials).state == "created"


def test_a_request_somebody_opened_meanwhile_is_found_and_updated(forge: Forge, clone: Repository) -> None:
    # Between our looking and our opening: the first list is answered as it was.
    empty = {"bitbucket-cloud": {"values": []},
             "bitbucket-server": {"start": 0, "limit": 1, "size": 0, "isLastPage": True, "values": []}}  # fmt: skip
    forge.open_pull(BRANCH, "main", "Raise accuracy", f"{MARKER}\n\nold")
    forge.fail(200, empty.get(name_of(forge), []), method="GET", times=1)
    made = request_by_api(remote_of(forge), asking("accuracy 0.99"), credentials_of(forge, clone))
    # Bitbucket Cloud changes the open one by itself.
    assert made.state == ("created" if name_of(forge) == "bitbucket-cloud" else "updated")
    assert len(forge.pulls) == 1 and "0.99" in forge.pulls[0].body


def test_a_request_that_was_opened_though_the_answer_was_lost_is_not_doubled(forge: Forge, clone: Repository) -> None:
    forge.fail(502, None, method="POST", times=1, is_done=True)
    made = request_by_api(remote_of(forge), asking(), credentials_of(forge, clone))
    assert made.state == "created" and made.url.endswith("/7")
    assert len(forge.pulls) == 1 and len(forge.asked("POST")) == 1


def test_a_body_keeps_to_the_limit_of_the_forge(forge: Forge, clone: Repository) -> None:
    told: list[object] = []

    def body(name: object, limit: int | None) -> str:
        told.append((name, limit))
        return f"{MARKER}\n" + "x" * 2_000_000

    request_by_api(remote_of(forge), asking(body=body), credentials_of(forge, clone))
    [(name, limit)] = told  # type: ignore[misc]
    assert name == name_of(forge)
    assert limit is not None and len(forge.pulls[0].body) <= limit + 60


def test_a_report_without_marker_gets_one_in_the_form_the_forge_hides(forge: Forge, clone: Repository) -> None:
    asked = asking(body=lambda _forge, _limit: "plain")
    credentials = credentials_of(forge, clone)
    request_by_api(remote_of(forge), asked, credentials)
    assert request_by_api(remote_of(forge), asked, credentials).state == "found"
    begin = "[//]: # (trackside:report)" if name_of(forge).startswith("bitbucket") else MARKER
    assert forge.pulls[0].body.startswith(begin)


def test_an_address_on_another_host_is_not_shown(forge: Forge, clone: Repository) -> None:
    respond = forge.respond

    def lying(seen: object) -> object:
        answer = respond(seen)  # type: ignore[arg-type]
        _lie(answer.body, forge.home)
        return answer

    forge.respond = lying  # type: ignore[assignment,method-assign]
    url = request_by_api(remote_of(forge), asking(), credentials_of(forge, clone)).url
    assert url.startswith(f"{forge.home}/") and url.endswith("/7")


def _lie(value: object, home: str) -> None:
    if isinstance(value, dict):
        for key, content in value.items():
            if isinstance(content, str) and content.startswith(home):
                value[key] = "https://evil.example/" + content
            else:
                _lie(content, home)
    elif isinstance(value, list):
        for part in value:
            _lie(part, home)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "https://evil.example/x", "https://git.example@evil.example/", "https://git.example:99/x",
     "https://git.example/<script>", "https://git.example/\u202e", "https://git.example/\n", "http://git.example/x",
     "https://user:pw@git.example/", "//git.example/x", "", "https://[", "https://git.example/" + "x" * 3000],
)  # fmt: skip
def test_only_plain_addresses_on_the_host_are_shown(address: str) -> None:
    assert shown_address(address, "https://git.example", "own") == "own"
    assert shown_address("https://git.example/a/b/pull/1#c", "https://git.example", "own") != "own"


def test_github_on_a_free_private_repository_has_no_drafts(bare: Path, clone: Repository) -> None:
    with running("github", bare) as github:
        github.has_drafts = False
        made = request_by_api(remote_of(github), asking(draft=True), credentials_of(github, clone))
        assert made.state == "created" and not github.pulls[0].is_draft
        assert any("Drafts" in note for note in made.notes)


def test_enterprise_server_takes_all_we_ask_by_its_own_description(bare: Path, clone: Repository) -> None:
    with FakeEnterprise(bare) as server:
        credentials = credentials_of(server, clone)
        asked = asking(draft=True, labels=("experiment",), reviewers=("grace", "team/core"))
        assert request_by_api(remote_of(server, forge=None), asked, credentials).state == "created"
        assert request_by_api(remote_of(server), asking("new"), credentials).state == "updated"
        comment_by_api(remote_of(server), asking("once"), credentials)
        comment_by_api(remote_of(server), asking("twice"), credentials)
        [pull] = server.pulls
        assert pull.reviewers == ["grace", "core"] and len(pull.comments) == 1 and "twice" in pull.comments[0].body
        assert server.violations == []


def test_an_old_data_center_has_no_drafts(bare: Path, clone: Repository) -> None:
    with running("bitbucket-server", bare) as server:
        server.has_drafts = False
        made = request_by_api(remote_of(server), asking(draft=True), credentials_of(server, clone))
        assert made.state == "created" and any("Drafts" in note for note in made.notes)


def test_data_center_is_asked_again_when_somebody_changed_the_request(bare: Path, clone: Repository) -> None:
    with running("bitbucket-server", bare) as server:
        pull = server.open_pull(BRANCH, "main", "Raise accuracy", f"{MARKER}\n\nold", reviewers=["linus"])
        answer = server.answer

        def hurried(seen: object) -> object:
            told = answer(seen)
            if seen.method == "GET" and len(server.seen) == 1:  # type: ignore[attr-defined]
                pull.version += 1
            return told

        server.answer = hurried
        assert request_by_api(remote_of(server), asking(), credentials_of(server, clone)).state == "updated"
        assert "0.93" in pull.body and pull.reviewers == ["linus"]


def test_a_gitlab_plan_with_one_reviewer_says_so(bare: Path, clone: Repository) -> None:
    with running("gitlab", bare) as gitlab:
        gitlab.keeps_one = True
        asked = asking(reviewers=("grace", "linus"), labels=("a,b", "experiment"))
        made = request_by_api(remote_of(gitlab), asked, credentials_of(gitlab, clone))
        assert gitlab.pulls[0].reviewers == ["grace"] and gitlab.pulls[0].labels == ["experiment"]
        assert any("1 of 2" in note for note in made.notes) and any("a,b" in note for note in made.notes)


def test_gitea_labels_are_found_in_the_organization_and_unknown_ones_named(bare: Path, clone: Repository) -> None:
    with running("gitea", bare) as gitea:
        gitea.known_labels |= {f"other {number}": 100 + number for number in range(120)}
        asked = asking(labels=("Experiment", "other 119", "team-wide", "never seen"))
        made = request_by_api(remote_of(gitea), asked, credentials_of(gitea, clone))
        assert sorted(gitea.pulls[0].labels) == ["Team-wide", "experiment", "other 119"]
        assert made.notes == ("There is no label never seen there",)
        gitea.is_of_person = True
        assert request_by_api(remote_of(gitea), asked, credentials_of(gitea, clone)).notes


def test_gitlab_under_a_prefix_is_asked_there(bare: Path, clone: Repository) -> None:
    with running("gitlab", bare, prefix="/git") as gitlab:
        made = request_by_api(remote_of(gitlab), asking(), credentials_of(gitlab, clone))
        assert made.url == f"{gitlab.web}/git/team/sub/study/-/merge_requests/7"


def test_each_forge_is_known_by_its_answer_to_a_probe(forge: Forge, clone: Repository) -> None:
    if name_of(forge) == "bitbucket-cloud":
        pytest.skip("is at bitbucket.org only")
    made = request_by_api(remote_of(forge, forge=None), asking(), credentials_of(forge, clone))
    assert made.state == "created"
    probes = [seen for seen in forge.seen if "authorization" not in seen.headers]
    assert probes and all(seen.method == "GET" for seen in probes)


def test_a_forge_under_a_prefix_is_found_by_the_probe(bare: Path, clone: Repository) -> None:
    with running("gitlab", bare, prefix="/git") as gitlab:
        remote = remote_of(gitlab, forge=None, web=gitlab.web, project=f"git/{gitlab.project}")
        made = request_by_api(remote, asking(), credentials_of(gitlab, clone))
        assert made.url.startswith(f"{gitlab.web}/git/team/sub/study/-/")


def test_the_setting_says_which_forge_it_is_without_asking(bare: Path, clone: Repository) -> None:
    with running("gitea", bare) as gitea:
        credentials = credentials_of(gitea, clone)
        run_git(Path(clone.git.folder), "config", f"trackside.{gitea.web}.forge", "gitea")
        assert request_by_api(remote_of(gitea, forge=None), asking(), credentials).state == "created"
        assert all("authorization" in seen.headers for seen in gitea.seen)
        run_git(Path(clone.git.folder), "config", f"trackside.{gitea.web}.forge", "sourceforge")
        with pytest.raises(ForgeError, match="no forge"):
            request_by_api(remote_of(gitea), asking(), credentials)


def test_a_host_that_is_no_forge_is_said_to_be_none(bare: Path, clone: Repository) -> None:
    with running("gitea", bare) as gitea:
        gitea.fail(200, raw=b"<html>Welcome</html>")
        with pytest.raises(ForgeError) as told:
            request_by_api(remote_of(gitea, forge=None), asking(), credentials_of(gitea, clone))
        assert told.value.code == "forge-none" and "git config trackside." in told.value.hint
        assert all("authorization" not in seen.headers for seen in gitea.seen)


def test_addresses_of_data_center_hold_scm_and_a_context(bare: Path, clone: Repository) -> None:
    with running("bitbucket-server", bare, prefix="/bb") as server:
        remote = remote_of(server, web=server.web, project="bb/scm/TEAM/study")
        made = request_by_api(remote, asking(), credentials_of(server, clone))
        assert made.url == f"{server.web}/bb/projects/TEAM/repos/study/pull-requests/7"


@pytest.mark.parametrize("project", ["study", "team/../study", "team//study", "a/b/c", "team/st?dy", ""])
def test_a_path_that_is_no_project_is_refused_before_anything_is_asked(
    bare: Path, clone: Repository, project: str
) -> None:  # fmt: skip
    with running("github", bare) as github:
        with pytest.raises(ForgeError) as told:
            request_by_api(remote_of(github, project=project), asking(), credentials_of(github, clone))
        assert told.value.code == "forge-none" and github.seen == []


def test_the_api_of_the_hosted_forges_is_at_its_own_host() -> None:
    assert github_api("https://github.com") == "https://api.github.com"
    assert github_api("https://octo.ghe.com") == "https://api.octo.ghe.com"
    assert github_api("https://git.example/prefix") == "https://git.example/prefix/api/v3"
    assert cloud_api("https://bitbucket.org") == "https://api.bitbucket.org/2.0"
