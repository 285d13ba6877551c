"""Everything of one run, open or sealed, by its handle: facts, curves, cells, packages, pictures, its notebook."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from trackside.catalogue import Catalogue
from trackside.catalogue.held import find_held
from trackside.compare import compare_experiments, requirements_of
from trackside.errors import NotFoundError, UsageError
from trackside.executed import build_executed
from trackside.format import FORMAT
from trackside.journal.reader import SideFiles
from trackside.metrics import downsample
from trackside.reading import OpenRun, open_details, open_packages, sealed_details
from trackside.refs import parse_experiment_ref
from trackside.run import number_from_json
from trackside.store import Shelf, Store

if TYPE_CHECKING:
    from trackside.contract import (
        CodeDiff,
        Comparison,
        Curve,
        Curves,
        Details,
        Environment,
        Executed,
        ExecutedCell,
        Experiment,
        OutputShown,
        SeriesPoint,
    )

MOST_POINTS: Final = 5_000
#: Runs and metrics of one answer.
_MOST_RUNS: Final = 200
_MOST_METRICS: Final = 50
_LONGEST_TEXT: Final = 200_000
_LARGEST_IMAGE: Final = 30_000_000
_ANSI: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
#: What a picture begins with → its type. SVG and HTML are programs to a browser, so they are never pictures here.
_RASTER: Final = (("image/png", b"\x89PNG\r\n\x1a\n"), ("image/jpeg", b"\xff\xd8\xff"), ("image/gif", b"GIF8"))
_TEXTS: Final = ("text/plain", "text/markdown", "text/latex", "application/json")


def read_details(catalogue: Catalogue, handle: str, *, points: int = MOST_POINTS) -> Details:
    """Read one run whole, each curve thinned to at most `points`."""
    details = _whole(catalogue, handle)
    details["series"] = {name: thinned(series, points) for name, series in details["series"].items()}
    return details


def read_curves(catalogue: Catalogue, handles: Sequence[str], metrics: Sequence[str], *, points: int) -> Curves:
    """Read curves of several runs, those they have of the metrics asked for."""
    if len(handles) > _MOST_RUNS or len(metrics) > _MOST_METRICS:
        raise UsageError(f"At most {_MOST_RUNS} runs and {_MOST_METRICS} metrics at once.", code="too-many")
    curves: list[Curve] = []
    for handle in dict.fromkeys(handles):
        series = _whole(catalogue, handle)["series"]
        for metric in dict.fromkeys(metrics):
            if series.get(metric):
                found = series[metric]
                curves.append({"run": handle, "metric": metric, "total": len(found), "points": thinned(found, points)})
    return {"format": FORMAT, "curves": curves}


def thinned(series: list[SeriesPoint], points: int) -> list[SeriesPoint]:
    """Keep at most `points` of a curve: first, last and the extremes between."""
    points = max(4, min(points, MOST_POINTS))
    if len(series) <= points:
        return series
    numbered: list[Any] = [(place, number_from_json(point["value"]), 0.0) for place, point in enumerate(series)]
    return [series[place] for place, _, _ in downsample(numbered, points)]


def read_executed(catalogue: Catalogue, handle: str) -> Executed:
    """Read the cells as they ran, outputs as text."""
    notebook = _executed(catalogue, handle)
    counter = iter(range(1_000_000))
    return {"format": FORMAT, "cells": [_cell(cell, counter) for cell in _code_cells(notebook)]}


def read_environment(catalogue: Catalogue, handle: str) -> Environment:
    """Read what a run ran on and the versions of its packages."""
    opened, experiment, store = _found(catalogue, handle)
    if opened is not None:
        from trackside.record import build_record

        data = SideFiles(opened.journal).read(opened.run.environment) if opened.run.environment else None
        facts = build_record(opened.run, environment=json.loads(data))["environment"] if data else None
        return {"format": FORMAT, "facts": facts, "packages": open_packages(opened) or {}}
    data = store.file(experiment["oid"] or "", ".trackside/requirements.txt")
    return {
        "format": FORMAT,
        "facts": experiment["record"]["environment"],
        "packages": requirements_of(data) or {},
    }


def read_notebook(catalogue: Catalogue, handle: str) -> bytes:
    """Read the user's notebook as the run has it; NotFoundError when it has none."""
    opened, experiment, store = _found(catalogue, handle)
    data: bytes | None = None
    if opened is not None:
        kept = opened.run.notebooks.get("end") or opened.run.notebooks.get("start")
        data = SideFiles(opened.journal).read(kept["file"]) if kept else None
    elif experiment["record"]["notebook"]:
        data = store.file(experiment["oid"] or "", experiment["record"]["notebook"])
    try:
        is_notebook = type(json.loads(data or b"")) is dict
    except (ValueError, RecursionError):
        is_notebook = False
    if data is None or not is_notebook:
        raise NotFoundError(
            "This run has no notebook of its own.", hint="Its cells as executed are there.", code="no-notebook"
        )
    return data


