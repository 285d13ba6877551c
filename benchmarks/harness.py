"""Measure side by side: every round lets each tool do the job once, so that noise falls on all alike."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from benchmarks.environments import Tool
from benchmarks.model import Job, Outcome, Refused
from benchmarks.places import Place


class _Gathering:
    """What has come in so far for one job."""

    def __init__(self, job: Job, tools: Sequence[Tool]) -> None:
        self.values: dict[str, dict[str, list[float]]] = {row.key: {tool.key: [] for tool in tools} for row in job.rows}
        self.notes: dict[str, dict[str, str]] = {row.key: {} for row in job.rows}
        self.refused: dict[str, dict[str, str]] = {row.key: {} for row in job.rows}

    def refuse(self, job: Job, tool: Tool, reason: str) -> None:
        for row in job.rows:
            self.refused[row.key].setdefault(tool.key, reason)

    def outcomes(self) -> dict[str, dict[str, Outcome]]:
        return {
            row: {
                tool: Outcome(
                    values=tuple(values),
                    note=self.notes[row].get(tool, ""),
                    refused="" if values else self.refused[row].get(tool, "not measured"),
                )
                for tool, values in tools.items()
            }
            for row, tools in self.values.items()
        }


def measure(job: Job, tools: Sequence[Tool], place: Place) -> dict[str, dict[str, Outcome]]:
    """Run one job's rounds over all tools that can do it; no round begins after the job's allowance."""
    gathering = _Gathering(job, tools)
    rounds = 1 if place.quick else job.rounds
    began = time.perf_counter()
    for number in range(rounds):
        for tool in tools:
            _one(job, tool, place, gathering)
        if time.perf_counter() - began > job.allowance:
            rounds = number + 1
            break
    seconds = time.perf_counter() - began
    sys.stderr.write(f"{job.name}: {rounds} round(s), {seconds:.0f} s\n")
    return gathering.outcomes()


def _one(job: Job, tool: Tool, place: Place, gathering: _Gathering) -> None:
    """Let one tool do one round, unless it cannot, or has failed before."""
    reason = tool.missing or tool.peer.refusals.get(job.name, "")
    if job.only and tool.key not in job.only:
        reason = "not measured for this tool"
    if reason:
        gathering.refuse(job, tool, reason)
        return
    if all(tool.key in gathering.refused[row.key] for row in job.rows):
        return
    try:
        samples = job.measure(tool, place)
    except Exception as refusal:  # one tool's trouble must not end a run of a quarter of an hour
        reason = str(refusal) if isinstance(refusal, Refused) else f"{type(refusal).__name__}: {refusal}"
        gathering.refuse(job, tool, reason)
        sys.stderr.write(f"{job.name}: {tool.key}: {reason}\n")
        return
    for row, sample in samples.items():
        gathering.values[row][tool.key] += sample.values
        if sample.note:
            gathering.notes[row][tool.key] = sample.note
            if not sample.values:
                gathering.refused[row][tool.key] = sample.note
