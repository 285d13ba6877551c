"""`trackside watch`: open runs and new experiments while they happen; a live table, or lines in a pipe."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from trackside.cli import words
from trackside.cli.verb import Verb, here
from trackside.git.repository import Repository
from trackside.journal.places import journal_folder, list_journals
from trackside.journal.reader import Tail
from trackside.recovery import is_sealed
from trackside.store import Store

if TYPE_CHECKING:
    from trackside.run import Run

_SHOWN: Final = 15


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--every", metavar="SECONDS", type=float, default=1.0, help="how often to look (default: 1)")
    parser.add_argument("--for", dest="length", metavar="SECONDS", type=float, help="stop after this long")


def _act(options: Namespace) -> int:
    repository = here(options)
    until = time.monotonic() + options.length if options.length is not None else None
    every = max(0.05, options.every)
    try:
        if words.is_terminal():
            _draw(repository, every, until)
        else:
            _write(repository, every, until)
    except KeyboardInterrupt:
        # It is how watching ends.
        return 0
    return 0


class Follower:
    """The runs in the journals of a clone, read on from where the last look ended."""

    def __init__(self, repository: Repository) -> None:
        self._folder = journal_folder(repository)
        self._tails: dict[Path, Tail] = {}
        self._done = {journal for journal in list_journals(self._folder) if is_sealed(journal)}

    def look(self) -> list[Run]:
        """Return the runs open now, and those that became experiments since the last look."""
        there = list_journals(self._folder)
        for journal in there:
            if journal not in self._done:
                tail = self._tails.setdefault(journal, Tail(journal))
                tail.update()
        seen = [tail.run for tail in self._tails.values()]
        for journal in [journal for journal, tail in self._tails.items() if tail.run.sealed or journal not in there]:
            self._done.add(journal)
            del self._tails[journal]
        return [run for run in seen if run.id]


def _write(repository: Repository, every: float, until: float | None) -> None:
    """Write one line for each thing that happens: time, run, what, and its value."""
    follower = Follower(repository)
    told: dict[str, dict[str, Any]] = {}
    while True:
        for run in follower.look():
            known = told.setdefault(run.id, {})
            for what, value in _happened(run, known):
                known[what] = value
                words.say(
                    "\t".join([words.moment(time.time()), words.safe(run.name), words.safe(what), words.cell(value)])
                )
        sys.stdout.flush()
        if until is not None and time.monotonic() >= until:
            return
        time.sleep(every)


def _happened(run: Run, known: dict[str, Any]) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [("started", words.moment(run.started))]
    facts += [(f"params.{name}", param.value) for name, param in run.params.items() if param.box == "params"]
    facts += [(f"metrics.{name}", series.points[-1][1]) for name, series in run.series.items() if series.points]
    facts.append(("cells", len(run.cells)))
    if run.status != "open":
        facts.append(("ended", run.status))
    if run.sealed:
        facts.append(("sealed", run.sealed["oid"]))
    return [(what, value) for what, value in facts if what not in known or repr(known[what]) != repr(value)]


def _draw(repository: Repository, every: float, until: float | None) -> None:
    """Keep a table on the screen: open runs on top, then the newest experiments."""
    from rich.console import Console
    from rich.live import Live

    follower, store = Follower(repository), Store(repository)
    console = Console(highlight=False, markup=False, emoji=False)
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        while until is None or time.monotonic() < until:
            live.update(_table(follower.look(), store))
            time.sleep(every)


def _table(runs: list[Run], store: Store) -> Any:
    from rich.table import Table
    from rich.text import Text

    from trackside.card_words import format_duration, format_number
    from trackside.cli.listing_rich import STYLES
    from trackside.metrics import sparkline, summarize
    from trackside.row import metric_number

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("run", "status", "time", "cells", "metrics"):
        table.add_column(name, no_wrap=name != "metrics")
    for run in runs:
        shown = Text()
        for name, series in sorted(run.series.items())[:4]:
            if series.points:
                found = summarize(series.points)
                shown.append(f"{words.safe(name)} {format_number(found.last)} ")
                shown.append(f"{sparkline(found.spark, 10)}  ", style="cyan")
        length = (time.time() if run.status == "open" else run.last_seen) - run.started
        status = Text(run.status, style=STYLES.get(run.status, ""))
        table.add_row(words.safe(run.name), status, format_duration(max(0.0, length)), str(len(run.cells)), shown)
    rows = sorted(store.rows(store.shelf()), key=lambda row: row.started, reverse=True)
    for row in rows[:_SHOWN]:
        numbers = [(name, metric_number(metric)) for name, metric in sorted(row.metrics.items())[:4]]
        shown = Text(
            "  ".join(f"{words.safe(name)} {format_number(value)}" for name, value in numbers if value is not None)
        )
        status = Text(row.status, style=STYLES.get(row.status, ""))
        table.add_row(words.safe(row.name), status, format_duration(row.duration), "", shown, style="dim")
    return table


VERBS: Final = {
    "watch": Verb(
        example="trackside watch",
        arguments=_arguments,
        act=_act,
        more="In a pipe: one line for each thing that happens (time, run, what, value). Ctrl-C ends it.",
    )
}
