"""The JSON shapes every front end speaks: stored records, `--json`, HTTP and messages. Types only.

`docs/schema/trackside-1.json` is made from this file by `make schema`; golden examples lie in
`tests/fixtures/contract/`. Times are unix seconds (UTC), durations seconds, sizes bytes. A number that JSON
cannot write is one of the strings "NaN", "Infinity", "-Infinity".
"""

from __future__ import annotations

from typing import Literal, Union

from typing_extensions import NotRequired, TypedDict

Number = Union[float, int, Literal["NaN", "Infinity", "-Infinity"]]  # noqa: UP007  # as below
Scalar = Union[None, bool, int, float, str]  # noqa: UP007  # evaluated when the schema is made, on Python 3.10 too
Value = Union[Scalar, "list[Scalar]"]
Origin = Literal["explicit", "declared", "parameters-cell", "auto", "printed"]
Box = Literal["params", "data", "other"]
Direction = Literal["higher", "lower", "unknown"]
Status = Literal["open", "finished", "failed", "interrupted"]
Source = Literal["trackside", "dvc", "journal"]


class ParamFact(TypedDict):
    """One parameter; `values` holds what it was over the run when it varied, `rule` how it was found."""

    value: Value
    type: str
    origin: Origin
    box: Box
    rule: NotRequired[str]
    values: NotRequired[list[Value]]


class MetricFact(TypedDict):
    """One metric; `spark` holds at most 48 values, null where not finite."""

    last: Number
    step: int
    min: Number | None
    max: Number | None
    count: int
    direction: Direction
    origin: Origin
    spark: list[float | None]


class FigureFact(TypedDict):
    """One figure as an image file in the experiment; `cell` is the executed cell that showed it."""

    path: str
    name: str
    mime: str
    size: int
    cell: int | None
    step: int | None


class ArtifactFact(TypedDict):
    """One file kept with the run: where its bytes are, or the reason they are not."""

    path: str
    size: int
    md5: str | None
    stored: Literal["git", "dvc", "local", "none"]
    files: NotRequired[int]
    reason: NotRequired[str]


class WarningFact(TypedDict):
    """Something a reviewer should know; `code` is stable."""

    code: str
    message: str
    hint: str


class OrderFact(TypedDict):
    """A flag about the order or the life of cells; `fact` is neutral, `warning` matters in review."""

    kind: Literal["out-of-order", "edited", "deleted", "hidden-state", "count-gap"]
    level: Literal["fact", "warning"]
    cell: int | None
    names: list[str]
    message: str


class NotCaptured(TypedDict):
    """A path that is not in the experiment, and why."""

    path: str
    reason: str


class FilesFact(TypedDict):
    """Source files against the baseline commit; `changed_during` moved while the run was open."""

    changed: list[str]
    added: list[str]
    deleted: list[str]
    changed_during: list[str]
    not_captured: list[NotCaptured]


class CellsFact(TypedDict):
    """How many cells ran, and how many of them failed."""

    executed: int
    failed: int


class Person(TypedDict):
    """Who ran it; `fallback` when Git knows no identity here."""

    name: str
    email: str
    fallback: bool


class EnvironmentFact(TypedDict):
    """What it ran on; `digest` is equal for equal environments."""

    digest: str
    python: str
    platform: str
    cpu: str
    gpu: str
    packages: int


class Record(TypedDict):
    """`.trackside/run.json`: everything a table needs of one run."""

    format: int
    run: str
    name: str
    title: str
    status: Status
    started: float
    ended: float
    duration: float
    notebook: str | None
    frontend: str
    branch: str | None
    baseline: str
    author: Person
    derived_from: str | None
    tags: list[str]
    note: str
    params: dict[str, ParamFact]
    metrics: dict[str, MetricFact]
    figures: list[FigureFact]
    artifacts: list[ArtifactFact]
    cells: CellsFact
    order: list[OrderFact]
    files: FilesFact
    environment: EnvironmentFact | None
    warnings: list[WarningFact]


class Annotations(TypedDict):
    """What people said of an experiment afterwards."""

    tags: list[str]
    star: bool
    archived: bool
    note: str
    promoted: str | None


class Experiment(TypedDict):
    """One row: an experiment, or an open run (`source` "journal", `oid` null).

    `problem` says in a sentence what could not be read; the facts are then those that could.
    """

    name: str
    oid: str | None
    ref: str | None
    source: Source
    problem: str | None
    annotations: Annotations
    record: Record


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
    """One executed cell in `show --json`."""

    cell: int
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
