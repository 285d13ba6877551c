"""Run → the files of its experiment under `.trackside/`. Pure: bytes of side files come through `read`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from trackside import dvcfiles, executed
from trackside.directions import guess_direction
from trackside.encode import json_bytes
from trackside.format import FORMAT
from trackside.metrics import Summary, summarize
from trackside.run import Box, Parameter, Run, number_from_json, same_value

if TYPE_CHECKING:
    from trackside.contract import Record

FOLDER: Final = ".trackside"
RECORD_PATH: Final = f"{FOLDER}/run.json"
EXECUTED_PATH: Final = f"{FOLDER}/executed.ipynb"
_EXTENSIONS: Final = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_MOST_LISTED: Final = 100

ReadSideFile = Callable[[object], "bytes | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The files of an experiment: path from the repository's top → content."""

    record: Record
    files: dict[str, bytes] = field(default_factory=dict)


def build_experiment(
    run: Run, read: ReadSideFile, *, notebook: str | None, order: Sequence[Mapping[str, Any]] = (), code: str = ""
) -> Built:
    """Build every file of the run's experiment; `notebook` is its path from the top of the repository.

    `code` is the digest of its code (`sameness`), left out of the record when empty.
    """
    environment = _environment(run, read)
    images, figures = _images(run, read)
    record = build_record(run, notebook=notebook, order=order, environment=environment, figures=figures)
    if code:
        record["code"] = code
    shown = {name: parameter.value for name, parameter in sorted(run.params.items()) if box_of(run, name) == "params"}
    files = dvcfiles.dvc_files(
        shown,
        {name: number_from_json(fact["last"]) for name, fact in record["metrics"].items()},
        {name: [(step, value) for step, value, _ in run.series[name].points] for name in record["metrics"]},
        images,
        times={
            name: [when - run.started for _, _, when in run.series[name].points]
            for name in record["metrics"]
            if len(run.series[name].points) > 1
        },
    )
    built = {f"{FOLDER}/{path}": data for path, data in files.items()}
    built[RECORD_PATH] = json_bytes(record)
    if run.cells:
        built[EXECUTED_PATH] = executed.build_executed(run.cells, read, displays=run.displays, python=run.python)
    if environment is not None:
        built[f"{FOLDER}/environment.json"] = json_bytes({k: v for k, v in environment.items() if k != "packages"})
        built[f"{FOLDER}/requirements.txt"] = requirements(environment)
    return Built(record=record, files=built)


def build_record(
    run: Run,
    *,
    notebook: str | None = None,
    order: Sequence[Mapping[str, Any]] = (),
    environment: dict[str, Any] | None = None,
    figures: Sequence[Any] = (),
) -> Record:
    """Build the record of a run, open or ended, from what is folded so far."""
    summaries = {name: summarize(series.points) for name, series in sorted(run.series.items()) if series.points}
    base = run.base
    author = base.author if base else {}
    ended = run.ended if run.ended is not None else run.last_seen
    record: Record = {
        "format": FORMAT,
        "run": run.id,
        "name": run.name,
        "title": run.title,
        "status": run.status,
        "started": round(run.started, 3),
        "ended": round(ended, 3),
        "duration": round(run.duration, 3),
        "notebook": notebook,
        "frontend": run.frontend,
        "branch": base.branch if base else None,
        "baseline": base.baseline if base else "",
        "author": {
            "name": str(author.get("name") or ""),
            "email": str(author.get("email") or ""),
            "fallback": bool(author.get("fallback", not author)),
        },
        "derived_from": run.derived_from,
        "tags": list(run.tags),
        "note": run.note,
        "params": {name: _param(parameter, box_of(run, name)) for name, parameter in sorted(run.params.items())},
        "metrics": {name: _metric(run, name, summary) for name, summary in summaries.items()},
        "figures": list(figures),
        "artifacts": [_artifact(run.artifacts[path]) for path in sorted(run.artifacts)],
        "cells": {"executed": len(run.cells), "failed": sum(cell.ok is False for cell in run.cells)},
        "order": [cast("Any", dict(flag)) for flag in order],
        "files": _files(run),
        "environment": _environment_fact(environment),
        "warnings": [cast("Any", dict(warning)) for warning in run.warnings],
    }
    if run.inputs is not None:
        record["inputs"] = [cast("Any", dict(fact)) for fact in run.inputs]
    return record


