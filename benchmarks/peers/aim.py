"""Aim, with its repository in the working folder."""

# The tool lives in an environment of its own, where no type checker looks.
# mypy: disable-error-code="import-not-found, import-untyped, attr-defined"

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.peers.stage import Kept, Peer, Seen, perform


class Aim(Peer):
    """Runs through `Run`, lists through `Repo.iter_runs`."""

    key = "aim"
    title = "Aim"
    requirements = ("aim==3.29.1",)
    distributions = ("aim",)
    words = "`Run(...)` on a local repository, system metrics and log capture off; files copied to a local address"
    load = "import aim"
    cells = ("import aim", "run = aim.Run(system_tracking_interval=None, capture_terminal_logs=False)")
    refusals: ClassVar = {"artifact": "copies the file without hashing it"}

    def __init__(self) -> None:
        self._run: Any = None

    def begin(self, name: str) -> None:
        """Start a run without Aim's own sampling of the machine."""
        from aim import Run

        self._run = Run(system_tracking_interval=None, capture_terminal_logs=False, log_system_params=False)
        self._run.name = name

    def params(self, values: Mapping[str, Any]) -> None:
        """Keep the parameters as one dictionary."""
        self._run["hparams"] = dict(values)

    def scalar(self, name: str, value: float, step: int) -> None:
        """Track one metric."""
        self._run.track(value, name=name, step=step)

    def artifact(self, path: Path) -> None:
        """Copy the file to a folder beside the repository."""
        self._run.set_artifacts_uri(f"file://{Path('aim-artifacts').absolute()}")
        self._run.log_artifact(str(path), name=path.name, block=True)

    def end(self) -> None:
        """Close the run."""
        self._run.close()

    def _rows(self) -> list[Any]:
        from aim import Repo

        return list(Repo.from_path(".").iter_runs())

    def runs(self) -> list[Seen]:
        """Read every run's parameters and last metric values."""
        seen = []
        for row in self._rows():
            metrics = {metric: _last(row, metric, context) for metric, context, _ in row.iter_metrics_info()}
            seen.append(Seen(name=row.name or "", params=row.get("hparams", {}), metrics=metrics))
        return seen

    def catch_up(self) -> None:
        """Build the index that Aim's own server keeps up to date; without it nothing is listed."""
        from aim import Repo

        Repo.from_path(".")._recreate_index()

    def kept(self) -> Kept:
        """Count the killed run's points."""
        rows = self._rows()
        if not rows:
            return Kept(points=0, status="no run")
        points = 0
        for metric, context, run in rows[0].iter_metrics_info():
            if metric == "loss":
                points = len(run.get_metric(metric, context).values.sparse_list()[1])
        return Kept(points=points, status="stays in progress" if rows[0].active else "finished")


def _last(run: Any, name: str, context: Any) -> Any:
    metric = run.get_metric(name, context)
    return metric.values.last_value() if metric is not None else float("nan")


PEER = Aim()

if __name__ == "__main__":
    perform(PEER)
