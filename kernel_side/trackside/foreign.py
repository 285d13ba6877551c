"""Facts of experiments made by `dvc exp run|save` and DVCLive, read from their tree. Pure; strangers' data.

What declares facts is DVC's: top-level `params`, `metrics` and `plots` of every `dvc.yaml`, those of its stages,
`params.yaml` at the top, `dvc.lock`, and DVCLive's folder. Nothing is executed and no pickle is opened.
"""

from __future__ import annotations

import csv
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, Final

from trackside.dvcfiles import Pointed
from trackside.encode import json_bytes, parse_number
from trackside.foreign_yaml import (
    DEEPEST,
    ForeignDamagedError,
    load_document,
    load_json,
    load_yaml,
)
from trackside.run import Scalar, Value

Read = Callable[[str], "bytes | None"]
Point = tuple[int, float]

_MOST_VALUES: Final = 10_000
_MOST_FILES: Final = 200
_MOST_POINTS: Final = 1_000_000
_LONGEST_LIST: Final = 100
_IMAGES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
_TABLES: Final = (".tsv", ".csv", ".json")
#: Templates of DVC whose x axis is not the course of a training.
_NO_CURVES: Final = ("confusion", "scatter", "bar")
#: Columns that count on; any other whole-numbered x column does as well.
_COUNTERS: Final = ("step", "epoch", "iteration", "iter", "batch", "index")
_LIVE: Final = "dvclive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a tree says in DVC's words.

    `metrics`: name → (last value, curve; empty when there is none). `images`: paths in the tree.
    `artifacts`: files in DVC's cache. `problems`: a sentence for each file that could not be read.
    """

    params: dict[str, Value] = field(default_factory=dict)
    metrics: dict[str, tuple[float, list[Point]]] = field(default_factory=dict)
    images: list[str] = field(default_factory=list)
    artifacts: list[Pointed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Declared:
    """Paths from the top, as the declarations name them."""

    params: dict[str, list[str] | None] = field(default_factory=dict)
    metrics: list[str] = field(default_factory=list)
    plots: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    locked: dict[str, Value] = field(default_factory=dict)
    artifacts: dict[str, Pointed] = field(default_factory=dict)


def collect_facts(read: Read, paths: Sequence[str]) -> Facts:
    """Read all facts of one tree; `paths` are its files, `read` gives the bytes of one (None: not there, too large).

    Never raises for what is in the files: a file that cannot be read is a sentence in `problems`.
    """
    return _Reader(read, paths).collect()


class _Reader:
    def __init__(self, read: Read, paths: Sequence[str]) -> None:
        self._read, self._paths = read, paths
        self._known = frozenset(paths)
        self._problems: list[str] = []
        self._declared = _Declared()

    def collect(self) -> Facts:
        for path in self._named("dvc.yaml"):
            self._guard(path, self._declarations)
        for path in self._named("dvc.lock"):
            self._guard(path, self._lock)
        for path in [path for path in self._paths if path.endswith(".dvc")][:_MOST_FILES]:
            self._guard(path, self._pointer)
        self._defaults()
        params = {**self._declared.locked, **self._values(self._declared.params)}
        curves, images = self._plots()
        metrics = self._metrics(curves)
        return Facts(
            params=params,
            metrics=metrics,
            images=images,
            artifacts=list(self._declared.artifacts.values()),
            problems=self._problems,
        )

    def _named(self, name: str) -> list[str]:
        found = [path for path in self._paths if path == name or path.endswith(f"/{name}")]
        return sorted(found, key=lambda path: (path.count("/"), path))[:_MOST_FILES]

    def _guard(self, path: str, task: Callable[[str], None]) -> None:
        try:
            task(path)
        except ForeignDamagedError as error:
            self._problems.append(f"{path} cannot be read. {error.message}")

    def _document(self, path: str) -> Any:
        data = self._read(path) if path in self._known else None
        return None if data is None else load_document(path, data)

    def _defaults(self) -> None:
        """Add what DVC and DVCLive read without a declaration."""
        if "params.yaml" in self._known:
            self._declared.params["params.yaml"] = None
        if f"{_LIVE}/metrics.json" in self._known and not self._declared.metrics:
            self._declared.metrics.append(f"{_LIVE}/metrics.json")
        if f"{_LIVE}/params.yaml" in self._known:
            self._declared.params[f"{_LIVE}/params.yaml"] = None
        if not any(plot.startswith(f"{_LIVE}/") for plot in self._declared.plots):
            self._declared.plots[f"{_LIVE}/plots"] = {}

    def _declarations(self, path: str) -> None:
        document = load_yaml(self._read(path) or b"")
        if not isinstance(document, Mapping):
            return
        folder = posixpath.dirname(path)
        self._add(document, folder)
        stages = document.get("stages")
        for stage in stages.values() if isinstance(stages, Mapping) else ():
            body = stage.get("do", stage) if isinstance(stage, Mapping) else None
            if isinstance(body, Mapping):
                inner = body.get("wdir")
                where = _join(folder, inner) if isinstance(inner, str) and "${" not in inner else folder
                self._add(body, where, is_stage=True)

    def _add(self, section: Mapping[Any, Any], folder: str, *, is_stage: bool = False) -> None:
        for name, props in _entries(section.get("params")):
            if is_stage and props is None and not name.endswith((".yaml", ".yml", ".json", ".toml", ".py")):
                self._add_param(_join(folder, "params.yaml"), [name])
            elif isinstance(props, list):
                self._add_param(_join(folder, name), [key for key in props if type(key) is str])
            else:
                self._add_param(_join(folder, name), None)
        self._declared.metrics += [_join(folder, name) for name, _ in _entries(section.get("metrics"))]
        for name, props in _entries(section.get("plots")):
            self._add_plot(name, props if isinstance(props, Mapping) else {}, folder)

    def _add_param(self, path: str, keys: list[str] | None) -> None:
        known = self._declared.params.get(path, [])
        self._declared.params[path] = None if keys is None or known is None else [*known, *keys]

    def _add_plot(self, name: str, props: Mapping[Any, Any], folder: str) -> None:
        sources = props.get("y")
        if isinstance(sources, Mapping):
            # The name is a title then; `y` maps each file to its columns.
            for file, columns in sources.items():
                if type(file) is str:
                    x = props.get("x")
                    x = x.get(file) if isinstance(x, Mapping) else x
                    self._declared.plots[_join(folder, file)] = {**props, "x": x, "y": columns}
        else:
            self._declared.plots[_join(folder, name)] = props

    def _lock(self, path: str) -> None:
        document = load_yaml(self._read(path) or b"")
        stages = document.get("stages") if isinstance(document, Mapping) else None
        for stage in stages.values() if isinstance(stages, Mapping) else ():
            if not isinstance(stage, Mapping):
                continue
            files = stage.get("params")
            for values in files.values() if isinstance(files, Mapping) else ():
                if isinstance(values, Mapping):
                    self._declared.locked.update(_flat(values, _as_value))
            self._outs(stage.get("outs"), posixpath.dirname(path))

    def _pointer(self, path: str) -> None:
        document = load_yaml(self._read(path) or b"")
        if isinstance(document, Mapping):
            self._outs(document.get("outs"), posixpath.dirname(path))

    def _outs(self, outs: object, folder: str) -> None:
        for out in outs if isinstance(outs, list) else ():
            if not isinstance(out, Mapping) or type(out.get("path")) is not str or type(out.get("md5")) is not str:
                continue
            path, size, nfiles = _join(folder, out["path"]), out.get("size"), out.get("nfiles")
            if path not in self._known and not any(path == metric for metric in self._declared.metrics):
                self._declared.artifacts[path] = Pointed(
                    path=path,
                    md5=out["md5"],
                    size=size if type(size) is int else 0,
                    nfiles=nfiles if type(nfiles) is int else None,
                )

    def _values(self, files: Mapping[str, list[str] | None]) -> dict[str, Value]:
        found: dict[str, Value] = {}

        def add(path: str) -> None:
            keys = files[path]
            document = self._document(path)
            for name, value in _flat(document, _as_value) if isinstance(document, Mapping) else ():
                if keys is None or any(name == key or name.startswith(f"{key}.") for key in keys):
                    found[name if name not in found or found[name] == value else f"{path}:{name}"] = value

        for path in list(files)[:_MOST_FILES]:
            self._guard(path, add)
        return found

    def _metrics(self, curves: Mapping[str, list[Point]]) -> dict[str, tuple[float, list[Point]]]:
        found: dict[str, tuple[float, list[Point]]] = {}

        def add(path: str) -> None:
            document = self._document(path)
            if isinstance(document, Mapping):
                values = _flat(document, parse_number)
            else:
                number = parse_number(document)
                values = iter([] if number is None else [(posixpath.basename(path).rpartition(".")[0], number)])
            is_live = any(name.startswith(f"{posixpath.dirname(path)}/plots/") for name in self._paths)
            for name, value in values:
                if value is not None and not (is_live and name == "step"):
                    found[name if name not in found else f"{path}:{name}"] = (value, curves.get(name, []))

        for path in _expand(dict.fromkeys(self._declared.metrics), self._paths):
            self._guard(path, add)
        for name, points in curves.items():
            found.setdefault(name, (points[-1][1], points))
        return found

    def _plots(self) -> tuple[dict[str, list[Point]], list[str]]:
        curves: dict[str, list[Point]] = {}
        images: list[str] = []
        budget = _MOST_POINTS
        # The most particular declaration of a file comes last and stands.
        particular = sorted(self._declared.plots, key=lambda plot: plot.count("/"))
        props = {path: self._declared.plots[plot] for plot in particular for path in _expand([plot], self._paths)}
        for path, given in props.items():
            if path.lower().endswith(_IMAGES):
                images.append(path)
            elif path.lower().endswith(_TABLES) and budget > 0:
                try:
                    rows = self._rows(path)
                except ForeignDamagedError as error:
                    self._problems.append(f"{path} cannot be read. {error.message}")
                    continue
                for name, points in _curves(path, given, rows):
                    curves.setdefault(name, points)
                    budget -= len(points)
        return curves, images

    def _rows(self, path: str) -> list[Mapping[str, Any]]:
        data = self._read(path)
        if data is None:
            return []
        if path.endswith(".json"):
            return list(_records(load_json(data)))
        try:
            text = StringIO(data.decode("utf-8", "replace"), newline="")
            return list(csv.DictReader(text, delimiter="\t" if path.endswith(".tsv") else ","))
        except csv.Error as error:
            raise ForeignDamagedError("It is no table.") from error


def _entries(section: object) -> Iterator[tuple[str, object]]:
    """List (name, properties) of DVC's `[name, {name: properties}]`, without those that hold templates."""
    items: Iterable[object] = section if isinstance(section, list) else ()
    if isinstance(section, Mapping):
        items = [section]
    for item in items:
        pairs = item.items() if isinstance(item, Mapping) else [(item, None)]
        for name, props in pairs:
            if type(name) is str and "${" not in name:
                yield name, props


