"""Move what runs keep in DVC's cache through the DVC remote that the work tree's own configuration names.

The work of a child process: DVC takes a second to import, prints, and may be installed for another interpreter. A
remote named in a pulled run is never asked: its `.dvc/config` is a stranger's.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal

from trackside.errors import StateError

_CHILD: Final = Path(__file__).with_name("dvcchild.py")
_TICK: Final = 0.25
#: (names of errors, words in lower case, sentence, hint): what can be wrong, by the first that fits.
_CAUSES: Final = (
    (("NoRemoteError",), (), "DVC has no remote here", "dvc remote add --default NAME ADDRESS, then again."),
    (("NotDvcRepoError",), (), "this is no DVC repository", "dvc init makes it one."),
    (("RemoteMissingDepsError",), ("is supported, but requires",), "DVC lacks the part for that remote",
     "pip install 'dvc[s3]', or what the remote is."),
    (("PermissionError", "PermissionDenied", "NoCredentialsError", "NoAuthorizationError", "EOFError",
      "ClientAuthenticationError"),
     ("401, message", "403, message", "unable to locate credentials", "access denied", "accessdenied", "forbidden",
      "access key id", "signature we calculated"),
     "the DVC remote does not accept who you are",
     "`dvc push` in a terminal says more; dvc remote modify --local NAME sets user, password or keys."),
    (("HostKeyNotVerifiable",), (), "the key of the DVC remote's server is not known here",
     "Connect once in a terminal (ssh HOST) and compare the key it shows."),
    (("ClientConnectorError", "ClientConnectorDNSError", "ServerTimeoutError", "ConnectionRefusedError", "gaierror",
      "EndpointConnectionError", "ConnectTimeoutError", "TimeoutError", "ConnectionLost"),
     ("connect call failed", "cannot connect to host", "could not connect", "name or service not known"),
     "the DVC remote cannot be reached", "Check the network (or VPN) and try again: what arrived already stays."),
    (("NoSuchBucket",), ("bucket does not exist",), "there is nothing where the DVC remote points to",
     "`dvc remote list` shows the address; dvc remote modify NAME url ADDRESS changes it."),
)  # fmt: skip
#: What only says that a file is not there.
_ABSENT: Final = frozenset({"FileNotFoundError", "ObjectFormatError", "NotADirectoryError"})


@dataclass(frozen=True, slots=True)
class Moved:
    """How many files moved, which (by hash) did not, and why in a sentence with a hint."""

    count: int
    missing: frozenset[str]
    why: str = ""
    hint: str = ""


def find_dvc() -> str | None:
    """Return an interpreter that has DVC: this one, or that of the `dvc` on PATH; None when there is none."""
    if find_spec("dvc") is not None:
        return sys.executable
    script = shutil.which("dvc")
    if script is None:
        return None
    try:
        with open(script, "rb") as file:
            first = file.readline(1_000).decode("utf-8", "replace").strip()
    except OSError:
        return None
    interpreter = first.removeprefix("#!").strip()
    is_python = first.startswith("#!") and "python" in os.path.basename(interpreter) and os.path.isabs(interpreter)
    return interpreter if is_python and os.access(interpreter, os.X_OK) else None


def move(root: Path, way: Literal["push", "pull"], oids: Sequence[str], beat: Callable[[], None]) -> Moved:
    """Push or pull objects of the DVC repository at `root`; what `beat`, called while it works, raises stops it.

    Raises StateError `dvc-missing` without DVC. What goes wrong in DVC is told in the result.
    """
    interpreter = find_dvc()
    if interpreter is None:
        raise StateError("DVC is not installed.", hint="pip install dvc, then again.", code="dvc-missing")
    asked = json.dumps({"root": str(root), "way": way, "oids": list(oids)}).encode()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    process = subprocess.Popen(
        [interpreter, str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=root,
        env={**environment, "DVC_NO_ANALYTICS": "1", "PYTHONIOENCODING": "utf-8"},
        start_new_session=True,
    )
    try:
        out, err = _wait(process, asked, beat)
    finally:
        if process.poll() is None:
            _kill(process)
    return _result(out, err, oids)


def _wait(process: subprocess.Popen[bytes], asked: bytes, beat: Callable[[], None]) -> tuple[bytes, bytes]:
    given: bytes | None = asked
    while True:
        try:
            return process.communicate(given, timeout=_TICK)
        except subprocess.TimeoutExpired:
            given = None
            beat()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _result(out: bytes, err: bytes, oids: Sequence[str]) -> Moved:
    lines = out.decode("utf-8", "replace").strip().splitlines()
    try:
        told = json.loads(lines[-1])
        missing = frozenset(told["missing"])
        count, is_absent = int(told["moved"]), bool(told["absent"])
        causes = [(str(name), str(words)) for name, words in told["causes"]]
    except (IndexError, ValueError, KeyError, TypeError):
        last = err.decode("utf-8", "replace").strip().splitlines()[-1:]
        return Moved(0, frozenset(oids), f"DVC stopped: {last[0] if last else 'no reason given'}")
    return Moved(count, missing, *_why(causes, is_absent=is_absent)) if missing else Moved(count, missing)


def _why(causes: Sequence[tuple[str, str]], *, is_absent: bool) -> tuple[str, str]:
    """Say why files did not move, and what to do, from the errors that led to it."""
    words = "\n".join(text for _, text in causes).lower()
    for names, parts, sentence, hint in _CAUSES:
        if any(name in names for name, _ in causes) or any(part in words for part in parts):
            return sentence, hint
    told = [one for one in causes if not is_absent or (one[0] not in _ABSENT and "404, message" not in one[1])]
    if not told:
        return "neither DVC's cache here nor its remote has them", ""
    name, text = told[0]
    return (
        f"DVC said: {text.strip().splitlines()[0] if text.strip() else name}",
        "`dvc push` or `dvc fetch` in a terminal says more.",
    )
