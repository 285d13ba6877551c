"""What a report says, as plain frozen data: whoever shows it chooses the form. Every text in it may be a stranger's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

#: What the whole comes to; "no-data" when there is nothing to compare with.
Judgement = Literal["better", "worse", "mixed", "noise", "same", "unclear", "not-comparable", "no-data"]
#: What one metric comes to; "new" and "gone" when only one side has it.
Change = Literal["better", "worse", "same", "noise", "unknown", "new", "gone"]
Direction = Literal["higher", "lower", "unknown"]
Point = tuple[int, float]

#: By this word a comment or request is found again, whichever run it tells of.
MARKER: Final = "trackside:report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two runs. `asked` is how it was named, `commit` where its record was read.

    `alike` counts the runs of equal code and parameters known here, itself included. Times in unix seconds.
    """

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
    alike: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    """One metric on both sides; `share` is the change over the size of the base's value, `spread` what is noise."""

    name: str
    direction: Direction
    before: float | None
    after: float | None
    delta: float | None
    share: float | None
    spread: float | None
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamChange:
    """One parameter, its values worded and shortened; None on a side that has it not. `is_data` when it names data."""

    name: str
    before: str | None
    after: str | None
    differs: bool
    is_data: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChange:
    """One input that is not surely the same on both sides, its versions worded; None on a side that did not read it."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange:
    """One cell of a notebook that differs; `number` is its place in the newer notebook, or in the older if removed."""

    change: str
    kind: str
    number: int
    diff: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file that differs; `cells` is None unless it is a notebook, `diff` is empty then."""

    path: str
    change: str
    is_binary: bool
    diff: str
    cells: tuple[CellChange, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePair:
    """The curve of a metric on both sides, finite points in the order of steps; () on a side without one."""

    name: str
    before: tuple[Point, ...]
    after: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a reviewer should know."""

    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One part of whether the run can be repeated; `ok` None where nobody knows."""

    name: str
    ok: bool | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An installed package whose version differs; None on a side that has it not."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the change comes to: a word, one sentence, and reasons or limits as further sentences."""

    judgement: Judgement
    sentence: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A run against its base. `metrics` begin with the main one; `compared` names what code was compared with."""

    run: Side
    base: Side | None
    base_asked: str
    verdict: Verdict
    main: str | None
    metrics: tuple[MetricChange, ...] = ()
    params: tuple[ParamChange, ...] = ()
    data: tuple[DataChange, ...] = ()
    files: tuple[FileChange, ...] = ()
    compared: str = ""
    curves: tuple[CurvePair, ...] = ()
    notices: tuple[Notice, ...] = ()
    repeatable: tuple[Fact, ...] = ()
    packages: tuple[Package, ...] = ()
    commands: tuple[str, ...] = ()
    updated: bool = False
    marker: str = MARKER

    @property
    def main_metric(self) -> MetricChange | None:
        """The metric that stands for the run."""
        return next((metric for metric in self.metrics if metric.name == self.main), None)
