"""Each answer a forge can give in place of the one we want: a sentence, a next step, nothing doubled or sent on."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from states import run_git

from review.fakes.certificates import make_certificate
from review.fakes.server import Answered, Seen, Served
from review.fakes.state import TOKEN, Forge
from review.forge_cases import (
    BRANCH,
    MARKER,
    asking,
    bare,
    clone,
    credentials_of,
    either,
    forge,
    name_of,
    remote_of,
    running,
)
from trackside.errors import StateError
from trackside.git.repository import Repository
from trackside.review.forges import ForgeError, http, request_by_api


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Do not wait in truth; returns what would have been waited, in pieces."""
    waited: list[float] = []
    sleep = http.Client.__init__

    def quick(self: Any, **given: Any) -> None:
        sleep(self, **{"sleep": waited.append, **given})

    monkeypatch.setattr(http.Client, "__init__", quick)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
                 "CURL_CA_BUNDLE"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return waited


def refused(forge: Forge, clone: Repository, **more: Any) -> ForgeError:
    """Ask for a request that is not to be had; what is told has a sentence and a next step, and no secret."""
    with pytest.raises(ForgeError) as told:
        request_by_api(remote_of(forge), asking(**more), credentials_of(forge, clone))
    assert told.value.message.strip().endswith((".", '"', ")")) and told.value.hint
    assert TOKEN not in told.value.message + told.value.hint
    return told.value


def test_a_credential_that_is_not_accepted_is_named(forge: Forge, clone: Repository) -> None:
    with pytest.raises(ForgeError) as told:
        request_by_api(remote_of(forge), asking(), credentials_of(forge, clone, "expired"))
    assert (told.value.code, told.value.status) == ("forge-unauthorized", 401)
    assert "MY_TOKEN" in told.value.message and "expired" not in told.value.message.replace("is expired, or", "")


def test_a_credential_that_may_not_is_told_what_it_needs(forge: Forge, clone: Repository) -> None:
    forge.fail(403, forge.forbidden(), method="POST")
    told = refused(forge, clone)
    assert (told.code, told.status) == ("forge-forbidden", 403)
    assert "right" in told.hint and told.said and told.said in told.message


def test_a_project_that_is_not_there_is_told(forge: Forge, clone: Repository) -> None:
    forge.fail(404, forge.not_found())
    assert refused(forge, clone).code == "forge-not-found"


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refusal_that_is_no_twin_is_told_in_the_words_of_the_forge(
    forge: Forge, clone: Repository, status: int
) -> None:  # fmt: skip
    forge.fail(status, {"message": "the\x1b[31m moon is\nwrong " + "x" * 1000}, method="POST")
    told = refused(forge, clone)
    assert told.status == status and "moon is wrong" in told.message
    assert told.message.isprintable() and len(told.message) < 500


@pytest.mark.parametrize("status", [405, 423])
def test_a_project_that_moved_or_is_archived_is_told(either: Forge, clone: Repository, status: int) -> None:
    either.fail(status, {"message": "no"}, method="POST")
    told = refused(either, clone)
    assert told.status == status and "archived" in told.hint


@pytest.mark.parametrize("status", [402, 418, 451])
def test_a_status_nobody_expects_is_told(either: Forge, clone: Repository, status: int) -> None:
    either.fail(status, {"message": "a teapot"})
    told = refused(either, clone)
    assert told.status == status and "a teapot" in told.message


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_trouble_of_the_forge_is_waited_for_a_little_and_told(
    either: Forge, clone: Repository, patience: list[float], status: int
) -> None:  # fmt: skip
    either.fail(status, raw=b"<html>Bad gateway</html>")
    assert refused(either, clone).code == "forge-server"
    assert len(either.seen) == 4 and 5 < sum(patience) < 20


def test_trouble_that_passes_is_not_noticed(either: Forge, clone: Repository, patience: list[float]) -> None:
    either.fail(503, None, times=2)
    assert request_by_api(remote_of(either), asking(), credentials_of(either, clone)).state == "created"
    assert len(patience) >= 2


def test_opening_is_not_asked_twice_after_trouble_and_a_request_that_is_not_there_is_not_invented(
    forge: Forge, clone: Repository
) -> None:  # fmt: skip
    forge.fail(502, None, method="POST")
    assert refused(forge, clone).code == "forge-server"
    assert len(forge.asked("POST")) == 1 and forge.pulls == []


def test_a_forge_that_is_busy_is_asked_again_when_it_says(
    either: Forge, clone: Repository, patience: list[float]
) -> None:  # fmt: skip
    either.fail(429, {"message": "slow down"}, method="POST", times=1, headers={"Retry-After": "3"})
    assert request_by_api(remote_of(either), asking(), credentials_of(either, clone)).state == "created"
    assert sum(patience) == pytest.approx(3, abs=0.1)
    assert len(either.asked("POST")) == 2 and len(either.pulls) == 1


