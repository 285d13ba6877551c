"""What the reading verbs tell: lists, one run, comparisons, differences, findings and the run card."""

from __future__ import annotations

from typing import Literal

from typing_extensions import NotRequired, TypedDict

from trackside.contract.stored import (
    Box,
    CellsFact,
    Direction,
    Experiment,
    InputFact,
    Number,
    Origin,
    Status,
    Value,
    WarningFact,
)


class Listing(TypedDict):
    """`list --json`: experiments in the order asked for; `total` before the limit."""

    format: int
    total: int
    baseline: str | None
    experiments: list[Experiment]


class SeriesPoint(TypedDict):
    """One point of a curve; `t` is seconds since the run started, when known."""

    step: int
    value: Number
    t: float | None


class CellShown(TypedDict):
    """One executed cell in `show --json`; `id` is the notebook's own, known while the run is open."""

    cell: int
    id: NotRequired[str | None]
    count: int | None
    source: str
    ok: bool | None


class Details(TypedDict):
    """`show --json`: one experiment with its curves and the files of its tree that it changed."""

    format: int
    experiment: Experiment
    series: dict[str, list[SeriesPoint]]
    cells: list[CellShown]


class ComparedRun(TypedDict):
    """The head of one column in a comparison."""

    name: str
    oid: str | None
    status: Status
    started: float
    duration: float


class ParamRow(TypedDict):
    """One parameter over the compared runs; null where a run has none; `differs` when not the same in all."""

    name: str
    box: Box
    values: list[Value]
    present: list[bool]
    differs: bool


class MetricRow(TypedDict):
    """One metric over the compared runs; `deltas` against the first run, `best` the index of the best value."""

    name: str
    direction: Direction
    values: list[Number | None]
    deltas: list[float | None]
    best: int | None
    differs: bool


class InputRow(TypedDict):
    """One input over the compared runs; null where a run did not read it.

    `differs` when the data is not, or may not be, the same in all; runs whose inputs nobody recorded do not count.
    """

    path: str
    values: list[InputFact | None]
    differs: bool


class TextRow(TypedDict):
    """A fact or package over the compared runs."""

    name: str
    values: list[str | None]
    differs: bool


class Comparison(TypedDict):
    """`compare --json`: two or more runs side by side, the first being the one compared with."""

    format: int
    runs: list[ComparedRun]
    params: list[ParamRow]
    metrics: list[MetricRow]
    inputs: list[InputRow]
    facts: list[TextRow]
    packages: list[TextRow]


class Finding(TypedDict):
    """One thing `doctor` looked at."""

    check: str
    level: Literal["ok", "note", "warning", "error"]
    message: str
    hint: str


class Report(TypedDict):
    """`doctor --json`."""

    format: int
    findings: list[Finding]


class Failure(TypedDict):
    """Any error, as HTTP and `--json` tell it."""

    code: str
    message: str
    hint: str


class CardParam(TypedDict):
    """One parameter on the card; `was` is its value in the previous run, null when `change` is "added"."""

    name: str
    value: Value
    was: Value
    change: Literal["only", "added", "changed", "removed"]


class CardMetric(TypedDict):
    """One metric on the card; `against` and `delta` speak of the baseline run, null where it has no finite value."""

    name: str
    last: Number
    count: int
    direction: Direction
    origin: Origin
    spark: list[float | None]
    against: float | None
    delta: float | None
    verdict: Literal["better", "worse", "same", "unknown"]


class CardStep(TypedDict):
    """Something to do next: a command and what it does."""

    command: str
    does: str


class RunCard(TypedDict):
    """`application/vnd.trackside.run+json`: what the card of one run shows, cut to fit; `more` counts the rest."""

    format: int
    state: Literal["open", "sealing", "sealed", "kept", "discarded"]
    status: Status
    run: str
    name: str
    title: str
    oid: str | None
    notebook: str | None
    branch: str | None
    started: float
    duration: float
    previous: str | None
    baseline: str | None
    params: list[CardParam]
    same_params: int
    metrics: list[CardMetric]
    cells: CellsFact
    figures: int
    artifacts: int
    #: How many files and folders it read, where that was recorded, and those of another version than the baseline
    #: run's (or the previous one's, where there is none).
    inputs: NotRequired[int]
    changed_inputs: NotRequired[list[str]]
    warnings: list[WarningFact]
    more: dict[Literal["params", "metrics", "warnings"], int]
    sentence: str
    hint: str
    next: list[CardStep]


class CellDiff(TypedDict):
    """One cell of a notebook on both sides, outputs left out; `before` and `after` count from 1, null where absent."""

    change: Literal["same", "changed", "added", "removed"]
    kind: str
    before: int | None
    after: int | None
    diff: str


class FileDiff(TypedDict):
    """One file that differs; `diff` is unified (empty for a binary file), `cells` null unless it is a notebook."""

    path: str
    change: Literal["changed", "added", "removed"]
    binary: bool
    diff: str
    cells: list[CellDiff] | None


class CodeDiff(TypedDict):
    """`diff --json`: the source files and notebooks that differ between two commits, records left out."""

    format: int
    before: str
    after: str
    files: list[FileDiff]
