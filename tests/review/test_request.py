"""From a pushed branch to a request: what the push opens, the filled-in form, the server's link."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repositories import Scratch, scratch, trackside_home

from review.peers import add_hook, add_remote, http_peer, make_bare, peer_refs, remember_password
from trackside.errors import StateError, TracksideError
from trackside.git.repository import open_repository
from trackside.review.asked import silent
from trackside.review.prefilled import LONGEST, prefilled_address
from trackside.review.push import Pushed, push
from trackside.review.pushoptions import push_options, request_by_agit
from trackside.review.remote import Forge, Remote, parse_address, pick_remote
from trackside.review.request import open_request
from trackside.review.requested import RequestAsked, Requested

__all__ = ["scratch", "trackside_home"]
REPORT = "<!-- trackside:report -->\n## Better\n\nacc rises by 0.1.\n\n| a | b |\n|---|---|\n| $\\nabla$ | `x` |\n"
ADDRESSES: dict[Forge, str] = {
    "github": "git@github.com:o/n.git",
    "gitlab": "https://gitlab.example.org/g/s/n.git",
    "bitbucket-cloud": "git@bitbucket.org:o/n.git",
    "bitbucket-server": "ssh://git@bitbucket.example.org:7999/PROJ/n.git",
    "gitea": "https://codeberg.org/o/n.git",
}


def ask(report: str = REPORT, **more: object) -> RequestAsked:
    def body(_forge: Forge | None, limit: int | None) -> str:
        return report[:limit]

    facts = {"branch": "exp/calm-otter", "onto": "main", "title": "acc 0.8 → 0.9", "body": body, **more}
    return RequestAsked(**facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("forge", "place", "wanted"),
    [
        ("github", "https://github.com/o/n/compare/main...exp/calm-otter",
         {"expand": "1", "labels": "ml,run", "title": "acc 0.8 → 0.9", "body": REPORT}),
        ("gitlab", "https://gitlab.example.org/g/s/n/-/merge_requests/new",
         {"merge_request[source_branch]": "exp/calm-otter", "merge_request[target_branch]": "main",
          "merge_request[title]": "Draft: acc 0.8 → 0.9", "merge_request[description]": REPORT}),
        ("bitbucket-cloud", "https://bitbucket.org/o/n/pull-requests/new",
         {"source": "exp/calm-otter", "dest": "main"}),
        ("bitbucket-server", "https://bitbucket.example.org/projects/PROJ/repos/n/pull-requests",
         {"create": "", "sourceBranch": "refs/heads/exp/calm-otter", "targetBranch": "refs/heads/main",
          "title": "acc 0.8 → 0.9", "description": REPORT}),
        ("gitea", "https://codeberg.org/o/n/compare/main...exp/calm-otter",
         {"expand": "1", "title": "acc 0.8 → 0.9", "body": REPORT}),
    ],
)  # fmt: skip
def test_form_of_each_forge_is_filled_in(forge: Forge, place: str, wanted: dict[str, str]) -> None:
    address = prefilled_address(parse_address(ADDRESSES[forge]), ask(draft=True, labels=("ml", "run")))
    assert address is not None
    base, _, query = address.partition("?")
    assert base == place
    assert {key: values[0] for key, values in parse_qs(query, keep_blank_values=True).items()} == wanted


def test_repository_of_a_person_at_bitbucket_is_found_at_its_place() -> None:
    address = prefilled_address(parse_address("https://bitbucket.example.org/scm/~ada/n.git"), ask())
    assert address is not None
    assert address.startswith("https://bitbucket.example.org/users/ada/repos/n/pull-requests?create&")


@pytest.mark.parametrize("address", ["/srv/n.git", "git://h/o/n", "https://git.example.org/o/n", "git@github.com:../x"])
def test_no_form_is_offered_where_the_forge_or_project_is_not_known(address: str) -> None:
    assert prefilled_address(parse_address(address), ask()) is None


@given(
    st.sampled_from(sorted(ADDRESSES)),
    st.text(max_size=300),
    st.text("é🎉a\n|`", max_size=50),
    st.integers(1, 400),
    st.text("ab/é#", min_size=1, max_size=400),
)
def test_filled_in_address_is_never_too_long_and_holds_no_more_than_it_was_given(
    forge: Forge, title: str, piece: str, times: int, branch: str
) -> None:
    report = piece * times
    address = prefilled_address(parse_address(ADDRESSES[forge]), ask(report, title=title, branch=branch))
    assert address is not None and len(address) <= LONGEST and address.isascii()
    parts = urlsplit(address)
    assert parts.scheme == "https" and parts.hostname == parse_address(ADDRESSES[forge]).host and not parts.fragment
    query = parse_qs(parts.query)
    key = {"gitlab": "merge_request[description]", "bitbucket-server": "description"}.get(forge, "body")
    assert report.startswith(query.get(key, [""])[0])


def test_report_that_cannot_be_cut_is_left_out() -> None:
    asked = ask(body=lambda _forge, _limit: "x" * 9_000)
    address = prefilled_address(parse_address(ADDRESSES["github"]), asked)
    assert address is not None and "title=" in address and "body=" not in address


@pytest.fixture
def home(trackside_home: Scratch, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A repository with a branch that was promoted, and nobody's credentials."""
    for key in [key for key in os.environ if key.startswith(("GH_", "GITHUB_", "GITLAB_", "GITEA_", "BITBUCKET_"))]:
        monkeypatch.delenv(key)
    tree = trackside_home.git("rev-parse", "HEAD^{tree}")
    oid = trackside_home.git("commit-tree", tree, "-p", "HEAD", "-m", "one")
    trackside_home.git("update-ref", "refs/heads/exp/calm-otter", oid)
    return trackside_home


