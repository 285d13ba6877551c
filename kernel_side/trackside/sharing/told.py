"""What a person asks of a push or pull, and what it tells them. Plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from trackside.errors import UsageError
from trackside.format import FORMAT
from trackside.refs import NOTES

if TYPE_CHECKING:
    from trackside import contract

#: Told what is being done and how far it is (0 to 1, None when nobody knows); what it raises stops the work.
Progress = Callable[[str, float | None], None]


#: What became of the annotations: "same" nothing new, "moved" as they are, "merged" with others', "refused" damaged.
Annotated = Literal["same", "moved", "merged", "refused"]


def silent(message: str, progress: float | None = None) -> None:
    """Tell nobody."""
    del message, progress


def runs_of(refs: Mapping[str, str]) -> list[str]:
    """Return the commits of the runs among refs a remote listed."""
    return [oid for ref, oid in refs.items() if ref != NOTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which runs travel: those named (name, its beginning, commit id), else all, narrowed by `mine` and `starred`."""

    names: tuple[str, ...] = ()
    mine: bool = False
    starred: bool = False
    files: bool = True

    @property
    def is_all(self) -> bool:
        """Whether nothing narrows it."""
        return not (self.names or self.mine or self.starred)


def chosen(
    names: Sequence[str],
    *,
    every: bool = False,
    mine: bool = False,
    starred: bool = False,
    files: bool = True,
    name: str = "",
) -> Wanted:
    """Return which runs travel; UsageError where what was asked for contradicts itself.

    `every`: all, said aloud; `name`: what the one run is to be called.
    """
    hint = "Leave out one of them."
    if name and len(names) != 1:
        raise UsageError("--as names one run.", hint="pull [REMOTE] RUN --as NAME")
    if every and (names or mine or starred):
        raise UsageError("All runs or some, not both.", hint=hint)
    if names and (mine or starred):
        raise UsageError("Name runs, or narrow by --mine and --starred.", hint=hint)
    return Wanted(names=tuple(names), mine=mine, starred=starred, files=files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A run that did not travel, or stays beside the clone's own; `kept` is the ref that keeps it here, if any."""

    name: str
    oid: str
    why: str
    hint: str = ""
    kept: str = ""

    def as_json(self) -> contract.HeldRun:
        """Return it as `--json` and the panel are told."""
        return {"name": self.name, "oid": self.oid, "why": self.why, "hint": self.hint, "kept": self.kept or None}


@dataclass(slots=True, kw_only=True)
class Files:
    """What became of large files: how many moved, and the paths of those that did not, with the reason."""

    moved: int = 0
    missing: list[str] = field(default_factory=list)
    why: str = ""
    hint: str = ""


@dataclass(slots=True, kw_only=True)
class Shared:
    """What a push or pull did. `moved` are names of runs that arrived; `same` counts those that were there already."""

    remote: str
    way: Literal["push", "pull"]
    moved: list[str] = field(default_factory=list)
    same: int = 0
    held: list[Held] = field(default_factory=list)
    annotations: Annotated = "same"
    files: Files = field(default_factory=Files)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> contract.Shared:
        """Return it as `--json` and the panel are told."""
        from trackside.sharing.wording import conclusion

        return {
            "format": FORMAT,
            "remote": self.remote,
            "way": self.way,
            "moved": self.moved,
            "same": self.same,
            "held": [one.as_json() for one in self.held],
            "annotations": self.annotations,
            "files": {
                "moved": self.files.moved, "missing": self.files.missing, "why": self.files.why,
                "hint": self.files.hint,
            },
            "notes": self.notes,
            "message": conclusion(self),
        }  # fmt: skip