def _join(folder: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(folder, name.replace("\\", "/")))


def _expand(declared: Iterable[str], paths: Sequence[str]) -> list[str]:
    """Replace declared folders by the files in them; what is not in the tree is left out."""
    known = frozenset(paths)
    found: dict[str, None] = {}
    for name in declared:
        inside = [name] if name in known else [path for path in paths if path.startswith(f"{name}/")]
        found.update(dict.fromkeys(inside))
        if len(found) > _MOST_VALUES:
            break
    return list(found)


def _flat(mapping: Mapping[Any, Any], convert: Callable[[object], Any]) -> Iterator[tuple[str, Any]]:
    """List the leaves of nested mappings by dotted names, as DVC shows them; raises ForeignDamagedError."""
    count = 0
    stack: list[tuple[str, Any, int]] = [("", mapping, 0)]
    while stack:
        prefix, value, depth = stack.pop()
        if isinstance(value, Mapping):
            if depth > DEEPEST:
                raise ForeignDamagedError("It is nested too deep.")
            items = [(f"{prefix}.{key}" if prefix else str(key), item, depth + 1) for key, item in value.items()]
            stack += reversed(items)
        else:
            count += 1
            if count > _MOST_VALUES:
                raise ForeignDamagedError("It holds too many values.")
            yield prefix, convert(value)


