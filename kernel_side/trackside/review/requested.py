"""What is asked of a forge, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from trackside.review.remote import Forge

Rung = Literal["link", "prefilled", "push-options", "api"]
State = Literal["offered", "created", "updated", "found"]
#: The report for a forge in at most so many characters; None stands for any forge, and for no limit.
Body = Callable[[Forge | None, int | None], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAsked:
    """One pull or merge request: `branch` into `onto`, both names of branches without `refs/heads/`.

    `marker` is a text by which a report of ours is known again ("<!-- trackside:report -->").
    """

    branch: str
    onto: str
    title: str
    body: Body
    draft: bool = False
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    marker: str = "<!-- trackside:report -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """A request as it stands: where to look at it, which rung got there, and what could not be done."""

    url: str
    rung: Rung
    state: State
    notes: tuple[str, ...] = ()