def read_figure(catalogue: Catalogue, handle: str, number: int) -> tuple[str, bytes]:
    """Read a figure of the record, by its place: (type, bytes)."""
    _, experiment, store = _found(catalogue, handle)
    figures = experiment["record"]["figures"]
    data = None
    if experiment["oid"] and 0 <= number < len(figures):
        data = store.file(experiment["oid"], figures[number]["path"])
    return _image(data)


def read_image(catalogue: Catalogue, handle: str, number: int) -> tuple[str, bytes]:
    """Read a picture of the executed cells, by the number `read_executed` gave it: (type, bytes)."""
    counter = iter(range(1_000_000))
    for cell in _code_cells(_executed(catalogue, handle)):
        for output in _outputs(cell):
            encoded = _encoded_image(output)
            if encoded is not None and next(counter) == number:
                try:
                    return _image(base64.b64decode(encoded))
                except (binascii.Error, ValueError):
                    return _image(None)
    return _image(None)


def read_comparison(catalogue: Catalogue, handles: Sequence[str]) -> Comparison:
    """Set runs side by side; the first is the one compared with."""
    if not 2 <= len(handles) <= _MOST_RUNS:
        raise UsageError(f"Two runs or more are needed to compare, at most {_MOST_RUNS}.", code="too-few")
    experiments, packages = [], []
    for handle in handles:
        opened, experiment, store = _found(catalogue, handle)
        experiments.append(experiment)
        if opened is not None:
            packages.append(open_packages(opened))
        else:
            packages.append(requirements_of(store.file(experiment["oid"] or "", ".trackside/requirements.txt")))
    return compare_experiments(experiments, packages)


def read_diff(catalogue: Catalogue, before: str, after: str) -> CodeDiff:
    """Tell how the code of two runs differs; without `before`, from the baseline commit of the other."""
    from trackside.source_diff import diff_commits

    _, new, store = _found(catalogue, after)
    new_oid = _sealed_oid(new)
    if before:
        _, old, _ = _found(catalogue, before)
        return diff_commits(catalogue.reader, _sealed_oid(old), new_oid, before=old["name"], after=new["name"])
    parent = store.parent(new_oid)
    return diff_commits(catalogue.reader, parent, new_oid, before=parent[:12], after=new["name"])


def find_sealed(catalogue: Catalogue, handle: str) -> tuple[str, Store]:
    """Find the commit of a run; UsageError `open-run` while it has none."""
    _, experiment, store = _found(catalogue, handle)
    return _sealed_oid(experiment), store


def _sealed_oid(experiment: Experiment) -> str:
    oid = experiment["oid"]
    if oid is None:
        raise UsageError(
            f"{experiment['name']} is still open, so its code is not in Git yet.", hint="End it first.", code="open-run"
        )
    return oid


def _whole(catalogue: Catalogue, handle: str) -> Details:
    opened, experiment, store = _found(catalogue, handle)
    if opened is None:
        return sealed_details(store, experiment)
    with catalogue.held():
        return open_details(opened)


def _found(catalogue: Catalogue, handle: str) -> tuple[OpenRun | None, Experiment, Store]:
    """Find a run, one's own or one held back, and read its record."""
    held = find_held(catalogue, handle)
    if held is not None:
        return None, held, catalogue.store
    state, place = catalogue.find(handle)
    row, store = state.rows[place], catalogue.store
    opened = state.open_runs.get(state.ids[place])
    if opened is not None:
        return opened, opened.experiment, store
    ref = parse_experiment_ref(row.ref or "")
    assert ref is not None and row.oid is not None
    shelf = Shelf({row.oid: [ref]}, state.shelf.notes_tip)
    return None, store.read(shelf, [row.oid])[0], store


