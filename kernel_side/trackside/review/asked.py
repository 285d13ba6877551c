"""What a person asks of a promotion, and how it tells them how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Outputs = Literal["strip", "keep"]
#: Told what is being done and how far it is (0 to 1, None when nobody knows); raises StateError to stop the work.
Progress = Callable[[str, float | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One promotion: `run` is a name or handle; empty texts take what is usual (`exp/NAME`, the default branch).

    `sign` None signs when the person's configuration says so. `request` asks for a pull or merge request and means
    `push` too. `remote` empty takes the one the default branch follows.
    """

    run: str
    branch: str = ""
    onto: str = ""
    update: bool = False
    outputs: Outputs = "strip"
    hooks: bool = True
    sign: bool | None = None
    push: bool = False
    request: bool = False
    remote: str = ""
    title: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()


def silent(message: str, progress: float | None = None) -> None:
    """Tell nobody."""
    del message, progress
