"""Addresses of remotes in every form Git takes."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from repositories import Scratch, scratch, trackside_home

from trackside.errors import NotFoundError, UsageError
from trackside.git.repository import open_repository
from trackside.review.remote import default_target, parse_address, pick_remote, read_remotes

__all__ = ["scratch", "trackside_home"]


@pytest.mark.parametrize(
    ("address", "shown", "project", "web", "forge"),
    [
        ("https://github.com/o/n.git", "https://github.com/o/n.git", "o/n", "https://github.com", "github"),
        ("https://ada:tok@GitHub.com/o/n", "https://github.com/o/n", "o/n", "https://github.com", "github"),
        ("git@github.com:o/n.git", "github.com:o/n.git", "o/n", "https://github.com", "github"),
        ("ssh://git@ssh.github.com:443/o/n.git", "ssh://ssh.github.com:443/o/n.git", "o/n", "https://github.com",
         "github"),
        ("git+ssh://git@gitlab.com/g/s/n.git/", "ssh://gitlab.com/g/s/n.git/", "g/s/n", "https://gitlab.com",
         "gitlab"),
        ("https://gitlab.example.org:8443/g/s/n.git", "https://gitlab.example.org:8443/g/s/n.git", "g/s/n",
         "https://gitlab.example.org:8443", "gitlab"),
        ("https://x-token-auth:t@bitbucket.org/o/n.git", "https://bitbucket.org/o/n.git", "o/n",
         "https://bitbucket.org", "bitbucket-cloud"),
        ("ssh://git@code.example.org:7999/key/n.git", "ssh://code.example.org:7999/key/n.git", "key/n",
         "https://code.example.org", "bitbucket-server"),
        ("https://example.org/ctx/scm/~ada/n.git", "https://example.org/ctx/scm/~ada/n.git", "~ada/n",
         "https://example.org/ctx", "bitbucket-server"),
        ("http://gitea.example.org/code/o/n.git", "http://gitea.example.org/code/o/n.git", "o/n",
         "http://gitea.example.org/code", "gitea"),
        ("git@codeberg.org:o/n.git", "codeberg.org:o/n.git", "o/n", "https://codeberg.org", "gitea"),
        ("https://git.example.org/o/n.git?private_token=abc#x", "https://git.example.org/o/n.git", "o/n",
         "https://git.example.org", None),
        ("[git@code.example.org:2222]:o/n.git", "code.example.org:o/n.git", "o/n", "https://code.example.org", None),
        ("ssh://git@[2001:db8::1]:22/o/n.git", "ssh://[2001:db8::1]:22/o/n.git", "o/n", "https://[2001:db8::1]", None),
        ("https://bücher.example/o/n", "https://xn--bcher-kva.example/o/n", "o/n",
         "https://xn--bcher-kva.example", None),
        ("git://example.org/o/n.git", "git://example.org/o/n.git", "o/n", None, None),
        ("/srv/git/n.git", "/srv/git/n.git", "", None, None),
        ("../n.git", "../n.git", "", None, None),
        ("C:\\git\\n.git", "C:\\git\\n.git", "", None, None),
        ("file:///srv/git/n.git", "file:///srv/git/n.git", "", None, None),
        ("ext::ssh -i key host %S /o/n", "ext::…", "", None, None),
        ("ssh://-oProxyCommand=touch/o/n", "ssh://…", "", None, None),
        ("https://github.com/../../n.git", "https://github.com/../../n.git", "", "https://github.com", "github"),
    ],
)  # fmt: skip
def test_address_tells_host_project_and_forge(
    address: str, shown: str, project: str, web: str | None, forge: str | None
) -> None:
    remote = parse_address(address)
    assert (remote.address, remote.project, remote.web, remote.forge) == (shown, project, web, forge)


SECRET = "hunter2hunter2"
words = st.text(st.characters(codec="utf-8", exclude_characters="/@"), max_size=12)


@given(st.sampled_from(["https", "http", "ssh", "git", "ftp", "svn+x"]), words, words, words)
@example("https", "ada", "/", "github.com/o/n")
@example("https", "", "pa/ss", "github.com/o/n")
@example("http", "a", "#", "h/o/n")
@example("ssh", "a", "?", "h")
def test_no_password_of_an_address_is_ever_shown(scheme: str, user: str, more: str, rest: str) -> None:
    told = repr(parse_address(f"{scheme}://{user}:{more}{SECRET}@{rest}/o/n.git"))
    assert SECRET not in told


@given(words, words)
def test_no_password_in_the_short_form_is_ever_shown(user: str, rest: str) -> None:
    assert SECRET not in repr(parse_address(f"{user}:{SECRET}@host:{rest}"))


@given(st.text(max_size=60) | st.text("htps:/@[]?#.-a1%~\\", max_size=30))
def test_any_text_is_read_and_shows_nothing_that_acts_on_a_screen(text: str) -> None:
    remote = parse_address(text)
    assert remote.address.isprintable()
    assert remote.web is None or remote.web.startswith(("https://", "http://"))
    assert "@" not in (remote.web or "")


@given(
    st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z][a-z0-9]{0,5}){1,2}", fullmatch=True),
    st.from_regex(r"[a-z][a-z0-9._-]{0,8}", fullmatch=True).filter(lambda name: not name.endswith(".git")),
)
def test_all_forms_of_one_address_lead_to_one_project(host: str, name: str) -> None:
    forms = [
        f"https://{host}/owner/{name}.git",
        f"https://ada:token@{host}:443/owner/{name}",
        f"ssh://git@{host}/owner/{name}.git",
        f"git@{host}:owner/{name}.git",
        f"{host}:/owner/{name}/",
    ]
    assert {(remote.web, remote.project) for remote in map(parse_address, forms)} == {
        (f"https://{host}", f"owner/{name}")
    }


def test_settings_name_the_forge_of_a_host_a_port_and_a_path() -> None:
    forges = {"git.example.org": "gitea", "git.example.org:8443": "github", "example.org/lab": "gitlab"}
    told = [
        parse_address(address, forges=forges)
        for address in (
            "git@git.example.org:o/n.git",
            "https://git.example.org:8443/o/n.git",
            "https://example.org/lab/g/s/n.git",
            "https://example.org/other/g/n.git",
        )
    ]
    assert [remote.forge for remote in told] == ["gitea", "github", "gitlab", None]
    assert (told[2].web, told[2].project) == ("https://example.org/lab", "g/s/n")


def test_replaced_addresses_are_those_that_are_pushed_to(trackside_home: Scratch) -> None:
    trackside_home.git("remote", "add", "origin", "work:o/n.git")
    trackside_home.git("config", "--global", "url.https://github.com/.insteadOf", "work:")
    trackside_home.git("remote", "add", "mine", "https://codeberg.org/o/n.git")
    trackside_home.git("config", "--global", "url.git@codeberg.org:.pushInsteadOf", "https://codeberg.org/")
    remotes = {remote.name: remote for remote in read_remotes(open_repository(trackside_home.path))}
    assert remotes["origin"].address == "https://github.com/o/n.git"
    assert (remotes["mine"].address, remotes["mine"].scheme) == ("codeberg.org:o/n.git", "ssh")
    for name, remote in remotes.items():
        assert parse_address(trackside_home.git("remote", "get-url", "--push", name), name=name) == remote


def test_forge_is_read_from_the_settings_of_the_repository(trackside_home: Scratch) -> None:
    (trackside_home.path / "trackside.toml").write_text('[forges]\n"git.example.org" = "gitlab"\n')
    trackside_home.git("remote", "add", "origin", "git@git.example.org:g/n.git")
    assert read_remotes(open_repository(trackside_home.path))[0].forge == "gitlab"


def test_remote_is_the_one_git_would_push_the_target_to(trackside_home: Scratch) -> None:
    here = open_repository(trackside_home.path)
    with pytest.raises(NotFoundError) as none:
        pick_remote(here)
    assert none.value.code == "no-remote" and "git remote add" in none.value.hint
    trackside_home.git("remote", "add", "upstream", "/nowhere")
    assert pick_remote(here).name == "upstream"
    trackside_home.git("remote", "add", "fork", "/nowhere")
    with pytest.raises(UsageError, match="not clear"):
        pick_remote(here)
    trackside_home.git("remote", "add", "origin", "/nowhere")
    assert pick_remote(here).name == "origin"
    for key, name in (
        ("branch.main.remote", "upstream"),
        ("remote.pushDefault", "fork"),
        ("branch.main.pushRemote", "upstream"),
    ):
        trackside_home.git("config", key, name)
        assert pick_remote(here, onto="main").name == name
    assert pick_remote(here, "origin").name == "origin"
    with pytest.raises(NotFoundError, match="no remote '--x'"):
        pick_remote(here, "--x")


def test_default_target_is_the_remotes_head_then_main_then_where_we_are(trackside_home: Scratch) -> None:
    here = open_repository(trackside_home.path)
    trackside_home.git("branch", "-m", "topic/one")
    assert default_target(here) == "topic/one"
    trackside_home.git("branch", "master")
    assert default_target(here) == "master"
    trackside_home.git("branch", "main")
    assert default_target(here) == "main"
    trackside_home.git("update-ref", "refs/remotes/origin/release/2", "HEAD")
    trackside_home.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/release/2")
    assert default_target(here) == "release/2"
    trackside_home.git("branch", "-D", "main", "master")
    trackside_home.git("symbolic-ref", "-d", "refs/remotes/origin/HEAD")
    trackside_home.git("checkout", "-q", "--detach")
    assert default_target(here) == ""


def test_name_that_ssh_is_told_means_the_host_behind_it(trackside_home: Scratch) -> None:
    (trackside_home.home / ".ssh").mkdir()
    (trackside_home.home / ".ssh" / "config").write_text(
        "IdentitiesOnly yes\nMatch host github-work exec true\n  HostName evil.example.org\n"
        "Host other github-work\n  HostName = ssh.github.com\n  Port 443\n"
        'Host !no-lab *-lab\n  HostName "%h.example.org"\nHost *\n  HostName late.example.org\n'
    )
    trackside_home.git("remote", "add", "origin", "git@github-work:o/n.git")
    trackside_home.git("remote", "add", "lab", "ssh://gitlab-lab/g/n")
    trackside_home.git("remote", "add", "web", "https://no-lab/g/n")
    lab, origin, web = read_remotes(open_repository(trackside_home.path))
    assert (origin.web, origin.forge, origin.address) == ("https://github.com", "github", "github-work:o/n.git")
    assert (lab.web, lab.forge) == ("https://gitlab-lab.example.org", "gitlab")
    assert web.host == "no-lab"
