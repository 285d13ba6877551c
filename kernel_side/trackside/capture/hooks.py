"""Follow the cells of a live IPython: what ran, what it set, how it ended.

This is the hot path (docs/architecture.md): nothing here imports, starts or prints anything, and no code of
a user's object runs. A failure of ours is counted; the third switches the hooks off.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from trackside.capture import fork
from trackside.capture.cellcode import parse_cell
from trackside.capture.ending import error_of
from trackside.capture.exact import NOTHING
from trackside.capture.interrupts import Held
from trackside.capture.measures import find_metrics, read_declared_metrics
from trackside.capture.opencell import INJECTED, OpenCell, cell_id, is_tagged, message_id
from trackside.capture.parameters import find_parameters, read_declared
from trackside.capture.secrets import screen_text
from trackside.capture.writing import Sink
from trackside.capture.written import Written, tell_secret, write_plain_result

MOST_FAILURES = 3

Entry = TypeVar("Entry", bound=Callable[..., None])


class TracksOutputs(Protocol):
    """Who must know which request is which cell: `outputs.Outputs`."""

    def track(self, msg_id: str, number: int) -> None: ...


def _guarded(entry: Entry) -> Entry:
    """Keep every failure of ours away from the user's cell, and Ctrl-C away from the middle of our work."""

    before = entry.__name__ == "_before"

    @functools.wraps(entry)
    def guarded(self: CellHooks, *args: Any) -> None:
        if self._off:
            return
        with Held(self._is_in_cell if before else None) as interrupt:
            try:
                entry(self, *args)
            except BaseException as failure:
                self._failed(failure)
        # A Ctrl-C meant for the cell, which is over: IPython shows it and stays alive.
        if interrupt.owed:
            raise KeyboardInterrupt

    return guarded  # type: ignore[return-value]


