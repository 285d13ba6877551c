"""What a person configured that a promotion heeds: hooks, signing, merge drivers; read in one go."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trackside.git.repository import Repository

_ASKED: Final = r"^(core\.hookspath|commit\.gpgsign|merge\..*\.driver)$"
_TRUE: Final = frozenset({"true", "yes", "on", "1"})
#: Objects for review are flushed as those of a person's own `git commit` are, not as a run's only copy.
AS_COMMITTED: Final = (("core.fsync", "committed,-loose-object"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """`hooks_path` as written (empty: the usual folder), whether commits are signed, merge drivers by their key."""

    hooks_path: str
    hooks_folder: Path
    signs: bool
    drivers: Mapping[str, str]


def read_configured(repository: Repository) -> Configured:
    """Read it as a publisher sees it: nothing of it is forced."""
    git = repository.git._replace(trust="publisher")
    out = git.attempt("config", "-z", "--get-regexp", _ASKED).out.decode("utf-8", "surrogateescape")
    found: dict[str, str] = {}
    for entry in out.split("\0")[:-1]:
        # A name alone means true.
        key, newline, value = entry.partition("\n")
        found[key] = value if newline else "true"
    hooks_path = found.get("core.hookspath", "")
    if hooks_path:
        # Git knows more ways to write a path (~, %(prefix)) than are worth repeating.
        hooks_path = os.fsdecode(git.attempt("config", "--type=path", "--get", "core.hooksPath").out).rstrip("\n")
    return Configured(
        hooks_path=hooks_path,
        hooks_folder=Path(git.folder, hooks_path) if hooks_path else repository.common_dir / "hooks",
        signs=found.get("commit.gpgsign", "").lower() in _TRUE,
        drivers={key: value for key, value in found.items() if key.startswith("merge.")},
    )
