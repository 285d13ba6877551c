"""The forms a report is written in."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from trackside.encode import json_bytes
from trackside.format import FORMAT
from trackside.review.ci import forge_in_ci
from trackside.review.remote import Forge
from trackside.review.report.insights import insights
from trackside.review.report.junit import metrics_junit
from trackside.review.report.markdown import markdown
from trackside.review.report.openmetrics import openmetrics
from trackside.review.report.page import page
from trackside.review.report.report import Report

if TYPE_CHECKING:
    from trackside import contract

Format = Literal["markdown", "html", "junit", "openmetrics", "code-insights", "json"]
FORMATS: Final[tuple[Format, ...]] = ("markdown", "html", "junit", "openmetrics", "code-insights", "json")


def write_report(report: Report, form: Format, forge: Forge | None = None) -> str:
    """Write a report; Markdown for the forge named, else the one whose CI this is."""
    if form == "html":
        return page(report)
    if form == "junit":
        return metrics_junit(report)
    if form == "openmetrics":
        return openmetrics(report)
    if form == "code-insights":
        return insights(report)
    if form == "json":
        return json_bytes(as_json(report)).decode() + "\n"
    return markdown(report, forge or forge_in_ci())


def as_json(report: Report) -> contract.RunReport:
    """Return the report as JSON holds it: NaN and infinities by their names."""
    return cast("Any", {"format": FORMAT, **dataclasses.asdict(report)})  # type: ignore[no-any-return]  # see test_json