class CellHooks:
    """Writes `cell`, `params`, `point` and `cell-end` events of the open run as its cells run.

    `begin` and `finish` bracket a run; both are called by the API, often from within a cell, which belongs
    to the run whole.
    """

    def __init__(
        self,
        shell: Any,
        sink_getter: Callable[[], Sink | None],
        *,
        outputs: TracksOutputs | None = None,
    ) -> None:
        self._shell = shell
        self._get_sink = sink_getter
        self._outputs = outputs
        self._running: dict[int, list[OpenCell]] = {}
        self._inside_unseen = True
        self._installed = False
        self._off = False
        self._failures = 0
        self._paused = False
        self._recording = False
        #: Sources of the cells tagged `parameters` in the saved notebook, for hosts that send no tags.
        self.parameter_sources: frozenset[str] = frozenset()
        self._reset()
        fork.disable_in_child(self)

    def _reset(self) -> None:
        self._number = 0
        self._written = Written()
        self._declared_params: dict[str, None] = {}
        self._declared_metrics: dict[str, None] = {}
        self._ignored: frozenset[str] = frozenset()

    # Lifetime ---------------------------------------------------------------------------------------

    def install(self) -> None:
        """Register with IPython; done by `%load_ext`, long before a run."""
        if self._installed:
            return
        self._installed = True
        self._shell.events.register("pre_run_cell", self._before)
        self._shell.events.register("post_run_cell", self._after)

    def uninstall(self) -> None:
        """Take the hooks away again."""
        if not self._installed:
            return
        self._installed = False
        for event, hook in (("pre_run_cell", self._before), ("post_run_cell", self._after)):
            try:
                self._shell.events.unregister(event, hook)
            except ValueError:
                continue

    def disable(self) -> None:
        """Do nothing any more: called in forked children."""
        self._off = True

    @property
    def is_off(self) -> bool:
        return self._off

    @property
    def current_cell(self) -> int | None:
        """The number of the cell this thread is running for the open run, if it is in one."""
        stack = self._running.get(threading.get_ident())
        return stack[0].number if stack and self._recording else None

    def _is_in_cell(self) -> bool:
        return threading.main_thread().ident in self._running

    def begin(self) -> None:
        """Start following a run; a cell that is running now is its first."""
        self._reset()
        self._recording = True
        self._paused = False
        with self._survived():
            cell = self._outermost()
            if cell is not None:
                cell.number = None
                self._number_cell(cell)

    def finish(self, *, handover: bool = False) -> None:
        """Stop following; a cell that is running now is closed with what it set so far.

        With `handover` that cell starts the next run, and its `cell-end` says so by `next: true`:
        it is no part of this one.
        """
        sink = self._get_sink()
        # Of every thread: a run may be ended from outside its cell.
        for stack in list(self._running.values()) if self._recording else []:
            cell = stack[0]
            if cell.number is None or sink is None:
                continue
            if handover:
                sink.append("cell-end", cell=cell.number, ok=True, error=None, next=True)
            else:
                with self._survived():
                    self._capture(sink, cell, ok=True, displayed=NOTHING)
                sink.append("cell-end", cell=cell.number, ok=True, error=None)
            cell.number = None
        self._recording = False

    # What the user says -----------------------------------------------------------------------------

    def declare_params(self, names: Iterable[str]) -> None:
        """Read these names after every cell, as parameters."""
        self._declared_params.update(dict.fromkeys(names))

    def declare_metrics(self, names: Iterable[str]) -> None:
        """Read these names after every cell, as metrics; a point whenever the value changed or was set."""
        self._declared_metrics.update(dict.fromkeys(names))

    def ignore(self, names: Iterable[str]) -> None:
        """Never capture these names."""
        self._ignored = self._ignored | frozenset(names)

    def pause(self) -> None:
        """Leave the cells from the next on alone."""
        self._paused = True

    def resume(self) -> None:
        """Follow cells again, from this one on."""
        self._paused = False
        with self._survived():
            cell = self._outermost()
            if cell is not None and self._recording and cell.number is None:
                self._number_cell(cell)

    def read_now(self) -> list[tuple[str, str]]:
        """Read the declared names at once (the end of a run); return those refused, with the reason."""
        sink = self._get_sink()
        if sink is None:
            return []
        with self._survived():
            return self._read_declared(sink, self.current_cell, assigned=None)
        return []

    # The hooks --------------------------------------------------------------------------------------

    @_guarded
    def _before(self, info: Any = None) -> None:
        stack = self._running.setdefault(threading.get_ident(), [])
        if len(stack) > 1_000:  # a host that never calls back: keep the memory, lose the nesting
            del stack[1:]
        cell = self._cell_from(info)
        if stack and cell.msg is not None and stack[0].msg is not None and cell.msg != stack[0].msg:
            self._close_lost(stack[0])
            stack.clear()
        stack.append(cell)
        if len(stack) == 1 and self._recording and not self._paused and self._is_users(info):
            self._number_cell(cell)

    @_guarded
    def _after(self, result: Any = None) -> None:
        self._inside_unseen = False
        cell = self._leave(getattr(result, "info", None))
        sink = self._get_sink()
        if cell is None or cell.number is None or sink is None or not self._recording:
            return
        error = error_of(result)
        displayed = getattr(result, "result", None)
        try:
            self._capture(sink, cell, ok=error is None, displayed=NOTHING if displayed is None else displayed)
            if self._outputs is None:
                write_plain_result(sink, cell.number, self._shell, result, error)
        finally:
            sink.append("cell-end", cell=cell.number, ok=error is None, error=error)

    def _close_lost(self, cell: OpenCell) -> None:
        """Close a cell whose end we were never told of: an interrupt fell between IPython and its hooks."""
        sink = self._get_sink()
        if cell.number is not None and sink is not None and self._recording:
            sink.append("cell-end", cell=cell.number, ok=False, error={"ename": "Interrupted", "evalue": ""})

    def _leave(self, info: Any) -> OpenCell | None:
        """Pop the running cell that `info` is about; return it when it was the outermost."""
        thread = threading.get_ident()
        stack = self._running.get(thread)
        if not stack:
            return None
        place = next((n for n, cell in enumerate(stack) if cell.info is info), None)
        if place is None:
            # IPython skips `pre_run_cell` for a blank cell, and makes a new info when the cell escaped.
            raw = getattr(info, "raw_cell", None)
            if type(raw) is str and not raw.strip():
                return None
            place = 0 if stack[0].info is None else len(stack) - 1
        cell = stack[place]
        del stack[place:]
        if not stack:
            del self._running[thread]
        return cell if place == 0 else None

    def _outermost(self) -> OpenCell | None:
        """Return the cell this thread is running; found from the history when it began before our hooks."""
        thread = threading.get_ident()
        stack = self._running.get(thread)
        if stack:
            return stack[0]
        if not (self._inside_unseen and self._installed and threading.current_thread() is threading.main_thread()):
            return None
        history = self._shell.history_manager.input_hist_raw
        if len(history) < 2:
            return None
        parent = self._parent()
        cell = OpenCell(
            info=None,
            source=str(history[-1]),
            id=cell_id(parent),
            count=len(history) - 1,
            msg=message_id(parent),
            tagged=is_tagged(parent),
        )
        self._running[thread] = [cell]
        return cell

    # Writing ----------------------------------------------------------------------------------------

    def _number_cell(self, cell: OpenCell) -> None:
        sink = self._get_sink()
        if sink is None:
            return
        self._number += 1
        cell.number = self._number
        if self._outputs is not None and cell.msg:
            self._outputs.track(cell.msg, cell.number)
        source, hits = screen_text(cell.source)
        sink.append("cell", cell=cell.number, msg=cell.msg, id=cell.id, count=cell.count, source=source)
        if hits:
            tell_secret(sink, "a cell's code")

    def _capture(self, sink: Sink, cell: OpenCell, *, ok: bool, displayed: object) -> None:
        namespace = self._shell.user_ns
        tree = parse_cell(cell.source)
        assigned: set[str] = set()
        if tree is not None:
            tagged = cell.tagged or cell.source.strip() in self.parameter_sources
            found = find_parameters(tree, namespace, tagged=tagged, ignore=self._ignored)
            self._written.params(sink, cell.number, found)
            metrics = find_metrics(tree, namespace, ignore=self._ignored, displayed=displayed)
            self._written.points(sink, cell.number, metrics, repeat=ok)
            assigned = {metric.name for metric in metrics}
        if self._declared_params or self._declared_metrics:
            self._read_declared(sink, cell.number, assigned=assigned)

    def _read_declared(self, sink: Sink, number: int | None, *, assigned: set[str] | None) -> list[tuple[str, str]]:
        namespace = self._shell.user_ns
        refused: list[tuple[str, str]] = []
        if self._declared_params:
            found, refused = read_declared(list(self._declared_params), namespace)
            self._written.params(sink, number, found, origin="declared")
        if self._declared_metrics:
            metrics, more = read_declared_metrics(list(self._declared_metrics), namespace)
            again = [metric for metric in metrics if assigned is not None and metric.name in assigned]
            others = [metric for metric in metrics if metric not in again]
            self._written.points(sink, number, again, repeat=True, origin="declared")
            self._written.points(sink, number, others, repeat=False, origin="declared")
            refused = [*refused, *more]
        return refused

    # Facts about a cell -----------------------------------------------------------------------------

    def _cell_from(self, info: Any) -> OpenCell:
        parent = self._parent()
        raw = getattr(info, "raw_cell", None)
        source = raw if type(raw) is str else ""
        given = getattr(info, "cell_id", None)
        return OpenCell(
            info=info,
            source=source,
            id=given if type(given) is str else cell_id(parent),
            # The history is the one counter that stands alike in every IPython at this point: 9.16 moved
            # `execution_count` on before calling us.
            count=len(self._shell.history_manager.input_hist_raw),
            msg=message_id(parent),
            tagged=is_tagged(parent) or source.startswith(INJECTED),
        )

    def _is_users(self, info: Any) -> bool:
        """Tell the user's own cells from those front ends run behind the scenes (no place in the history)."""
        return self._kernel is None or getattr(info, "store_history", True) is not False

    @property
    def _kernel(self) -> Any:
        return getattr(self._shell, "kernel", None)

    def _parent(self) -> dict[str, Any]:
        if self._kernel is None:
            return {}
        parent = self._shell.get_parent()
        return parent if type(parent) is dict else {}

    @contextmanager
    def _survived(self) -> Iterator[None]:
        """Count a failure of ours where the user's own call would get it."""
        try:
            yield
        except BaseException as failure:
            self._failed(failure)

    def _failed(self, failure: BaseException) -> None:
        self._failures += 1
        if self._failures < MOST_FAILURES:
            return
        self._off = True
        try:
            sink = self._get_sink()
            if sink is not None:
                sink.append(
                    "warning",
                    code="capture-off",
                    message=f"Capture of cells was switched off after three failures ({type(failure).__name__}).",
                    hint="Your cells are not affected. What you log yourself is still kept.",
                )
        except BaseException:
            return
