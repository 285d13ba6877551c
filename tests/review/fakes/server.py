"""An HTTP server that a fake forge answers through, and the failures it can be told to have."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    raw: bytes = b""


@dataclass
class Answered:
    """What the forge answers; `raw` in place of JSON, `delay` seconds before it, `drip` seconds between bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    delay: float = 0.0
    drip: float = 0.0
    #: Do what was asked all the same, and answer this in place of the truth.
    is_done: bool = False


@dataclass
class Failure:
    """An answer given in place of the forge's own, `times` times, to requests that fit."""

    answer: Answered
    method: str = ""
    ends: str = ""
    times: int = 1_000_000

    def fits(self, seen: Seen) -> bool:
        """Say whether this failure is for this request."""
        return self.times > 0 and self.method in ("", seen.method) and seen.path.endswith(self.ends)


class Served:
    """Something that answers requests at an address of its own; subclasses say what."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.seen: list[Seen] = []
        self.failures: list[Failure] = []
        #: What was wrong with requests or answers, judged by the descriptions of the API.
        self.violations: list[str] = []
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self.scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def host(self) -> str:
        """Return "127.0.0.1:PORT"."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def web(self) -> str:
        """The address of the pages."""
        return f"{self.scheme}://{self.host}"

    def __enter__(self) -> Any:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def fail(self, status: int, body: Any = None, *, method: str = "", ends: str = "", times: int = 1_000_000,
             headers: Mapping[str, str] | None = None, **more: Any) -> None:  # fmt: skip
        """Give this answer from now on to requests that fit."""
        answer = Answered(status=status, body=body, headers=dict(headers or {}), **more)
        self.failures.append(Failure(answer, method=method, ends=ends, times=times))

    def answer(self, seen: Seen) -> Answered:
        """Answer one request."""
        raise NotImplementedError

    def respond(self, seen: Seen) -> Answered:
        """Answer one request, or fail as told."""
        with self.lock:
            self.seen.append(seen)
            for failure in self.failures:
                if failure.fits(seen):
                    failure.times -= 1
                    if failure.answer.is_done:
                        self.answer(seen)
                    return failure.answer
            return self.answer(seen)

    def asked(self, method: str, ends: str = "") -> list[Seen]:
        """Return the requests of a method whose path ends so."""
        return [seen for seen in self.seen if seen.method == method and seen.path.endswith(ends)]


def _handler(served: Served) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            parts = urlsplit(self.path)
            seen = Seen(
                self.command,
                unquote(parts.path, errors="strict") if "%2F" not in parts.path else parts.path,
                dict(parse_qsl(parts.query, keep_blank_values=True)),
                {name.lower(): content for name, content in self.headers.items()},
                json.loads(raw) if raw and "json" in self.headers.get("content-type", "") else None,
                raw,
            )
            try:
                answer = served.respond(seen)
            except Exception as error:
                served.violations.append(f"{seen.method} {seen.path}: {error!r}")
                answer = Answered(status=500, body={"message": repr(error)})
            time.sleep(answer.delay)
            body = answer.raw if answer.raw is not None else json.dumps(answer.body).encode()
            body = b"" if answer.status == 204 else body
            self.send_response(answer.status)
            if answer.raw is None:
                self.send_header("Content-Type", "application/json; charset=utf-8")
            for name, content in answer.headers.items():
                self.send_header(name, content)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self._write(body, answer.drip)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _write(self, body: bytes, drip: float) -> None:
            if not drip:
                self.wfile.write(body)
                return
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(drip)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
