"""Git servers as they really are, for tests that push: by path, by `git daemon`, by HTTP with a password, by ssh."""

from __future__ import annotations

import base64
import contextlib
import http.server
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from repositories import Scratch

USER, PASSWORD = "ada", "correct-horse"


def make_bare(scratch: Scratch, name: str = "peer.git") -> Path:
    """Make a bare repository beside the project that holds its main branch; `name` may have a folder in front."""
    path = scratch.path.parent / "served" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch.git("clone", "-q", "--bare", "--single-branch", "-b", "main", str(scratch.path), str(path))
    return path


def add_remote(scratch: Scratch, address: str, name: str = "origin") -> None:
    """Add a remote and fetch nothing."""
    scratch.git("remote", "add", name, address)


def add_hook(peer: Path, name: str, script: str) -> None:
    """Give a peer a hook: a script of sh, or of Python when it says so."""
    file = peer / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    first = f"#!{sys.executable}" if script.startswith("import ") else "#!/bin/sh"
    file.write_text(f"{first}\n{script}\n")
    file.chmod(0o755)


def peer_refs(scratch: Scratch, peer: Path) -> dict[str, str]:
    """Return the refs of a peer and what they hold."""
    lines = scratch.git("--git-dir", str(peer), "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split(" ") for line in lines)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@contextlib.contextmanager
def daemon(scratch: Scratch, peer: Path, *, writable: bool = True) -> Iterator[str]:
    """Serve a peer by `git daemon`; yields its address."""
    port = free_port()
    enable = ["--enable=receive-pack"] if writable else []
    process = subprocess.Popen(
        ["git", "daemon", "--reuseaddr", "--export-all", "--listen=127.0.0.1", f"--port={port}", *enable,
         f"--base-path={peer.parent}", str(peer.parent)],
        env=scratch.environment, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield f"git://127.0.0.1:{port}/{peer.name}"
    finally:
        os.killpg(process.pid, 15)
        process.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError("the server did not come up")


class HttpPeer:
    """`git http-backend` behind a server that wants a user and password."""

    def __init__(self, scratch: Scratch, root: Path) -> None:
        self.environment = scratch.environment
        self.root = root
        self.users = {USER: PASSWORD}
        #: Answer every request with this status instead.
        self.status: int | None = None
        self.asked: list[str] = []
        self.backend = Path(scratch.git("--exec-path")) / "git-http-backend"
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                peer.answer(self)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        """Check who asks, then let Git's own program answer."""
        self.asked.append(request.path)
        body = _body(request)
        if self.status is not None:
            request.send_error(self.status)
            return
        given = request.headers.get("Authorization", "").removeprefix("Basic ")
        user, _, password = base64.b64decode(given).decode().partition(":")
        if self.users.get(user) != password or not user:
            request.send_response(401)
            request.send_header("WWW-Authenticate", 'Basic realm="peer"')
            request.end_headers()
            return
        path, _, query = request.path.partition("?")
        done = subprocess.run(
            [str(self.backend)], input=body, capture_output=True, check=True,
            env={**self.environment, "GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1",
                 "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": request.command,
                 "REMOTE_USER": user, "CONTENT_TYPE": request.headers.get("Content-Type", ""),
                 "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
                 "GIT_PROTOCOL": request.headers.get("Git-Protocol", "")},
        )  # fmt: skip
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        request.send_response(int(headers.pop("Status", "200").split(" ")[0]))
        for key, value in headers.items():
            request.send_header(key, value)
        request.end_headers()
        request.wfile.write(content)


def _body(request: http.server.BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length", 0)))
    parts = []
    while size := int(request.rfile.readline(), 16):
        parts.append(request.rfile.read(size))
        request.rfile.readline()
    request.rfile.readline()
    return b"".join(parts)


@contextlib.contextmanager
def http_peer(scratch: Scratch, root: Path | None = None) -> Iterator[HttpPeer]:
    """Serve all peers, or what is below a folder, by HTTP with Basic auth."""
    serving = HttpPeer(scratch, root or scratch.path.parent / "served")
    thread = threading.Thread(target=serving.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield serving
    finally:
        serving.server.shutdown()
        serving.server.server_close()
        thread.join(10)


def remember_password(scratch: Scratch, port: int, password: str = PASSWORD) -> None:
    """Let Git's credential helper `store` know the password, as a person's configuration would."""
    store = scratch.home / "credentials"
    store.write_text(f"http://{USER}:{password}@127.0.0.1:{port}\n")
    scratch.git("config", "--global", "credential.helper", f"store --file={store}")


@contextlib.contextmanager
def ssh_peer(scratch: Scratch) -> Iterator[int]:
    """Serve every repository of this machine by ssh; yields the port. `~/keys` holds the keys."""
    keys = scratch.home / "keys"
    keys.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("sshd.py")), str(keys)],
        env=scratch.environment, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=10)


def configure_ssh(scratch: Scratch, port: int, *, key: str = "client", is_known: bool = True) -> None:
    """Write what a person has in `~/.ssh`, and a program `ssh` for PATH that says so to the real one.

    ssh takes a home from the password file, whatever HOME is. The program also notes its arguments.
    """
    keys, ssh = scratch.home / "keys", scratch.home / ".ssh"
    ssh.mkdir(mode=0o700, exist_ok=True)
    known = f"[127.0.0.1]:{port} {(keys / 'host.pub').read_text()}" if is_known else ""
    (ssh / "known_hosts").write_text(known)
    (ssh / "config").write_text(
        f"Host *\n  IdentityFile {keys / key}\n  IdentitiesOnly yes\n  IdentityAgent none\n"
        f"  UserKnownHostsFile {ssh / 'known_hosts'}\n  GlobalKnownHostsFile none\n"
    )
    real = shutil.which("ssh", path=os.environ["PATH"].replace(f"{scratch.home / 'bin'}:", ""))
    program = scratch.home / "bin" / "ssh"
    program.parent.mkdir(exist_ok=True)
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {scratch.home / "ssh-arguments"}\nexec {real} -F {ssh / "config"} "$@"\n'
    )
    program.chmod(0o755)
