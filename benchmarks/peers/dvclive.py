"""DVC and DVCLive: experiments as DVC keeps them."""

# The tool lives in an environment of its own, where no type checker looks.
# mypy: disable-error-code="import-not-found, import-untyped, attr-defined"

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers.stage import Kept, Peer, Seen, perform


class DVCLive(Peer):
    """Runs through `Live`, lists through `dvc exp show`."""

    key = "dvclive"
    title = "DVC + DVCLive"
    requirements = ("dvc==3.67.1", "dvclive==3.49.1")
    distributions = ("dvc", "dvclive")
    words = "`Live(...)` saving a DVC experiment at its end; listed with `dvc exp show`"
    load = "from dvclive import Live"
    cells = ("from dvclive import Live", "live = Live(save_dvc_exp=True, monitor_system=False)")
    wants_dvc = True
    in_git = True
    caches = (".dvc/tmp",)

    def __init__(self) -> None:
        self._live: Any = None

    def begin(self, name: str) -> None:
        """Start a run; it becomes an experiment when it ends."""
        from dvclive import Live

        self._live = Live(save_dvc_exp=True, exp_name=name, dvcyaml="dvc.yaml", monitor_system=False)

    def params(self, values: Mapping[str, Any]) -> None:
        """Log all parameters in one call."""
        self._live.log_params(dict(values))

    def scalar(self, name: str, value: float, step: int) -> None:
        """Log one metric and write the step's files."""
        self._live.step = step
        self._live.log_metric(name, value)
        self._live.next_step()

    def artifact(self, path: Path) -> None:
        """Let DVC track the file."""
        self._live.log_artifact(path, name="model", type="model")

    def end(self) -> None:
        """Save the experiment."""
        self._live.end()

    def listing(self, python: str) -> list[str] | None:
        """Use DVC's own command."""
        return [python, "-m", "dvc", "exp", "show", "--json"]

    def listed(self, output: str) -> int:
        """Count the experiments under every baseline."""
        return sum(len(baseline.get("experiments") or ()) for baseline in json.loads(output))

    def runs(self) -> list[Seen]:
        """Read what `dvc exp show --json` prints."""
        import subprocess

        command = self.listing(sys.executable)
        assert command is not None
        table = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        seen = []
        for baseline in table:
            for experiment in baseline.get("experiments") or ():
                data = experiment["revs"][0]["data"] or {}
                seen.append(
                    Seen(
                        name=experiment["name"],
                        params=_merged(data, "params"),
                        metrics=_merged(data, "metrics"),
                    )
                )
        return seen

    def kept(self) -> Kept:
        """Count the lines of the plot file in the work tree; the next run would delete it."""
        plot = Path("dvclive/plots/metrics/loss.tsv")
        points = len(plot.read_text().splitlines()) - 1 if plot.exists() else 0
        return Kept(points=points, status="no experiment; the next run deletes the files")

    def tidy(self) -> None:
        """Let Git pack what DVC wrote into it."""
        import subprocess

        subprocess.run(["git", "gc", "--quiet", "--prune=now"], check=True)


def _merged(data: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Put the values of all files of a kind into one dictionary."""
    values: dict[str, Any] = {}
    for file in (data.get(kind) or {}).values():
        values.update(file.get("data") or {})
    return values


PEER = DVCLive()

if __name__ == "__main__":
    perform(PEER)
