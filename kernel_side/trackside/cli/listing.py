"""`trackside list`: a table for people on a terminal, exact tab-separated text in a pipe, or JSON."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from typing import Final

from trackside.cli import words
from trackside.cli.verb import Verb, add_json, here
from trackside.reading import missing_names, select
from trackside.row import LAST, Row, without_collection

#: How many runs a terminal shows unless told otherwise; a pipe gets all.
SHOWN: Final = 50
_FIELDS: Final = ("name", "status", "started", "duration", "author", "branch", "notebook", "tags", "title")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("query", nargs="*", help="which runs, e.g. 'metrics.acc > 0.9' (docs/query.md)")
    parser.add_argument("--sort", metavar="KEYS", default="", help="e.g. -metrics.acc,started (minus: largest first)")
    parser.add_argument("--columns", metavar="NAMES", default="", help="e.g. name,metrics.acc,params.lr")
    parser.add_argument("-n", dest="limit", metavar="N", type=int, help=f"at most N runs (a terminal shows {SHOWN})")
    parser.add_argument("--all", action="store_true", help="as many as there are, archived ones too")
    parser.add_argument("--archived", action="store_true", help="archived runs too")
    add_json(parser)


def _act(options: Namespace) -> int:
    # Of ten thousand runs hardly anything is garbage before the process ends, and looking for it takes a tenth longer.
    with without_collection():
        return _list(options)


def _list(options: Namespace) -> int:
    on_terminal = words.is_terminal() and not options.json
    limit = options.limit
    if limit is None and on_terminal and not options.all:
        limit = SHOWN
    selection = select(
        here(options),
        query=" ".join(options.query),
        sort=options.sort,
        limit=limit,
        archived=options.archived or options.all,
    )
    for said in [*selection.said, *missing_names(selection)]:
        words.note(said)
    asked = [name for name in options.columns.split(",") if name.strip()]
    if options.json:
        for part in selection.listing_json():
            words.write(part)
    elif on_terminal:
        from trackside.cli.listing_rich import show_table

        show_table(selection, asked)
    else:
        write_rows(selection.rows(), asked)
    selection.store.close()
    return 0


def write_rows(rows: list[Row], asked: list[str]) -> None:
    """Write exact values, every metric and parameter a column, whether it varies or not."""
    from trackside.columns import columns_of
    from trackside.query import FIELDS

    columns = columns_of(rows, asked, fold=False)
    fields = columns.fields if asked else _FIELDS
    head = [
        *fields,
        *(f"metrics.{name}" for name in columns.metrics),
        *(f"params.{name}" for name in columns.params),
    ]
    now = time.time()
    body = []
    for row in rows:
        line = [
            words.moment(row.started) if name == "started" else words.cell(FIELDS[name](row, now)) for name in fields
        ]
        line += [words.cell(row.metrics[name][LAST]) if name in row.metrics else "" for name in columns.metrics]
        line += [words.cell(row.params.get(name, row.hidden.get(name))) for name in columns.params]
        body.append(line)
    words.write_table(head, body)


VERBS: Final = {
    "list": Verb(
        example="trackside list 'metrics.acc > 0.9 and params.model == \"rf\"' --sort -metrics.acc -n 10",
        arguments=_arguments,
        act=_act,
        more="In a pipe the output is tab-separated with exact values; on a terminal only columns that vary are shown.",
    )
}
