"""What is stored with an experiment: `.trackside/run.json`, and what people said of it afterwards."""

from __future__ import annotations

from typing import Literal, Union

from typing_extensions import NotRequired, TypedDict

Number = Union[float, int, Literal["NaN", "Infinity", "-Infinity"]]  # noqa: UP007  # as below
Scalar = Union[None, bool, int, float, str]  # noqa: UP007  # evaluated when the schema is made, on Python 3.10 too
Value = Union[Scalar, list[Scalar]]  # noqa: UP007  # as above
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


class InputFact(TypedDict):
    """One file or folder the run read, and in which version; `path` counts from the top of the repository.

    `version` is the id of Git's blob or tree (of a submodule its commit), or DVC's hash, or for an untracked file its
    MD5; null where nobody knows. `seen` inputs were named in executed cells, and are always tracked.
    `changed`: "during" the run, from the version `before`; "since-dvc" when the file was not what DVC has;
    "not-captured" when it was not what the experiment's tree holds. `files` counts those of a folder.
    """

    path: str
    kind: Literal["git", "dvc", "untracked"]
    version: str | None
    size: int | None
    origin: Literal["declared", "seen"]
    files: NotRequired[int]
    changed: NotRequired[Literal["during", "since-dvc", "not-captured"]]
    before: NotRequired[str]


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
    #: Equal for runs of equal code: source files and cells as executed. Runs sealed by 0.1 have none.
    code: NotRequired[str]
    author: Person
    derived_from: str | None
    tags: list[str]
    note: str
    params: dict[str, ParamFact]
    metrics: dict[str, MetricFact]
    figures: list[FigureFact]
    artifacts: list[ArtifactFact]
    #: Which data made it. Runs sealed before this was known have none.
    inputs: NotRequired[list[InputFact]]
    cells: CellsFact
    order: list[OrderFact]
    files: FilesFact
    environment: EnvironmentFact | None
    warnings: list[WarningFact]


class Annotations(TypedDict):
    """What people said of an experiment afterwards; `alias` is the name it was given last, in whatever clone."""

    tags: list[str]
    star: bool
    archived: bool
    note: str
    promoted: str | None
    alias: str | None


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
