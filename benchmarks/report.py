"""The table as text, and docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Mapping, Sequence

from benchmarks.environments import Tool
from benchmarks.model import OURS, Job, Outcome, Row, Table, Target, medians

INTRODUCTION = """\
# Benchmarks

Written by `make bench`; every number below comes from one run of it, on one machine, each tool in its own
virtual environment. In every round each tool does the job once before any does it again, so that what else the
machine is doing falls on all alike. Machines are noisy: read the ratios, and look at the spread before the
median. Timings are never asserted in tests.
"""


def format_number(value: float) -> str:
    """Show about three digits, thousands separated."""
    if value != 0 and abs(value) < 10 and value != int(value):
        return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"
    if abs(value) < 100 and value != int(value):
        return f"{value:.1f}"
    return f"{value:,.0f}"


def format_target(target: Target | None, unit: str, tools: Mapping[str, Tool]) -> str:
    """Say the target in words."""
    if target is None:
        return ""
    if target.of:
        of = tools[target.of].peer.title if target.of in tools else target.of
        return f"≤ {target.limit:g} × {of}"
    return f"{'≥' if target.at_least else '≤'} {format_number(target.limit)} {unit}"


def format_verdict(row: Row, found: Mapping[str, float]) -> str:
    """Say whether ours is inside its target."""
    reached = row.target.is_reached(found) if row.target else None
    if reached is None:
        return "–"
    return "yes" if reached else "**no**"


def format_page(jobs: Sequence[Job], tools: Sequence[Tool], table: Table, *, seconds: float) -> str:
    """Put the whole page together."""
    sections = [INTRODUCTION, _machine(tools, seconds), "## At a glance\n", _overview(jobs, tools, table), _legend()]
    sections += [_details(job, tools, table) for job in jobs]
    sections.append(_tools(tools))
    return "\n".join(sections)


def format_terminal(jobs: Sequence[Job], tools: Sequence[Tool], table: Table) -> str:
    """Lay the overview out for a terminal: one line a row, tools beneath each other."""
    by_key = {tool.key: tool for tool in tools}
    lines = []
    for only, part, row in ((job.only, job.part, row) for job in jobs for row in job.rows):
        found = medians(table[row.key])
        target = format_target(row.target, row.unit, by_key)
        lines.append(f"\n{row.title}   [{row.unit}]   target {target or '–'}   reached {format_verdict(row, found)}")
        for tool in tools:
            outcome = table[row.key][tool.key]
            if outcome.values:
                ratio = _ratio(found, tool.key, OURS)
                note = f"   {outcome.note}" if outcome.note else ""
                lines.append(f"  {tool.peer.title:<14} {_spread(outcome):<28} {ratio:>8}{note}")
            elif outcome.refused and not (part and tool.key not in only):
                lines.append(f"  {tool.peer.title:<14} –  {outcome.refused}")
    return "\n".join(lines).replace("**", "") + "\n"


def _machine(tools: Sequence[Tool], seconds: float) -> str:
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    versions = [version for tool in tools for version in tool.versions]
    python = ".".join(platform.python_version_tuple()[:2])
    return (
        f"Machine: {os.cpu_count()} cores, {platform.system()}, Python {python}, Git {git}. "
        f"{time.strftime('%B %Y')}. The whole run took {seconds / 60:.0f} minutes.  \n"
        f"Versions: {', '.join(versions)}.\n"
    )


def _overview(jobs: Sequence[Job], tools: Sequence[Tool], table: Table) -> str:
    by_key = {tool.key: tool for tool in tools}
    lines = [
        "| job | target | reached | " + " | ".join(tool.peer.title for tool in tools) + " |",
        "|---|---|---|" + "---:|" * len(tools),
    ]
    for row in (row for job in jobs for row in job.rows):
        found = medians(table[row.key])
        is_count = row.target is not None and row.target.at_least
        cells = [_cell(table[row.key][tool.key], {} if is_count else found, tool.key) for tool in tools]
        target = format_target(row.target, row.unit, by_key)
        lines.append(f"| {row.title}, {row.unit} | {target} | {format_verdict(row, found)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(outcome: Outcome, found: Mapping[str, float], tool: str) -> str:
    if not outcome.values:
        return "–"
    ratio = _ratio(found, tool, OURS)
    return f"{format_number(outcome.median)}{f' ({ratio})' if ratio and tool != OURS else ''}"


def _legend() -> str:
    return (
        "Medians; in brackets the ratio to Trackside (above 1 ×: more than Trackside). A dash: not measured, "
        "the reason stands below.\n"
    )


def _details(job: Job, tools: Sequence[Tool], table: Table) -> str:
    by_key = {tool.key: tool for tool in tools}
    parts = []
    for row in job.rows:
        found = medians(table[row.key])
        target = format_target(row.target, row.unit, by_key)
        parts += [
            f"## {row.title[0].upper()}{row.title[1:]}\n",
            f"{job.how}\n",
            f"Target: {target or 'none'}; reached: {format_verdict(row, found)}.\n",
            f"| tool | median, {row.unit} | min – max | values | ÷ Trackside | ÷ floor | remark |",
            "|---|---:|---:|---:|---:|---:|---|",
        ]
        for tool in tools:
            outcome = table[row.key][tool.key]
            if outcome.values:
                low, high = format_number(min(outcome.values)), format_number(max(outcome.values))
                numbers = f"{format_number(outcome.median)} | {low} – {high} | {len(outcome.values)}"
                ratios = f"{_ratio(found, tool.key, OURS)} | {_ratio(found, tool.key, 'floor')}"
                parts.append(f"| {tool.peer.title} | {numbers} | {ratios} | {outcome.note} |")
            else:
                parts.append(f"| {tool.peer.title} | – | | | | | {outcome.refused} |")
        parts.append("")
    return "\n".join(parts)


def _spread(outcome: Outcome) -> str:
    low, high = format_number(min(outcome.values)), format_number(max(outcome.values))
    return f"{format_number(outcome.median)} ({low} – {high})"


def _ratio(found: Mapping[str, float], tool: str, base: str) -> str:
    """Divide two medians; a difference of times near zero has no ratio."""
    if base not in found or tool not in found or found[base] <= 0 or found[tool] <= 0:
        return ""
    return (
        f"{found[tool] / found[base]:.2g} ×"
        if found[tool] / found[base] < 100
        else (f"{found[tool] / found[base]:,.0f} ×")
    )


def _tools(tools: Sequence[Tool]) -> str:
    lines = ["## How each tool was used\n", "| tool | versions | how |", "|---|---|---|"]
    for tool in tools:
        versions = tool.missing or ", ".join(tool.versions)
        lines.append(f"| {tool.peer.title} | {versions} | {tool.peer.words} |")
    return "\n".join(lines) + "\n"
