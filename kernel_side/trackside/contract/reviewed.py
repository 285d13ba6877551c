"""What a reviewer and CI are told of a run: the report against its base, and the rules it was held to."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from trackside.contract.stored import Direction, Number


class ReportSide(TypedDict):
    """One of the two runs: `asked` is how it was named, `commit` where its record was read; `alike` counts twins."""

    asked: str
    name: str
    title: str
    commit: str
    is_experiment: bool
    status: str
    started: float
    duration: float
    notebook: str | None
    author: str
    alike: int


class ReportVerdict(TypedDict):
    """What the change comes to: a word, one sentence, and reasons or limits as further sentences."""

    judgement: Literal["better", "worse", "mixed", "noise", "same", "unclear", "not-comparable", "no-data"]
    sentence: str
    reasons: list[str]


class ReportMetric(TypedDict):
    """One metric on both sides; `share` is the change over the size of the base's value, `spread` what is noise."""

    name: str
    direction: Direction
    before: Number | None
    after: Number | None
    delta: Number | None
    share: Number | None
    spread: Number | None
    change: Literal["better", "worse", "same", "noise", "unknown", "new", "gone"]


class ReportParam(TypedDict):
    """One parameter, its values worded; null on a side that has it not; `is_data` when it names data."""

    name: str
    before: str | None
    after: str | None
    differs: bool
    is_data: bool


class ReportInput(TypedDict):
    """One input that is not surely the same on both sides, its versions worded; null on a side that did not read it."""

    path: str
    before: str | None
    after: str | None


class ReportCell(TypedDict):
    """One cell of a notebook that differs; `number` is its place in the newer notebook, or in the older if removed."""

    change: str
    kind: str
    number: int
    diff: str


class ReportFile(TypedDict):
    """One file that differs; `cells` is null unless it is a notebook, `diff` is empty then."""

    path: str
    change: str
    is_binary: bool
    diff: str
    cells: list[ReportCell] | None


class ReportCurve(TypedDict):
    """The curve of a metric on both sides as [step, value], finite points in the order of steps."""

    name: str
    before: list[list[Number]]
    after: list[list[Number]]


class ReportNotice(TypedDict):
    """Something a reviewer should know."""

    message: str
    hint: str


class ReportFact(TypedDict):
    """One part of whether the run can be repeated; `ok` null where nobody knows."""

    name: str
    ok: bool | None
    said: str


class ReportPackage(TypedDict):
    """An installed package whose version differs; null on a side that has it not."""

    name: str
    before: str | None
    after: str | None


class RunReport(TypedDict):
    """`report --json`: a run against its base. `metrics` begin with the main one; `compared` names what code was."""

    format: int
    run: ReportSide
    base: ReportSide | None
    base_asked: str
    verdict: ReportVerdict
    main: str | None
    metrics: list[ReportMetric]
    params: list[ReportParam]
    data: list[ReportInput]
    files: list[ReportFile]
    compared: str
    curves: list[ReportCurve]
    notices: list[ReportNotice]
    repeatable: list[ReportFact]
    packages: list[ReportPackage]
    commands: list[str]
    updated: bool
    marker: str


class RuleOutcome(TypedDict):
    """One rule that was looked at; "skipped" where there is nothing it could be held against."""

    rule: str
    result: Literal["ok", "failed", "skipped"]
    said: str


class CheckResult(TypedDict):
    """`check --json`: a run held to the rules of `trackside.toml`; `failed` when the gate stays shut."""

    format: int
    failed: bool
    run: str
    base: str
    outcomes: list[RuleOutcome]
