"""Facts of a run → the files DVC reads them from, below `.trackside/`. Pure; reads back its own curves.

The DVC documentation calls the declarations "top-level params, metrics and plots" of `dvc.yaml`. Everything in
`dvc.yaml` is a template to DVC (`${…}`), so names chosen by people stand only in the data files.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Final

from trackside.encode import float_word, json_bytes, parse_number, yaml_bytes

FOLDER: Final = ".trackside"
PARAMS: Final = "params.yaml"
METRICS: Final = "metrics.json"
CURVES: Final = "plots/metrics"
IMAGES: Final = "plots/images"
DVC_YAML: Final = "dvc.yaml"

_SAFE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}\Z")
#: A safe stem with a step and an extension behind it.
_SAFE_IMAGE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")
_UNSAFE_RUN: Final = re.compile(r"[^a-z0-9]+")
_DIGEST_END: Final = re.compile(r"-[0-9a-f]{10}\Z")
#: Windows opens a device by such a name, whatever follows the first dot.
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)")
#: Columns DVC adds to every row of a plot, and our own; a metric of that name would be overwritten.
_COLUMNS_OF_DVC: Final = frozenset({"step", "time", "rev", "filename", "field"})
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

Point = tuple[int, float]


def dvc_files(
    params: Mapping[str, object],
    metrics: Mapping[str, float],
    series: Mapping[str, Sequence[Point]],
    images: Mapping[str, bytes],
    *,
    times: Mapping[str, Sequence[float]] | None = None,
) -> dict[str, bytes]:
    """Build path under `.trackside/` → content; `dvc.yaml` declares exactly those that are there.

    `images` are file names with their extension → bytes, `times` the seconds of each point of a series.
    A name not safe as a file name is replaced by `safe_name`.
    """
    files: dict[str, bytes] = {}
    if params:
        files[PARAMS] = yaml_bytes(params)
    if metrics:
        files[METRICS] = metrics_bytes(metrics)
    for name, points in series.items():
        if points:
            files[curve_path(name)] = format_curve(name, points, (times or {}).get(name))
    for name, data in images.items():
        files[f"{IMAGES}/{_safe_image_name(name)}"] = data
    declared = declaration(files)
    return {**files, DVC_YAML: declared} if declared else files


def declaration(files: Iterable[str]) -> bytes:
    """Return the `dvc.yaml` that declares these files (paths below `.trackside/`), b'' when there are none."""
    declared = _declarations(files)
    return yaml_bytes(declared) if declared else b""


def _declarations(files: Iterable[str]) -> dict[str, object]:
    folders = {path.rpartition("/")[0] or path for path in files}
    declared: dict[str, object] = {}
    if PARAMS in folders:
        declared["params"] = [PARAMS]
    if METRICS in folders:
        declared["metrics"] = [METRICS]
    # A folder in place of each file: no name of a metric has to pass DVC's templates, and the file is the same
    # in nearly all experiments, so Git stores it once. The last column of each file is its y axis.
    plots: list[object] = [{CURVES: {"x": "step"}}] if CURVES in folders else []
    if IMAGES in folders:
        plots.append(IMAGES)
    return {**declared, "plots": plots} if plots else declared


def safe_name(name: str) -> str:
    """Return a file name without extension for any text: itself when safe everywhere, else a readable part and
    ten digits of its hash, so that two names never meet, also where case does not count."""
    if _SAFE.match(name) and not _DEVICES.match(name) and not _DIGEST_END.search(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    readable = _UNSAFE_RUN.sub("-", name.lower()).strip("-")[:40].strip("-")
    return f"{readable or 'x'}-{digest}"


def _safe_image_name(name: str) -> str:
    stem, dot, extension = name.rpartition(".")
    if _SAFE_IMAGE.match(name) and not _DEVICES.match(name):
        return name
    return f"{safe_name(stem)}.{extension}" if dot and _SAFE.match(extension) else safe_name(name)


def curve_path(name: str) -> str:
    """Return the path under `.trackside/` of the curve of a metric."""
    return f"{CURVES}/{safe_name(name)}.tsv"


def metrics_bytes(metrics: Mapping[str, float]) -> bytes:
    """Encode last values, one a line, so that a review shows exactly the changed ones."""
    lines = [f"{_json(name)}: {_json(value)}" for name, value in metrics.items()]
    return ("{\n  " + ",\n  ".join(lines) + "\n}\n").encode() if lines else b"{}\n"


def _json(value: object) -> str:
    return json_bytes(value).decode("utf-8")


def format_curve(name: str, points: Sequence[Point], times: Sequence[float] | None = None) -> bytes:
    """Write (step, value) rows under the header `step<TAB>name`, as DVCLive does; values are exact.

    With `times`, seconds since the run started, to the millisecond: `step<TAB>time<TAB>name`. The value stays last,
    since DVC draws the last column.
    """
    head = StringIO()
    names = ["step", column_name(name)] if times is None else ["step", "time", column_name(name)]
    csv.writer(head, delimiter="\t", lineterminator="\n").writerow(names)
    moments = ("" for _ in points) if times is None else (f"{max(0.0, when):.3f}\t" for when in times)
    rows = "".join(
        f"{step}\t{moment}{float_word(value) if type(value) is float else _json(value).strip(chr(34))}\n"
        for (step, value), moment in zip(points, moments)
    )
    return (head.getvalue() + rows).encode("utf-8")


def column_name(name: str) -> str:
    """Return the header of a metric's values: its name, with what a table cannot show spelled out."""
    shown = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", name).encode("utf-8", "backslashreplace").decode()
    return f"{shown} (value)" if shown in _COLUMNS_OF_DVC or not shown else shown


