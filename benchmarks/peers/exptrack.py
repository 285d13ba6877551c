"""exptrack, with its SQLite file in the working folder."""

# The tool lives in an environment of its own, where no type checker looks.
# mypy: disable-error-code="import-not-found, import-untyped, attr-defined"

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.peers.stage import Kept, Peer, Seen, perform

READY = "import exptrack.config; exptrack.config.init(here=True)"


class Exptrack(Peer):
    """Runs through `Experiment`, lists through the query its own table uses."""

    key = "exptrack"
    title = "exptrack"
    requirements = ("exptrack==2.1.0",)
    distributions = ("exptrack",)
    words = "`Experiment` on its SQLite file; keeps an artifact's path and hash, not its content"
    load = "%load_ext exptrack"
    cells = (READY, "%load_ext exptrack", "lr = 0.1")
    refusals: ClassVar = {"artifact": "registers the path and a hash of the first megabytes, keeps no content"}

    def __init__(self) -> None:
        self._run: Any = None

    def begin(self, name: str) -> None:
        """Start a run, in a project made on first use."""
        from exptrack import Experiment, config

        if not Path(".exptrack").exists():
            config.init(here=True)
        self._run = Experiment(name=name)

    def params(self, values: Mapping[str, Any]) -> None:
        """Log all parameters in one call."""
        self._run.log_params(dict(values))

    def scalar(self, name: str, value: float, step: int) -> None:
        """Log one metric."""
        self._run.log_metric(name, value, step=step)

    def artifact(self, path: Path) -> None:
        """Register the file."""
        self._run.log_artifact(path)

    def end(self) -> None:
        """Finish the run."""
        self._run.finish()

    def _rows(self) -> list[dict[str, Any]]:
        from exptrack.core.db import get_db
        from exptrack.core.queries import list_experiments

        with get_db() as connection:
            return list(list_experiments(connection, limit=1_000_000))

    def runs(self) -> list[Seen]:
        """Read what the dashboard's list reads."""
        return [
            Seen(
                name=row["name"],
                params=row["params"],
                metrics={name: _value(metric) for name, metric in row["metrics"].items()},
            )
            for row in self._rows()
        ]

    def kept(self) -> Kept:
        """Count the killed run's points."""
        from exptrack.core.db import get_db

        row = self._rows()[0]
        with get_db() as connection:
            points = connection.execute("SELECT count(*) FROM metrics WHERE key='loss'").fetchone()[0]
        return Kept(points=points, status=f"stays {row['status']}")


def _value(metric: Any) -> Any:
    """Take the number out of exptrack's value-with-source."""
    return metric.get("value") if type(metric) is dict else metric


PEER = Exptrack()

if __name__ == "__main__":
    perform(PEER)
