"""`trackside compare`: runs side by side, the first being the one the others are compared with."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any, Final

from trackside.cli import words
from trackside.cli.verb import Verb, add_json, here
from trackside.compare import describe_input
from trackside.reading import comparison

if TYPE_CHECKING:
    from trackside.contract import Comparison


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", metavar="RUN", help="two runs or more, by name or commit id")
    parser.add_argument("--all", action="store_true", help="what is the same in all, too")
    add_json(parser)


def _act(options: Namespace) -> int:
    found = comparison(here(options), options.runs)
    if options.json:
        words.write_json(found)
    elif words.is_terminal():
        from trackside.cli.compare_rich import show_comparison

        show_comparison(found, everything=options.all)
    else:
        head = ["kind", "name", *(run["name"] for run in found["runs"])]
        words.write_table(head, lines(found, everything=options.all))
    return 0


def lines(found: Comparison, *, everything: bool) -> list[list[str]]:
    """Return (kind, name, a value for each run) of what differs, or of everything."""
    rows: list[tuple[str, str, list[Any], bool]] = [
        *(("metric", row["name"], list(row["values"]), row["differs"]) for row in found["metrics"]),
        *(("param", row["name"], list(row["values"]), row["differs"]) for row in found["params"]),
        *(("data", row["path"], list(map(describe_input, row["values"])), row["differs"]) for row in found["inputs"]),
        *(("fact", row["name"], list(row["values"]), row["differs"]) for row in found["facts"]),
        *(("package", row["name"], list(row["values"]), row["differs"]) for row in found["packages"]),
    ]
    return [
        [kind, words.safe(name), *(words.cell(value) for value in values)]
        for kind, name, values, differs in rows
        if differs or everything
    ]


VERBS: Final = {
    "compare": Verb(
        example="trackside compare calm-otter-3f brave-lynx-07",
        arguments=_arguments,
        act=_act,
        more="Shows what differs; --all shows the rest as well.",
    )
}
