"""W&B in offline mode, with its files in the working folder."""

# The tool lives in an environment of its own, where no type checker looks.
# mypy: disable-error-code="import-not-found, import-untyped, attr-defined"

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.peers.stage import Kept, Peer, Seen, perform

BLOCK = 32 * 1024


class WandB(Peer):
    """Runs through `init`, `log`, `finish`; an offline run can only be read record by record."""

    key = "wandb"
    title = "W&B offline"
    requirements = ("wandb==0.31.0",)
    distributions = ("wandb",)
    words = "`init`, `log`, `finish` with `WANDB_MODE=offline`; a helper process writes"
    load = "import wandb"
    cells = ("import wandb", "run = wandb.init(project='bench', mode='offline', reinit=True)")
    refusals: ClassVar = {
        "list-10000": "as above",
        "list": "offline runs are listed by the server after `wandb sync`; there is no local reader",
    }

    def __init__(self) -> None:
        self._run: Any = None

    def begin(self, name: str) -> None:
        """Start an offline run."""
        import wandb

        self._run = wandb.init(project="bench", name=name, mode="offline", dir=".")

    def params(self, values: Mapping[str, Any]) -> None:
        """Put the parameters into the run's configuration."""
        self._run.config.update(dict(values))

    def scalar(self, name: str, value: float, step: int) -> None:
        """Log one metric."""
        self._run.log({name: value}, step=step)

    def artifact(self, path: Path) -> None:
        """Log the file as an artifact, as W&B advises for models."""
        import wandb

        artifact = wandb.Artifact("model", type="model")
        artifact.add_file(str(path))
        self._run.log_artifact(artifact)

    def end(self) -> None:
        """Finish the run."""
        self._run.finish()

    def runs(self) -> list[Seen]:
        """Read every offline file record by record: no table of W&B's, only a check that all is there."""
        seen = []
        for file in sorted(Path("wandb").glob("offline-run-*/run-*.wandb")):
            name, params, metrics = "", dict[str, Any](), dict[str, Any]()
            for record in _records(file):
                kind = record.WhichOneof("record_type")
                if kind == "run":
                    name = record.run.display_name
                    params.update(_values(record.run.config.update))
                elif kind == "config":
                    params.update(_values(record.config.update))
                elif kind == "history":
                    metrics.update(_values(record.history.item))
            seen.append(Seen(name=name, params=params, metrics=metrics))
        return seen

    def kept(self) -> Kept:
        """Count the history records that name the metric and look for the record that closes a run."""
        points, closed = 0, False
        for file in Path("wandb").glob("offline-run-*/run-*.wandb"):
            for record in _records(file):
                kind = record.WhichOneof("record_type")
                points += kind == "history" and "loss" in _values(record.history.item)
                closed = closed or kind == "exit"
        return Kept(points=points, status="closed by its helper process" if closed else "not closed")


def _records(file: Path) -> Iterator[Any]:
    """Read the records of one offline file; one that the kill cut short ends it."""
    from wandb.proto import wandb_internal_pb2

    for data in _blobs(file.read_bytes()):
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        yield record


def _blobs(data: bytes) -> Iterator[bytes]:
    """Read the LevelDB log format: blocks of 32 KiB; records as checksum, length, kind, data.

    Kinds: 1 whole, 2 first, 3 middle, 4 last. W&B puts seven bytes of its own in front of the first block.
    """
    at, parts = 7, b""
    while at + 7 <= len(data):
        left = BLOCK - at % BLOCK
        if left < 7:
            at += left
            continue
        _, length, kind = struct.unpack_from("<IHB", data, at)
        if kind not in (1, 2, 3, 4) or at + 7 + length > len(data):
            return
        parts += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):
            yield parts
            parts = b""


def _values(items: Any) -> dict[str, Any]:
    return {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items}


PEER = WandB()

if __name__ == "__main__":
    perform(PEER)
