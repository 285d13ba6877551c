"""The extension: its settings, routes, page and watcher in a Jupyter server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jupyter_server.extension.application import ExtensionApp

from trackside.desk.context import Services
from trackside.desk.places import Places
from trackside.desk.tasks import Tasks
from trackside.desk.watcher import Watcher
from trackside_server.handlers import UnknownRoute, make_handlers
from trackside_server.openapi import http_routes
from trackside_server.page import PageFile, PageHandler

if TYPE_CHECKING:
    from trackside.contract import Changed

SCHEMA_ID: Final = "https://events.trackside.dev/changed/v1"
SCHEMA_FILE: Final = Path(__file__).parent / "schema" / "changed.yaml"
API: Final = "/trackside/api/"
#: Git is a process of its own, so threads only wait; a few keep a slow request from holding up all others.
_THREADS: Final = 6


class TracksideApp(ExtensionApp):
    """Runs of the repositories a Jupyter server shows, over HTTP and its event bus."""

    name = "trackside"
    extension_url = "/trackside/"
    load_other_extensions = True

    def initialize_settings(self) -> None:
        """Make what all handlers share."""
        self._pool = ThreadPoolExecutor(_THREADS, "trackside-http")
        self._looking = ThreadPoolExecutor(1, "trackside-watch")
        places, tasks = Places(self._root()), Tasks()
        self._services = Services(places=places, tasks=tasks)
        self._watcher = Watcher(places, self._looking, self._emit)
        tasks.on_change = self._watcher.tell_tasks
        logger = self._events()
        if logger is not None and SCHEMA_ID not in logger.schemas:
            logger.register_event_schema(SCHEMA_FILE)

    def initialize_handlers(self) -> None:
        """Put the table of routes, the page and its files in place."""
        base = self._base()
        self.handlers.extend(
            [
                *make_handlers(http_routes(), f"{base}{API}", self._services, self._pool),
                (f"{base}{API}.*", UnknownRoute, {"services": self._services, "pool": self._pool}),
                (f"{base}/trackside/", PageHandler),
                (f"{base}/trackside/static/(.*)", PageFile, {"path": str(Path(__file__).parent / "static")}),
            ]
        )

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:  # noqa: ARG002  # as Jupyter calls it
        """Begin to look once the loop runs; a page of its own reads its repository while the browser opens."""
        self._watcher.start()
        path = self.serverapp.web_app.settings.get("trackside_path") if self.serverapp is not None else None
        if path is not None:
            self._pool.submit(self._services.places.read_ahead, path)

    async def stop_extension(self) -> None:
        """End threads and the watcher."""
        await self._watcher.stop()
        self._services.tasks.close()
        for pool in (self._pool, self._looking):
            pool.shutdown(wait=False, cancel_futures=True)

    def _base(self) -> str:
        # ExtensionApp puts the base url before each pattern itself.
        return ""

    def _root(self) -> str:
        manager = self.serverapp.contents_manager if self.serverapp is not None else None
        root = getattr(manager, "root_dir", "") or getattr(self.serverapp, "root_dir", "")
        return str(root or ".")

    def _events(self) -> Any:
        return getattr(self.serverapp, "event_logger", None)

    def _emit(self, changed: Changed) -> None:
        logger = self._events()
        if logger is not None:
            logger.emit(schema_id=SCHEMA_ID, data=dict(changed))