def as_forge(home: Scratch, address: str, forge: str) -> Remote:
    """Add a remote whose host settings say to be a forge."""
    (home.path / "trackside.toml").write_text(f'[forges]\n"{urlsplit(address).netloc}" = "{forge}"\n')
    add_remote(home, address)
    return pick_remote(open_repository(home.path))


#: What GitLab does with a push: options make the request, its line breaks are `\n`, a link is printed.
LIKE_GITLAB = """import os, pathlib, sys
count = int(os.environ.get("GIT_PUSH_OPTION_COUNT", 0))
given = [os.environ[f"GIT_PUSH_OPTION_{number}"] for number in range(count)]
pathlib.Path("made").write_text("\\0".join(given))
print("\\nView merge request for exp/calm-otter:", file=sys.stderr)
print(f"  http://127.0.0.1:{pathlib.Path('port').read_text()}/o/n/-/merge_requests/3\\n", file=sys.stderr)
"""


def test_gitlab_opens_the_request_from_the_options_of_the_push(home: Scratch) -> None:
    peer = make_bare(home, "o/n.git")
    home.git("--git-dir", str(peer), "config", "receive.advertisePushOptions", "true")
    add_hook(peer, "post-receive", LIKE_GITLAB)
    with http_peer(home) as server:
        (peer / "port").write_text(str(server.port))
        remember_password(home, server.port)
        remote = as_forge(home, f"http://127.0.0.1:{server.port}/o/n.git", "gitlab")
        asked = ask(draft=True, labels=("ml", "two words"), reviewers=("grace",))
        here = open_repository(home.path)
        pushed = push(here, remote, asked.branch, expected="", options=push_options(remote, asked))
        made = open_request(here, remote, asked, pushed=pushed)
    assert (made.rung, made.state) == ("push-options", "created")
    assert made.url == f"http://127.0.0.1:{server.port}/o/n/-/merge_requests/3"
    assert any("Reviewers" in note for note in made.notes)
    given = (peer / "made").read_text().split("\0")
    assert given[:3] == ["merge_request.create", "merge_request.target=main", "merge_request.title=acc 0.8 → 0.9"]
    assert given[4:] == ["merge_request.draft", "merge_request.label=ml", "merge_request.label=two words"]
    told = given[3].removeprefix("merge_request.description=").replace("\\n", "\n")
    assert told.replace("&#92;", "\\") == REPORT


def test_gitlab_that_opens_no_request_is_quoted_and_the_form_is_offered(home: Scratch) -> None:
    said = ("WARNINGS:", "Error encountered with push options 'merge_request.create': Target branch does not exist")
    pushed = Pushed(link=None, said=said, state="created", has_options=True)
    made = open_request(open_repository(home.path), parse_address(ADDRESSES["gitlab"]), ask(), pushed=pushed)
    assert made.rung == "prefilled" and any("Target branch does not exist" in note for note in made.notes)


