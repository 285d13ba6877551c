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
    lab_start,
    list_runs,
    panel_bundle,
    panel_live,
    panel_server,
    panel_table,
    promotion,
    scalar_cost,
    server_page,
    sharing,
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
    promotion.JOB,
    sharing.JOB,
    server_page.JOB,
    panel_table.OPEN,
    panel_table.SCROLL,
    panel_table.FILTER,
    panel_server.JOB,
    panel_live.JOB,
    panel_bundle.LAB,
    panel_bundle.PAGE,
    lab_start.JOB,
)
