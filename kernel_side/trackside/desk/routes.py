"""Every question, in one table: handlers, authorization, OpenAPI and the test of `docs/http.md` are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from trackside.desk.context import Request

#: Bytes of a request.
BODY: Final = 1_000_000
EDITOR_BODY: Final = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A parameter in the address: text, a whole number, true or false, or a text given any number of times."""

    kind: Literal["text", "number", "flag", "texts"] = "text"
    required: bool = False
    most: int = 10_000
    choices: tuple[str, ...] = ()
    default: Any = None


@dataclass(frozen=True, slots=True)
class Image:
    """An answer that is a picture."""

    mime: str
    data: bytes
    lasts: bool


@dataclass(frozen=True, slots=True)
class Document:
    """An answer that is a file; with a `name` it is to be saved."""

    mime: str
    data: bytes
    name: str = ""


Answer = Any  # a shape of the contract, an Image or a Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path. `answer` names a shape, "image", "file" or "openapi"; `body` the shape that is sent."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    answer: str
    what: str
    act: Callable[[Request], Answer]
    body: str = ""
    status: int = 200
    largest: int = BODY
    #: What an authorizer is asked for; the resource is "trackside".
    action: Literal["read", "write"] = "read"
    params: Mapping[str, Param] = field(default_factory=dict)


RESOURCE: Final = "trackside"
_QUERY: Final = {"query": Param(), "archived": Param(kind="flag", default=False)}
_NUMBERS: Final = {"sort": Param(most=1_000), "offset": Param(kind="number", default=0, most=10**9)}
_POINTS: Final = Param(kind="number", default=1_000, most=5_000)


def all_routes() -> tuple[Route, ...]:
    """Return the table."""
    from trackside.desk import answers as a
    from trackside.desk import sharing as s

    run = "places/{place}/runs/{run}"
    return (
        Route(method="GET", path="about", answer="About", what="versions", act=a.about),
        Route(
            method="GET", path="place", answer="Place", act=a.place, params={"path": Param(default="", most=4_000)},
            what="the repository around a notebook or folder of the contents service",
        ),
        Route(
            method="GET", path="places/{place}/runs", answer="Page", what="rows of a table", act=a.page,
            params={**_QUERY, **_NUMBERS, "limit": Param(kind="number", default=50, most=500), "baseline": Param()},
        ),
        Route(
            method="GET", path="places/{place}/groups", answer="Groups", what="runs that agree on something",
            act=a.groups, params={"by": Param(required=True, most=1_000), **_QUERY},
        ),
        Route(method="GET", path=run, answer="Details", what="one run", act=a.details, params={"points": _POINTS}),
        Route(method="GET", path=f"{run}/executed", answer="Executed", what="cells as executed", act=a.executed),
        Route(method="GET", path=f"{run}/environment", answer="Environment", what="packages", act=a.environment),
        Route(method="GET", path=f"{run}/notebook", answer="file", what="the notebook as it was", act=a.notebook),
        Route(
            method="GET", path=f"{run}/file", answer="file", what="a file of its tree", act=a.file,
            params={
                "path": Param(required=True, most=4_000),
                "side": Param(choices=("run", "baseline"), default="run"),
            },
        ),
        Route(method="GET", path=f"{run}/figures/{{number}}", answer="image", what="a figure", act=a.figure),
        Route(method="GET", path=f"{run}/images/{{number}}", answer="image", what="a picture of a cell", act=a.image),
        Route(
            method="GET", path="places/{place}/compare", answer="Comparison", what="runs side by side", act=a.compare,
            params={"run": Param(kind="texts", required=True)},
        ),
        Route(
            method="GET", path="places/{place}/curves", answer="Curves", what="curves to overlay", act=a.curves,
            params={
                "run": Param(kind="texts", required=True), "metric": Param(kind="texts", required=True),
                "points": _POINTS,
            },
        ),
        Route(
            method="GET", path="places/{place}/diff", answer="CodeDiff", what="code between two runs", act=a.diff,
            params={"before": Param(), "after": Param(required=True)},
        ),
        Route(
            method="GET", path="places/{place}/export", answer="file", what="the matching runs", act=a.export,
            params={"format": Param(required=True, choices=("csv", "json")), "query": Param(), "sort": Param(most=999)},
        ),
        Route(
            method="POST", path="places/{place}/annotate", body="AnnotateRequest", answer="Done", action="write",
            what="tags, star, archive, note", act=a.annotate,
        ),
        Route(
            method="POST", path="places/{place}/rename", body="RenameRequest", answer="Done", action="write",
            what="another name", act=a.rename,
        ),
        Route(
            method="POST", path="places/{place}/delete", body="RunsRequest", answer="Done", action="write",
            what="to the trash", act=a.delete,
        ),
        Route(method="GET", path="places/{place}/trash", answer="Trash", what="deleted runs", act=a.trash),
        Route(
            method="POST", path="places/{place}/undelete", body="RunsRequest", answer="Done", action="write",
            what="back from the trash, by name", act=a.undelete,
        ),
        Route(
            method="POST", path="places/{place}/end", body="EndRequest", answer="Done", action="write",
            what="asks the kernel of an open run to end it", act=a.end,
        ),
        Route(
            method="POST", path="places/{place}/promote/preview", body="PromoteRequest", answer="PromotePreview",
            what="what a promotion would do", act=a.preview,
        ),
        Route(
            method="POST", path="places/{place}/promote", body="PromoteRequest", answer="Task", status=202,
            action="write", what="make a branch", act=a.promote,
        ),
        Route(
            method="POST", path="places/{place}/recover", answer="Task", status=202, action="write",
            what="finish what dead processes left", act=a.recover,
        ),
        Route(
            method="POST", path="places/{place}/storage", answer="Task", status=202, what="what takes the space",
            act=a.storage,
        ),
        Route(
            method="GET", path="places/{place}/remotes", answer="Remotes", what="where runs can be shared",
            act=s.remotes,
        ),
        Route(
            method="GET", path="places/{place}/held", answer="HeldRuns", what="runs that pulls held back", act=s.held
        ),
        Route(
            method="POST", path="places/{place}/seen", body="SeenRequest", answer="Done", action="write",
            what="runs that came by a pull are new no more", act=s.seen,
        ),
        Route(
            method="POST", path="places/{place}/push", body="PushRunsRequest", answer="Task", status=202,
            action="write", what="send runs to a remote", act=s.push,
        ),
        Route(
            method="POST", path="places/{place}/pull", body="PullRunsRequest", answer="Task", status=202,
            action="write", what="get runs from a remote", act=s.pull,
        ),
        Route(method="GET", path="tasks", answer="Task[]", what="long work, the newest last", act=a.tasks),
        Route(method="GET", path="tasks/{task}", answer="Task", what="one of it", act=a.task),
        Route(method="DELETE", path="tasks/{task}", answer="Task", action="write", what="cancel it", act=a.cancel),
        Route(
            method="GET", path="places/{place}/choices", answer="Choices", what="what a person chose here",
            act=a.choices,
        ),
        Route(
            method="PUT", path="places/{place}/choices", body="Choices", answer="Choices", action="write",
            what="keep what a person chose here", act=a.save_choices,
        ),
        Route(
            method="POST", path="places/{place}/editor", body="EditorNotebook", answer="Done", action="write",
            largest=EDITOR_BODY, what="the open editor's notebook for an open run", act=a.editor,
        ),
    )  # fmt: skip


def path_pattern(path: str) -> str:
    """Return the regular expression of a path; a part matches anything but a slash."""
    import re

    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
