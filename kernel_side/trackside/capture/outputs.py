"""Turn what the kernel publishes into the output events of a run.

Messages are keyed by the request they answer, so that output of a thread or task that outlives its cell
still belongs to it. What a cell says is held back for a moment (`Limits.delay`) and written in few events;
what `clear_output` takes away within that moment is never written at all.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from trackside.capture import fork
from trackside.capture.held import CellOutputs, Clear, Display, Limits, Stream, Update, rough_size
from trackside.capture.printed import find_printed
from trackside.capture.said import DISPLAYS, Said
from trackside.capture.wire import Message
from trackside.capture.writing import OutputWriter, Sink, json_number, weight

OWN_MIME = "application/vnd.trackside.run+json"
OWN_METADATA = "trackside"
UNTIL_REST = 86_400.0


@dataclass(slots=True, eq=False, repr=False)
class _RunOutputs:
    writer: OutputWriter
    cells: dict[str, CellOutputs] = field(default_factory=dict)
    #: The cells that hold something back: a session has thousands which do not.
    waiting: dict[CellOutputs, None] = field(default_factory=dict)
    displays: OrderedDict[str, CellOutputs] = field(default_factory=OrderedDict)
    steps: dict[str, int] = field(default_factory=dict)


class Outputs:
    """Receives the kernel's messages (in the listener's thread) and writes the open run's output events.

    `open` and `close` bracket a run; `track` says which request is which cell, from any thread, without
    ever waiting. Between runs everything is passed over, except what the current cell said so far: the
    cell that starts a run belongs to it whole.
    """

    def __init__(self, limits: Limits | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._lock = threading.Lock()
        self._run: _RunOutputs | None = None
        self._asked: deque[tuple[_RunOutputs, str, int]] = deque()
        self._said = Said(self.limits.text * 2)
        fork.disable_in_child(self)

    def disable(self) -> None:
        """Forget the run: called in a forked child, where the parent's listener may have held the lock."""
        self._lock = threading.Lock()
        self._run = None

    def open(self, sink: Sink) -> None:
        """Write to `sink` from now on; call `close` first when a run is open."""
        with self._lock:
            self._run = _RunOutputs(OutputWriter(sink, self.limits))

    def close(self) -> None:
        """Write everything held back and forget the run; call the listener's `barrier` first."""
        with self._lock:
            run, self._run = self._run, None
            if run is None:
                return
            self._take_asked(run)
            for cell in run.cells.values():
                self._rest(run, cell)

    def track(self, msg_id: str, number: int) -> None:
        """Say that what answers `msg_id` is the output of cell `number` of the open run."""
        run = self._run
        if run is not None:
            self._asked.append((run, msg_id, number))

    def receive(self, message: Message) -> None:
        """Take one message in; called by the listener."""
        with self._lock:
            run = self._run
            if run is not None:
                self._take_asked(run)
                self._take(run, message)
            self._said.hear(message)

    def tick(self) -> float | None:
        """Write what was held back long enough; return the seconds until that is due again, if ever."""
        with self._lock:
            run = self._run
            if run is None:
                return None
            self._take_asked(run)
            now, next_due = self._clock(), None
            for cell in list(run.waiting):
                due = cell.since + self._delay(cell) - now
                if due <= 0:
                    self._flush(run, cell)
                elif next_due is None or due < next_due:
                    next_due = due
            return next_due

    def _take_asked(self, run: _RunOutputs) -> None:
        while self._asked:
            asker, msg_id, number = self._asked.popleft()
            if asker is not run or msg_id in run.cells:
                continue
            cell = run.cells[msg_id] = CellOutputs(number)
            if msg_id == self._said.by:
                for message in self._said.messages:
                    self._take(run, message)
                cell.cut += self._said.lost

    # Holding back -----------------------------------------------------------------------------------

    def _take(self, run: _RunOutputs, message: Message) -> None:
        if message.kind == "update_display_data":
            self._take_update(run, message)
            return
        cell = run.cells.get(message.parent)
        if cell is None:
            return
        if message.kind == "stream":
            self._take_text(run, cell, str(message.content["name"]), str(message.content["text"]))
        elif message.kind in DISPLAYS:
            self._take_display(run, cell, message)
        elif message.kind == "error":
            self._hold(run, cell, _error_from(message.content))
        elif message.kind == "clear_output":
            self._take_clear(run, cell, wait=bool(message.content.get("wait")))
        elif message.kind == "status" and message.content.get("execution_state") == "idle":
            self._rest(run, cell)

    def _take_text(self, run: _RunOutputs, cell: CellOutputs, name: str, text: str) -> None:
        self._keep_for_scan(cell, name, text)
        last = cell.held[-1] if cell.held else None
        if type(last) is not Stream or last.name != name:
            last = Stream(name)
            self._hold(run, cell, last)
        room = self.limits.text - last.size
        if len(text) > room:
            cell.cut += weight(text[room:])
            text = text[:room]
        last.parts.append(text)
        last.size += len(text)
        cell.held_size += len(text)
        if last.size >= self.limits.chunk and cell.written <= self.limits.written:
            self._flush(run, cell)

    def _keep_for_scan(self, cell: CellOutputs, name: str, text: str) -> None:
        parts = cell.scan.setdefault(name, deque())
        parts.append(text[-self.limits.scanned :])
        cell.scan_size += len(parts[-1])
        while cell.scan_size > self.limits.scanned and len(parts) > 1:
            cell.scan_size -= len(parts.popleft())

    def _take_display(self, run: _RunOutputs, cell: CellOutputs, message: Message) -> None:
        content = message.content
        data, metadata = content.get("data") or {}, content.get("metadata") or {}
        display_id = (content.get("transient") or {}).get("display_id")
        if OWN_MIME in data or OWN_METADATA in metadata:
            return
        output: dict[str, Any] = {"output_type": message.kind, "data": data, "metadata": metadata}
        if message.kind == "execute_result":
            output["execution_count"] = content.get("execution_count")
        if display_id:
            before = run.displays.get(display_id)
            if before is not None and before is not cell:
                # The newest data under this id wins everywhere, so the two cells must not change places.
                self._flush(run, before)
            run.displays[display_id] = cell
            run.displays.move_to_end(display_id)
            if len(run.displays) > self.limits.displays:
                run.displays.popitem(last=False)
            # An update held back so far is older than this display: the next one comes after it.
            cell.updates.pop(display_id, None)
        self._hold(run, cell, Display(output, rough_size(content), display_id))

    def _take_update(self, run: _RunOutputs, message: Message) -> None:
        content = message.content
        display_id = (content.get("transient") or {}).get("display_id")
        cell = run.displays.get(display_id) if display_id else None
        if cell is None or display_id is None:
            return
        run.displays.move_to_end(display_id)
        data, metadata, size = content.get("data") or {}, content.get("metadata") or {}, rough_size(content)
        held = cell.updates.get(display_id)
        if held is None:
            cell.updates[display_id] = update = Update(display_id, data, metadata, size)
            self._hold(run, cell, update)
        else:
            cell.held_size += size - held.size
            held.data, held.metadata, held.size = data, metadata, size

    def _take_clear(self, run: _RunOutputs, cell: CellOutputs, *, wait: bool) -> None:
        if wait and any(type(held) is Clear and held.wait for held in cell.held[-1:]):
            return
        if wait or not cell.held:
            self._hold(run, cell, Clear(wait))
        else:
            # What was dropped has waited since `since`: frames that follow each other fast are written in time too.
            self._drop_held(cell)
            cell.held.append(Clear(wait))

    def _hold(self, run: _RunOutputs, cell: CellOutputs, thing: Stream | Display | Update | Clear) -> None:
        if type(thing) is Stream or type(thing) is Display:
            self._clear_before(cell)
        if not cell.held:
            cell.since = self._clock()
            run.waiting[cell] = None
        cell.held.append(thing)
        cell.held_size += thing.size
        if cell.held_size > self.limits.held:
            self._flush(run, cell)

    def _clear_before(self, cell: CellOutputs) -> None:
        """Act on a waiting clear now that an output follows it."""
        if cell.held and type(cell.held[-1]) is Clear and cell.held[-1].wait and len(cell.held) > 1:
            self._drop_held(cell)
            cell.held.append(Clear(wait=True))

    def _drop_held(self, cell: CellOutputs) -> None:
        """Forget outputs that were cleared before they were written; updates concern other cells too."""
        updates = [held for held in cell.held if type(held) is Update] + [
            Update(held.display_id, held.output["data"], held.output["metadata"], held.size)
            for held in cell.held
            if type(held) is Display and held.display_id
        ]
        cell.held = [*updates]
        cell.updates = {update.display_id: update for update in updates}
        cell.held_size = sum(held.size for held in updates)

    def _delay(self, cell: CellOutputs) -> float:
        if cell.written > self.limits.written:
            return UNTIL_REST
        return self.limits.delay if cell.cleared < self.limits.cleared else self.limits.slow_delay

    # Writing ----------------------------------------------------------------------------------------

    def _rest(self, run: _RunOutputs, cell: CellOutputs) -> None:
        """Write everything of a cell that came to rest, what was cut, and the metrics it printed."""
        self._flush(run, cell)
        if cell.cut:
            run.writer.sink.append("output-cut", cell=cell.number, bytes=cell.cut)
            cell.cut, cell.cut_told = 0, True
        scan, cell.scan, cell.scan_size = cell.scan, {}, 0
        for parts in scan.values():
            for found in find_printed("".join(parts)):
                step = found.step if found.step is not None else run.steps.get(found.label, 0)
                run.steps[found.label] = step + 1
                run.writer.sink.append(
                    "point", k=found.label, v=json_number(found.value), s=step, o="printed", c=cell.number
                )

    def _flush(self, run: _RunOutputs, cell: CellOutputs) -> None:
        run.waiting.pop(cell, None)
        held, cell.held, cell.held_size = cell.held, [], 0
        cell.updates.clear()
        for thing in held:
            try:
                run.writer.write(cell, thing)
            except Exception:
                # What cannot be written (nested too deep, …) must not take the rest along.
                cell.cut += thing.size
        if cell.cut and not cell.cut_told:
            run.writer.sink.append("output-cut", cell=cell.number, bytes=cell.cut)
            cell.cut, cell.cut_told = 0, True


def _error_from(content: dict[str, Any]) -> Display:
    output = {
        "output_type": "error",
        "ename": str(content.get("ename", "")),
        "evalue": str(content.get("evalue", "")),
        "traceback": list(content.get("traceback") or []),
    }
    return Display(output, rough_size(content))
