"""What the server of the panel takes for a page of a hundred thousand runs."""

from __future__ import annotations

import random
from collections.abc import Mapping

from benchmarks.environments import Tool
from benchmarks.model import OURS, PANEL, Job, Refused, Row, Sample, Target
from benchmarks.panel.filled import filled
from benchmarks.panel.served import Served, panel_server
from benchmarks.places import Place

COUNT = 100_000
_TIMES = 15


def _measure(_tool: Tool, place: Place) -> Mapping[str, Sample]:
    count = COUNT // 100 if place.quick else COUNT
    rng = random.Random(11)
    with panel_server(filled(count)) as served:
        runs = served.place() + "/runs"
        first = _page(served, runs, "", "", count)
        _page(served, runs, "metrics.acc > 0.6", "-metrics.loss", None)
        before = served.worked()
        again = [_page(served, runs, "metrics.acc > 0.6", "-metrics.loss", None) for _ in range(_TIMES)]
        thresholds = [0.55 + rng.random() * 0.3 for _ in range(3 * _TIMES)]
        number = [_page(served, runs, f"metrics.acc > {at:.9f}", "-metrics.acc", None) for at in thresholds[:_TIMES]]
        both = [
            _page(served, runs, f'metrics.loss < {1 - at:.9f} and params.model == "svm"', "metrics.f1", None)
            for at in thresholds[_TIMES : 2 * _TIMES]
        ]
        words = [_page(served, runs, _words(f"{rng.randrange(count // 10):05d}"), "", None) for _ in range(_TIMES)]
        worked = served.worked() - before
    return {
        "served-work": Sample(values=[worked * 1e3 / (4 * _TIMES)]),
        "served-first": Sample(values=[first]),
        "served-again": Sample(values=again),
        "served-number": Sample(values=number),
        "served-both": Sample(values=both),
        "served-words": Sample(values=words),
    }


def _page(served: Served, runs: str, query: str, sort: str, total: int | None) -> float:
    """Ask for a page of 50; return the milliseconds. Refused when it is not one."""
    page, took = served.ask(runs, query=query, sort=sort, offset=0, limit=50, archived="false")
    if total is not None and page["total"] != total:
        raise Refused(f"{page['total']:,} of {total:,} runs were counted")
    if not page["rows"]:
        raise Refused(f"nothing matches {query}")
    return took


def _words(word: str) -> str:
    """Return the filter that a panel makes of a word."""
    fields = ("name", "tags", "note", "title", "notebook")
    looked = " or ".join(f'{field} ~ "{word}"' for field in fields)
    return f"({looked})"


TARGET = Target(limit=100)

JOB = Job(
    name="panel-page",
    part=PANEL,
    rows=(
        Row(key="served-again", title="100,000 runs: page of 50, the same question again", unit="ms", target=TARGET),
        Row(
            key="served-number",
            title="100,000 runs: page of 50, a filter nobody asked before",
            unit="ms",
            target=TARGET,
        ),
        Row(
            key="served-both",
            title="100,000 runs: page of 50, two conditions nobody asked before, by another column",
            unit="ms",
            target=TARGET,
        ),
        Row(
            key="served-words",
            title="100,000 runs: page of 50, a word nobody looked for before",
            unit="ms",
            target=TARGET,
        ),
        Row(
            key="served-work", title="100,000 runs: the server's processor time a page of these, on average", unit="ms"
        ),
        Row(key="served-first", title="100,000 runs: the first page after the server started", unit="ms"),
    ),
    how=(
        "Asked over HTTP on a connection that stays open, until the last byte of the answer. Warm: the rows are in the "
        f"server's memory. The same question again is remembered; {_TIMES} different ones a round are not, but for the "
        "order of a column once somebody sorted by it."
    ),
    measure=_measure,
    rounds=3,
    allowance=60,
    only=(OURS,),
)