def _executed(catalogue: Catalogue, handle: str) -> dict[str, Any]:
    opened, experiment, store = _found(catalogue, handle)
    if opened is not None:
        with catalogue.held():
            run, read = opened.run, SideFiles(opened.journal).read
            data: bytes | None = build_executed(run.cells, read, displays=run.displays, python=run.python)
    else:
        data = store.executed(experiment["oid"] or "")
    try:
        notebook = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        return {}
    return notebook if type(notebook) is dict else {}


def _code_cells(notebook: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    cells = notebook.get("cells")
    for cell in cells if type(cells) is list else ():
        if type(cell) is dict and cell.get("cell_type") == "code":
            yield cell


def _cell(cell: dict[str, Any], counter: Iterator[int]) -> ExecutedCell:
    outputs = [shown for output in _outputs(cell) if (shown := _output(output, counter)) is not None]
    metadata = cell.get("metadata")
    about = metadata.get("trackside") if type(metadata) is dict else None
    about = about if type(about) is dict else {}
    number, count, ok = about.get("cell"), cell.get("execution_count"), about.get("ok")
    return {
        "cell": number if type(number) is int else 0,
        "count": count if type(count) is int else None,
        "source": _text(cell.get("source")),
        "ok": ok if type(ok) is bool else None,
        "started": _seconds(about.get("started")),
        "duration": _seconds(about.get("duration")),
        "outputs": outputs,
    }


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _outputs(cell: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    outputs = cell.get("outputs")
    for output in outputs if type(outputs) is list else ():
        if type(output) is dict:
            yield output


def _output(output: Mapping[str, Any], counter: Iterator[int]) -> OutputShown | None:
    kind = output.get("output_type")
    if kind == "stream":
        is_error = output.get("name") == "stderr"
        return {"kind": "stderr" if is_error else "stdout", "text": _text(output.get("text")), "image": None}
    if kind == "error":
        head = f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
        trace = output.get("traceback")
        lines = [_text(line) for line in trace] if type(trace) is list else []
        return {"kind": "error", "text": "\n".join([head, *lines]), "image": None}
    if kind not in ("execute_result", "display_data"):
        return None
    data = output.get("data")
    texts = data if type(data) is dict else {}
    text = next((_text(texts[mime]) for mime in _TEXTS if mime in texts), "")
    image = next(counter) if _encoded_image(output) is not None else None
    return {"kind": "result" if kind == "execute_result" else "display", "text": text, "image": image}


def _encoded_image(output: Mapping[str, Any]) -> str | None:
    """Return a picture of an output as base64 text, None when it has none."""
    data = output.get("data")
    if type(data) is not dict or output.get("output_type") not in ("execute_result", "display_data"):
        return None
    found = next((data[mime] for mime in ("image/png", "image/jpeg", "image/gif", "image/webp") if mime in data), None)
    if type(found) is list:
        found = "".join(part for part in found if type(part) is str)
    return found if type(found) is str and found else None


def _text(value: object) -> str:
    """Turn text, or lines of it, into one text without the codes of a terminal."""
    if type(value) is list:
        value = "".join(part for part in value if type(part) is str)
    if type(value) is dict:
        value = json.dumps(value, ensure_ascii=False)
    text = _ANSI.sub("", value) if type(value) is str else ""
    return (
        text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}\n[{len(text) - _LONGEST_TEXT} more characters]"
    )


def raster_type(data: bytes) -> str | None:
    """Tell by its first bytes which kind of picture this is; None when it is none a browser may be given."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for mime, head in _RASTER if data.startswith(head)), None)


def _image(data: bytes | None) -> tuple[str, bytes]:
    mime = raster_type(data) if data is not None and len(data) <= _LARGEST_IMAGE else None
    if data is None or mime is None:
        raise NotFoundError("There is no such picture.", code="no-image")
    return mime, data
