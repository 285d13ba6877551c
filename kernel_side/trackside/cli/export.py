"""`trackside export`: runs as a file for other tools."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Final

from trackside.cli import words
from trackside.cli.verb import Verb, here
from trackside.errors import StorageError, UsageError
from trackside.export import FORMATS, write_export
from trackside.reading import missing_names, select


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("query", nargs="*", help="which runs, e.g. 'metrics.acc > 0.9' (docs/query.md)")
    parser.add_argument("--format", choices=FORMATS, help="default: by the file's ending, else csv")
    parser.add_argument("-o", dest="file", metavar="FILE", help="default: standard output")
    parser.add_argument("--sort", metavar="KEYS", default="", help="e.g. -metrics.acc,started (minus: largest first)")
    parser.add_argument("--archived", action="store_true", help="archived runs too")


def _act(options: Namespace) -> int:
    selection = select(here(options), query=" ".join(options.query), sort=options.sort, archived=options.archived)
    for said in [*selection.said, *missing_names(selection)]:
        words.note(said)
    ending = (options.file or "").rpartition(".")[2]
    kind = options.format or (ending if ending in FORMATS else "csv")
    if kind == "parquet" and options.file is None and words.is_terminal():
        raise UsageError("Parquet is binary: a terminal cannot show it.", hint="trackside export -o runs.parquet")
    data = write_export(selection, kind)
    if options.file is None:
        words.write(data)
        return 0
    try:
        with open(options.file, "wb") as file:
            file.write(data)
    except OSError as error:
        raise StorageError(f"{options.file} cannot be written: {error.strerror}.") from error
    words.note(f"{len(selection.entries)} runs written to {options.file}")
    return 0


VERBS: Final = {
    "export": Verb(
        example="trackside export 'tags ~ \"paper\"' -o runs.csv",
        arguments=_arguments,
        act=_act,
        more=(
            "CSV holds exact values: text that a spreadsheet would take for a formula is written as it is, so mind\n"
            "runs of strangers. Parquet needs: pip install 'trackside[parquet]'."
        ),
    )
}
