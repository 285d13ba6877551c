"""A store of files behind HTTP, as a DVC remote: GET, HEAD, POST. Runs in a thread of the test."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path
    password: str

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_POST(self) -> None:
        data = self._body()
        if not self._is_known():
            self._say(401)
            return
        path = self._path()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self._say(201)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = b""
        while size := int(self.rfile.readline(), 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def _answer(self, *, with_body: bool) -> None:
        path = self._path()
        if not self._is_known():
            self._say(401)
        elif not path.is_file():
            self._say(404)
        else:
            self._say(200, path.read_bytes(), with_body=with_body)

    def _is_known(self) -> bool:
        asked = b64encode(f"ada:{self.password}".encode()).decode()
        return not self.password or self.headers.get("Authorization") == f"Basic {asked}"

    def _path(self) -> Path:
        return self.folder / self.path.strip("/")

    def _say(self, status: int, data: bytes = b"", *, with_body: bool = True) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if with_body:
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def http_store(folder: Path, password: str = "") -> Iterator[str]:
    """Serve a folder; yield its address."""
    handler = type("Handler", (_Handler,), {"folder": folder, "password": password})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/store"
    finally:
        server.shutdown()
        server.server_close()
