"""MLflow, with a SQLite store in the working folder."""

# The tool lives in an environment of its own, where no type checker looks.
# mypy: disable-error-code="import-not-found, import-untyped, attr-defined"

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers.stage import Kept, Peer, Seen, perform

STORE = "sqlite:///mlflow.db"


class MLflow(Peer):
    """Runs through the fluent interface, lists through `search_runs`."""

    key = "mlflow"
    title = "MLflow"
    requirements = ("mlflow==3.17.2",)
    distributions = ("mlflow",)
    words = "fluent API on a SQLite store; listed with `search_runs`"
    load = "import mlflow"
    cells = ("import mlflow", f"mlflow.set_tracking_uri({STORE!r})", "run = mlflow.start_run()")

    def __init__(self) -> None:
        self._ready = False

    def _mlflow(self) -> Any:
        import mlflow

        if not self._ready:
            mlflow.set_tracking_uri(STORE)
            self._ready = True
        return mlflow

    def begin(self, name: str) -> None:
        """Start a run of the default experiment."""
        self._mlflow().start_run(run_name=name)

    def params(self, values: Mapping[str, Any]) -> None:
        """Log all parameters in one call."""
        self._mlflow().log_params(dict(values))

    def scalar(self, name: str, value: float, step: int) -> None:
        """Log one metric synchronously, MLflow's default."""
        self._mlflow().log_metric(name, value, step=step)

    def artifact(self, path: Path) -> None:
        """Copy the file into the artifact folder."""
        self._mlflow().log_artifact(str(path))

    def end(self) -> None:
        """Finish the run."""
        self._mlflow().end_run()

    def _rows(self) -> list[Any]:
        rows: list[Any] = []
        token = None
        client = self._mlflow().MlflowClient()
        while True:
            page = client.search_runs(["0"], max_results=10_000, page_token=token)
            rows += page
            token = page.token
            if not token:
                return rows

    def runs(self) -> list[Seen]:
        """Read all pages of the default experiment."""
        return [Seen(name=row.info.run_name, params=row.data.params, metrics=row.data.metrics) for row in self._rows()]

    def kept(self) -> Kept:
        """Read the killed run's metric history."""
        row = self._rows()[0]
        history = self._mlflow().MlflowClient().get_metric_history(row.info.run_id, "loss")
        return Kept(points=len(history), status=f"stays {row.info.status}")


PEER = MLflow()

if __name__ == "__main__":
    perform(PEER)
