"""`trackside ui`: a Jupyter server of this extension alone, on this machine, for the repository around a folder."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any, Final

from jupyter_server.services.contents.largefilemanager import LargeFileManager
from traitlets.config import Config

#: What the page needs of a Jupyter server: its events, and who one is. No kernels, no files, no terminals.
_SERVICES: Final = ("api", "auth", "events", "security")


def serve(folder: str | os.PathLike[str], *, port: int = 0, browser: bool = True) -> int:
    """Serve the page until Ctrl-C; return the exit status."""
    from jupyter_server.serverapp import ServerApp

    from trackside.git.repository import open_repository

    repository = open_repository(folder, trust="reader")
    root = repository.toplevel or Path(folder).resolve()
    # There is no option for it.
    ServerApp.default_services = _SERVICES  # type: ignore[assignment]  # a shorter tuple
    app: Any = ServerApp.instance(config=_config(root, port=port, browser=browser))
    # Options of other Jupyter servers, in files or on this command line, are not for this page.
    app.initialize(argv=[], find_extensions=False)
    app.web_app.settings["trackside_path"] = ""
    app.start()
    return 0


class NoFiles(LargeFileManager):
    """The folder of the page, whose files are nobody's business: Jupyter gives them out otherwise."""

    def get_extra_handlers(self) -> list[Any]:
        """Give out nothing."""
        return []


def _free_port() -> int:
    """Return a port nobody listens on now; should another program be faster, Jupyter tries its neighbours."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _config(root: Path, *, port: int, browser: bool) -> Config:
    config = Config()
    config.ServerApp.jpserver_extensions = {"trackside_server": True}
    config.ServerApp.root_dir = os.fspath(root)
    config.ServerApp.ip = "127.0.0.1"
    config.ServerApp.port = port or _free_port()
    config.ServerApp.port_retries = 50
    config.ServerApp.open_browser = browser
    config.ServerApp.default_url = "/trackside/"
    config.ServerApp.terminals_enabled = False
    config.ServerApp.contents_manager_class = NoFiles
    config.ServerApp.allow_remote_access = False
    config.ServerApp.log_level = "WARN"
    # Jupyter refuses to lend a root shell to a browser; here there is none to lend, and containers run as root.
    config.ServerApp.allow_root = True
    return config
