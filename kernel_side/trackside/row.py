"""One run as a table, a filter and a sort see it: small enough that ten thousand are read in a blink. Pure.

A `Row` travels as the JSON list of `glance_of`, which is what the index keeps beside each full record.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

from trackside.encode import json_bytes

if TYPE_CHECKING:
    from trackside.contract import Annotations, Experiment, Record, Value

#: Position of (last, min, max, count, direction) in what a row says of a metric.
LAST, MIN, MAX, COUNT, DIRECTION = range(5)
_GLANCE_FIELDS: Final = 17


class Row(NamedTuple):
    """What is told of one run at a glance; times in unix seconds.

    `params` are those of the box "params", `hidden` those of the others. A metric is the list (last, min, max,
    count, direction); a number JSON cannot write is one of "NaN", "Infinity", "-Infinity".
    """

    title: str
    status: str
    started: float
    duration: float
    notebook: str | None
    branch: str | None
    author: str
    email: str
    note: str
    tags: list[str]
    baseline: str
    warnings: int
    params: dict[str, Value]
    hidden: dict[str, Value]
    metrics: dict[str, list[Any]]
    #: The run's own id and the digest of its code; empty where it has none.
    run: str = ""
    code: str = ""
    name: str = ""
    oid: str | None = None
    ref: str | None = None
    source: str = "trackside"
    problem: str | None = None
    star: bool = False
    archived: bool = False
    promoted: str | None = None
    #: The note people wrote afterwards, where `note` is that or the run's own.
    noted: str = ""
    #: What somebody calls it in another clone.
    alias: str | None = None


def glance_of(record: Record) -> bytes:
    """Write what a row tells of a record as one JSON list."""
    author, params = record["author"], record["params"]
    flags = sum(flag["level"] == "warning" for flag in record["order"])
    return json_bytes(
        [
            record["title"], record["status"], record["started"], record["duration"], record["notebook"],
            record["branch"], author["name"], author["email"], record["note"], record["tags"], record["baseline"],
            len(record["warnings"]) + flags,
            {name: fact["value"] for name, fact in params.items() if fact["box"] == "params"},
            {name: fact["value"] for name, fact in params.items() if fact["box"] != "params"},
            {
                name: [fact["last"], fact["min"], fact["max"], fact["count"], fact["direction"]]
                for name, fact in record["metrics"].items()
            },
            record["run"],
            record.get("code", ""),
        ]
    )  # fmt: skip


def parse_glances(glances: Sequence[str]) -> list[Any]:
    """Read many glances in one go, which takes half the time of one by one; ValueError when one is none."""
    parsed = json.loads(f"[{','.join(glances)}]")
    if len(parsed) != len(glances) or any(type(one) is not list or len(one) != _GLANCE_FIELDS for one in parsed):
        raise ValueError("not glances")
    return parsed  # type: ignore[no-any-return]  # each item was just checked to be a list


class Entry(NamedTuple):
    """One run as refs, annotations and the index know it, its glance still unread.

    `tags` is the JSON list of those the run itself carries; `noted` is None where nobody annotated it.
    """

    name: str
    oid: str | None
    ref: str | None
    source: str
    problem: str | None
    started: float
    tags: str
    glance: str
    noted: Annotations | None

    @property
    def is_archived(self) -> bool:
        """Whether listings leave it out."""
        return self.noted is not None and self.noted["archived"]

    @property
    def promoted(self) -> str | None:
        """The branch it was promoted to."""
        return self.noted["promoted"] if self.noted is not None else None


def entry_of(experiment: Experiment) -> Entry:
    """Return the entry of an experiment that was read whole."""
    return Entry(
        name=experiment["name"],
        oid=experiment["oid"],
        ref=experiment["ref"],
        source=experiment["source"],
        problem=experiment["problem"],
        started=experiment["record"]["started"],
        tags=json_bytes(experiment["record"]["tags"]).decode(),
        glance=glance_of(experiment["record"]).decode(),
        noted=experiment["annotations"],
    )


def row_of(experiment: Experiment) -> Row:
    """Return the row of an experiment that was read whole."""
    return rows_of([entry_of(experiment)])[0]


def rows_of(entries: Sequence[Entry]) -> list[Row]:
    """Read the glances of entries; annotations win over the record. ValueError when one is damaged."""
    with without_collection():
        return [_row(entry, glance) for entry, glance in zip(entries, parse_glances([one.glance for one in entries]))]


def _row(entry: Entry, glance: list[Any]) -> Row:
    known = entry[:5]
    noted = entry.noted
    if noted is None:
        return Row._make((*glance, *known, False, False, None, "", None))
    said = (noted["star"], noted["archived"], noted["promoted"], noted["note"], noted["alias"])
    row = Row._make((*glance, *known, *said))
    return row._replace(tags=noted["tags"], note=noted["note"] or row.note)


def newest_first(rows: Iterable[Row]) -> list[Row]:
    """Return rows in the order of a table that nobody sorted."""
    return sorted(rows, key=lambda row: (row.started, row.name), reverse=True)


def handles_of(rows: Sequence[Row]) -> list[str]:
    """Give each row, newest first, a handle of its own: its run id, else its commit id, else that with its name."""
    used: set[str] = set()
    ids = []
    # The oldest keeps the short handle: a copy made later must not take it away.
    for row in reversed(rows):
        options = (row.run, row.oid or "", f"{row.oid}.{row.name}")
        handle = next(option for option in options if option and option not in used)
        used.add(handle)
        ids.append(handle)
    ids.reverse()
    return ids


class _Told(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def started(self) -> float: ...
    @property
    def source(self) -> str: ...
    @property
    def problem(self) -> str | None: ...
    @property
    def promoted(self) -> str | None: ...


Told = TypeVar("Told", bound=_Told)


def baseline_of(runs: Sequence[Told]) -> Told | None:
    """Return the run others are compared with: the promoted one that started last, else the oldest experiment.

    One that cannot be read is taken only where there is no other: nothing could be compared with it.
    """
    promoted = [run for run in runs if run.promoted]
    if promoted:
        return max(promoted, key=lambda run: (run.started, run.name))
    sealed = [run for run in runs if run.source != "journal"]
    whole = [run for run in sealed if not run.problem]
    first = min((run.started for run in whole or sealed), default=0.0)
    return min((run for run in whole or sealed if run.started == first), key=lambda run: run.name, default=None)


@contextmanager
def without_collection() -> Iterator[None]:
    """Hold off Python's cycle collector: it would walk the same ten thousand new rows again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def metric_number(metric: Sequence[Any] | None, place: int = LAST) -> float | int | None:
    """Return a number of a metric as a Python number, None when the run has none."""
    value = metric[place] if metric is not None else None
    return _NUMBERS.get(value, 0.0) if type(value) is str else value


_NUMBERS: Final[Mapping[str, float]] = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
