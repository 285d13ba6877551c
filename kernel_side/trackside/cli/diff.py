"""`trackside diff`: how the code of two runs differs, notebooks by cell."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from trackside.cli import words
from trackside.cli.verb import Verb, add_json, here
from trackside.reading import code_diff

if TYPE_CHECKING:
    from trackside.contract import CellDiff, CodeDiff

_COLOURS: Final = {"+": "32", "-": "31", "@": "36"}


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("before", metavar="A", help="a run; alone: how it differs from its baseline commit")
    parser.add_argument("after", metavar="B", nargs="?", default="", help="another run")
    add_json(parser)


def _act(options: Namespace) -> int:
    found = code_diff(here(options), options.before, options.after)
    if options.json:
        words.write_json(found)
        return 0
    coloured = words.is_terminal()
    for line in diff_lines(found):
        text = words.safe(line, lines=True)
        colour = _COLOURS.get(text[:1]) if not text.startswith(("+++", "---")) else "1"
        sys.stdout.write(f"\x1b[{colour}m{text}\x1b[m\n" if coloured and colour else f"{text}\n")
    return 0


def diff_lines(found: CodeDiff) -> Iterator[str]:
    """Write a difference as a unified diff; cells of a notebook stand under lines of their own."""
    for file in found["files"]:
        old = "/dev/null" if file["change"] == "added" else f"{found['before']}/{file['path']}"
        new = "/dev/null" if file["change"] == "removed" else f"{found['after']}/{file['path']}"
        yield f"--- {old}"
        yield f"+++ {new}"
        if file["binary"]:
            yield "Binary files differ"
        elif file["cells"] is not None:
            yield from _notebook_lines(file["cells"])
        else:
            yield from file["diff"].splitlines()


def _notebook_lines(cells: list[CellDiff]) -> Iterator[str]:
    shown = [cell for cell in cells if cell["change"] != "same"]
    if not shown:
        yield "@@ same source in every cell: only outputs or metadata differ @@"
    for cell in shown:
        place = cell["after"] or cell["before"]
        yield f"@@ {cell['change']} {cell['kind']} cell {place} @@"
        yield from (line for line in cell["diff"].splitlines() if not line.startswith("@@"))


VERBS: Final = {
    "diff": Verb(
        example="trackside diff calm-otter-3f brave-lynx-07",
        arguments=_arguments,
        act=_act,
        more="Outputs of notebooks and the records under .trackside/ are left out.",
    )
}
