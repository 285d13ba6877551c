"""Write what a cell published: capped, screened, packed; one event each."""

from __future__ import annotations

from typing import Any, Protocol

from trackside.capture.bundle import Bundle, pack_bundle, screen_long
from trackside.capture.held import CellOutputs, Clear, Display, Limits, Stream, Update


class Sink(Protocol):
    """What capture writes to: the journal."""

    def append(self, kind: str, /, **fields: object) -> None: ...

    def keep(self, data: bytes) -> dict[str, object]: ...


class OutputWriter:
    """Writes the outputs of one run and keeps count of what each cell has used of its room."""

    def __init__(self, sink: Sink, limits: Limits) -> None:
        self.sink = sink
        self._limits = limits
        self._hits: set[str] = set()

    def write(self, cell: CellOutputs, thing: Stream | Display | Update | Clear) -> None:
        """Write one thing; whatever the journal or an encoder raises is the caller's."""
        if type(thing) is Stream:
            self._write_text(cell, thing)
        elif type(thing) is Display:
            self._write_display(cell, thing)
        elif type(thing) is Update:
            self._write_update(cell, thing)
        elif type(thing) is Clear:
            self.sink.append("output-clear", cell=cell.number, wait=thing.wait)
            cell.cleared += cell.live
            cell.live = cell.text = 0

    def _write_text(self, cell: CellOutputs, stream: Stream) -> None:
        text = "".join(stream.parts)
        room = max(0, min(self._limits.text - cell.text, self._limits.cell - cell.live))
        if len(text) > room:
            cell.cut += weight(text[room:])
            text = text[:room]
        if not text:
            return
        cell.text += len(text)
        self._count(cell, len(text))
        clean, hits = screen_long(text)
        self._tell(hits)
        output = {"output_type": "stream", "name": stream.name, "text": clean}
        self.sink.append("output", cell=cell.number, output=output)

    def _write_display(self, cell: CellOutputs, display: Display) -> None:
        output = display.output
        if output["output_type"] == "error":
            output = self._screened_error(cell, output)
        else:
            packed = self._pack(cell, output["data"])
            if output["data"] and not packed.data:
                return
            output = {**output, "data": packed.data}
        extra = {"display_id": display.display_id} if display.display_id else {}
        self.sink.append("output", cell=cell.number, output=output, **extra)

    def _write_update(self, cell: CellOutputs, update: Update) -> None:
        # An update takes the place of what was counted before, as far as anybody can tell.
        live, cell.live = cell.live, 0
        packed = self._pack(cell, update.data)
        cell.live, cell.cleared = max(live, cell.live), cell.cleared + cell.live
        if packed.data or not update.data:
            self.sink.append(
                "output-update",
                display_id=update.display_id,
                data=packed.data,
                metadata=update.metadata,
            )

    def _pack(self, cell: CellOutputs, data: dict[str, Any]) -> Bundle:
        packed = pack_bundle(
            data, keep=self.sink.keep, inline=self._limits.inline, room=max(0, self._limits.cell - cell.live)
        )
        cell.cut += packed.cut
        self._count(cell, packed.size)
        self._tell(packed.hits)
        return packed

    def _screened_error(self, cell: CellOutputs, output: dict[str, Any]) -> dict[str, Any]:
        room = max(4_096, self._limits.text - cell.text)
        lines: list[str] = []
        for line in output["traceback"]:
            clean, hits = screen_long(str(line)[:room])
            cell.cut += weight(str(line)[room:])
            room -= len(clean)
            self._tell(hits)
            lines.append(clean)
        evalue, hits = screen_long(str(output["evalue"]))
        self._tell(hits)
        self._count(cell, sum(map(len, lines)))
        return {**output, "evalue": evalue, "traceback": lines}

    def _count(self, cell: CellOutputs, size: int) -> None:
        cell.live += size
        cell.written += size

    def _tell(self, hits: frozenset[str]) -> None:
        for kind in sorted(hits - self._hits):
            self._hits.add(kind)
            self.sink.append(
                "warning",
                code="secret-in-output",
                message=f"An output held what looks like a secret ({kind}); it was redacted in the run.",
                hint="The notebook itself still shows it: clear that output before you share the file.",
            )


def json_number(value: float) -> float | str:
    """Return a number as JSON can hold it: NaN and the infinities by their names."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def weight(text: str) -> int:
    """Count the bytes of a text as it is stored."""
    return len(text.encode("utf-8", "replace"))
