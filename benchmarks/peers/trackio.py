"""Trackio, with its SQLite file in the working folder."""

# The tool lives in an environment of its own, where no type checker looks.
# mypy: disable-error-code="import-not-found, import-untyped, attr-defined"

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers.stage import Kept, Peer, Seen, perform

PROJECT = "bench"
os.environ.setdefault("TRACKIO_DIR", str(Path.cwd() / ".trackio"))


class Trackio(Peer):
    """Runs through `init`, `log`, `finish`; lists through its storage class."""

    key = "trackio"
    title = "Trackio"
    requirements = ("trackio==0.43.0",)
    distributions = ("trackio",)
    words = "`init`, `log`, `finish` on its local SQLite file; calls are queued, a thread writes"
    load = "import trackio"
    cells = (
        "import os; os.environ['TRACKIO_DIR'] = os.path.abspath('.trackio')",
        "import trackio",
        f"run = trackio.init(project={PROJECT!r}, name='bench', embed=False, auto_log_gpu=False)",
    )

    def __init__(self) -> None:
        self._name = ""
        self._started = False

    def begin(self, name: str) -> None:
        """Remember the name: Trackio takes the parameters when the run starts."""
        self._name = name
        self._started = False

    def _start(self, config: Mapping[str, Any]) -> None:
        import trackio

        trackio.init(project=PROJECT, name=self._name, config=dict(config), embed=False)
        self._started = True

    def params(self, values: Mapping[str, Any]) -> None:
        """Start the run with these parameters."""
        self._start(values)

    def scalar(self, name: str, value: float, step: int) -> None:
        """Queue one metric."""
        import trackio

        if not self._started:
            self._start({})
        trackio.log({name: value}, step=step)

    def artifact(self, path: Path) -> None:
        """Keep the file in the content-addressed store."""
        import trackio

        if not self._started:
            self._start({})
        trackio.log_artifact(path, name="model", type="model")

    def end(self) -> None:
        """Finish the run, which drains the queue."""
        import trackio

        trackio.finish()

    def runs(self) -> list[Seen]:
        """Read the runs' configurations and logs in two queries' worth of its own calls."""
        from trackio.sqlite_storage import SQLiteStorage

        records = SQLiteStorage.get_run_records(PROJECT)
        wanted = [{"run": record["name"], "run_id": record["id"]} for record in records]
        logs = SQLiteStorage.get_logs_batch(PROJECT, wanted, scalar_only=True)
        configs = self._configs()
        seen = []
        for record, entry in zip(records, logs, strict=True):
            metrics: dict[str, Any] = {}
            for row in entry["logs"]:
                metrics.update(row)
            seen.append(Seen(name=record["name"], params=configs.get(record["id"], {}), metrics=metrics))
        return seen

    def _configs(self) -> dict[str, Any]:
        """Read all configurations at once; one call a run takes minutes at 1,000 runs."""
        import json

        from trackio.sqlite_storage import SQLiteStorage

        with sqlite3.connect(SQLiteStorage.get_project_db_path(PROJECT)) as connection:
            rows = connection.execute("SELECT run_id, config FROM configs").fetchall()
        return {run: json.loads(config) for run, config in rows}

    def kept(self) -> Kept:
        """Count the points that reached the store."""
        from trackio.sqlite_storage import SQLiteStorage

        records = SQLiteStorage.get_run_records(PROJECT)
        if not records:
            return Kept(points=0, status="no run")
        logs = SQLiteStorage.get_logs_batch(PROJECT, [{"run": records[0]["name"], "run_id": records[0]["id"]}])
        return Kept(points=sum("loss" in row for row in logs[0]["logs"]), status="has no status")


PEER = Trackio()

if __name__ == "__main__":
    perform(PEER)
