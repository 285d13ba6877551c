"""What git and servers say during a push, line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackside.review.asked import silent
from trackside.review.remote import parse_address
from trackside.review.spoken import Listener, find_link, harmless

GITLAB = parse_address("git@gitlab.example.org:g/n.git", name="origin")


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("https://gitlab.example.org/g/n/-/merge_requests/new?merge_request%5Bsource_branch%5D=exp%2Fx", True),
        ("View merge request for exp/x: https://gitlab.example.org/g/n/-/merge_requests/7.", True),
        ("http://gitlab.example.org:8080/g/n/-/merge_requests/7", True),
        ("https://evil.example.org/g/n/-/merge_requests/7", False),
        ("https://gitlab.example.org.evil.org/g/n/-/merge_requests/7", False),
        ("https://gitlab.example.org@evil.org/g/n/-/merge_requests/7", False),
        ("https://ada:tok@gitlab.example.org/g/n/-/merge_requests/7", False),
        ("javascript://gitlab.example.org/g/n/-/merge_requests/7", False),
        ("https://gitlab.example.org/help/two-factor", False),
        ("https://[::1/g/n/-/merge_requests/7", False),
    ],
)
def test_only_a_request_at_the_remotes_own_host_is_a_link(said: str, link: bool) -> None:
    found = find_link([said], GITLAB)
    assert (found is not None) == link
    assert found is None or found in said


@pytest.mark.parametrize(
    ("address", "said", "link"),
    [
        ("git@github.com:o/n.git",
         ["Create a pull request for 'exp/x' on GitHub by visiting:", "     https://github.com/o/n/pull/new/exp/x"],
         "https://github.com/o/n/pull/new/exp/x"),
        ("git@bitbucket.org:o/n.git",
         ["Create pull request for exp/x:", "  https://bitbucket.org/o/n/pull-requests/new?source=exp/x&t=1"],
         "https://bitbucket.org/o/n/pull-requests/new?source=exp/x&t=1"),
        ("ssh://git@bitbucket.example.org:7999/p/n.git",
         ["Create pull request for exp/x:",
          "  https://bitbucket.example.org/projects/P/repos/n/pull-requests?create&sourceBranch=refs%2Fheads%2Fexp%2Fx"],
         "https://bitbucket.example.org/projects/P/repos/n/pull-requests?create&sourceBranch=refs%2Fheads%2Fexp%2Fx"),
        ("https://codeberg.org/o/n.git",
         ["Create a new pull request for 'exp/x':", "  https://codeberg.org/o/n/compare/main...exp/x",
          "Visit the existing pull request:", "  https://codeberg.org/o/n/pulls/12"],
         "https://codeberg.org/o/n/pulls/12"),
    ],
)  # fmt: skip
def test_links_of_the_forges_are_found_and_an_open_request_goes_first(
    address: str, said: list[str], link: str
) -> None:  # fmt: skip
    assert find_link(said, parse_address(address)) == link


def test_encrypted_remote_leads_to_no_unencrypted_page() -> None:
    said = ["http://gitlab.example.org/g/n/-/merge_requests/7"]
    assert find_link(said, parse_address("https://gitlab.example.org/g/n.git")) is None


def test_progress_of_both_sides_is_one_that_only_grows() -> None:
    told: list[tuple[str, float | None]] = []
    listener = Listener(lambda message, reached: told.append((message, reached)), "github.com")
    for line in (
        "Enumerating objects: 20, done.",
        "",
        "Counting objects:  50% (10/20)",
        "Writing objects:  10% (2/20), 1.20 MiB | 3.00 MiB/s",
        "Writing objects: 100% (20/20), 9.00 MiB | 3.00 MiB/s, done.",
        "Counting objects:  10% (2/20)",
        "remote: Resolving deltas:  50% (1/2)        \x1b[K",
        "remote: ",
        "remote: Thank you\x1b[K",
    ):
        listener.hear(line)
    assert told[0] == ("Waiting for github.com", None)
    reached = [value for _, value in told if value is not None]
    assert reached == sorted(reached)
    assert told[-1][0] == "Resolving deltas at github.com"
    assert (listener.said, listener.own) == (["Thank you"], [])


@given(st.text(max_size=80))
def test_whatever_a_server_says_cannot_act_on_a_screen(text: str) -> None:
    line = harmless(f"remote {text}\x1b]0;title\x07\x1b[31m")
    assert "\x1b" not in line and len(line.splitlines()) <= 1


def test_secrets_of_addresses_are_not_repeated() -> None:
    line = harmless("fatal: unable to access 'https://ada:hunter2@h/o/n.git/?private_token=abc&x=1': refused")
    assert line == "fatal: unable to access 'https://h/o/n.git/?private_token=…&x=1': refused"


def test_server_that_talks_without_end_is_kept_short() -> None:
    listener = Listener(silent, "h")
    for number in range(5_000):
        listener.hear(f"remote: {number} {'x' * 5_000}")
    assert len(listener.said) == 200 and max(map(len, listener.said)) == 500
