"""What is measured: jobs, the rows they fill, what each row must reach, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.environments import Tool
    from benchmarks.places import Place

OURS = "trackside"
#: The part of the page that tells of the panel.
PANEL = "panel"


class Refused(Exception):
    """The tool cannot do this job, or could not do it here; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What ours must reach: a limit in the row's unit, or a multiple of another tool's median."""

    limit: float
    of: str = ""  # a tool's key: the limit is a factor
    at_least: bool = False

    def bound(self, medians: Mapping[str, float]) -> float | None:
        """Turn the target into a number; None when the tool it is a multiple of has none."""
        if not self.of:
            return self.limit
        return self.limit * medians[self.of] if self.of in medians else None

    def is_reached(self, medians: Mapping[str, float]) -> bool | None:
        """Tell whether ours is inside; None when it cannot be told."""
        bound = self.bound(medians)
        if bound is None or OURS not in medians:
            return None
        return medians[OURS] >= bound if self.at_least else medians[OURS] <= bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    key: str
    title: str
    unit: str
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Values one tool gave for one row in one round."""

    values: Sequence[float]
    note: str = ""


Measure = Callable[["Tool", "Place"], Mapping[str, Sample]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A measurement that fills one or more rows; `how` is the sentence the report prints."""

    name: str
    rows: tuple[Row, ...]
    how: str
    measure: Measure
    rounds: int = 3
    allowance: float = 45.0  # seconds after which no new round begins
    only: tuple[str, ...] = ()  # tools; empty: all of them
    part: str = ""  # of the page: PANEL, or the tools side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All values of one tool for one row, or the reason there are none."""

    values: tuple[float, ...] = ()
    note: str = ""
    refused: str = ""

    @property
    def median(self) -> float:
        """The middle of all values of all rounds."""
        return median(self.values)


Table = Mapping[str, Mapping[str, Outcome]]  # row key → tool key → outcome


def medians(row: Mapping[str, Outcome]) -> dict[str, float]:
    """Take the medians of the tools that gave values."""
    return {tool: outcome.median for tool, outcome in row.items() if outcome.values}
