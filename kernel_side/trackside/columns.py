"""Which columns a table of runs shows: those that vary, unless somebody asked for others. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from trackside.errors import UsageError
from trackside.query import FIELDS, near_field
from trackside.row import LAST, Row, row_of

if TYPE_CHECKING:
    from trackside.contract import Experiment

_MISSING: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a table: fields, metrics and parameters; `same` are the names all runs agree on."""

    fields: list[str] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    params: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


def choose_columns(experiments: Sequence[Experiment], asked: Sequence[str] = ()) -> Columns:
    """Choose the columns of a table of experiments; see `columns_of`."""
    return columns_of([row_of(experiment) for experiment in experiments], asked)


def columns_of(rows: Sequence[Row], asked: Sequence[str] = (), *, fold: bool = True) -> Columns:
    """Return the columns asked for, else the metrics and parameters that vary, the commonest first.

    Without `fold` those that are the same in all runs are columns as well. Raises UsageError for an unknown field.
    """
    if asked:
        return _asked_columns(asked)
    metrics = _by_frequency(row.metrics for row in rows)
    params = _by_frequency(row.params for row in rows)
    if not fold or len(rows) < 2:
        return Columns(metrics=metrics, params=params)
    same_metrics = {name for name in metrics if _is_same([_last(row, name) for row in rows])}
    same_params = {name for name in params if _is_same([row.params.get(name, _MISSING) for row in rows])}
    return Columns(
        metrics=[name for name in metrics if name not in same_metrics],
        params=[name for name in params if name not in same_params],
        same=[*(name for name in metrics if name in same_metrics), *(name for name in params if name in same_params)],
    )


def _asked_columns(asked: Sequence[str]) -> Columns:
    columns = Columns()
    for word in asked:
        head, _, name = word.strip().partition(".")
        if head == "metrics" and name:
            columns.metrics.append(name)
        elif head == "params" and name:
            columns.params.append(name)
        elif word.strip() in FIELDS:
            columns.fields.append(word.strip())
        else:
            raise UsageError(f"There is no column {word!r}.", hint=near_field(word.strip()), code="column")
    return columns


def _by_frequency(groups: Iterable[Iterable[str]]) -> list[str]:
    counts: dict[str, int] = {}
    for names in groups:
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


def _is_same(values: Sequence[Any]) -> bool:
    first = values[0]
    return all(type(value) is type(first) and value == first for value in values)


def _last(row: Row, name: str) -> object:
    return row.metrics[name][LAST] if name in row.metrics else _MISSING