def box_of(run: Run, name: str) -> Box:
    """Return where a parameter is shown: as the team's settings say, else as it was found.

    An argument that only passes a parameter on (`Ridge(alpha=alpha)`) is kept, but not shown a second time.
    """
    if name in run.pinned:
        return "params"
    parameter = run.params[name]
    passed = run.params.get(parameter.via)
    if name in run.hidden or (passed is not None and same_value(passed.value, parameter.value)):
        return "other"
    return parameter.box


def _param(parameter: Parameter, box: Box) -> Any:
    fact: dict[str, Any] = {
        "value": parameter.value,
        "type": type(parameter.value).__name__,
        "origin": parameter.origin,
        "box": box,
    }
    if parameter.rule:
        fact["rule"] = parameter.rule
    if parameter.values:
        fact["values"] = parameter.values
    return fact


def _metric(run: Run, name: str, summary: Summary) -> Any:
    series = run.series[name]
    return {
        "last": summary.last,
        "step": summary.step,
        "min": summary.min,
        "max": summary.max,
        "count": summary.count,
        "direction": run.directions.get(name) or series.direction or guess_direction(name),
        "origin": series.origin,
        "spark": summary.spark,
    }


def _artifact(artifact: Mapping[str, Any]) -> Any:
    fact = {
        "path": str(artifact["path"]),
        "size": int(artifact.get("size") or 0),
        "md5": artifact.get("md5"),
        "stored": artifact.get("stored") or "none",
    }
    if artifact.get("files"):
        fact["files"] = int(artifact["files"])
    if artifact.get("reason"):
        fact["reason"] = str(artifact["reason"])
    return fact


def _files(run: Run) -> Any:
    changes = tree_changes(run)
    snapshot = run.snapshot or {"changed_during": [], "not_captured": run.base.not_captured if run.base else []}

    def paths(kind: str) -> list[str]:
        return [printable(change["path"]) for change in changes if change["kind"] == kind][:_MOST_LISTED]

    return {
        "changed": paths("changed"),
        "added": paths("added"),
        "deleted": paths("deleted"),
        "changed_during": [printable(path) for path in snapshot["changed_during"]][:_MOST_LISTED],
        "not_captured": snapshot["not_captured"][:_MOST_LISTED],
    }


def tree_changes(run: Run) -> list[dict[str, Any]]:
    """Return the changes the experiment's tree makes to its baseline: as at the end, else as at the start."""
    if run.snapshot is not None:
        return list(run.snapshot["changes"])
    return run.base.changes if run.base else []


def printable(path: str) -> str:
    """Make a path of any bytes into text that can be shown and stored."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _images(run: Run, read: ReadSideFile) -> tuple[dict[str, bytes], list[Any]]:
    images: dict[str, bytes] = {}
    figures: list[Any] = []
    found: list[tuple[str, str, bytes | None, int | None, int | None]] = [
        (
            f"cell-{figure.cell:03}-{figure.index}",
            figure.mime,
            read(figure.file),
            figure.cell,
            None,
        )
        for figure in executed.figures(run.cells, run.displays)
    ]
    found += [
        (dvcfiles.safe_name(str(image["name"])), str(image["mime"]), read(image["file"]), None, image.get("step"))
        for image in run.images
    ]
    for stem, mime, data, cell, step in found:
        extension = _EXTENSIONS.get(mime)
        if not data or extension is None:
            continue
        name = f"{stem}.{extension}" if step is None else f"{stem}-{step}.{extension}"
        images[name] = data
        path = f"{FOLDER}/plots/images/{name}"
        figures = [figure for figure in figures if figure["path"] != path]
        figures.append({"path": path, "name": stem, "mime": mime, "size": len(data), "cell": cell, "step": step})
    return images, figures


def _environment(run: Run, read: ReadSideFile) -> dict[str, Any] | None:
    data = read(run.environment) if run.environment else None
    if data is None:
        return None
    environment = json.loads(data)
    return environment if type(environment) is dict else None


def _environment_fact(environment: dict[str, Any] | None) -> Any:
    if environment is None:
        return None
    packages = environment.get("packages") or {}
    digest = hashlib.sha256(json_bytes(environment)).hexdigest()[:16]
    texts = {key: _text(environment.get(key)) for key in ("python", "platform", "cpu", "gpu")}
    return {"digest": digest, **texts, "packages": len(packages)}


def _text(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("name") or value.get("model") or "")
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    return "" if value is None else str(value)


def requirements(environment: Mapping[str, Any]) -> bytes:
    """Write the exact installed versions the way pip reads them."""
    packages = environment.get("packages") or {}
    return "".join(f"{name}=={version}\n" for name, version in sorted(packages.items())).encode()
