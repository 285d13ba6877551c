"""What a run is: the facts folded, one by one, from the events of its journal.

The vocabulary of events is the table in `docs/journal.md`. `fold` is total: an unknown kind or a
malformed event is counted and passed over, because a newer release or a torn disk wrote it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Union, cast

from trackside.format import Oid, RunId

Status = Literal["open", "finished", "failed", "interrupted"]
Origin = Literal["explicit", "declared", "parameters-cell", "auto", "printed"]
Box = Literal["params", "data", "other"]
Direction = Literal["higher", "lower", "unknown"]
Scalar = Union[None, bool, int, float, str]  # noqa: UP007  # evaluated when imported, on Python 3.10 too
Value = Union[Scalar, "list[Scalar]"]
Event = Mapping[str, Any]

_NONE: Final = RunId("")
#: An earlier origin wins over a later one.
TRUST: Final[Mapping[str, int]] = {
    "explicit": 0,
    "declared": 1,
    "parameters-cell": 2,
    "auto": 3,
    "printed": 4,
}
#: Seconds for which a kernel waits for the notebook of its editor at the start of a run, at its end, or where the next
#: one ends it: an answer takes about a tenth, and has taken two on a machine that was busy with the next run.
EDITOR_PATIENCE: Final = {"start": 2.0, "end": 2.0, "next": 5.0}
#: Kinds that say nothing about when the run was last alive.
_TIMELESS: Final = frozenset({"sealed", "end", "editor-asked"})
_MOST_VALUES: Final = 20


@dataclass(slots=True)
class Parameter:
    """One named setting; `values` lists what it held over the run when that varied (oldest first).

    `via` names the variable an argument's value came through, '' when it was written there.
    """

    value: Value
    origin: Origin = "explicit"
    box: Box = "params"
    rule: str = ""
    via: str = ""
    values: list[Value] = field(default_factory=list)


@dataclass(slots=True)
class Series:
    """The points of one metric, in the order logged: (step, value, unix seconds)."""

    points: list[tuple[int, float, float]] = field(default_factory=list)
    origin: Origin = "explicit"
    direction: Direction | None = None


@dataclass(slots=True)
class Cell:
    """One cell as executed; `outputs` are its output events, unfolded (see `executed`)."""

    cell: int
    msg: str | None = None
    id: str | None = None
    count: int | None = None
    source: str = ""
    started: float = 0.0
    ended: float | None = None
    ok: bool | None = None
    error: dict[str, str] | None = None
    outputs: list[Event] = field(default_factory=list)


@dataclass(slots=True)
class Base:
    """Where the run stands in Git, as found when it started."""

    baseline: Oid
    branch: str | None = None
    toplevel: str = ""
    author: dict[str, Any] = field(default_factory=dict)
    tz: str = "+0000"
    state: list[str] = field(default_factory=list)
    snapshot: Oid | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    not_captured: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Run:
    """Everything the journal of one run says, folded."""

    id: RunId = _NONE
    name: str = ""
    title: str = ""
    tags: list[str] = field(default_factory=list)
    note: str = ""
    notebook: str | None = None
    frontend: str = "script"
    cwd: str = ""
    pid: int = 0
    process_start: str = ""
    boot: str = ""
    python: str = ""
    derived_from: str | None = None
    started: float = 0.0
    last_seen: float = 0.0
    ended: float | None = None
    status: Status = "open"
    end_reason: str = ""
    base: Base | None = None
    params: dict[str, Parameter] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)
    displays: dict[str, Event] = field(default_factory=dict)
    images: list[dict[str, Any]] = field(default_factory=list)
    artifacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Whole paths the user declared as inputs, with what was noted of each then.
    declared_inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Which data made the run, as its own process found it; None where nobody looked.
    inputs: list[dict[str, Any]] | None = None
    warnings: list[dict[str, str]] = field(default_factory=list)
    environment: dict[str, Any] | None = None
    notebooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: What the open editor is asked for, and when (unix seconds); None when nobody waits for it.
    editor_asked: tuple[str, float] | None = None
    snapshot: dict[str, Any] | None = None
    sealed: dict[str, str] | None = None
    directions: dict[str, Direction] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()
    unreadable: int = 0
    _by_number: dict[int, Cell] = field(default_factory=dict)

    @property
    def duration(self) -> float:
        """Seconds from start to end, or to the last sign of life."""
        return max(0.0, (self.ended if self.ended is not None else self.last_seen) - self.started)

    def cell(self, number: int) -> Cell:
        """Return the cell numbered `number`, made when first spoken of."""
        known = self._by_number.get(number)
        if known is None:
            known = self._by_number[number] = Cell(number)
            self.cells.append(known)
        return known

    def apply(self, event: Event) -> None:
        """Fold one event in; what cannot be understood is counted in `unreadable`."""
        try:
            _FOLDS[event["e"]](self, event)
            if event["e"] not in _TIMELESS:
                self.last_seen = max(self.last_seen, float(event["t"]))
        except (KeyError, TypeError, ValueError, AttributeError):
            self.unreadable += 1


def fold(events: Iterable[Event]) -> Run:
    """Fold a whole journal into the run it tells of."""
    run = Run()
    for event in events:
        run.apply(event)
    return run


def number_from_json(value: object) -> float:
    """Read a metric value: a JSON number, or NaN and the infinities by their JSON names."""
    if value == "NaN":
        return math.nan
    if value == "Infinity":
        return math.inf
    if value == "-Infinity":
        return -math.inf
    if type(value) in (int, float):
        return cast("float", value)
    raise ValueError(f"not a number: {value!r}")


def _start(run: Run, event: Event) -> None:
    run.id = RunId(event["run"])
    run.name = event["name"]
    run.started = run.last_seen = float(event["t"])
    run.title = event.get("title") or ""
    run.tags = list(event.get("tags") or [])
    run.note = event.get("note") or ""
    run.notebook = event.get("notebook")
    run.frontend = event.get("frontend") or "script"
    run.cwd = event.get("cwd") or ""
    run.pid = int(event.get("pid") or 0)
    run.process_start = str(event.get("process_start") or "")
    run.boot = event.get("boot") or ""
    run.python = event.get("python") or ""
    run.derived_from = event.get("derived_from")


def _base(run: Run, event: Event) -> None:
    if run.base is not None:
        # Two processes may adopt one run at the same moment; the first line stands for both.
        return
    run.base = Base(
        baseline=Oid(event["baseline"]),
        branch=event.get("branch"),
        toplevel=event.get("toplevel") or "",
        author=dict(event.get("author") or {}),
        tz=event.get("tz") or "+0000",
        state=list(event.get("state") or []),
        snapshot=event.get("snapshot"),
        changes=list(event.get("changes") or []),
        not_captured=list(event.get("not_captured") or []),
    )


def _params(run: Run, event: Event) -> None:
    for name, found in event["values"].items():
        new = Parameter(
            found["value"],
            found["origin"],
            found.get("box") or "params",
            found.get("rule") or "",
            found.get("via") or "",
        )
        old = run.params.get(name)
        if old is None:
            run.params[name] = new
        elif TRUST[new.origin] <= TRUST[old.origin]:
            if not same_value(old.value, new.value):
                new.values = [*(old.values or [old.value]), new.value][-_MOST_VALUES:]
            else:
                new.values = old.values
            run.params[name] = new


def _point(run: Run, event: Event) -> None:
    origin: Origin = event.get("o") or "explicit"
    value = number_from_json(event["v"])
    series = run.series.get(event["k"])
    if series is None or TRUST[origin] < TRUST[series.origin]:
        series = run.series[event["k"]] = Series(origin=origin)
    elif TRUST[origin] > TRUST[series.origin]:
        return
    series.points.append((int(event["s"]), value, float(event["t"])))
    if event.get("d"):
        series.direction = event["d"]


def _cell(run: Run, event: Event) -> None:
    cell = run.cell(int(event["cell"]))
    cell.msg, cell.id, cell.count = event.get("msg"), event.get("id"), event.get("count")
    cell.source, cell.started = event["source"], float(event["t"])


def _cell_end(run: Run, event: Event) -> None:
    cell = run.cell(int(event["cell"]))
    if event.get("next"):
        # The cell went on to start the next run, which tells all of it.
        run.cells.remove(cell)
        return
    cell.ok, cell.error, cell.ended = bool(event["ok"]), event.get("error"), float(event["t"])


def _output(run: Run, event: Event) -> None:
    run.cell(int(event["cell"])).outputs.append(event)
    if event.get("display_id"):
        run.displays[event["display_id"]] = event["output"]


def _cell_output(run: Run, event: Event) -> None:
    run.cell(int(event["cell"])).outputs.append(event)


def _output_update(run: Run, event: Event) -> None:
    run.displays[event["display_id"]] = {"data": event["data"], "metadata": event.get("metadata") or {}}


def _image(run: Run, event: Event) -> None:
    run.images.append({key: event.get(key) for key in ("name", "step", "mime", "file")})


def _artifact(run: Run, event: Event) -> None:
    run.artifacts[event["path"]] = {key: value for key, value in event.items() if key not in ("t", "e")}


def _input(run: Run, event: Event) -> None:
    run.declared_inputs.setdefault(event["path"], {key: event.get(key) for key in ("size", "mtime")})


def _inputs(run: Run, event: Event) -> None:
    run.inputs = [dict(found) for found in event["found"]]


def _warning(run: Run, event: Event) -> None:
    warning = {key: str(event.get(key) or "") for key in ("code", "message", "hint")}
    if warning not in run.warnings:
        run.warnings.append(warning)


def _environment(run: Run, event: Event) -> None:
    run.environment = event["file"]


def _notebook(run: Run, event: Event) -> None:
    run.notebooks[event["at"]] = {key: event.get(key) for key in ("origin", "file", "path")}
    run.editor_asked = None


def _editor_asked(run: Run, event: Event) -> None:
    run.editor_asked = (event["at"], float(event["t"]))


def _annotate(run: Run, event: Event) -> None:
    if "title" in event:
        run.title = event["title"]
    if "tags" in event:
        run.tags = list(event["tags"])
    if "note" in event:
        run.note = event["note"]


def _snapshot(run: Run, event: Event) -> None:
    run.snapshot = {
        "changes": list(event["changes"]),
        "changed_during": list(event.get("changed_during") or []),
        "not_captured": list(event.get("not_captured") or []),
    }


def _end(run: Run, event: Event) -> None:
    if run.status != "open":
        return
    status = event["status"]
    if status == "auto":
        # The cell that only says `%track end` tells nothing of how the work before it went.
        worked = next((cell for cell in reversed(run.cells) if not cell.source.lstrip().startswith("%track")), None)
        status = "failed" if worked is not None and worked.ok is False else "finished"
    run.status, run.end_reason, run.ended = status, event.get("reason") or "", float(event["t"])


def _sealed(run: Run, event: Event) -> None:
    run.sealed = {"ref": event["ref"], "oid": event["oid"]}


def _settings(run: Run, event: Event) -> None:
    run.directions = dict(event.get("directions") or {})
    run.hidden, run.pinned = frozenset(event.get("hide") or ()), frozenset(event.get("pin") or ())


def _nothing(run: Run, event: Event) -> None:
    """Kinds kept for a reader of the journal, which change no fact of the run."""


_FOLDS: Final = {
    "start": _start,
    "base": _base,
    "params": _params,
    "point": _point,
    "cell": _cell,
    "cell-end": _cell_end,
    "output": _output,
    "output-clear": _cell_output,
    "output-cut": _cell_output,
    "output-update": _output_update,
    "image": _image,
    "artifact": _artifact,
    "input": _input,
    "inputs": _inputs,
    "declare": _nothing,
    "warning": _warning,
    "environment": _environment,
    "notebook": _notebook,
    "editor-asked": _editor_asked,
    "annotate": _annotate,
    "snapshot": _snapshot,
    "end": _end,
    "kept": _nothing,
    "sealed": _sealed,
    "settings": _settings,
}


def same_value(left: Value, right: Value) -> bool:
    """Tell whether two parameter values are the same, types included; NaN equals NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_value, left, right))
    return left == right or (left != left and right != right)
