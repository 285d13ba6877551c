"""Trackside itself, through its public API and its command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers.stage import Kept, Peer, Seen, perform


class Trackside(Peer):
    """Runs through `start`, `log`, `end`; lists through `trackside list --json`."""

    key = "trackside"
    title = "Trackside"
    distributions = ("trackside",)
    words = "`start`, `log`, `end`, with code, notebook and environment kept; listed with `trackside list --json`"
    load = "%load_ext trackside"
    in_git = True
    caches = (".git/trackside/index.sqlite*",)
    cells = ("%load_ext trackside", "%track bench")
    closing = ("%track end",)

    def begin(self, name: str) -> None:
        """Start a run of the notebook."""
        import trackside

        notebook = Path("study.ipynb")
        trackside.start(name, notebook=str(notebook) if notebook.exists() else None)

    def params(self, values: Mapping[str, Any]) -> None:
        """Log all parameters in one call."""
        import trackside

        trackside.log_params(dict(values))

    def scalar(self, name: str, value: float, step: int) -> None:
        """Log one metric."""
        import trackside

        trackside.log(step=step, **{name: value})

    def artifact(self, path: Path) -> None:
        """Keep the file; Trackside decides between Git and DVC's cache."""
        import trackside

        trackside.log_artifact(str(path))

    def end(self) -> None:
        """Seal the run."""
        import trackside

        trackside.end()

    def listing(self, python: str) -> list[str] | None:
        """Use the command."""
        return [python, "-m", "trackside", "list", "--json"]

    def listed(self, output: str) -> int:
        """Count the experiments in the printed page."""
        return len(json.loads(output)["experiments"])

    def _records(self) -> list[dict[str, Any]]:
        command = self.listing(sys.executable)
        assert command is not None
        page = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return [row["record"] for row in page["experiments"]]

    def runs(self) -> list[Seen]:
        """Read what the command prints."""
        return [
            Seen(
                name=record["name"],
                params={name: fact["value"] for name, fact in record["params"].items()},
                metrics={name: fact["last"] for name, fact in record["metrics"].items()},
            )
            for record in self._records()
        ]

    def kept(self) -> Kept:
        """Count the points of the killed run, which the command before recovered."""
        record = self._records()[0]
        return Kept(points=record["metrics"]["loss"]["count"], status=f"shown as {record['status']}")

    def cells_kept(self, folder: Path) -> int | None:
        """Read the record of the sealed run."""
        ref = _git(folder, "for-each-ref", "--format=%(refname)", "refs/exps").split()[0]
        executed: int = json.loads(_git(folder, "cat-file", "blob", f"{ref}:.trackside/run.json"))["cells"]["executed"]
        return executed

    def catch_up(self) -> None:
        """Recover what was left open."""
        subprocess.run([sys.executable, "-m", "trackside", "recover"], check=True, stdout=subprocess.DEVNULL)

    def tidy(self) -> None:
        """Let Git pack."""
        subprocess.run(["git", "gc", "--quiet", "--prune=now"], check=True)


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


PEER = Trackside()

if __name__ == "__main__":
    perform(PEER)
