"""`python -m benchmarks`: measure, print the table, write docs/benchmarks.md after a complete run."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence

from benchmarks.environments import BENCH, ROOT, Tool, make_tool
from benchmarks.harness import measure
from benchmarks.jobs import JOBS
from benchmarks.model import PANEL, Job, Outcome, Table
from benchmarks.panel.report import format_panel, kept, replaced
from benchmarks.places import Place
from benchmarks.report import format_page, format_terminal
from benchmarks.tools import ALWAYS, PEERS

PAGE = ROOT / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    options = _parser().parse_args(arguments)
    jobs = _chosen_jobs(options.only)
    if options.write and not _is_whole(jobs, options):
        raise SystemExit("--write replaces a part of the page: measure all its jobs, with all tools")
    tools = _chosen_tools(options.tools)
    BENCH.mkdir(exist_ok=True)
    place = Place(quick=options.quick, patience=options.patience)
    began = time.perf_counter()
    table: dict[str, dict[str, Outcome]] = {}
    seconds: dict[str, float] = {"": 0.0, PANEL: 0.0}
    loads: list[float] = []
    try:
        for job in jobs:
            started = time.perf_counter()
            table |= measure(job, tools, place)
            seconds[job.part] += time.perf_counter() - started
            if job.part == PANEL:
                loads.append(os.getloadavg()[0])
    finally:
        place.close()
    sys.stdout.write(format_terminal(jobs, tools, table))
    sys.stdout.write(f"\n{(time.perf_counter() - began) / 60:.1f} minutes\n")
    is_complete = not (options.only or options.tools or options.quick)
    if is_complete or options.write:
        _write(jobs, tools, table, seconds, loads)
        sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
    return 0


def _is_whole(jobs: Sequence[Job], options: argparse.Namespace) -> bool:
    """Tell whether what is measured fills the parts of the page it belongs to."""
    parts = {job.part for job in jobs}
    # The panel has no peers to leave out.
    has_peers = not options.tools or parts == {PANEL}
    return not options.quick and has_peers and all(job in jobs for job in JOBS if job.part in parts)


def _write(
    jobs: Sequence[Job], tools: Sequence[Tool], table: Table, seconds: dict[str, float], loads: Sequence[float]
) -> None:
    """Write the page; the part nothing was measured for stays as it was."""
    sides, panel = [[job for job in jobs if job.part == part] for part in ("", PANEL)]
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    page = format_page(sides, tools, table, seconds=seconds[""]) if sides else before
    part = kept(before)
    if panel:
        load = f"with a load of {min(loads):.0f} to {max(loads):.0f} processes wanting them after each job"
        part = format_panel(panel, tools, table, seconds=seconds[PANEL], load=load)
    PAGE.write_text(replaced(page, part) if part else page, encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ", ".join(job.name for job in JOBS)
    parser.add_argument("--only", metavar="JOB[,JOB]", help=f"these jobs: {names}")
    parser.add_argument(
        "--tools",
        metavar="TOOL[,TOOL]",
        help=f"these tools beside Trackside and the floors: {', '.join(peer.key for peer in PEERS)}; "
        "`trackside` alone for none of them",
    )
    parser.add_argument("--quick", action="store_true", help="one round, small sizes: do the scripts work?")
    parser.add_argument(
        "--write", action="store_true", help="write the part of docs/benchmarks.md that was measured whole"
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=30.0,
        metavar="SECONDS",
        help="how long to fill a tool's store before listing it (it goes on next time; default 30)",
    )
    return parser


def _chosen_jobs(only: str | None) -> list[Job]:
    wanted = set(only.split(",")) if only else {job.name for job in JOBS}
    unknown = wanted - {job.name for job in JOBS}
    if unknown:
        raise SystemExit(f"no such job: {', '.join(sorted(unknown))}")
    return [job for job in JOBS if job.name in wanted]


def _chosen_tools(chosen: str | None) -> list[Tool]:
    wanted = set(chosen.split(",")) if chosen else {peer.key for peer in PEERS}
    unknown = wanted - {peer.key for peer in (*ALWAYS, *PEERS)}
    if unknown:
        raise SystemExit(f"no such tool: {', '.join(sorted(unknown))}")
    return [make_tool(peer) for peer in (*ALWAYS, *PEERS) if peer in ALWAYS or peer.key in wanted]


if __name__ == "__main__":
    raise SystemExit(main())