@given(st.text(max_size=200), st.text(max_size=60))
def test_push_options_are_one_line_each_and_fit_a_packet(report: str, title: str) -> None:
    remote = parse_address(ADDRESSES["gitlab"])
    options = push_options(remote, ask(report * 400, title=title, labels=(title,)))
    assert all(len(option.splitlines()) <= 1 and "\0" not in option for option in options)
    assert max(len(option.encode("utf-8", "replace")) for option in options) < 65_000


@pytest.mark.parametrize("forge", ["github", "bitbucket-cloud", "bitbucket-server", "gitea"])
def test_only_gitlab_gets_push_options(forge: Forge) -> None:
    assert push_options(parse_address(ADDRESSES[forge]), ask()) == ()


#: What Gitea does with a push to refs/for/…: a pull request kept by topic, told as the ref that was really made.
LIKE_GITEA = """import os, pathlib, subprocess, sys
def read():
    size = int(sys.stdin.buffer.read(4), 16)
    return sys.stdin.buffer.read(size - 4) if size else None
def write(text):
    data = text.encode()
    sys.stdout.buffer.write(b"%04x" % (len(data) + 4) + data)
def flush():
    sys.stdout.buffer.write(b"0000")
    sys.stdout.buffer.flush()
while read() is not None:
    pass
write("version=1\\0push-options\\n")
flush()
commands, options = [], {}
while (line := read()) is not None:
    commands.append(line.decode().strip().split(" "))
while (line := read()) is not None:
    key, _, value = line.decode().partition("=")
    options[key] = value
pathlib.Path("made").write_text(repr(options))
for old, new, ref in commands:
    assert ref == "refs/for/main", ref
    topic = pathlib.Path("topics") / options["topic"].replace("/", "_")
    before = topic.read_text() if topic.exists() else ""
    topic.parent.mkdir(exist_ok=True)
    topic.write_text(new)
    quarantined = {key: value for key, value in os.environ.items() if "QUARANTINE" not in key}
    subprocess.run(["git", "update-ref", "refs/pull/4/head", new], check=True, env=quarantined)
    write(f"ok {ref}")
    write("option refname refs/pull/4/head")
    write(f"option old-oid {before or '0' * 40}")
    write(f"option new-oid {new}")
    if before:
        write("option forced-update")
flush()
"""


def make_gitea(home: Scratch) -> Path:
    peer = make_bare(home, "o/n.git")
    home.git("--git-dir", str(peer), "config", "receive.advertisePushOptions", "true")
    home.git("--git-dir", str(peer), "config", "receive.procReceiveRefs", "refs/for")
    add_hook(peer, "proc-receive", LIKE_GITEA)
    return peer


def test_agit_opens_one_pull_request_and_brings_it_up_to_date(home: Scratch) -> None:
    peer = make_gitea(home)
    here, before = open_repository(home.path), home.state()["branches"]
    with http_peer(home) as server:
        remember_password(home, server.port)
        remote = as_forge(home, f"http://127.0.0.1:{server.port}/o/n.git", "gitea")
        made = request_by_agit(here, remote, ask())
        tree = home.git("rev-parse", "HEAD^{tree}")
        oid = home.git("commit-tree", tree, "-p", "HEAD", "-m", "two")
        home.git("update-ref", "refs/heads/exp/calm-otter", oid)
        again = request_by_agit(here, remote, ask())
    assert (made.rung, made.state, again.state) == ("push-options", "created", "updated")
    assert made.url == again.url == f"http://127.0.0.1:{server.port}/o/n/pulls/4"
    assert peer_refs(home, peer) == {"refs/heads/main": home.head(), "refs/pull/4/head": oid}
    options = ast.literal_eval((peer / "made").read_text())
    assert options == {
        "topic": "exp/calm-otter", "title": "acc 0.8 → 0.9", "description": "acc rises by 0.1.", "force-push": "true",
    }  # fmt: skip
    assert home.state()["branches"].splitlines()[1:] == before.splitlines()[1:]


def test_branch_that_was_sent_before_leads_to_the_request_it_has(home: Scratch) -> None:
    peer = make_gitea(home)
    here, asked = open_repository(home.path), ask()
    with http_peer(home) as server:
        remember_password(home, server.port)
        remote = as_forge(home, f"http://127.0.0.1:{server.port}/o/n.git", "gitea")
        pushed = push(here, remote, asked.branch, expected="")
        again = push(here, remote, asked.branch, expected="")
        # Somebody opened it on the page.
        home.git("--git-dir", str(peer), "update-ref", "refs/pull/3/head", "refs/heads/main")
        home.git("--git-dir", str(peer), "update-ref", "refs/pull/9/head", f"refs/heads/{asked.branch}")
        found = open_request(here, remote, asked, pushed=again)
        assert not (peer / "made").exists()
        new = open_request(here, remote, asked, pushed=pushed)
    assert (again.state, found.state, found.url) == (
        "unchanged", "found", f"http://127.0.0.1:{server.port}/o/n/pulls/9",
    )  # fmt: skip
    assert new.state == "created"


