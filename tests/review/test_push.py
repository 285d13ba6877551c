"""Pushing a branch to real Git servers."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from missing import missing
from repositories import Scratch, make_scratch, scratch, trackside_home

from review.peers import (
    add_hook,
    add_remote,
    configure_ssh,
    daemon,
    free_port,
    http_peer,
    make_bare,
    peer_refs,
    remember_password,
    ssh_peer,
)
from trackside.errors import GitError, NotFoundError, StateError, UsageError
from trackside.git.repository import Repository, open_repository
from trackside.review.push import Pushed, push
from trackside.review.remote import pick_remote

__all__ = ["scratch", "trackside_home"]
BRANCH = "exp/calm-otter"
REF = f"refs/heads/{BRANCH}"


@pytest.fixture
def home(trackside_home: Scratch) -> Scratch:
    """A repository with a branch that was promoted."""
    commit(trackside_home, "one")
    return trackside_home


@pytest.fixture
def peer(home: Scratch) -> Path:
    """A bare repository that is the remote `origin`."""
    path = make_bare(home)
    add_remote(home, f"file://{path}")
    return path


def commit(home: Scratch, text: str, parent: str = "HEAD") -> str:
    """Put one commit onto the promoted branch, without checking it out."""
    tree = home.git("rev-parse", "HEAD^{tree}")
    oid = home.git("commit-tree", tree, "-p", parent, "-m", text)
    home.git("update-ref", REF, oid)
    return oid


def here(home: Scratch) -> Repository:
    return open_repository(home.path)


def go(home: Scratch, expected: str | None = "", **more: Any) -> Pushed:
    repository = here(home)
    return push(repository, pick_remote(repository), BRANCH, expected=expected, **more)


def refusal(home: Scratch, expected: str | None = "", **more: object) -> GitError:
    with pytest.raises(GitError) as caught:
        go(home, expected, **more)
    return caught.value


@pytest.mark.parametrize("form", ["path", "file"])
def test_branch_is_pushed_and_the_clone_stays_as_it_is(home: Scratch, form: str) -> None:
    peer = make_bare(home)
    add_remote(home, str(peer) if form == "path" else f"file://{peer}")
    home.git("config", "push.autoSetupRemote", "true")
    home.git("config", "push.followTags", "true")
    home.git("tag", "-a", "-m", "tag", "v1", REF)
    before = home.state()
    pushed = go(home)
    assert (pushed.state, pushed.link, pushed.ref) == ("created", None, REF)
    assert peer_refs(home, peer) == {"refs/heads/main": home.head(), REF: home.git("rev-parse", REF)}
    assert home.state() == before


def test_one_branch_goes_even_to_a_mirror(home: Scratch) -> None:
    peer = make_bare(home)
    home.git("remote", "add", "--mirror=push", "origin", str(peer))
    home.git("branch", "private")
    go(home)
    assert set(peer_refs(home, peer)) == {"refs/heads/main", REF}


def test_what_is_there_already_is_unchanged_and_what_grew_is_updated(home: Scratch, peer: Path) -> None:
    first = home.git("rev-parse", REF)
    go(home)
    assert go(home).state == "unchanged"
    second = commit(home, "two", first)
    assert go(home, None).state == "updated"
    assert peer_refs(home, peer)[REF] == second


def test_branch_of_the_expected_commit_is_replaced_and_any_other_is_left(home: Scratch, peer: Path) -> None:
    first = home.git("rev-parse", REF)
    go(home)
    second = commit(home, "rewritten")
    error = refusal(home, "")
    assert (error.code, peer_refs(home, peer)[REF]) == ("push-stale", first)
    assert "exists already" in error.message and "--branch" in error.hint
    error = refusal(home, "1" * 40)
    assert (error.code, peer_refs(home, peer)[REF]) == ("push-stale", first)
    error = refusal(home, None)
    assert (error.code, peer_refs(home, peer)[REF]) == ("push-not-forward", first)
    assert go(home, first).state == "updated"
    assert peer_refs(home, peer)[REF] == second


@pytest.mark.parametrize("name", ["a:b", "exp/*", "-x", "", "a..b", "x\0", "a b"])
def test_what_is_no_name_of_a_branch_never_reaches_the_command_line(home: Scratch, peer: Path, name: str) -> None:
    with pytest.raises(UsageError):
        push(here(home), pick_remote(here(home)), name, expected="")
    assert set(peer_refs(home, peer)) == {"refs/heads/main"}


@pytest.mark.usefixtures("peer")
def test_branch_that_is_not_there_is_told(home: Scratch) -> None:
    with pytest.raises(NotFoundError, match="no branch gone"):
        push(here(home), pick_remote(here(home)), "gone")


def test_branch_is_pushed_by_the_git_protocol(home: Scratch) -> None:
    peer = make_bare(home)
    with daemon(home, peer) as address:
        add_remote(home, address)
        assert go(home).state == "created"
    assert REF in peer_refs(home, peer)


def test_server_that_only_reads_and_one_that_is_gone_are_told(home: Scratch) -> None:
    peer = make_bare(home)
    with daemon(home, peer, writable=False) as address:
        add_remote(home, address)
        error = refusal(home)
        # The daemon does not tell one from the other.
        assert error.code == "push-not-found" and "access denied" in error.message
        home.git("remote", "set-url", "origin", address.replace("peer", "absent"))
        assert refusal(home).code == "push-not-found"
    error = refusal(home)
    assert error.code == "push-unreachable"
    assert error.message.startswith(f"{address.replace('peer', 'absent')} cannot be reached.")


def test_branch_is_pushed_by_http_with_what_the_credential_helper_knows(home: Scratch) -> None:
    peer = make_bare(home)
    with http_peer(home) as server:
        remember_password(home, server.port)
        add_remote(home, f"http://127.0.0.1:{server.port}/{peer.name}")
        assert go(home).state == "created"
    assert REF in peer_refs(home, peer)


def test_wrong_password_is_told_without_it_and_nobody_is_asked(home: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = home.home / "asked"
    program = home.home / "askpass"
    program.write_text(f"#!/bin/sh\necho asked >> {asked}\necho wrong\n")
    program.chmod(0o755)
    monkeypatch.setenv("SSH_ASKPASS", str(program))
    peer = make_bare(home)
    with http_peer(home) as server:
        add_remote(home, f"http://ada:hunter2@127.0.0.1:{server.port}/{peer.name}")
        error = refusal(home)
        assert error.code == "push-auth" and "git push origin" in error.hint
        assert "hunter2" not in error.message + error.detail + error.hint
        home.git("remote", "set-url", "origin", f"http://127.0.0.1:{server.port}/{peer.name}")
        assert refusal(home).code == "push-auth"
    assert not asked.exists()


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "push-denied"), (404, "push-not-found"), (407, "push-proxy"), (413, "push-large"), (500, "push-server"),
     (503, "push-server"), (429, "push-server")],
)  # fmt: skip
def test_status_of_a_server_becomes_a_sentence(home: Scratch, status: int, code: str) -> None:
    peer = make_bare(home)
    with http_peer(home) as server:
        server.status = status
        add_remote(home, f"http://127.0.0.1:{server.port}/{peer.name}")
        error = refusal(home)
    assert error.code == code and error.hint


def test_name_that_resolves_nowhere_is_unreachable(home: Scratch) -> None:
    add_remote(home, "https://no-such-host.invalid/o/n.git")
    assert refusal(home).code == "push-unreachable"


@pytest.fixture
def ssh(home: Scratch, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A peer that is reached by ssh."""
    if shutil.which("ssh") is None:
        missing("there is no ssh here")
    peer = make_bare(home)
    monkeypatch.setenv("PATH", f"{home.home / 'bin'}:{os.environ['PATH']}")
    with ssh_peer(home) as port:
        configure_ssh(home, port)
        add_remote(home, f"ssh://git@127.0.0.1:{port}{peer}")
        yield peer


