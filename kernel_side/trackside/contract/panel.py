"""What a panel asks of a server and is told, over HTTP, in messages of a widget or of VS Code.

Every request names a place (`Place.id`) and runs (`RunRow.id`): handles that the server gave out, never paths or
revisions. Routes are listed in `docs/http.md`.
"""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import NotRequired, TypedDict

from trackside.contract.shared import HeldRun, Shared
from trackside.contract.storage import Storage
from trackside.contract.stored import Direction, EnvironmentFact, Number, Person, Source, Status, Value
from trackside.contract.told import Failure, FileDiff, SeriesPoint

PlaceState = Literal["ready", "no-repository", "no-git", "no-commit", "refused"]
Verdict = Literal["better", "worse", "same", "noise", "unknown"]


class About(TypedDict):
    """Who answers: the versions of Trackside and of Git (null when it is missing)."""

    format: int
    version: str
    git: str | None


class Place(TypedDict):
    """The repository around a notebook or folder, or in words why there is none.

    `id` stands for it in every other request and is the same after a restart; null unless there is a repository.
    `folder` is its top as a path of the contents service ("" for its root), null when that lies above the root.
    `me` is the author that commits made here would carry, null when Git knows none.
    """

    format: int
    state: PlaceState
    id: str | None
    name: str
    folder: str | None
    branch: str | None
    me: Person | None
    message: str
    hint: str


class MetricCell(TypedDict):
    """One metric of a row; `delta` against the baseline run, null where either has no finite value.

    `verdict` is "noise" when the change is not larger than the spread of runs of identical code and parameters.
    """

    last: Number
    min: Number | None
    max: Number | None
    count: int
    direction: Direction
    delta: float | None
    verdict: Verdict


class RunRow(TypedDict):
    """One run in a table. `id` stands for it in requests, also after it is renamed or sealed.

    `twins` counts the runs of identical code and parameters, itself included; `spark` draws the main metric;
    `warnings` counts what matters in review; `data` are parameters of the boxes other than "params". `alias` is what
    somebody calls it elsewhere; `remotes` had it when last asked; `fresh` came by a pull and nobody looked at it yet.
    """

    id: str
    name: str
    oid: str | None
    source: Source
    problem: str | None
    status: Status
    title: str
    started: float
    duration: float
    notebook: str | None
    branch: str | None
    baseline: str
    author: str
    email: str
    note: str
    tags: list[str]
    star: bool
    archived: bool
    promoted: str | None
    warnings: int
    twins: int
    params: dict[str, Value]
    data: dict[str, Value]
    metrics: dict[str, MetricCell]
    spark: list[float | None]
    alias: str | None
    remotes: list[str]
    fresh: bool


class ColumnFact(TypedDict):
    """A parameter or metric that some of the matching runs have.

    `same` when all of them agree on it, `value` being what they agree on; `direction` is "unknown" for parameters.
    """

    kind: Literal["metric", "param"]
    name: str
    runs: int
    same: bool
    value: Value
    direction: Direction


class Page(TypedDict):
    """Rows `offset`… of the runs that match, in the order asked for.

    `total` match, `every` are there (archived ones left out unless asked for), `open` of them run now, `archived` are
    put away. `baseline` is the run others are compared with, `best` the id of the best by `main_metric`. `revision`
    changes when anything of the place changed. `said`: sentences for the reader, such as a misspelt name in the query.
    `fresh` counts the runs of the place that came by a pull and nobody looked at, `held` those that pulls held back;
    `remotes` are those that were asked before.
    """

    format: int
    revision: str
    total: int
    every: int
    open: int
    archived: int
    offset: int
    baseline: RunRow | None
    main_metric: str | None
    best: str | None
    columns: list[ColumnFact]
    rows: list[RunRow]
    said: list[str]
    fresh: int
    held: int
    remotes: list[str]


class HeldRow(TypedDict):
    """A run of a remote that is not among the clone's own: why, and its facts where it can be read.

    `row.id` serves to look at it and for nothing else. `takes` when it can be taken in under another name.
    """

    remote: str
    run: HeldRun
    takes: bool
    row: RunRow | None


class HeldRuns(TypedDict):
    """What pulls held back, by remote."""

    format: int
    rows: list[HeldRow]


class SeenRequest(TypedDict):
    """Runs that were looked at, so that they are new no more; an empty list is all of them."""

    runs: list[str]


class Spread(TypedDict):
    """A metric over a group: mean, standard deviation (n - 1; null below two values), and how many have it."""

    mean: float | None
    sd: float | None
    count: int


class Group(TypedDict):
    """Runs that agree on what was grouped by; `query` finds them within the page's own query."""

    label: str
    value: Value
    runs: int
    newest: float
    query: str
    metrics: dict[str, Spread]


class Groups(TypedDict):
    """The matching runs by one field, parameter or "twins" (identical code and parameters), largest group first."""

    format: int
    by: str
    total: int
    groups: list[Group]


class Curve(TypedDict):
    """One metric of one run, thinned to the number of points asked for; `total` is how many were logged."""

    run: str
    metric: str
    total: int
    points: list[SeriesPoint]


class Curves(TypedDict):
    """Curves of several runs and metrics."""

    format: int
    curves: list[Curve]


class OutputShown(TypedDict):
    """One output of an executed cell, as text; `image` is the number to ask for its picture by, null without one."""

    kind: Literal["stdout", "stderr", "result", "display", "error"]
    text: str
    image: int | None


class ExecutedCell(TypedDict):
    """One cell as executed: its place in the order, its count, its source and what it gave."""

    cell: int
    count: int | None
    source: str
    ok: bool | None
    started: float | None
    duration: float | None
    outputs: list[OutputShown]


