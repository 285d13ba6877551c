"""One handler class for each path of the table: who may, what was sent, the answer, its headers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ClassVar, Final

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from trackside.desk.checking import check_body, check_params, check_parts
from trackside.desk.context import Request, Services
from trackside.desk.failures import describe
from trackside.desk.routes import RESOURCE, Document, Image, Route, path_pattern
from trackside.encode import json_bytes
from trackside.errors import NotFoundError

_WORDS: Final = {
    403: ("forbidden", "This needs to be signed in, or to be allowed."),
    404: ("not-found", "There is nothing at this address."),
    405: ("method", "That cannot be done at this address."),
    413: ("too-large", "That is too large."),
}
_SANDBOX: Final = "default-src 'none'; sandbox"


@web.stream_request_body
class RouteHandler(APIHandler):
    """Answers the methods of one path. The body is taken in only when it is wanted and within its limit."""

    routes: ClassVar[dict[str, Route]]
    SUPPORTED_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")

    def initialize(self, services: Services, pool: ThreadPoolExecutor) -> None:
        """Take what all handlers share."""
        self.services, self.pool = services, pool
        self._chunks: list[bytes] = []
        self._size = 0
        self._work: Future[Any] | None = None

    def _route(self) -> Route | None:
        return self.routes.get(self.request.method or "")

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler does
        """Refuse who may not, and a body that says it is too large, before it is read."""
        if self._route() is None and self.request.method != "OPTIONS":
            raise web.HTTPError(405)
        await super().prepare()
        length = self.request.headers.get("Content-Length", "0")
        if self._is_too_large(int(length) if length.isdigit() else 0):
            raise web.HTTPError(413)

    def _is_too_large(self, size: int) -> bool:
        route = self._route()
        return route is not None and size > route.largest

    def data_received(self, chunk: bytes) -> None:
        """Take in a part of the body, up to the limit."""
        self._size += len(chunk)
        if not self._is_too_large(self._size):
            self._chunks.append(chunk)

    def on_connection_close(self) -> None:
        """Stop what has not begun for a client that went away."""
        if self._work is not None:
            self._work.cancel()

    async def answer(self, **parts: str) -> None:
        """Check the request, do the work in a thread, and answer."""
        route = self._route()
        assert route is not None
        if self._is_too_large(self._size):
            raise web.HTTPError(413)
        body = check_body(route, b"".join(self._chunks)) if route.method != "GET" else None
        self._chunks.clear()
        request = Request(
            services=self.services,
            parts=check_parts(parts),
            params=check_params(route, self.request.query_arguments),
            body=body,
        )
        self._work = self.pool.submit(_done, route, request)
        try:
            answer = await asyncio.wrap_future(self._work)
        except asyncio.CancelledError:
            # The client has gone; nobody hears an answer.
            return
        self._send(route, answer)

    def _send(self, route: Route, answer: Any) -> None:
        self.set_status(route.status)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")
        if isinstance(answer, Image):
            self.set_header("Content-Security-Policy", _SANDBOX)
            self.set_header("Content-Disposition", "inline")
            if answer.lasts:
                self.set_header("Cache-Control", "private, max-age=86400, immutable")
            self.finish(answer.data, set_content_type=answer.mime)
        elif isinstance(answer, Document):
            self.set_header("Content-Security-Policy", _SANDBOX)
            if answer.name:
                self.set_header("Content-Disposition", f'attachment; filename="{answer.name}"')
            self.finish(answer.data, set_content_type=answer.mime)
        else:
            self.finish(answer)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell any error as a `Failure`."""
        error = (kwargs.get("exc_info") or (None, None, None))[1]
        if error is None or isinstance(error, web.HTTPError):
            code, message = _WORDS.get(status_code, ("http", "The request could not be answered."))
            failure: Any = {"code": code, "message": message, "hint": ""}
        else:
            status_code, failure = describe(error)
            self.set_status(status_code)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")
        self.finish(json_bytes(failure))

    def log_exception(self, *args: Any) -> None:
        """Log nothing here: `describe` does, for what is worth it."""


def _done(route: Route, request: Request) -> Any:
    """Do the work and write it as JSON, both away from the event loop."""
    answer = route.act(request)
    return answer if isinstance(answer, (Image, Document)) else json_bytes(answer)


def make_handlers(
    routes: Iterable[Route], prefix: str, services: Services, pool: ThreadPoolExecutor
) -> list[tuple[str, type[RouteHandler], dict[str, Any]]]:
    """Make the handlers of a table, each method signed in and allowed by its own action."""
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    shared = {"services": services, "pool": pool}
    return [(f"{prefix}{path_pattern(path)}", _handler(found), shared) for path, found in by_path.items()]


def _handler(routes: Sequence[Route]) -> type[RouteHandler]:
    methods: dict[str, Any] = {"routes": {route.method: route for route in routes}}
    for route in routes:
        methods[route.method.lower()] = web.authenticated(authorized(action=route.action, resource=RESOURCE)(_method()))
    name = "".join(part.title() for part in routes[0].path.replace("{", "").replace("}", "").split("/"))
    return type(f"{name}Handler", (RouteHandler,), methods)


def _method() -> Any:
    async def method(self: RouteHandler, **parts: str) -> None:
        await self.answer(**parts)

    return method


class UnknownRoute(RouteHandler):
    """Any other address below ours: the same words, for who is signed in, and no page of HTML."""

    routes: ClassVar[dict[str, Route]] = {}

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler does
        """Check who asks, as everywhere."""
        await APIHandler.prepare(self)

    @web.authenticated
    @authorized(action="read", resource=RESOURCE)  # type: ignore[untyped-decorator]  # Jupyter's has no types
    async def get(self, **_: str) -> None:
        """Say that there is nothing."""
        raise NotFoundError("There is nothing at this address.")

    post = put = delete = get