def test_branch_is_pushed_by_ssh_which_never_asks(home: Scratch, ssh: Path) -> None:
    assert go(home).state == "created"
    assert REF in peer_refs(home, ssh)
    assert "BatchMode=yes" in (home.home / "ssh-arguments").read_text()


@pytest.mark.usefixtures("ssh")
@pytest.mark.parametrize("way", ["config", "command", "GIT_SSH"])
def test_ssh_that_the_person_set_is_taken_as_it_is(home: Scratch, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    own = home.home / "own-ssh"
    own.write_text(f'#!/bin/sh\ntouch {home.home}/own-used\nexec {home.home}/bin/ssh "$@"\n')
    own.chmod(0o755)
    home.git("config", "--global", "ssh.variant", "ssh")
    if way == "config":
        home.git("config", "core.sshCommand", str(own))
    else:
        monkeypatch.setenv("GIT_SSH_COMMAND" if way == "command" else "GIT_SSH", str(own))
    assert go(home).state == "created"
    assert (home.home / "own-used").exists()
    assert "BatchMode" not in (home.home / "ssh-arguments").read_text()


@pytest.mark.usefixtures("ssh")
def test_key_the_server_does_not_know_and_server_whose_key_is_not_known_are_told(home: Scratch) -> None:
    port = int(home.git("remote", "get-url", "origin").split(":")[2].split("/")[0])
    configure_ssh(home, port, key="stranger")
    assert refusal(home).code == "push-auth"
    configure_ssh(home, port, is_known=False)
    error = refusal(home)
    assert error.code == "push-host-key" and "compare the key" in error.hint
    known = home.home / ".ssh" / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {(home.home / 'keys' / 'stranger.pub').read_text()}")
    assert refusal(home).code == "push-host-key-changed"
    home.git("remote", "set-url", "origin", f"ssh://git@127.0.0.1:{free_port()}/x.git")
    assert refusal(home).code == "push-unreachable"


@pytest.mark.parametrize(
    ("hook", "says", "code"),
    [
        ("pre-receive", "GitLab: You are not allowed to push code to protected branches on this project.",
         "push-protected"),
        ("update", "error: GH006: Protected branch update failed for refs/heads/exp/calm-otter.", "push-protected"),
        ("pre-receive", "GH001: Large files detected. model.bin is 120 MB; this exceeds the file size limit",
         "push-large"),
        ("pre-receive", "GITHUB PUSH PROTECTION: Push cannot contain secrets", "push-secret"),
        ("pre-receive", "Branch names have to begin with feature/", "push-declined"),
    ],
)  # fmt: skip
def test_rejection_is_told_in_the_servers_own_words(
    home: Scratch, peer: Path, hook: str, says: str, code: str
) -> None:  # fmt: skip
    add_hook(peer, hook, f"cat >/dev/null\nprintf '=====\\n\\033[31m{says}\\033[0m\\n' >&2\nexit 1")
    error = refusal(home)
    assert error.code == code
    assert f'It says: "{says}"' in error.message
    assert error.message.isprintable() and "31m" not in error.detail
    assert REF not in peer_refs(home, peer)


def test_branch_in_the_way_of_the_name_is_told(home: Scratch, peer: Path) -> None:
    home.git("--git-dir", str(peer), "branch", "exp", "main")
    assert refusal(home).code == "push-name-taken"


def test_branch_that_somebody_works_on_is_told(home: Scratch, tmp_path: Path) -> None:
    home.git("clone", "-q", str(home.path), str(tmp_path / "other"))
    home.git("-C", str(tmp_path / "other"), "checkout", "-q", "-b", BRANCH, "main")
    add_remote(home, str(tmp_path / "other"))
    assert refusal(home, None).code == "push-checked-out"


def test_shallow_clone_that_the_server_does_not_take_is_told(home: Scratch, tmp_path: Path) -> None:
    commit(home, "two", REF)
    empty = tmp_path / "empty.git"
    home.git("init", "-q", "--bare", str(empty))
    home.git("clone", "-q", "--depth=1", "--branch", BRANCH, f"file://{home.path}", str(tmp_path / "shallow"))
    shallow = Scratch(tmp_path / "shallow", home.home)
    shallow.git("remote", "set-url", "origin", str(empty))
    assert refusal(shallow).code == "push-shallow"


@pytest.mark.usefixtures("peer")
def test_pre_push_hook_of_the_person_stops_the_push_unless_left_out(home: Scratch) -> None:
    add_hook(home.path / ".git", "pre-push", "echo 'tests are red' >&2; exit 1")
    error = refusal(home)
    assert error.code == "push-hook" and "tests are red" in error.message
    assert go(home, hooks=False).state == "created"


def test_lines_of_the_server_are_kept_without_what_acts_on_a_screen(home: Scratch, peer: Path) -> None:
    add_hook(peer, "post-receive", "printf 'hello\\033[2J \\007there\\r\\nsecond \\342\\200\\256line\\n' >&2")
    said = go(home).said
    assert said[0].startswith("hello") and said[-1].startswith("second")
    assert all(line.isprintable() for line in said)


@pytest.mark.usefixtures("peer")
def test_progress_grows_to_the_end_and_names_the_phases(home: Scratch) -> None:
    told: list[tuple[str, float | None]] = []
    blob = home.git("hash-object", "-w", "--stdin", stdin=os.urandom(3_000_000))
    tree = home.git("mktree", stdin=f"100644 blob {blob}\tlarge.bin\n".encode())
    home.git("update-ref", REF, home.git("commit-tree", tree, "-p", "HEAD", "-m", "large"))
    go(home, progress=lambda message, reached: told.append((message, reached)))
    reached = [value for _, value in told if value is not None]
    assert reached == sorted(reached) and 0.89 < reached[-1] <= 1
    assert "Writing objects for origin" in {message for message, _ in told}


def test_stopping_ends_git_and_whatever_it_started(home: Scratch, peer: Path) -> None:
    add_hook(peer, "pre-receive", f"echo $$ > {home.home}/hook; echo begun >&2; sleep 60")
    begun = time.monotonic()

    def stop(message: str, reached: float | None) -> None:
        del message, reached
        if (home.home / "hook").exists() and (home.home / "hook").read_text().strip():
            raise StateError("Stopped.", code="cancelled")

    with pytest.raises(StateError):
        go(home, progress=stop)
    assert time.monotonic() - begun < 10
    number = int((home.home / "hook").read_text())
    for _ in range(100):
        if not _is_running(number):
            break
        time.sleep(0.02)
    assert not _is_running(number)
    assert REF not in peer_refs(home, peer)


def _is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_push_options_reach_a_server_that_knows_them(home: Scratch, peer: Path) -> None:
    home.git("--git-dir", str(peer), "config", "receive.advertisePushOptions", "true")
    out = home.home / "options"
    add_hook(peer, "post-receive", f'printf "%s|" "$GIT_PUSH_OPTION_COUNT" "$GIT_PUSH_OPTION_0" > {out}')
    assert go(home, options=["one=two\nthree"]).has_options
    assert out.read_text() == "1|one=two three|"


def test_server_without_push_options_gets_the_branch_without_them(home: Scratch, peer: Path) -> None:
    home.git("config", "push.pushOption", "ci.skip")
    pushed = go(home, options=["merge_request.create"])
    assert (pushed.state, pushed.has_options) == ("created", False)
    assert REF in peer_refs(home, peer)


def test_server_that_stays_silent_is_left(home: Scratch, peer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_hook(peer, "pre-receive", "sleep 20")
    monkeypatch.setattr("trackside.review.push._SILENCE", 0.5)
    assert refusal(home).code == "push-silent"


def test_partial_clone_pushes_files_it_never_fetched(home: Scratch, tmp_path: Path) -> None:
    """Git packs a notebook that moved though it never was fetched: with fetching off the server got half a pack."""
    peer = make_bare(home)
    home.git("--git-dir", str(peer), "config", "uploadpack.allowFilter", "true")
    home.git("clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{peer}", str(tmp_path / "partial"))
    partial = Scratch(tmp_path / "partial", home.home)
    listing = partial.git("ls-tree", "HEAD").replace("study.ipynb", "moved.ipynb")
    blob = partial.git("hash-object", "-w", "--stdin", stdin=b"lr = 0.2\n")
    tree = partial.git("mktree", "--missing", stdin=f"{listing}\n100644 blob {blob}\tstudy.ipynb\n".encode())
    partial.git("update-ref", REF, partial.git("commit-tree", tree, "-p", "HEAD", "-m", "one"))
    assert "?" in partial.git("rev-list", "--objects", "--missing=print", "HEAD")
    assert go(partial).state == "created"
    assert REF in peer_refs(home, peer)


def test_of_several_addresses_the_one_that_refuses_is_told(home: Scratch, peer: Path) -> None:
    other = make_bare(home, "other.git")
    home.git("remote", "set-url", "--add", "--push", "origin", str(other))
    home.git("remote", "set-url", "--add", "--push", "origin", str(peer))
    add_hook(other, "pre-receive", "cat >/dev/null; echo 'closed for the night' >&2; exit 1")
    error = refusal(home)
    assert error.code == "push-declined" and "closed for the night" in error.message
    assert REF in peer_refs(home, peer)


def test_branch_of_a_sha256_repository_is_pushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = make_scratch(tmp_path / "long", object_format="sha256")
    for key, value in scratch.environment.items():
        monkeypatch.setenv(key, value)
    add_remote(scratch, str(make_bare(scratch)))
    first = commit(scratch, "one")
    go(scratch)
    commit(scratch, "rewritten")
    assert go(scratch, first).state == "updated"