@pytest.mark.parametrize(
    ("code", "is_tried"), [("forge-no-credentials", True), ("forge-unauthorized", True), ("forge-server", False)]
)
def test_agit_opens_nothing_where_the_forge_may_have_opened_it(
    home: Scratch, monkeypatch: pytest.MonkeyPatch, code: str, *, is_tried: bool
) -> None:

    def broken(*_: object) -> Requested:
        raise TracksideError("It said no.", code=code)

    monkeypatch.setattr("trackside.review.forges.request_by_api", broken)
    peer = make_gitea(home)
    with http_peer(home) as server:
        remember_password(home, server.port)
        remote = as_forge(home, f"http://127.0.0.1:{server.port}/o/n.git", "gitea")
        made = open_request(open_repository(home.path), remote, ask(), pushed=pushed_with(None))
    assert (peer / "made").exists() == is_tried
    assert made.rung == ("push-options" if is_tried else "prefilled") and "It said no." in made.notes


def test_server_that_is_no_such_forge_gets_no_stray_ref_and_the_form_is_offered(home: Scratch) -> None:
    peer = make_bare(home, "o/n.git")
    here = open_repository(home.path)
    with http_peer(home) as server:
        remember_password(home, server.port)
        remote = as_forge(home, f"http://127.0.0.1:{server.port}/o/n.git", "gitea")
        asked = ask()
        pushed = push(here, remote, asked.branch, expected="")
        made = open_request(here, remote, asked, pushed=pushed)
    assert set(peer_refs(home, peer)) == {"refs/heads/main", "refs/heads/exp/calm-otter"}
    assert any("AGit did not open" in note for note in made.notes)
    assert (made.rung, made.state) == ("prefilled", "offered")


def pushed_with(link: str | None, **more: object) -> Pushed:
    return Pushed(link=link, said=(), state="created", **more)  # type: ignore[arg-type]


def test_form_goes_before_the_link_of_the_server_which_goes_before_nothing(home: Scratch) -> None:
    here = open_repository(home.path)
    link = "https://git.example.org/o/n/pull/new/exp/calm-otter"
    known, unknown = parse_address(ADDRESSES["bitbucket-cloud"]), parse_address("https://127.0.0.1:1/o/n.git")
    assert open_request(here, known, ask(), pushed=pushed_with(link)).rung == "prefilled"
    made = open_request(here, unknown, ask(), pushed=pushed_with(link))
    assert (made.rung, made.state, made.url) == ("link", "offered", link)
    made = open_request(here, unknown, ask(), pushed=pushed_with(None))
    assert made.url == "" and made.notes
    made = open_request(here, parse_address("/srv/n.git", name="origin"), ask(), pushed=pushed_with(None))
    assert made.url == "" and "at no forge" in made.notes[0]


def test_request_the_server_says_is_open_is_found_rather_than_offered_again(home: Scratch) -> None:
    link = "https://bitbucket.org/o/n/pull-requests/9"
    made = open_request(
        open_repository(home.path), parse_address(ADDRESSES["bitbucket-cloud"]), ask(), pushed=pushed_with(link)
    )
    assert (made.url, made.rung, made.state) == (link, "link", "found")


def test_last_rung_that_breaks_is_a_note_and_a_stop_is_a_stop(home: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    remote, here = parse_address(ADDRESSES["bitbucket-cloud"]), open_repository(home.path)

    def break_with(error: Exception) -> None:
        def broken(*_: object) -> Requested:
            raise error

        monkeypatch.setattr("trackside.review.forges.request_by_api", broken)

    break_with(KeyError("hunter2"))
    made = open_request(here, remote, ask(), silent, pushed=pushed_with(None))
    assert made.rung == "prefilled" and "KeyError" in made.notes[0] and "hunter2" not in made.notes[0]
    break_with(StateError("Stopped.", code="cancelled"))
    with pytest.raises(StateError):
        open_request(here, remote, ask(), silent, pushed=pushed_with(None))
