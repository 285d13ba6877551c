"""Who takes part, in the order of the table's columns."""

from __future__ import annotations

from benchmarks.peers import (
    aim,
    dvclive,
    exptrack,
    floor,
    mlflow,
    plumbing,
    tensorboardx,
    trackio,
    trackside,
    wandb,
)
from benchmarks.peers.stage import Peer

ALWAYS: tuple[Peer, ...] = (trackside.PEER, floor.PEER, plumbing.PEER)  # targets are told against these
PEERS: tuple[Peer, ...] = (
    mlflow.PEER,
    dvclive.PEER,
    wandb.PEER,
    trackio.PEER,
    exptrack.PEER,
    aim.PEER,
    tensorboardx.PEER,
)