def parse_curve(data: bytes) -> list[Point]:
    """Read the rows of `format_curve`, with times or without; a row that is none is passed over."""
    return [(step, value) for step, value, _ in parse_timed_curve(data)]


def parse_timed_curve(data: bytes) -> list[tuple[int, float, float | None]]:
    """Read (step, value, seconds since the start) of a curve; None where no time was written."""
    points: list[tuple[int, float, float | None]] = []
    for row in csv.reader(StringIO(data.decode("utf-8", "replace"), newline=""), delimiter="\t"):
        if len(row) in (2, 3) and row[0].lstrip("-").isdecimal() and len(row[0]) < 20:
            value, when = _number(row[-1]), _number(row[1]) if len(row) == 3 else None
            if value is not None:
                points.append((int(row[0]), value, when if when is not None and math.isfinite(when) else None))
    return points


def _number(text: str) -> float | None:
    try:
        return int(text) if text.lstrip("-").isdecimal() and len(text) < 4000 else float(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed:
    """An artifact kept in DVC's cache, as its pointer file in the tree says."""

    path: str
    md5: str
    size: int
    nfiles: int | None = None


def dvc_cache_entry(
    oid: str,
    *,
    committed: float,
    params: Mapping[str, object],
    metrics: Mapping[str, float],
    outs: Sequence[Pointed] = (),
    folder: str = FOLDER,
) -> bytes:
    """Build what `dvc exp show` remembers of one commit, so that it need not read its tree.

    The shape is DVC's `SerializableExp` (dvc 3, `dvc/repo/experiments/serialize.py`); `committed` is the committer's
    time in unix seconds. The entry is right only when nothing else in the tree declares facts to DVC:
    see `is_alone`.
    """
    # What DVC would read from the files: the same replacements of NaN and odd text.
    entry: dict[str, object] = {
        "rev": oid,
        "timestamp": datetime.fromtimestamp(int(committed)).isoformat(),
        "params": {f"{folder}/{PARAMS}": {"data": params}} if params else {},
        "metrics": {f"{folder}/{METRICS}": {"data": metrics}} if metrics else {},
        "deps": {},
        "outs": {
            out.path: {
                "hash": out.md5,
                "size": out.size,
                "nfiles": out.nfiles,
                "use_cache": True,
                "is_data_source": True,
            }
            for out in outs
        },
        "meta": {},
    }
    return json_bytes(entry)


def is_alone(paths: Iterable[str], outs: Sequence[Pointed] = ()) -> bool:
    """Tell whether no file of the tree besides ours and the pointers `outs` tells DVC anything."""
    known = {f"{out.path}.dvc" for out in outs}
    for path in paths:
        if path.startswith(f"{FOLDER}/") or path in known:
            continue
        name = path.rpartition("/")[2]
        if path == PARAMS or name in (DVC_YAML, "dvc.lock") or name.endswith(".dvc"):
            return False
    return True


def parse_metrics(data: bytes) -> dict[str, float]:
    """Read `metrics.json` as we write it; anything else in it is passed over."""
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    if type(found) is not dict:
        return {}
    numbers = {name: parse_number(value) for name, value in found.items()}
    return {name: value for name, value in numbers.items() if value is not None}
