"""Credentials: found where people have them, sent to their own host only, told to nobody."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path

import pytest
from states import ROOT, run_git

from review.fakes.state import TOKEN
from review.forge_cases import asking, bare, clone, credentials_of, remote_of, running
from trackside.git.repository import Repository
from trackside.review.forges import Credential, Credentials, ForgeError, request_by_api
from trackside.review.forges.credentials import VARIABLES
from trackside.review.remote import Forge, Remote


def at(web: str, forge: Forge) -> Remote:
    """Return a remote on a host."""
    host = web.partition("://")[2]
    return Remote(name="origin", address=web, scheme="https", host=host, project="team/study", web=web, forge=forge)


def program(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program in front of the others."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


#: Variables → which hosts get the token, by forge.
HOSTS: list[tuple[dict[str, str], Forge, str, bool]] = [
    ({"GH_TOKEN": "t"}, "github", "https://github.com", True),
    ({"GH_TOKEN": "t"}, "github", "https://git.corp", False),
    ({"GH_TOKEN": "t"}, "github", "https://github.com.evil.example", False),
    ({"GH_TOKEN": "t"}, "gitlab", "https://github.com", False),
    ({"GITHUB_TOKEN": "t"}, "github", "https://github.com", True),
    ({"GITHUB_TOKEN": "t", "GITHUB_SERVER_URL": "https://git.corp"}, "github", "https://git.corp", True),
    ({"GITHUB_TOKEN": "t", "GITHUB_SERVER_URL": "https://git.corp"}, "github", "https://github.com", False),
    ({"GITHUB_TOKEN": "t", "GITHUB_SERVER_URL": "https://tea.example"}, "gitea", "https://tea.example", True),
    ({"GITHUB_TOKEN": "t"}, "gitea", "https://tea.example", False),
    ({"GH_ENTERPRISE_TOKEN": "t"}, "github", "https://git.corp", False),
    ({"GH_ENTERPRISE_TOKEN": "t", "GH_HOST": "git.corp"}, "github", "https://git.corp", True),
    ({"GH_ENTERPRISE_TOKEN": "t", "GH_HOST": "git.corp"}, "github", "https://git.corp:8443", False),
    ({"GH_ENTERPRISE_TOKEN": "t", "GH_HOST": "git.corp"}, "github", "https://github.com", False),
    ({"GITLAB_TOKEN": "t"}, "gitlab", "https://gitlab.com", True),
    ({"GITLAB_TOKEN": "t"}, "gitlab", "https://gitlab.corp", False),
    ({"GITLAB_TOKEN": "t", "GITLAB_HOST": "https://gitlab.corp/x"}, "gitlab", "https://gitlab.corp", True),
    ({"GITLAB_TOKEN": "t", "CI_SERVER_URL": "https://gitlab.corp:8443"}, "gitlab",
     "https://gitlab.corp:8443", True),
    ({"GITLAB_TOKEN": "t", "CI_SERVER_URL": "https://gitlab.corp"}, "gitlab", "https://gitlab.com", False),
    ({"BITBUCKET_TOKEN": "t"}, "bitbucket-cloud", "https://bitbucket.org", True),
    ({"BITBUCKET_TOKEN": "t"}, "bitbucket-server", "https://bb.corp", False),
    ({"BITBUCKET_TOKEN": "t", "BITBUCKET_URL": "https://bb.corp"}, "bitbucket-server", "https://bb.corp", True),
    ({"BITBUCKET_TOKEN": "t", "BITBUCKET_URL": "https://bb.corp"}, "bitbucket-cloud", "https://bitbucket.org", False),
    ({"BITBUCKET_API_TOKEN": "t", "BITBUCKET_EMAIL": "a@b"}, "bitbucket-cloud", "https://bitbucket.org", True),
    ({"GITEA_TOKEN": "t"}, "gitea", "https://tea.example", False),
    ({"GITEA_TOKEN": "t", "GITEA_SERVER_URL": "https://tea.example"}, "gitea", "https://tea.example", True),
    ({"FORGEJO_TOKEN": "t"}, "gitea", "https://codeberg.org", True),
    ({"FORGEJO_TOKEN": "t\r\nX-Evil: 1"}, "gitea", "https://codeberg.org", False),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "forge", "web", "is_given"), HOSTS)
def test_a_variable_is_for_its_own_host(variables: dict[str, str], forge: Forge, web: str, is_given: bool) -> None:
    found = Credentials(None, variables).find(at(web, forge))
    assert (found is not None) is is_given
    assert found is None or (found.secret, found.source) == ("t", next(iter(variables)))


def test_the_guide_names_each_variable() -> None:
    page = (ROOT / "docs" / "forges.md").read_text(encoding="utf-8")
    for variable in VARIABLES:
        assert all(f"`{name}`" in page for name in (variable.name, *variable.addresses))


def test_the_token_of_a_gitlab_job_is_said_to_be_of_no_use() -> None:
    variables = {"CI_JOB_TOKEN": "t", "CI_SERVER_URL": "https://gitlab.corp"}
    with pytest.raises(ForgeError) as told:
        Credentials(None, variables).find(at("https://gitlab.corp", "gitlab"))
    assert told.value.code == "forge-job-token" and "GITLAB_TOKEN" in told.value.hint
    assert Credentials(None, variables).find(at("https://gitlab.com", "gitlab")) is None
    with_own = {**variables, "GITLAB_TOKEN": "mine"}
    found = Credentials(None, with_own).find(at("https://gitlab.corp", "gitlab"))
    assert found is not None and found.secret == "mine"


def test_gh_is_asked_for_the_host_without_the_variables_it_would_give_to_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    program(tmp_path / "bin", "gh", f'echo "$@ [$GH_TOKEN$GH_ENTERPRISE_TOKEN] $PWD" > {said}; echo kept-by-gh',
            monkeypatch)  # fmt: skip
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "for-elsewhere")
    found = Credentials(None, {}).find(at("https://git.corp:8443", "github"))
    assert found is not None and (found.secret, found.source) == ("kept-by-gh", "gh")
    assert said.read_text() == "auth token --hostname git.corp:8443 [] /\n"


def test_glab_is_asked_for_the_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", "glab", 'test "$*" = "config get token --host git.corp" && echo kept', monkeypatch)
    found = Credentials(None, {}).find(at("https://git.corp", "gitlab"))
    assert found is not None and (found.secret, found.source) == ("kept", "glab")


@pytest.mark.parametrize("script", ["exit 1", "echo 'two words'", "echo", "echo tok; exit 4", "printf 'a\\nb'"])
def test_a_program_that_has_no_token_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    program(tmp_path / "bin", "gh", script, monkeypatch)
    assert Credentials(None, {}).find(at("https://github.com", "github")) is None


def test_a_program_of_the_repository_is_not_run(
    monkeypatch: pytest.MonkeyPatch, clone: Repository
) -> None:  # fmt: skip
    program(Path(clone.git.folder), "gh", "echo planted", monkeypatch)
    monkeypatch.setenv("PATH", ".:/usr/bin:/bin")
    monkeypatch.chdir(clone.git.folder)
    assert Credentials(clone, {}).find(at("https://github.com", "github")) is None


@pytest.mark.parametrize(
    ("name", "sent"),
    [("gitea", "Basic "), ("bitbucket-server", "Basic "), ("github", f"Bearer {TOKEN}"), ("gitlab", f"Bearer {TOKEN}")],
)
def test_gits_helper_is_asked_and_nothing_is_stored(
    tmp_path: Path, bare: Path, clone: Repository, name: str, sent: str
) -> None:
    with running(name, bare) as forge:
        log = tmp_path / "log"
        helper = tmp_path / "helper"
        helper.write_text(f'#!/bin/sh\necho "$1" >> {log}\ncat >> {log}\necho username=ada\necho password={TOKEN}\n')
        helper.chmod(0o755)
        run_git(Path(clone.git.folder), "config", "--global", "credential.helper", str(helper))
        assert request_by_api(remote_of(forge), asking(), Credentials(clone, {})).state == "created"
        assert forge.seen[0].headers["authorization"].startswith(sent)
        told = log.read_text().splitlines()
        # Newer versions of Git tell helpers more; what counts is that nothing but "get" was asked.
        assert told[:3] == ["get", "protocol=http", f"host={forge.host}"]
        assert "store" not in told and "erase" not in told


def test_no_window_is_opened_to_ask_for_a_password(
    tmp_path: Path, clone: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    window = tmp_path / "window"
    window.write_text(f"#!/bin/sh\ntouch {tmp_path}/opened\necho typed\n")
    window.chmod(0o755)
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(window))
    monkeypatch.setenv("DISPLAY", ":0")
    run_git(Path(clone.git.folder), "config", "core.askPass", str(window))
    assert Credentials(clone, {}).find(at("https://tea.example", "gitea")) is None
    assert not (tmp_path / "opened").exists()


def test_a_helper_that_answers_for_another_host_is_not_believed(tmp_path: Path, clone: Repository) -> None:
    helper = tmp_path / "helper"
    helper.write_text("#!/bin/sh\necho host=evil.example\necho username=a\necho password=b\n")
    helper.chmod(0o755)
    run_git(Path(clone.git.folder), "config", "credential.helper", str(helper))
    assert Credentials(clone, {}).find(at("https://tea.example", "gitea")) is None


def test_a_credential_is_not_told_by_its_looks_nor_stored() -> None:
    credential = Credential(host="github.com", source="GH_TOKEN", user="ada", secret=TOKEN)
    assert TOKEN not in repr(credential) and TOKEN not in str(credential) and "ada" not in repr(credential)
    assert TOKEN not in repr(Credentials(None, {"GH_TOKEN": TOKEN}))
    for store in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="not to be stored"):
            store(credential)


def test_without_credentials_it_is_said_where_to_put_them(bare: Path, clone: Repository) -> None:
    for name, word in (("github", "gh auth login"), ("gitlab", "GITLAB_TOKEN"), ("gitea", "GITEA_TOKEN"),
                       ("bitbucket-server", "BITBUCKET_URL"), ("bitbucket-cloud", "BITBUCKET_TOKEN")):  # fmt: skip
        with running(name, bare) as forge:
            with pytest.raises(ForgeError) as told:
                request_by_api(remote_of(forge), asking(), Credentials(clone, {}))
            assert told.value.code == "forge-no-credentials" and word in told.value.hint
            assert forge.seen == []


def test_credentials_are_not_sent_without_encryption() -> None:
    variables = {"GITEA_TOKEN": "t", "GITEA_SERVER_URL": "http://tea.example"}
    with pytest.raises(ForgeError) as told:
        request_by_api(at("http://tea.example", "gitea"), asking(), Credentials(None, variables))
    assert told.value.code == "forge-unencrypted" and "allowHttp" in told.value.hint


def test_the_credential_is_in_no_error_and_no_object(bare: Path, clone: Repository) -> None:
    with running("github", bare) as forge:
        # A server that gives back what it got.
        forge.fail(422, {"message": f"you sent Bearer {TOKEN}"}, method="POST")
        with pytest.raises(ForgeError) as told:
            request_by_api(remote_of(forge), asking(), credentials_of(forge, clone))
        error: BaseException | None = told.value
        while error is not None:
            assert TOKEN not in f"{error!r} {error} {vars(error)}"
            error = error.__cause__ or error.__context__
        assert "you sent Bearer …" in told.value.message
