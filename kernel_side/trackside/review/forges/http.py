"""Speak HTTP with one host: credentials go nowhere else, nothing takes for ever, answers stay small."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from trackside.review.asked import Progress, silent
from trackside.review.forges.refusals import ForgeError, rate_limited, refusal, wait_asked, words
from trackside.review.forges.route import Route, authorities

if TYPE_CHECKING:
    import httpx

#: Bytes of one answer after unpacking, seconds for one answer, seconds spent waiting for a forge to take us again.
LARGEST: Final = 8_000_000
PATIENCE: Final = 60.0
BUDGET: Final = 20.0
_CONNECT: Final = 10.0
_READ: Final = 30.0
_REDIRECTS: Final = 3
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_PAGES: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status below 400, headers with small names, and the JSON, None when there was none."""

    status: int
    headers: Mapping[str, str]
    data: object


@dataclass(slots=True, kw_only=True)
class Client:
    """HTTP with the API at `base`; `secrets` are the headers that carry the credential, `source` where it is from.

    `host` is how the forge is called in sentences. Open until `close`.
    """

    base: str
    host: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str = field(default="", repr=False)
    source: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    route: Route = field(default_factory=Route)
    progress: Progress = silent
    sleep: Callable[[float], None] = time.sleep
    patience: float = PATIENCE
    budget: float = BUDGET
    read: float = _READ
    _http: httpx.Client | None = field(default=None, repr=False)

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Ask for what is at `path` below the base."""
        return self.ask("GET", path, query=query)

    def ask(
        self, method: str, path: str, body: object = None, *, query: Mapping[str, str] | None = None
    ) -> Answer:  # fmt: skip
        """Ask and return the answer; ForgeError for a refusal, and for whatever lies on the way.

        What can be asked twice is asked again after 429 and 5xx, as far as the budget for waiting goes. A POST may
        have been done in spite of a 5xx: only 429 and a 503 with Retry-After are asked again, which say it was not.
        """
        for attempt in range(4):
            status, headers, raw = self._once(method, path, body, query)
            if status < 400:
                return Answer(status=status, headers=headers, data=self._parse(status, raw))
            data = _try_parse(raw)
            wait = self._pause(method, status, headers, data, attempt)
            if wait is None:
                break
            self._wait(wait)
        raise refusal(self.host, status, headers, data, source=self.source, secret=self.secret)

    def attempt(self, path: str) -> tuple[int, Mapping[str, str], object]:
        """Ask once and return status, headers and JSON, whatever the status."""
        status, headers, raw = self._once("GET", path, None, None)
        return status, headers, _try_parse(raw)

    def pages(self, path: str, query: Mapping[str, str], *, size: str, page: str = "page") -> Iterator[object]:
        """Yield page after page of at most 100 until there is no next; `size` and `page` name the parameters.

        Addresses of next pages are never followed: they are only taken as the word that there is one.
        """
        seen = 0
        for number in range(1, _PAGES + 1):
            answer = self.get(path, {**query, size: "100", page: str(number)})
            yield answer.data
            content = answer.data.get("values") if isinstance(answer.data, dict) else answer.data
            seen += len(content) if isinstance(content, list) else 0
            if not content or not _has_next(answer, seen):
                return

    def _pause(
        self, method: str, status: int, headers: Mapping[str, str], data: object, attempt: int
    ) -> float | None:  # fmt: skip
        """Return how long to wait before asking again, None to give up."""
        is_limit = rate_limited(status, headers, words(data))
        if attempt == 3 or not (is_limit or status in _AGAIN):
            return None
        asked = wait_asked(headers, time.time())
        if method == "POST" and not is_limit and not (status == 503 and asked is not None):
            return None
        wait = asked if asked is not None else 1.0 * 2**attempt
        return wait if wait <= self.budget else None

    def _wait(self, seconds: float) -> None:
        self.budget -= seconds
        while seconds > 0:
            # In short pieces, so that a person can stop it.
            self.progress(f"{self.host} asks to wait", None)
            self.sleep(min(seconds, 1.0))
            seconds -= 1.0

    def _once(
        self, method: str, path: str, body: object, query: Mapping[str, str] | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request and follow redirects that stay on scheme, host and port."""
        address = self.base + path
        for _ in range(_REDIRECTS + 1):
            status, headers, raw = self._send(method, address, body, query)
            if status not in (301, 302, 303, 307, 308):
                return status, headers, raw
            address, query = self._redirected(method, status, address, headers.get("location", "")), None
        raise ForgeError(
            f"{self.host} redirects in a circle.", hint="Check the address of the remote.", code="forge-redirect"
        )

    def _redirected(self, method: str, status: int, address: str, location: str) -> str:
        try:
            target = urljoin(address, location)
            is_same = _origin(target) == _origin(address) and "@" not in urlsplit(target).netloc
            shown = urlsplit(target).hostname or "nowhere"
        except ValueError:
            target, is_same, shown = "", False, "an address that is none"
        if not is_same:
            raise ForgeError(
                f"{self.host} redirects to another place ({shown[:100]!r}); credentials are not sent there.",
                hint="If the project has moved, give the remote its new address: git remote set-url NAME ADDRESS",
                code="forge-redirect",
                status=status,
            )
        if method != "GET" and status not in (307, 308):
            raise ForgeError(
                f"{self.host} says that the project has moved ({status}).",
                hint="Give the remote its new address: git remote set-url NAME ADDRESS",
                code="forge-redirect",
                status=status,
            )
        return target

    def _send(
        self, method: str, address: str, body: object, query: Mapping[str, str] | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        import httpx

        content = None if body is None else json.dumps(body).encode()
        headers = {"User-Agent": "trackside", "Accept": "application/json", **self.headers, **self.secrets}
        if content is not None:
            headers["Content-Type"] = "application/json"
        deadline = time.monotonic() + self.patience
        try:
            with self._open().stream(
                method, address, content=content, headers=headers, params=dict(query) if query else None
            ) as answer:  # fmt: skip
                return answer.status_code, _small(answer.headers), self._read(answer, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise self._unreachable(error, method) from error

    def _read(self, answer: httpx.Response, deadline: float) -> bytes:
        parts, size = [], 0
        for part in answer.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > LARGEST:
                raise ForgeError(
                    f"{self.host} sent more than {LARGEST // 1_000_000} MB where a short answer was expected.",
                    hint="Is this the address of a forge?", code="forge-answer", is_uncertain=True,
                )  # fmt: skip
            if time.monotonic() > deadline:
                raise self._too_slow()
        return b"".join(parts)

    def _open(self) -> httpx.Client:
        if self._http is None:
            import httpx

            try:
                self._http = httpx.Client(
                    verify=authorities(self.route),
                    timeout=httpx.Timeout(self.read, connect=min(_CONNECT, self.read)),
                    follow_redirects=False,
                    mounts=_mounts(self.route),
                )
            except (ImportError, ValueError, httpx.InvalidURL) as error:  # socks without its package, a broken address
                raise ForgeError(
                    "The proxy that is set cannot be used.",
                    hint="Check HTTPS_PROXY, ALL_PROXY and Git's http.proxy; SOCKS needs `pip install 'httpx[socks]'`.",
                    code="forge-proxy",
                ) from error
        return self._http

    def _parse(self, status: int, raw: bytes) -> object:
        if not raw.strip():
            return None
        try:
            return json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise ForgeError(
                f"{self.host} answered {status} with something that is no JSON.",
                hint="Is this the address of a forge? A sign-in page of a proxy or portal may stand before it.",
                code="forge-answer", status=status, is_uncertain=True,
            ) from error  # fmt: skip

    def _too_slow(self) -> ForgeError:
        return ForgeError(
            f"{self.host} took too long to answer.",
            hint="Try again; a request that was made after all is found, not doubled.",
            code="forge-timeout",
            is_uncertain=True,
        )

    def _unreachable(self, error: Exception, method: str) -> ForgeError:
        import httpx

        if isinstance(error, httpx.ProxyError):
            return ForgeError(
                f"The proxy before {self.host} refused the connection.",
                hint="Check HTTPS_PROXY, NO_PROXY and Git's http.proxy.",
                code="forge-proxy",
            )
        if _is_certificate(error):
            return ForgeError(
                f"The certificate of {self.host} is vouched for by nobody this machine trusts.",
                hint="If a company's authority signs it, name its file by SSL_CERT_FILE or Git's "
                "http.<address>.sslCAInfo.",
                code="forge-certificate",
            )
        if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
            return self._too_slow()
        return ForgeError(
            f"{self.host} could not be reached.",
            hint="Is the network there? Behind a proxy, set HTTPS_PROXY.",
            code="forge-unreachable",
            is_uncertain=method != "GET" and not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)),
        )


def _has_next(answer: Answer, seen: int) -> bool:
    if isinstance(answer.data, dict):
        return bool(answer.data.get("next"))
    total = answer.headers.get("x-total-count", "")
    is_short = total.isascii() and total.isdigit() and len(total) < 12 and seen < int(total)
    return is_short or 'rel="next"' in answer.headers.get("link", "") or bool(answer.headers.get("x-next-page"))


def _mounts(route: Route) -> dict[str, httpx.BaseTransport | None] | None:
    """Take Git's proxy where the environment names none; httpx reads the environment's own, and NO_PROXY."""
    from urllib.request import getproxies

    import httpx

    if not route.proxy or set(getproxies()) & {"http", "https", "all"}:
        return None
    return {"all://": httpx.HTTPTransport(proxy=route.proxy, verify=authorities(route))}


def _try_parse(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _small(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): content[:2_000] for name, content in headers.items()}


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _is_certificate(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(cause):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