class Executed(TypedDict):
    """The cells of a run in the order they ran."""

    format: int
    cells: list[ExecutedCell]


class Environment(TypedDict):
    """What a run ran on, and the exact version of every package."""

    format: int
    facts: EnvironmentFact | None
    packages: dict[str, str]


class RunsRequest(TypedDict):
    """Runs to act on."""

    runs: list[str]


class Change(TypedDict, total=False):
    """What to note on experiments; what is left out stays as it is. `tags` replaces all of them."""

    tags: list[str]
    star: bool
    archived: bool
    note: str


class AnnotateRequest(TypedDict):
    """One change for several runs."""

    runs: list[str]
    change: Change


class RenameRequest(TypedDict):
    """A new name for a run."""

    run: str
    name: str


class EndRequest(TypedDict):
    """Ask the kernel of an open run to end it."""

    run: str
    discard: bool


class Done(TypedDict):
    """What an action did: the names of the runs it changed, and a sentence."""

    format: int
    names: list[str]
    message: str


class TrashRow(TypedDict):
    """A deleted run that can be brought back by its name; `deleted` in unix seconds."""

    name: str
    oid: str
    deleted: float


class Trash(TypedDict):
    """Deleted runs, the last deleted first."""

    format: int
    runs: list[TrashRow]


class PromoteRequest(TypedDict):
    """What is asked of a promotion; an empty text, and what is left out, takes what the preview offers.

    `update` merges `onto` into the branch; `sign` null signs as Git is configured; `request` means `push` too.
    """

    run: str
    branch: str
    onto: NotRequired[str]
    update: NotRequired[bool]
    outputs: NotRequired[Literal["strip", "keep"]]
    hooks: NotRequired[bool]
    sign: NotRequired[bool | None]
    push: NotRequired[bool]
    request: NotRequired[bool]
    remote: NotRequired[str]
    title: NotRequired[str]
    draft: NotRequired[bool]


class MergeConflict(TypedDict):
    """One file that does not merge; `cells` are numbers of cells in the run, `what` a sentence that names them."""

    path: str
    cells: list[int]
    what: str


class PromotionMerge(TypedDict):
    """How the branch merges with `onto`: "same" it adds nothing there, "none" there is no branch to merge with."""

    state: Literal["same", "clean", "conflicts", "unrelated", "none"]
    conflicts: list[MergeConflict]


class PromotionHook(TypedDict):
    """A commit hook of the person's own: whether it runs, and if not (or in part) why."""

    name: str
    runs: bool
    why: str


class PromotionRemote(TypedDict):
    """Where the branch would be pushed; `address` carries no password, `forge` null until known.

    `requests` is false where nothing can take one: a folder, a plain Git server.
    """

    name: str
    address: str
    forge: Literal["github", "gitlab", "bitbucket-cloud", "bitbucket-server", "gitea"] | None
    requests: bool


class PromotePreview(TypedDict):
    """What a promotion would do. With `problems` nothing can be promoted; `notes` are worth reading before.

    `files` differ from the baseline commit, or from `onto` with `update`; `targets` are branches to choose `onto` from.
    `report` is Markdown, `page` the same as one HTML page that needs nothing else and is only ever shown in a sandbox.
    """

    format: int
    run: str
    name: str
    branch: str
    onto: str | None
    targets: list[str]
    title: str
    message: str
    files: list[FileDiff]
    report: str
    page: str
    merge: PromotionMerge
    hooks: list[PromotionHook]
    signs: bool
    remote: PromotionRemote | None
    notes: list[str]
    problems: list[Failure]


class PromotedRequest(TypedDict):
    """A pull or merge request: its address, or the one to open it at when `state` is "offered"; by which way."""

    url: str | None
    rung: Literal["link", "prefilled", "push-options", "api"]
    state: Literal["offered", "created", "updated", "found"]


class Promoted(TypedDict):
    """The branch that was made, its commit, the remote it was pushed to, and the request; `url` is the request's."""

    branch: str
    oid: str
    url: str | None
    pushed: str | None
    request: PromotedRequest | None
    notes: list[str]


class Task(TypedDict):
    """Long work on the server. `progress` from 0 to 1, null when nobody knows; `error` when `state` is "failed"."""

    format: int
    id: str
    kind: Literal["promote", "recover", "export", "push", "pull", "storage"]
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    progress: float | None
    message: str
    result: Promoted | Shared | Storage | Done | None
    error: Failure | None


class Changed(TypedDict):
    """Event: something of a place changed; refetch. `runs` are the open ones that moved, empty when refs did.

    `asked`: what kernels ask of the open editors of their runs. One question may come more than once.
    """

    place: str
    revision: str
    what: list[Literal["runs", "open", "tasks"]]
    runs: list[str]
    asked: NotRequired[list[EditorAsked]]


class Choices(TypedDict):
    """What a person chose for one project, kept in the clone; free in form, at most 64 kB of JSON."""

    format: int
    choices: dict[str, Any]


class EditorNotebook(TypedDict):
    """The notebook as the editor holds it, outputs and unsaved edits included, for the journal of an open run.

    `content` is the notebook, or the text of the file as the editor itself would save it.
    """

    run: str
    path: str
    content: dict[str, Any] | str


class EditorAsked(TypedDict):
    """A kernel asks its front end to hand over the open editor's notebook for this run now.

    It comes as the message of a comm, or with a `Changed` where a front end sees no comms.

    At "next" the run ends because the next one starts: the notebook as it was before the cells that run now.
    """

    ask: Literal["notebook"]
    run: str
    at: NotRequired[Literal["start", "end", "next"]]
