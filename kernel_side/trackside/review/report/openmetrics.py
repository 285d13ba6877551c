"""Metrics of a run as OpenMetrics text (version 1.0), which GitLab compares between branches by itself."""

from __future__ import annotations

import math

from trackside.review.report.report import Report


def openmetrics(report: Report) -> str:
    """Write each metric of the run as a gauge; the metric's own name is a label, where any text may stand."""
    lines = ["# TYPE trackside_metric gauge", "# HELP trackside_metric Last value of a metric of the run."]
    lines += [
        f'trackside_metric{{name="{_label(item.name)}",direction="{item.direction}"}} {_number(item.after)}'
        for item in report.metrics
        if item.after is not None
    ]
    lines += [
        "# TYPE trackside_duration_seconds gauge",
        "# HELP trackside_duration_seconds How long the run took.",
        f"trackside_duration_seconds {_number(report.run.duration)}",
        "# EOF",
    ]
    return "\n".join(lines) + "\n"


def _label(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode().replace("\r", " ")
    return clean.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
