"""What a forge refuses, in a sentence and a next step."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from trackside.errors import TracksideError

_SHOWN: Final = 300


class ForgeError(TracksideError):
    """A forge refused, could not be reached or answered nonsense.

    `status` is the HTTP status, None without an answer; `said` the forge's own words, neutralised;
    `is_uncertain` says that what was asked may have been done all the same.
    """

    code = "forge"

    def __init__(
        self, message: str, *, hint: str = "", code: str = "", status: int | None = None, said: str = "",
        is_uncertain: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(message, hint=hint, code=code)
        self.status = status
        self.said = said
        self.is_uncertain = is_uncertain


def refusal(
    host: str, status: int, headers: Mapping[str, str], data: object, *, source: str, secret: str
) -> ForgeError:
    """Turn an answer into the error that fits; `source` names the credential ("GH_TOKEN"), "" when there is none.

    The forge's own words are shortened, robbed of control characters and of the credential, should they hold it.
    """
    said = words(data, secret)
    quoted = f' It says: "{said}"' if said else ""
    if rate_limited(status, headers, said):
        until = reset_time(headers)
        return ForgeError(
            f"{host} wants fewer requests{f' until {until}' if until else ''}.{quoted}",
            hint="Wait and promote again: what was pushed stays, and one request stays one.",
            code="forge-rate-limit", status=status, said=said,
        )  # fmt: skip
    sentence, hint, code = _refused(host, status, source)
    return ForgeError(
        sentence + quoted, hint=hint, code=code, status=status, said=said, is_uncertain=status in (408, 500, 502, 504)
    )


def _refused(host: str, status: int, source: str) -> tuple[str, str, str]:
    whose = f"the credential from {source}" if source else "a request without credentials"
    if status == 401:
        return (
            f"{host} did not accept {whose} (401).",
            f"Has it expired? Renew {source or 'it'}, or sign in again with gh, glab or git.",
            "forge-unauthorized",
        )
    if status == 403:
        return (
            f"{host} does not allow this to {whose} (403).",
            "It needs the right to write pull or merge requests here (GitHub: pull-requests: write; GitLab: api; "
            "Gitea: write:repository and write:issue; Bitbucket: pullrequest:write).",
            "forge-forbidden",
        )
    if status in (404, 410):
        return (
            f"{host} knows no such project, or hides it from {whose} ({status}).",
            "Check the address of the remote (`git remote -v`) and that the credential may see the project.",
            "forge-not-found",
        )
    if status in (400, 409, 422):
        return (
            f"{host} refused the request ({status}).",
            "Is the branch pushed, and does the target branch exist there?",
            "forge-conflict" if status == 409 else "forge-invalid",
        )
    if status in (405, 423):  # GitLab where a project has moved, Gitea where it is archived
        return (
            f"{host} takes no requests at this address ({status}).",
            "Has the project moved or been archived? A new address: git remote set-url NAME ADDRESS",
            "forge-invalid",
        )
    if status == 407:
        return (
            f"The proxy before {host} wants a user and password (407).",
            "Set HTTPS_PROXY to http://USER:PASSWORD@PROXY:PORT, or take the host out with NO_PROXY.",
            "forge-proxy",
        )
    if status >= 500:
        return (
            f"{host} has trouble of its own ({status}).",
            "Try again later; what was pushed stays, and a request that was made after all is found.",
            "forge-server",
        )
    return (f"{host} answered with an unexpected status {status}.", "Is this the address of a forge?", "forge-answer")


def rate_limited(status: int, headers: Mapping[str, str], said: str) -> bool:
    """Say whether this is "not now" rather than "no": GitHub tells both by 403."""
    if status == 429:
        return True
    return status == 403 and (
        headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers or "rate limit" in said.lower()
    )


def wait_asked(headers: Mapping[str, str], now: float) -> float | None:
    """Return how many seconds the forge asks to wait, or None when it does not say in a form we trust."""
    after = headers.get("retry-after", "")
    if after.isascii() and after.isdigit() and len(after) < 7:
        return float(after)
    if not after and (reset := _reset(headers)) is not None:
        return max(0.0, reset - now)
    return None


def reset_time(headers: Mapping[str, str]) -> str:
    """Return the time of day (local) from which requests are taken again, "" when unknown."""
    now = time.time()
    seconds = wait_asked(headers, now)
    return time.strftime("%H:%M:%S", time.localtime(now + seconds)) if seconds is not None else ""


def _reset(headers: Mapping[str, str]) -> float | None:
    # Seconds since 1970 at GitHub, GitLab and Gitea; only told when nothing remains.
    remaining = headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining", ""))
    reset = headers.get("x-ratelimit-reset", headers.get("ratelimit-reset", ""))
    if remaining != "0" or not (reset.isascii() and reset.isdigit() and len(reset) < 12):
        return None
    return float(reset)


def words(data: object, secret: str = "") -> str:
    """Return the forge's own words out of the shapes the five use, on one line and harmless; "" without any."""
    found: list[str] = []
    _collect(data, found, 0)
    text = "; ".join(dict.fromkeys(found))
    if secret:
        text = text.replace(secret, "…")
    clean = "".join(character if character.isprintable() else " " for character in text)
    clean = " ".join(clean.split())
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"


def _collect(data: object, found: list[str], depth: int) -> None:
    if len(found) >= 5 or depth > 4:
        return
    if isinstance(data, str):
        found.append(data[:_SHOWN])
    elif isinstance(data, list):
        for part in data[:5]:
            _collect(part, found, depth + 1)
    elif isinstance(data, dict):
        # GitHub {message, errors: [{message} | {field, code}]}; GitLab {message: str | list | {field: [..]}, error};
        # Gitea {message}; Bitbucket {error: {message, fields}} and {errors: [{message}]}.
        keys = [key for key in ("message", "error", "errors", "fields", "detail") if key in data]
        if not keys and isinstance(data.get("field"), str) and isinstance(data.get("code"), str):
            found.append(f"{data['field']}: {data['code']}"[:_SHOWN])
        elif not keys:
            keys = [key for key in list(data)[:5] if isinstance(data[key], list)]
        for key in keys:
            _collect(data[key], found, depth + 1)