def test_a_forge_that_wants_us_to_wait_long_is_told_until_when(
    either: Forge, clone: Repository, patience: list[float]
) -> None:  # fmt: skip
    either.fail(429, {"message": "slow down"}, headers={"Retry-After": "3000"})
    told = refused(either, clone)
    assert told.code == "forge-rate-limit" and " until " in told.message
    assert patience == [] and len(either.seen) == 1


def test_waiting_ends_with_the_budget(either: Forge, clone: Repository, patience: list[float]) -> None:
    either.fail(429, {}, headers={"Retry-After": "9"})
    assert refused(either, clone).code == "forge-rate-limit"
    assert sum(patience) <= http.BUDGET


def test_waiting_can_be_stopped_by_the_person(either: Forge, clone: Repository) -> None:
    either.fail(429, {}, headers={"Retry-After": "9"})

    def stop(message: str, _share: float | None) -> None:
        if "wait" in message:
            raise StateError("Stopped.")

    with pytest.raises(StateError, match="Stopped"):
        request_by_api(remote_of(either), asking(), credentials_of(either, clone), stop)


def test_github_tells_a_rate_limit_by_403(bare: Path, clone: Repository, patience: list[float]) -> None:
    with running("github", bare) as github:
        reset = str(int(time.time()) + 1200)
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        github.fail(403, {"message": "API rate limit exceeded for user ID 1."}, headers=headers)
        told = refused(github, clone)
        assert told.code == "forge-rate-limit" and "until" in told.message and patience == []
        github.failures.clear()
        github.fail(403, {"message": "Not now."}, headers=headers)
        assert refused(github, clone).code == "forge-rate-limit"
        github.failures.clear()
        github.fail(403, {"message": "You have exceeded a secondary rate limit."}, times=1,
                    headers={"Retry-After": "1"})  # fmt: skip
        assert request_by_api(remote_of(github), asking(), credentials_of(github, clone)).state == "created"


