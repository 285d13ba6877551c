"""What a verb of the command line is."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from trackside.git.repository import Repository


class Verb(NamedTuple):
    """One verb: how it is called, an example, and what it does; `act` returns the exit status."""

    example: str
    arguments: Callable[[ArgumentParser], None]
    act: Callable[[Namespace], int]
    #: Said below the options.
    more: str = ""


def no_arguments(_: ArgumentParser) -> None:
    """Declare nothing: the verb takes no arguments."""


def add_json(parser: ArgumentParser) -> None:
    """Declare `--json`."""
    parser.add_argument("--json", action="store_true", help="write one JSON object (docs/schema/trackside-1.json)")


def here(options: Namespace) -> Repository:
    """Open the repository the command is about: around the working folder, or the one of -C."""
    from trackside.git.repository import open_repository

    return open_repository(options.folder)