def _as_value(value: object) -> Value:
    """Make a parameter's value of whatever was parsed: a scalar, a list of scalars, else its JSON text."""
    if isinstance(value, list) and len(value) <= _LONGEST_LIST and not any(isinstance(x, (list, dict)) for x in value):
        return [_as_scalar(item) for item in value]
    return _as_scalar(value)


def _as_scalar(value: object) -> Scalar:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, dict)):
        return json_bytes(value).decode("utf-8")[:1000]
    # TOML has dates and times.
    return str(value)


def _records(document: Any) -> Iterator[Mapping[str, Any]]:
    """List the rows of a JSON plot: a list of objects, or one under any key (DVC looks there too)."""
    if isinstance(document, Mapping):
        document = next((value for value in document.values() if isinstance(value, list)), [])
    for row in document if isinstance(document, list) else ():
        if isinstance(row, Mapping):
            yield row


def _curves(
    path: str, props: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, list[Point]]]:
    """Read the columns of a table over a counter as curves; any other plot has none."""
    template = props.get("template")
    if not rows or (type(template) is str and template.startswith(_NO_CURVES)):
        return
    columns = [column for column in rows[0] if type(column) is str]
    asked = props.get("x")
    x = asked if asked in columns else next((name for name in _COUNTERS if name in columns and not asked), None)
    steps = [_step(row.get(x)) for row in rows] if x else list(range(len(rows)))
    if None in steps:
        return
    wanted = props.get("y")
    named = [wanted] if type(wanted) is str else wanted if isinstance(wanted, list) else columns
    names = [name for name in named if name in columns and name not in (x, "timestamp")]
    for column in names:
        points = [(step, value) for step, row in zip(steps, rows) if (value := _cell(row.get(column))) is not None]
        if points:
            yield _curve_name(path, column, alone=len(names) == 1), points  # type: ignore[misc]  # no step is None


def _curve_name(path: str, column: str, *, alone: bool) -> str:
    """Name a curve as the metrics file does: DVCLive keeps `train/loss` in `plots/metrics/train/loss.tsv`."""
    _, is_live, inside = path.rpartition("plots/metrics/")
    if is_live and alone:
        return inside.rpartition(".")[0].replace("/", ".")
    return column


def _step(value: object) -> int | None:
    number = _cell(value)
    return (
        int(number)
        if number is not None and number == number and abs(number) < 2**53 and number == int(number)
        else None
    )


def _cell(value: object) -> float | None:
    if type(value) is str:
        try:
            return int(value) if value.isdecimal() and len(value) < 16 else float(value)
        except ValueError:
            return None
    return parse_number(value)