@pytest.mark.parametrize("raw", [b"<html>Sign in</html>", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": 1}x'])
def test_an_answer_that_is_no_json_is_told(either: Forge, clone: Repository, raw: bytes) -> None:
    either.fail(200, raw=raw)
    assert refused(either, clone).code == "forge-answer"


@pytest.mark.parametrize("body", [None, [], {}, "x", 7, {"values": 3}, [[1]], [{"number": "7"}], {"id": -1}])
def test_an_answer_of_another_shape_opens_nothing_in_the_dark(
    forge: Forge, clone: Repository, body: object
) -> None:  # fmt: skip
    forge.fail(201, body, method="POST")
    told = refused(forge, clone)
    assert told.code == "forge-answer" and "number" in told.message


def test_an_answer_without_end_is_cut_off(either: Forge, clone: Repository) -> None:
    packed = gzip.compress(b'["' + b"x" * (http.LARGEST + 10) + b'"]')
    either.fail(200, raw=packed, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})
    told = refused(either, clone)
    assert told.code == "forge-answer" and "MB" in told.message
    assert len(packed) < 100_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_is_sent_to_another_host(
    either: Forge, clone: Repository, bare: Path, status: int
) -> None:  # fmt: skip
    with running("github", bare) as elsewhere:
        either.fail(status, None, headers={"Location": f"{elsewhere.web}/api"})
        told = refused(either, clone)
        assert told.code == "forge-redirect" and "git remote set-url" in told.hint
        assert elsewhere.seen == []


@pytest.mark.parametrize(
    "location",
    ["https://evil.example/", "//evil.example/", "http://u:p@{host}/", "https://{host}/", "ftp://x", "http://["],
)
def test_a_redirect_to_another_place_is_not_followed(bare: Path, clone: Repository, location: str) -> None:
    with running("github", bare) as github:
        github.fail(302, None, headers={"Location": location.format(host=github.host)})
        assert refused(github, clone).code == "forge-redirect"
        assert len(github.seen) == 1


def test_a_redirect_on_the_same_host_is_followed_and_a_circle_is_not(bare: Path, clone: Repository) -> None:
    with running("github", bare) as github:
        old = remote_of(github, project="team/old-name")
        answer = github.answer

        def moved(seen: Seen) -> Answered:
            if "/old-name/" in seen.path:
                there = github.web + seen.path.replace("old-name", "study")
                query = "&".join(f"{key}={value}" for key, value in seen.query.items())
                status = 301 if seen.method == "GET" else 307
                return Answered(status, {}, {"Location": f"{there}?{query}" if query else there})
            return answer(seen)

        github.answer = moved
        made = request_by_api(old, asking(branch="exp/b"), credentials_of(github, clone))
        assert made.state == "created" and len(github.pulls) == 1
        github.answer = lambda seen: Answered(307, {}, {"Location": seen.path})
        assert "circle" in refused(github, clone).message
        github.answer = lambda seen: answer(seen) if seen.method == "GET" else Answered(301, {}, {"Location": "/x"})
        assert "moved" in refused(github, clone, branch=BRANCH).message


def test_a_forge_that_does_not_answer_is_given_up(
    either: Forge, clone: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    hurry(monkeypatch, read=0.3)
    either.fail(200, [], delay=1.0)
    told = refused(either, clone)
    assert told.code == "forge-timeout" and told.is_uncertain


def test_a_forge_that_drips_is_given_up(bare: Path, clone: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch, patience=0.4)
    with running("github", bare) as github:
        github.fail(200, raw=b" " * 200, drip=0.05)
        begun = time.monotonic()
        assert refused(github, clone).code == "forge-timeout"
        assert time.monotonic() - begun < 3


@pytest.mark.parametrize("is_known", [True, False])
def test_nobody_there_is_told(either: Forge, clone: Repository, is_known: bool) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        web = f"http://127.0.0.1:{taken.getsockname()[1]}"
        credentials = credentials_of(either, clone)
        run_git(Path(clone.git.folder), "config", f"trackside.{web}.tokenVariable", "MY_TOKEN")
        remote = remote_of(either, web=web, forge=name_of(either) if is_known else None)
        with pytest.raises(ForgeError) as told:
            request_by_api(remote, asking(), credentials)
    assert told.value.code == "forge-unreachable" and "network" in told.value.hint


def test_a_connection_that_breaks_after_opening_is_looked_up(bare: Path, clone: Repository) -> None:
    with running("github", bare) as github:
        # Says it sends more than it does.
        github.fail(201, raw=b"{", method="POST", times=1, is_done=True)
        made = request_by_api(remote_of(github), asking(), credentials_of(github, clone))
        assert made.state == "created" and len(github.pulls) == 1


def hurry(monkeypatch: pytest.MonkeyPatch, **times: float) -> None:
    """Make clients less patient."""
    before = http.Client.__init__
    monkeypatch.setattr(http.Client, "__init__", lambda self, **given: before(self, **{**given, **times}))


# Authorities


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The file of an authority, and that of a server's certificate it signed."""
    return make_certificate(tmp_path_factory.mktemp("certificates"))


def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent(
    bare: Path, clone: Repository, certificate: tuple[Path, Path]
) -> None:  # fmt: skip
    with running("gitlab", bare, certificate=certificate[1]) as gitlab:
        told = refused(gitlab, clone)
        assert told.code == "forge-certificate" and "SSL_CERT_FILE" in told.hint
        assert gitlab.seen == []


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_companys_authority_is_taken_from_the_environment(
    bare: Path, clone: Repository, certificate: tuple[Path, Path], variable: str
) -> None:  # fmt: skip
    with running("gitlab", bare, certificate=certificate[1]) as gitlab:
        credentials = credentials_of(gitlab, clone, **{variable: str(certificate[0])})
        made = request_by_api(remote_of(gitlab), asking(), credentials)
        assert made.url.startswith("https://127.0.0.1:")


def test_a_companys_authority_is_taken_from_gits_setting_of_this_host_only(
    bare: Path, clone: Repository, certificate: tuple[Path, Path]
) -> None:  # fmt: skip
    with running("gitlab", bare, certificate=certificate[1]) as gitlab:
        config = ("config", "http.https://elsewhere.example.sslCAInfo", str(certificate[0]))
        run_git(Path(clone.git.folder), *config)
        assert refused(gitlab, clone).code == "forge-certificate"
        run_git(Path(clone.git.folder), "config", f"http.{gitlab.web}.sslCAInfo", str(certificate[0]))
        made = request_by_api(remote_of(gitlab, forge=None), asking(), credentials_of(gitlab, clone))
        assert made.state == "created"


def test_an_authority_that_cannot_be_read_is_named(bare: Path, clone: Repository, tmp_path: Path) -> None:
    with running("gitlab", bare) as gitlab:
        for path in (tmp_path / "nowhere.pem", Path(__file__)):
            credentials = credentials_of(gitlab, clone, SSL_CERT_FILE=str(path))
            with pytest.raises(ForgeError) as told:
                request_by_api(remote_of(gitlab), asking(), credentials)
            assert told.value.code == "forge-certificate" and "SSL_CERT_FILE" in told.value.message


# Proxies


class Proxy:
    """A proxy that opens tunnels and passes on plain requests, or refuses to."""

    def __init__(self, status: bytes = b"200 OK") -> None:
        self.asked: list[bytes] = []
        self._status = status
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        """Serve until closed."""
        while True:
            try:
                near, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(near,), daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._socket.close()

    def _tunnel(self, near: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += near.recv(65536)
        self.asked.append(head)
        if not head.startswith(b"CONNECT"):
            near.sendall(b"HTTP/1.1 %s\r\nContent-Length: 2\r\n\r\n{}" % self._status)
            near.close()
            return
        near.sendall(b"HTTP/1.1 %s\r\n\r\n" % self._status)
        if not self._status.startswith(b"200"):
            near.close()
            return
        host, port = head.split()[1].split(b":")
        far = socket.create_connection((host.decode(), int(port)))
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def proxying(status: bytes = b"200 OK") -> Iterator[Proxy]:
    """Run a proxy."""
    proxy = Proxy(status)
    threading.Thread(target=proxy.serve, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.close()


Given = Callable[[pytest.MonkeyPatch, Repository, str], None]


def by_environment(monkeypatch: pytest.MonkeyPatch, clone: Repository, address: str) -> None:
    """Name the proxy as curl is told."""
    del clone
    # Whatever else runs in this process may have taken hosts out of it.
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", address)
    monkeypatch.setenv("HTTP_PROXY", address)


def by_git(monkeypatch: pytest.MonkeyPatch, clone: Repository, address: str) -> None:
    """Name the proxy as Git is told."""
    del monkeypatch
    run_git(Path(clone.git.folder), "config", "http.proxy", address)


@pytest.mark.parametrize("given", [by_environment, by_git])
def test_a_proxy_is_gone_through_and_sees_no_credential(
    bare: Path, clone: Repository, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, given: Given
) -> None:  # fmt: skip
    with running("gitlab", bare, certificate=certificate[1]) as gitlab, proxying() as proxy:
        given(monkeypatch, clone, proxy.address)
        credentials = credentials_of(gitlab, clone, SSL_CERT_FILE=str(certificate[0]))
        assert request_by_api(remote_of(gitlab), asking(), credentials).state == "created"
        assert proxy.asked and all(head.startswith(b"CONNECT 127.0.0.1:") for head in proxy.asked)
        assert not any(TOKEN.encode() in head for head in proxy.asked)


@pytest.mark.parametrize("given", [by_environment, by_git])
def test_a_host_that_is_taken_out_is_reached_without_the_proxy(
    bare: Path, clone: Repository, monkeypatch: pytest.MonkeyPatch, given: Given
) -> None:
    with running("gitlab", bare) as gitlab, proxying() as proxy:
        given(monkeypatch, clone, proxy.address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert request_by_api(remote_of(gitlab), asking(), credentials_of(gitlab, clone)).state == "created"
        assert proxy.asked == []


@pytest.mark.parametrize("status", [b"407 Proxy Authentication Required", b"403 Forbidden", b"502 Bad Gateway"])
def test_a_proxy_that_refuses_is_named(
    bare: Path, clone: Repository, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, status: bytes
) -> None:  # fmt: skip
    with running("gitlab", bare, certificate=certificate[1]) as gitlab, proxying(status) as proxy:
        by_environment(monkeypatch, clone, proxy.address)
        told = refused(gitlab, clone)
        assert told.code == "forge-proxy" and "proxy" in told.message and "HTTPS_PROXY" in told.hint


def test_a_proxy_that_cannot_be_used_is_told(bare: Path, clone: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    with running("gitlab", bare) as gitlab:
        for address in ("gopher://127.0.0.1:1", "http://[", "socks5://127.0.0.1:1"):
            by_environment(monkeypatch, clone, address)
            assert refused(gitlab, clone).code in ("forge-proxy", "forge-unreachable")


def test_no_netrc_is_read(bare: Path, clone: Repository, home: Path) -> None:
    (home / ".netrc").write_text("machine 127.0.0.1 login evil password evil\n")
    with running("gitlab", bare) as gitlab:
        request_by_api(remote_of(gitlab), asking(), credentials_of(gitlab, clone))
        assert {seen.headers["authorization"] for seen in gitlab.seen} == {f"Bearer {TOKEN}"}


def test_a_label_that_is_refused_costs_a_note_and_not_the_request(bare: Path, clone: Repository) -> None:
    with running("github", bare) as github:
        github.fail(403, github.forbidden(), ends="/labels")
        made = request_by_api(remote_of(github), asking(labels=("x",)), credentials_of(github, clone))
        assert made.state == "created" and any("Labels were not added" in note for note in made.notes)


def test_httpx_is_not_loaded_to_read_or_track() -> None:
    import subprocess
    import sys

    code = "import sys, trackside, trackside.cli, trackside.review.forges; print('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
