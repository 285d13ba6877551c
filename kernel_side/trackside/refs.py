"""Names of refs ↔ what they mean. Pure; the layout is `docs/format.md`, section Refs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple, NewType, cast

from trackside.format import Oid, RunId

RefName = NewType("RefName", str)

EXPERIMENTS: Final = "refs/exps/"
OPEN: Final = "refs/trackside/open/"
TRASH: Final = "refs/trackside/trash/"
NOTES: Final = RefName("refs/notes/trackside")
#: What was fetched and is not one of the clone's own runs, by remote: `<remote>/exps/…`, `<remote>/notes`.
REMOTES: Final = "refs/trackside/remotes/"
_OID: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_EXPERIMENT: Final = re.compile(EXPERIMENTS + r"([0-9a-f]+)/([0-9a-f]+)/([^/]+)\Z")
_TIME: Final = re.compile(r"[0-9]{1,12}\Z")


class ExperimentRef(NamedTuple):
    """Where one experiment is named: its baseline commit and its name in this clone.

    A tuple, since a listing makes ten thousand, which a frozen dataclass takes three times as long.
    """

    baseline: Oid
    name: str

    def __str__(self) -> str:
        return f"{EXPERIMENTS}{self.baseline[:2]}/{self.baseline[2:]}/{self.name}"


class TrashRef(NamedTuple):
    """A deleted experiment and when it was deleted (unix seconds)."""

    name: str
    deleted: int

    def __str__(self) -> str:
        return f"{TRASH}{self.name}/{self.deleted}"


class RemoteRef(NamedTuple):
    """An experiment as a remote names it, held beside the clone's own."""

    remote: str
    experiment: ExperimentRef

    def __str__(self) -> str:
        return f"{REMOTES}{self.remote}/exps/{str(self.experiment)[len(EXPERIMENTS) :]}"


def parse_experiment_ref(ref: str) -> ExperimentRef | None:
    """Read `refs/exps/ab/cdef…/name`; None for anything else (DVC keeps `exec`, `celery` refs there)."""
    found = _EXPERIMENT.match(ref)
    if found is None:
        return None
    begin, rest, name = found.groups()
    baseline = begin + rest
    return ExperimentRef(cast("Oid", baseline), name) if len(baseline) in (40, 64) else None


def experiments_by_oid(refs: Mapping[str, str]) -> dict[str, list[ExperimentRef]]:
    """Read the experiments among refs (name → commit id); a baseline is looked at once, since many share one."""
    found: dict[str, list[ExperimentRef]] = {}
    baselines: dict[str, Oid | None] = {}
    for ref, oid in refs.items():
        folder, _, name = ref.rpartition("/")
        if folder not in baselines:
            parsed = parse_experiment_ref(f"{folder}/name")
            baselines[folder] = parsed.baseline if parsed is not None else None
        baseline = baselines[folder]
        if baseline is not None and name:
            found.setdefault(oid, []).append(ExperimentRef(baseline, name))
    return found


def parse_trash_ref(ref: str) -> TrashRef | None:
    """Read `refs/trackside/trash/<name>/<time>`; None for anything else."""
    if not ref.startswith(TRASH):
        return None
    name, _, deleted = ref[len(TRASH) :].rpartition("/")
    if not name or "/" in name or not _TIME.match(deleted):
        return None
    return TrashRef(name, int(deleted))


def parse_remote_ref(ref: str) -> RemoteRef | None:
    """Read `refs/trackside/remotes/<remote>/exps/ab/cdef…/name`; None for anything else. A remote may hold slashes."""
    if not ref.startswith(REMOTES):
        return None
    remote, divider, rest = ref[len(REMOTES) :].rpartition("/exps/")
    experiment = parse_experiment_ref(f"{EXPERIMENTS}{rest}")
    return RemoteRef(remote, experiment) if divider and remote and experiment else None


def open_ref(run: RunId) -> RefName:
    """Name the ref that keeps an open run's start snapshot alive."""
    return RefName(f"{OPEN}{run}")


def is_oid(text: str) -> bool:
    """Tell whether `text` is a full object id of either hash."""
    return _OID.match(text) is not None
