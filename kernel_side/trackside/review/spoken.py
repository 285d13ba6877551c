"""What `git push` and the server at the other end say while it runs: progress, the server's lines, its link."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from trackside.card_words import plain
from trackside.review.asked import Progress
from trackside.review.remote import Remote

#: What is kept of a server that talks without end.
_LINES: Final = 200
_WIDTH: Final = 500

_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_PERCENT: Final = re.compile(r"(remote: )?([A-Z][A-Za-z ]+): +(\d{1,3})% \(")
#: Lines of git's own at the other end, of no interest once they are drawn as progress.
_REMOTE_PROGRESS: Final = re.compile(r"(?:Enumerating|Counting|Compressing|Resolving|Processing|Checking|Unpacking) ")
#: Phases in their order → how far the whole is when each begins and ends. Writing is what takes time.
_PHASES: Final = {
    "Uploading LFS objects": (0.0, 0.15),
    "Enumerating objects": (0.0, 0.02),
    "Counting objects": (0.02, 0.05),
    "Compressing objects": (0.05, 0.15),
    "Writing objects": (0.15, 0.9),
    "Resolving deltas": (0.9, 0.98),
}
_USER: Final = re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]*://)[^/\s'\"<>]*@")
_SECRET: Final = re.compile(r"([?&][A-Za-z_]*(?:token|password|secret|key)=)[^&\s'\"]+", re.IGNORECASE)
_LINK: Final = re.compile(r"https?://[^\s<>\"'`\\]+")
_OPEN: Final = re.compile(r"/(?:merge_requests|pull-requests|pulls?)/\d+/?$")
_OFFER: Final = re.compile(r"/(?:merge_requests/new|pull-requests(?:/new)?|pull/new|compare)(?:[/?]|$)")


@dataclass(slots=True)
class Listener:
    """Takes the lines of standard error as they come: progress goes on, the rest is kept."""

    progress: Progress
    host: str
    #: Lines of the server, without `remote:`.
    said: list[str] = field(default_factory=list)
    #: Lines of git and ssh here.
    own: list[str] = field(default_factory=list)
    _message: str = ""
    _reached: float | None = None

    def hear(self, line: str) -> None:
        """Take one line; "" is a moment of silence, in which `progress` may still stop the work."""
        if (counted := _PERCENT.match(line)) and counted[2] in _PHASES:
            begin, end = _PHASES[counted[2]]
            self._message = f"{counted[2]} {'at' if counted[1] else 'for'} {self.host}"
            self._reached = max(self._reached or 0.0, begin + (end - begin) * min(int(counted[3]), 100) / 100)
        elif line.startswith("remote:"):
            self._keep(self.said, line.removeprefix("remote:"))
        elif line:
            self._keep(self.own, line)
        self.progress(self._message or f"Waiting for {self.host}", self._reached)

    def _keep(self, lines: list[str], line: str) -> None:
        if len(lines) >= _LINES:
            return
        text = harmless(line)
        if text and not _REMOTE_PROGRESS.match(text) and not _PERCENT.match(text):
            lines.append(text)


def harmless(line: str) -> str:
    """Return a line with nothing in it that acts on a terminal, and without what addresses keep secret."""
    line = _USER.sub(r"\1", _ANSI.sub("", line[: _WIDTH * 8]))
    return plain(_SECRET.sub(r"\1…", line), _WIDTH)


def find_link(said: list[str], remote: Remote) -> str | None:
    """Return the address of a request the server told, None without; only one at the remote's own host counts.

    A request that is open goes before an address that would open one.
    """
    links: list[str] = [link.rstrip(".,;:)]") for line in said for link in _LINK.findall(line)]
    own = [link for link in links if _is_at(link, remote)]
    for wanted in (_OPEN, _OFFER):
        for link in own:
            if wanted.search(link.split("?")[0] if wanted is _OPEN else link):
                return link
    return None


def is_open_request(link: str) -> bool:
    """Say whether a link leads to a request that exists, rather than to a form."""
    return _OPEN.search(link.split("?")[0]) is not None


def _is_at(link: str, remote: Remote) -> bool:
    if remote.web is None:
        return False
    try:
        told, own = urlsplit(link), urlsplit(remote.web)
        is_same = told.hostname == own.hostname and told.hostname is not None and told.username is None
        # A server behind a proxy may think it speaks plain HTTP; an encrypted remote does not send anybody there.
        return is_same and (told.scheme == "https" or remote.scheme != "https")
    except ValueError:
        return False
