"""TensorBoardX: event files and nothing else."""

# The tool lives in an environment of its own, where no type checker looks.
# mypy: disable-error-code="import-not-found, import-untyped, attr-defined"

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.peers.stage import Kept, Peer, Seen, perform

LOGS = Path("runs")


class TensorBoardX(Peer):
    """One event file a run; parameters as text, for there is nothing nearer."""

    key = "tensorboardx"
    title = "TensorBoardX"
    requirements = ("tensorboardX==2.6.5",)
    distributions = ("tensorboardX",)
    words = "`SummaryWriter`, parameters by `add_text`; listed by reading every event file"
    load = "from tensorboardX import SummaryWriter"
    cells = ("from tensorboardX import SummaryWriter", "writer = SummaryWriter('runs/bench')")
    refusals: ClassVar = {"artifact-small": "keeps no files", "artifact": "keeps no files"}

    def __init__(self) -> None:
        self._writer: Any = None

    def begin(self, name: str) -> None:
        """Open an event file."""
        from tensorboardX import SummaryWriter

        self._writer = SummaryWriter(str(LOGS / name))

    def params(self, values: Mapping[str, Any]) -> None:
        """Write the parameters as one text."""
        self._writer.add_text("params", json.dumps(dict(values)), 0)

    def scalar(self, name: str, value: float, step: int) -> None:
        """Queue one number."""
        self._writer.add_scalar(name, value, step)

    def end(self) -> None:
        """Flush and close the file."""
        self._writer.close()

    def runs(self) -> list[Seen]:
        """Read every event file from front to end."""
        seen = []
        for folder in sorted(LOGS.iterdir()):
            params: dict[str, Any] = {}
            metrics: dict[str, Any] = {}
            for value in _values(folder):
                if value.WhichOneof("value") == "simple_value":
                    metrics[value.tag] = value.simple_value
                elif value.tag.startswith("params"):
                    params = json.loads(value.tensor.string_val[0])
            seen.append(Seen(name=folder.name, params=params, metrics=metrics))
        return seen

    def kept(self) -> Kept:
        """Count the points in the killed run's file."""
        folders = sorted(LOGS.iterdir()) if LOGS.exists() else []
        points = sum(value.tag == "loss" for folder in folders for value in _values(folder))
        return Kept(points=points, status="has no status")


def _values(folder: Path) -> Iterator[Any]:
    """Read the records of a TFRecord file: length, checksum, data, checksum."""
    from tensorboardX.proto.event_pb2 import Event

    for file in sorted(folder.glob("events.*")):
        data = file.read_bytes()
        at = 0
        while at + 12 <= len(data):
            (length,) = struct.unpack_from("<Q", data, at)
            end = at + 12 + length + 4
            if end > len(data):
                return
            event = Event()
            event.ParseFromString(data[at + 12 : at + 12 + length])
            yield from event.summary.value
            at = end


PEER = TensorBoardX()

if __name__ == "__main__":
    perform(PEER)
