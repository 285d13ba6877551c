"""`trackside ui`: the panel as a page of its own, served to this machine alone."""

from __future__ import annotations

import importlib
from argparse import ArgumentParser, Namespace
from typing import Final

from trackside.cli.verb import Verb, here
from trackside.errors import UsageError


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--port", metavar="NUMBER", type=int, default=0, help="the port (default: any free one)")
    parser.add_argument("--no-browser", action="store_true", help="only say the address, open nothing")


def _act(options: Namespace) -> int:
    if not 0 <= options.port <= 65_535:
        raise UsageError(f"There is no port {options.port}.", hint="trackside ui --port 8899")
    repository = here(options)
    try:
        # By name: the library must not know the server that is built on it.
        alone = importlib.import_module("trackside_server.alone")
    except ImportError as error:
        raise UsageError(
            f"The page needs a Jupyter server, which is not installed ({error.name} is missing).",
            hint="pip install 'trackside[ui]'",
            code="no-server",
        ) from error
    status: int = alone.serve(repository.toplevel or options.folder, port=options.port, browser=not options.no_browser)
    return status


VERBS: Final = {
    "ui": Verb(
        example="trackside ui",
        arguments=_arguments,
        act=_act,
        more="Served on 127.0.0.1 behind a token that is in the address it opens. Ctrl-C ends it.",
    )
}
