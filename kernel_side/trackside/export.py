"""Selected runs → one file: CSV and Parquet with a column for every metric and parameter, or JSON as `list --json`."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from trackside.columns import columns_of
from trackside.errors import TracksideError, UsageError
from trackside.query import FIELDS
from trackside.row import COUNT, MAX, MIN, Row, metric_number

if TYPE_CHECKING:
    from trackside.reading import Selection

FORMATS: Final = ("csv", "json", "parquet")
_FIELDS: Final = (
    "name", "title", "status", "started", "duration", "author", "email", "branch", "notebook", "baseline", "commit",
    "tags", "note", "star", "archived", "source", "warnings",
)  # fmt: skip
#: A spreadsheet takes text that begins so for a formula and runs it, so an apostrophe goes before it.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
Columns = dict[str, list[Any]]


def write_export(selection: Selection, kind: str) -> bytes:
    """Write the selection in one of FORMATS; `started` is in seconds since 1970, durations in seconds."""
    if kind == "json":
        return b"".join(selection.listing_json())
    columns = collect_columns(selection.rows())
    return _csv(columns) if kind == "csv" else _parquet(columns)


def collect_columns(rows: Sequence[Row]) -> Columns:
    """Turn rows into columns: fields, `metrics.X` with `.min`, `.max` and `.count`, `params.X`; None where absent."""
    chosen = columns_of(rows, fold=False)
    hidden = sorted({name for row in rows for name in row.hidden} - set(chosen.params))
    now = time.time()
    columns: Columns = {name: [_plain(FIELDS[name](row, now)) for row in rows] for name in _FIELDS}
    for name in chosen.metrics:
        metrics = [row.metrics.get(name) for row in rows]
        columns[f"metrics.{name}"] = [metric_number(metric) for metric in metrics]
        for ending, place in (("min", MIN), ("max", MAX), ("count", COUNT)):
            columns.setdefault(f"metrics.{name}.{ending}", [metric_number(metric, place) for metric in metrics])
    for name in [*chosen.params, *hidden]:
        columns[f"params.{name}"] = [_plain(row.params.get(name, row.hidden.get(name))) for row in rows]
    return columns


def _plain(value: Any) -> Any:
    return ",".join(map(str, value)) if type(value) is list else value


def _csv(columns: Columns) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*([_inert(_word(value), value) for value in values] for values in columns.values())))
    return text.getvalue().encode("utf-8", "backslashreplace")


def _word(value: Any) -> str:
    if value is None:
        return ""
    if type(value) is bool:
        return "true" if value else "false"
    return value if type(value) is str else repr(value)


def _inert(word: str, value: Any) -> str:
    """Let no text of a run be a formula; a number stays one."""
    return f"'{word}" if type(value) is str and word.startswith(_FORMULA) and not _is_number(word) else word


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _parquet(columns: Columns) -> bytes:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed.", hint="pip install 'trackside[parquet]'", code="no-pyarrow"
        ) from error
    arrays = {name: pyarrow.array(_one_type(values), from_pandas=False) for name, values in columns.items()}
    file = pyarrow.BufferOutputStream()
    try:
        parquet.write_table(pyarrow.table(arrays), file)
    except pyarrow.ArrowException as error:
        raise TracksideError(f"Parquet could not be written: {error}", hint="trackside export --format csv") from error
    return bytes(file.getvalue().to_pybytes())


def _one_type(values: Sequence[Any]) -> list[Any]:
    """A column has one type: numbers, truth values or text; a mixed one becomes text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int} and all(abs(value) < 2**63 for value in values if value is not None):
        return list(values)
    if kinds <= {int, float} and all(abs(value) < 2**53 for value in values if type(value) is int):
        return [None if value is None else float(value) for value in values]
    if kinds <= {bool} or kinds <= {str}:
        return [value.encode("utf-8", "backslashreplace").decode() if type(value) is str else value for value in values]
    return [None if value is None else _word(value).encode("utf-8", "backslashreplace").decode() for value in values]
