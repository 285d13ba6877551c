"""The panel's part of docs/benchmarks.md: under a heading of its own, so that it can be written alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence

from benchmarks.environments import Tool
from benchmarks.model import OURS, Job, Outcome, Row, Table, medians
from benchmarks.report import format_number, format_target, format_verdict

HEADING = "# The panel"
_INTRODUCTION = """\
Other tools have no panel to stand beside, so these figures stand alone, or beside a floor that does the bare essence
of the same. The browser is Chromium without a screen and without a graphics card. Nothing but the processor time a
frame is free of what else the machine was doing: look at the load, and at the spread.
"""


def format_panel(jobs: Sequence[Job], tools: Sequence[Tool], table: Table, *, seconds: float, load: str) -> str:
    """Put the part together; `load` says how busy the machine was."""
    by_key = {tool.key: tool for tool in tools}
    parts = [HEADING + "\n", _INTRODUCTION, _machine(seconds, load), _overview(jobs, by_key, table)]
    parts += [_details(job, by_key, table) for job in jobs]
    return "\n".join(parts)


def replaced(page: str, part: str) -> str:
    """Put the panel's part into a page, in place of the one it has."""
    before, _, _ = page.partition(f"\n{HEADING}\n")
    return f"{before.rstrip()}\n\n{part}"


def kept(page: str) -> str:
    """Return the panel's part of a page, '' when it has none."""
    _, heading, part = page.partition(f"\n{HEADING}\n")
    return heading.lstrip() + part


def _machine(seconds: float, load: str) -> str:
    return (
        f"Machine: {os.cpu_count()} cores, {load}. {_browser()}. {time.strftime('%B %Y')}. "
        f"These jobs took {seconds / 60:.0f} minutes.\n"
    )


def _browser() -> str:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        return "No browser"
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.split()
    return " ".join(said[:2]) or "A browser"


def _overview(jobs: Sequence[Job], tools: Mapping[str, Tool], table: Table) -> str:
    lines = ["| job | target | reached | median | min – max | values | floor |", "|---|---|---|---:|---:|---:|---:|"]
    for row in (row for job in jobs for row in job.rows):
        outcome, floor = table[row.key][OURS], table[row.key].get("floor")
        target, verdict = format_target(row.target, row.unit, tools), format_verdict(row, medians(table[row.key]))
        bare = format_number(floor.median) if floor and floor.values else "–"
        numbers = _numbers(outcome) if outcome.values else "– | | "
        lines.append(f"| {row.title}, {row.unit} | {target} | {verdict} | {numbers} | {bare} |")
    return "\n".join(lines) + "\n"


def _numbers(outcome: Outcome) -> str:
    low, high = format_number(min(outcome.values)), format_number(max(outcome.values))
    return f"{format_number(outcome.median)} | {low} – {high} | {len(outcome.values)}"


def _details(job: Job, tools: Mapping[str, Tool], table: Table) -> str:
    title = job.rows[0].title
    heading = (title.partition(": ")[2] or title).partition(",")[0]
    parts = [f"## {heading[0].upper()}{heading[1:]}\n", f"{job.how}\n"]
    said = [f"- {row.title}: {word}" for row in job.rows for word in _words(row, job, tools, table)]
    return "\n".join([*parts, *said, ""] if said else parts)


def _words(row: Row, job: Job, tools: Mapping[str, Tool], table: Table) -> list[str]:
    """Say what a figure alone does not: a remark, or why there is none."""
    told = []
    for key in job.only:
        outcome = table[row.key].get(key)
        said = outcome and (outcome.note or outcome.refused)
        if said:
            told.append(f"{tools[key].peer.title if key in tools else key}: {said}.")
    return told
