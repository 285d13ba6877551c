"""One file a job; each names its rows and what ours must reach."""

from __future__ import annotations

from benchmarks.jobs import (
    big_artifact,
    bytes_per_run,
    cell_cost,
    crowd,
    dvc_show,
    import_time,
    killed_points,
    list_runs,
    scalar_cost,
    server_page,
    short_run,
)
from benchmarks.model import Job

JOBS: tuple[Job, ...] = (
    import_time.JOB,
    scalar_cost.JOB,
    killed_points.JOB,
    cell_cost.JOB,
    short_run.JOB,
    list_runs.THOUSAND,
    list_runs.TEN_THOUSAND,
    big_artifact.JOB,
    crowd.JOB,
    crowd.WITH_GC,
    bytes_per_run.JOB,
    dvc_show.JOB,
    server_page.JOB,
)
