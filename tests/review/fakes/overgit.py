"""Answer Git itself, by its own program, so that one address takes pushes and requests."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from review.fakes.server import Answered, Seen


def serve_git(bare: Path, seen: Seen, inside: str, secret: str) -> Answered:
    """Let `git http-backend` answer, for `ada` with her secret."""
    known = "Basic " + base64.b64encode(f"ada:{secret}".encode()).decode()
    if seen.headers.get("authorization") != known:
        return Answered(401, headers={"WWW-Authenticate": 'Basic realm="forge"'}, raw=b"")
    done = subprocess.run(
        ["git", "-c", "http.receivepack=true", "http-backend"],
        input=seen.raw,
        capture_output=True,
        check=True,
        env={
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_PROJECT_ROOT": str(bare.parent),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": f"/{bare.name}{inside}",
            "QUERY_STRING": urlencode(seen.query),
            "REQUEST_METHOD": seen.method,
            "REMOTE_USER": "ada",
            "CONTENT_TYPE": seen.headers.get("content-type", ""),
            "HTTP_CONTENT_ENCODING": seen.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": seen.headers.get("git-protocol", ""),
        },
    )
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    status = int(headers.pop("Status", "200").split(" ")[0])
    return Answered(status, headers=headers, raw=content)
