"""The notebook of what really ran: cells in the order executed, with the outputs they had in the end.

A value kept aside by the journal is `{"$file": sha256, "size": n, "encoding": how}`. The file holds the text
itself ("utf-8"), the JSON text of a structured value ("json"), or the decoded bytes of a picture, so that it
is a picture on disk too: "base64" as one line, "base64-newline" with the newline IPython appends,
"base64-lines" in lines of 76.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

#: Gives the bytes of a reference `{"$file": …}`, or None when they are gone.
ReadFile = Callable[[object], "bytes | None"]
Displays = Mapping[str, Mapping[str, Any]]
Output = dict[str, Any]

ENCODERS: Mapping[str, Callable[[bytes], str]] = {
    "base64": lambda data: base64.b64encode(data).decode("ascii"),
    "base64-newline": lambda data: base64.b64encode(data).decode("ascii") + "\n",
    "base64-lines": lambda data: base64.encodebytes(data).decode("ascii"),
}
FIGURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
#: Not text/*, yet written as a list of lines: the nbformat rule, which keeps diffs readable.
_SPLIT = frozenset({"application/javascript", "image/svg+xml"})


class RanCell(Protocol):
    """A cell as executed; `outputs` are its `output`, `output-clear` and `output-cut` events in order."""

    @property
    def cell(self) -> int: ...
    @property
    def id(self) -> str | None: ...
    @property
    def count(self) -> int | None: ...
    @property
    def source(self) -> str: ...
    @property
    def ok(self) -> bool | None: ...
    @property
    def outputs(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture shown by a cell: its place among that cell's outputs, and the reference to its bytes."""

    cell: int
    index: int
    mime: str
    file: dict[str, Any]


def unpack_value(value: Any, read: ReadFile) -> Any:
    """Return a value of a MIME bundle as it was published; None when it was kept aside and is gone."""
    if type(value) is not dict or not ("$file" in value or "$lost" in value):
        return value
    data = read(value)
    if data is None:
        return None
    encode = ENCODERS.get(value.get("encoding", ""))
    if encode is not None:
        return encode(data)
    text = data.decode("utf-8", "surrogatepass")
    return json.loads(text) if value.get("encoding") == "json" else text


def fold_outputs(events: Iterable[Mapping[str, Any]], displays: Displays) -> list[Output]:
    """Fold a cell's output events into the outputs that stand in the end.

    `clear_output(wait)` acts as in nbclient and the front ends: at once, or when the next output comes.
    Streams that follow each other merge;
    carriage returns stay as they are, as in saved notebooks. What was cut is told in a last stderr line.
    """
    outputs: list[Output] = []
    waiting, cut = False, 0
    for event in events:
        if event["e"] == "output-cut":
            cut += int(event.get("bytes") or 0)
        elif event["e"] == "output-clear":
            waiting = bool(event.get("wait"))
            if not waiting:
                outputs = []
        elif event["e"] == "output":
            if waiting:
                outputs, waiting = [], False
            output = dict(event["output"])
            newest = displays.get(event.get("display_id") or "")
            if newest is not None:
                output["data"], output["metadata"] = newest["data"], newest.get("metadata") or {}
            _add(outputs, output)
    if cut:
        _add(outputs, {"output_type": "stream", "name": "stderr", "text": f"[Trackside: {cut} bytes cut]\n"})
    return outputs


def _add(outputs: list[Output], output: Output) -> None:
    last = outputs[-1] if outputs else None
    if last is not None and last["output_type"] == output["output_type"] == "stream" and last["name"] == output["name"]:
        outputs[-1] = {**last, "text": last["text"] + output["text"]}
    else:
        outputs.append(output)


def build_executed(
    cells: Iterable[RanCell], read: ReadFile, *, displays: Displays | None = None, python: str = ""
) -> bytes:
    """Write the notebook (nbformat 4.5, UTF-8): same run, same bytes.

    `python` is the version the run had; `displays` holds the newest data and metadata of each display id.
    A cell run twice is in it twice, so ids are by place; the editor's own id is in `metadata.trackside.id`.
    """
    notebook = {
        "cells": [_cell(cell, displays or {}, read) for cell in cells],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python", **({"version": python} if python else {})},
            "trackside": {"format": 1},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    try:
        text = _dumps(notebook)
    except ValueError:  # NaN in a JSON output: no JSON, though Jupyter lets it through
        text = _dumps(_without_nan(notebook))
    # A lone surrogate has no UTF-8; inside a JSON string its \u form is what `backslashreplace` writes.
    return (text + "\n").encode("utf-8", "backslashreplace")


def _dumps(notebook: Any) -> str:
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ": "))


def _without_nan(value: Any) -> Any:
    if type(value) is float:
        return value if math.isfinite(value) else None
    if type(value) is list:
        return [_without_nan(item) for item in value]
    if type(value) is dict:
        return {key: _without_nan(item) for key, item in value.items()}
    return value


def _cell(cell: RanCell, displays: Displays, read: ReadFile) -> dict[str, Any]:
    about: dict[str, Any] = {"cell": cell.cell, "count": cell.count, "ok": cell.ok, "id": cell.id}
    # A cell told of by other means than a journal knows no times.
    started, ended = getattr(cell, "started", None), getattr(cell, "ended", None)
    if started:
        about["started"] = round(started, 3)
        about["duration"] = None if ended is None else round(max(0.0, ended - started), 3)
    return {
        "cell_type": "code",
        "execution_count": cell.count,
        "id": f"cell-{cell.cell}",
        "metadata": {"trackside": about},
        "outputs": [_output(output, read) for output in fold_outputs(cell.outputs, displays)],
        "source": cell.source.splitlines(keepends=True),
    }


def _output(output: Output, read: ReadFile) -> Output:
    kind = output["output_type"]
    if kind == "stream":
        return {"output_type": kind, "name": output["name"], "text": output["text"].splitlines(keepends=True)}
    if kind == "error":
        return {key: output[key] for key in ("output_type", "ename", "evalue", "traceback")}
    values = {mime: unpack_value(value, read) for mime, value in output["data"].items()}
    data = {mime: _lines(mime, value) for mime, value in values.items() if value is not None}
    if values and not data:
        data = {"text/plain": ["[Trackside: this output was lost]"]}
    whole = {"output_type": kind, "data": data, "metadata": output.get("metadata") or {}}
    if kind == "execute_result":
        whole["execution_count"] = output.get("execution_count")
    return whole


def _lines(mime: str, value: Any) -> Any:
    if type(value) is str and (mime.startswith("text/") or mime in _SPLIT):
        return value.splitlines(keepends=True)
    return value


def figures(cells: Iterable[RanCell], displays: Displays) -> list[Figure]:
    """List the pictures standing in the outputs, one a display: its richest picture format."""
    found: list[Figure] = []
    for cell in cells:
        for index, output in enumerate(fold_outputs(cell.outputs, displays)):
            data = output.get("data") or {}
            mime = next((mime for mime in FIGURES if type(data.get(mime)) is dict), None)
            if mime is not None:
                found.append(Figure(cell=cell.cell, index=index, mime=mime, file=data[mime]))
    return found
