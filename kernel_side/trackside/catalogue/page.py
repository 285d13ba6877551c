"""A page of a table: which runs match, in which order, and what is told of each of them and of all together."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from trackside.catalogue.shortcuts import filter_quickly, sort_quickly
from trackside.catalogue.verdicts import choose_main_metric, delta_of, pooled_deviation, verdict_of
from trackside.catalogue.warm import MISSING, Sealed, State, column_of, numbers_of, twin_key
from trackside.format import FORMAT
from trackside.query import Query, parse_query, parse_sort
from trackside.reading import DEFAULT_SORT, unknown_names
from trackside.row import Row, metric_number
from trackside.store import Store

if TYPE_CHECKING:
    from trackside.contract import ColumnFact, Direction, MetricCell, Page, RunRow, Value

MOST_ROWS: Final = 500
#: Filters and orders remembered of one state.
_REMEMBERED: Final = 32
#: Columns told of; a table with more has them in the page of each run.
_MOST_COLUMNS: Final = 500
#: Values looked at one by one before all are compared at once.
_FIRST: Final = 64


class Selected:
    """The places of the runs that match, in order."""

    def __init__(self, state: State, query: str, sort: str, *, archived: bool) -> None:
        now = time.time()
        self.state = state
        self.query = parse_query(query, now=now)
        sort = sort or DEFAULT_SORT
        order = parse_sort(sort, now=now)
        shows_archived = archived or "archived" in self.query.fields
        is_lasting = "age" not in self.query.fields
        self.opened = [place for place, row in enumerate(state.open_rows) if self.query.matches(row)]
        #: Places among the experiments; the very list is remembered with what was found out about it.
        self.sealed = sealed = _ordered(
            state.sealed, self.query, sort, shows_archived=shows_archived, is_lasting=is_lasting, now=now
        )
        if self.opened and sort != DEFAULT_SORT:
            rows = {id(state.rows[place]): place for place in self.opened}
            rows.update((id(state.sealed.rows[place]), place + state.ahead) for place in sealed)
            self.places = [rows[id(row)] for row in order(state.rows[place] for place in rows.values())]
        elif state.ahead:
            self.places = [*self.opened, *(place + state.ahead for place in sealed)]
            if self.opened:
                # Only runs that started while one was open stand before it.
                self.places.sort(key=lambda place: state.rows[place].started, reverse=True)
        else:
            self.places = sealed


def _ordered(
    sealed: Sealed, query: Query, sort: str, *, shows_archived: bool, is_lasting: bool, now: float
) -> list[int]:
    """Return the places of the experiments that match, in order; remembered while the shelf stays as it is."""
    key = (query.text.strip(), shows_archived)
    known = sealed.orders.get((*key, sort)) if is_lasting else None
    if known is not None:
        return known
    whole = sealed.orders.get(("", shows_archived, sort))
    matched = sealed.matches.get(key) if is_lasting else None
    if matched is None:
        rows, matches = sealed.rows, query.matches
        every = list(range(len(rows))) if shows_archived else sealed.shown
        if not key[0]:
            matched = every
        elif (quickly := filter_quickly(sealed, key[0], whole if whole is not None else every)) is not None:
            if whole is not None:
                return _remember(sealed.orders, (*key, sort), quickly, is_lasting)
            matched = quickly
        elif whole is not None:
            # Filtered in the order wanted, it need not be sorted.
            return _remember(
                sealed.orders, (*key, sort), [place for place in whole if matches(rows[place])], is_lasting
            )
        else:
            matched = [place for place in every if matches(rows[place])]
        _remember(sealed.matches, key, matched, is_lasting)
    quick_order = sort_quickly(sealed, sort, matched)
    if quick_order is not None:
        matched = quick_order
    elif sort != DEFAULT_SORT:
        places = {id(sealed.rows[place]): place for place in matched}
        matched = [places[id(row)] for row in parse_sort(sort, now=now)(sealed.rows[place] for place in matched)]
    return _remember(sealed.orders, (*key, sort), matched, is_lasting)


def _remember(where: dict[Any, list[int]], key: Any, places: list[int], is_lasting: bool) -> list[int]:
    if is_lasting:
        while len(where) >= _REMEMBERED:
            where.pop(next(iter(where)))
        where[key] = places
    return places


class Table:
    """What a state says, against one baseline and by one main metric."""

    def __init__(self, state: State, *, baseline: str = "", main_metric: str = "") -> None:
        self.state = state
        counts = state.names("metric")
        self.main = choose_main_metric(counts, {name: state.direction(name) for name in counts}, main_metric)
        place = state.place(baseline) if baseline else None
        if place is None and state.sealed.baseline is not None:
            place = state.sealed.baseline + state.ahead
        self.baseline = place
        self._deviations: dict[tuple[Any, str], float | None] = {}

    def best(self, selected: Selected) -> str | None:
        """Return the handle of the best of these by the main metric; None when nobody can tell."""
        main, state = self.main, self.state
        direction = state.direction(main) if main else "unknown"
        if main is None or direction == "unknown":
            return None
        sign = 1.0 if direction == "higher" else -1.0
        found, count = _known(state, selected).best(main, sign)
        for place in selected.opened:
            number = numbers_of([row.metrics[main][0]])[0] if main in (row := state.rows[place]).metrics else None
            if number is not None:
                found, count = max(found, (sign * number, state.ids[place])), count + 1
        return found[1] if count > 1 else None

    def rows(self, places: Sequence[int], store: Store) -> list[RunRow]:
        """Tell of the runs at these places."""
        sparks = self._sparks(places, store)
        return [self._row(place, sparks.get(place, [])) for place in places]

    def held_row(self, handle: str, row: Row, remote: str) -> RunRow:
        """Tell of a run that is none of the clone's own: compared with nothing, and new to nobody."""
        said = self._told(handle, row, {name: _alone(metric) for name, metric in row.metrics.items()}, [])
        return {**said, "remotes": [remote], "fresh": False}

    def _row(self, place: int, spark: list[float | None]) -> RunRow:
        row = self.state.rows[place]
        metrics = {name: self._cell(place, row, name, metric) for name, metric in row.metrics.items()}
        return self._told(self.state.ids[place], row, metrics, spark)

    def _told(self, handle: str, row: Row, metrics: dict[str, MetricCell], spark: list[float | None]) -> RunRow:
        twins = self.state.sealed.twins.get(twin_key(row), ()) if row.code else ()
        return {
            "id": handle,
            "name": row.name,
            "oid": row.oid,
            "source": row.source,  # type: ignore[typeddict-item]  # one of the three, as the store says
            "problem": row.problem,
            "status": row.status,  # type: ignore[typeddict-item]  # checked when the record was read
            "title": row.title,
            "started": row.started,
            "duration": row.duration,
            "notebook": row.notebook,
            "branch": row.branch,
            "baseline": row.baseline,
            "author": row.author,
            "email": row.email,
            "note": row.note,
            "tags": list(row.tags),
            "star": row.star,
            "archived": row.archived,
            "promoted": row.promoted,
            "warnings": row.warnings,
            "twins": max(1, len(twins)),
            "params": row.params,
            "data": row.hidden,
            "metrics": metrics,
            "spark": spark,
            "alias": row.alias if row.alias != row.name else None,
            "remotes": self.state.travelled.holders(row.oid),
            "fresh": row.oid in self.state.travelled.fresh,
        }

    def _cell(self, place: int, row: Row, name: str, metric: Sequence[Any]) -> MetricCell:
        against = self.state.rows[self.baseline].metrics.get(name) if self.baseline is not None else None
        direction: Direction = metric[4] if metric[4] != "unknown" else self.state.direction(name)
        delta = delta_of(metric_number(metric), metric_number(against))
        deviation = self._deviation(row, name) if delta and place != self.baseline else None
        return {
            "last": metric[0],
            "min": metric[1],
            "max": metric[2],
            "count": metric[3],
            "direction": direction,
            "delta": delta,
            "verdict": verdict_of(delta, direction, deviation),
        }

    def _deviation(self, row: Row, name: str) -> float | None:
        """Return how much the twins of a run, and those of the baseline, differ among themselves."""
        baseline = self.state.rows[self.baseline] if self.baseline is not None else row
        keys = tuple(sorted({twin_key(one) for one in (row, baseline) if one.code}))
        if not keys:
            return None
        if (keys, name) not in self._deviations:
            twins, rows = self.state.sealed.twins, self.state.sealed.rows
            groups = [
                [
                    metric_number(rows[place].metrics.get(name))
                    for place in twins.get(key, ())
                    if rows[place].status == "finished"
                ]
                for key in keys
            ]
            self._deviations[keys, name] = pooled_deviation(groups)
        return self._deviations[keys, name]

    def _sparks(self, places: Sequence[int], store: Store) -> dict[int, list[float | None]]:
        if self.main is None:
            return {}
        asked = [place for place in places if self.main in self.state.rows[place].metrics]
        sealed = {oid: place for place in asked if (oid := self.state.rows[place].oid) is not None}
        found: dict[int, list[float | None]] = {}
        for oid, record in store.records(list(sealed)).items() if sealed else ():
            if oid in sealed:
                found[sealed[oid]] = _spark(json.loads(record), self.main)
        for place in asked:
            opened = self.state.open_runs.get(self.state.ids[place])
            if opened is not None:
                found[place] = _spark(opened.experiment["record"], self.main)
        return found


def _alone(metric: Sequence[Any]) -> MetricCell:
    return {
        "last": metric[0], "min": metric[1], "max": metric[2], "count": metric[3], "direction": metric[4],
        "delta": None, "verdict": "unknown",
    }  # fmt: skip


def _spark(record: Any, metric: str) -> list[float | None]:
    fact = record["metrics"].get(metric)
    return list(fact["spark"]) if fact is not None else []


def build_page(
    table: Table, selected: Selected, store: Store, *, offset: int, limit: int, said: Sequence[str] = ()
) -> Page:
    """Tell of the runs `offset`… of those selected, at most `limit`, and of all that match together."""
    state, places = table.state, selected.places
    baseline = [table.baseline] if table.baseline is not None else []
    part = places[offset : offset + limit]
    rows = table.rows([*part, *baseline], store)
    shown = len(state.sealed.shown)
    unknown: list[str] = []
    if selected.query.metrics or selected.query.params:
        names = {*state.names("param"), *state.names("hidden")}
        unknown = unknown_names(selected.query, state.names("metric").keys(), names)
    return {
        "format": FORMAT,
        "revision": state.revision,
        "total": len(places),
        "every": state.ahead + shown,
        "open": sum(row.status == "open" for row in state.open_rows),
        "archived": len(state.sealed.rows) - shown,
        "offset": offset,
        "baseline": rows[-1] if baseline else None,
        "main_metric": table.main,
        "best": table.best(selected),
        "columns": column_facts(state, selected),
        "rows": rows[: len(part)],
        "said": [*state.said, *unknown, *said],
        "fresh": sum(oid in state.shelf.refs for oid in state.travelled.fresh),
        "held": len(state.travelled.held(state.shelf.refs)),
        "remotes": list(state.travelled.remotes),
    }


class _Known:
    """What is found out about a list of experiments, once for each metric and parameter."""

    def __init__(self, sealed: Sealed, places: list[int]) -> None:
        self._sealed, self.places = sealed, places
        self._facts: dict[tuple[str, str], tuple[int, bool, Any]] = {}
        self._best: dict[tuple[str, float], tuple[tuple[float, str], int]] = {}

    def fact(self, kind: str, name: str) -> tuple[int, bool, Any]:
        """Return how many have it, whether all agree, and on what."""
        known = self._facts.get((kind, name))
        if known is None:
            known = self._facts[kind, name] = self._find_fact(kind, name)
        return known

    def _find_fact(self, kind: str, name: str) -> tuple[int, bool, Any]:
        column, places = self._sealed.column(kind, name), self.places
        if places and self._sealed.names[kind].get(name) == len(self._sealed.rows):
            # Every experiment has it, so these do; a few of them tell mostly that they differ.
            first = column[places[0]]
            if any(type(column[place]) is not type(first) or column[place] != first for place in places[:_FIRST]):
                return len(places), False, None
            if self._sealed.is_same(kind, name):
                return len(places), True, first
        values = _picked(column, places)
        runs = len(values) - values.count(MISSING)
        same = 0 < runs == len(values) and _is_same(values)
        return runs, same, values[0] if same else None

    def best(self, metric: str, sign: float) -> tuple[tuple[float, str], int]:
        """Return the greatest `sign` × value with the run's handle, and how many have a finite one."""
        known = self._best.get((metric, sign))
        if known is None and self.places and self._sealed.is_numeric(metric):
            column = self._sealed.column("metric", metric)
            place = (max if sign > 0 else min)(self.places, key=column.__getitem__)
            known = self._best[metric, sign] = ((sign * column[place], self._sealed.ids[place]), len(self.places))
        if known is None:
            numbers = numbers_of(_picked(self._sealed.column("metric", metric), self.places))
            there = [(sign * number, -at) for at, number in enumerate(numbers) if number is not None]
            greatest = max(there, default=None)
            found = (greatest[0], self._sealed.ids[self.places[-greatest[1]]]) if greatest else (-math.inf, "")
            known = self._best[metric, sign] = (found, len(there))
        return known


def _known(state: State, selected: Selected) -> _Known:
    known: _Known | None = state.sealed.found.get(id(selected.sealed))
    if known is None:
        found = state.sealed.found
        while len(found) >= _REMEMBERED:
            found.pop(next(iter(found)))
        # It holds the list, so that no other one gets its address.
        known = found[id(selected.sealed)] = _Known(state.sealed, selected.sealed)
    return known


def column_facts(state: State, selected: Selected) -> list[ColumnFact]:
    """Tell of every metric and parameter some of these runs have, metrics first, the commonest first."""
    known, opened = _known(state, selected), [state.rows[place] for place in selected.opened]
    facts: list[ColumnFact] = []
    for kind in ("metric", "param"):
        found = []
        for name in state.names(kind):
            runs, same, value = known.fact(kind, name)
            values = column_of(opened, kind, name)
            there = [one for one in values if one is not MISSING]
            if opened:
                whole = [*([value] if known.places else []), *values]
                same = (same or not known.places) and len(there) == len(values) and _is_same(whole)
                value = whole[0] if same else None
            if runs + len(there):
                found.append((-runs - len(there), name, same, value))
        for runs, name, same, value in sorted(found, key=lambda fact: fact[:2]):
            facts.append(
                {
                    "kind": kind,
                    "name": name,
                    "runs": -runs,
                    "same": same,
                    "value": _value(value),
                    "direction": state.direction(name) if kind == "metric" else "unknown",
                }
            )
    return facts[:_MOST_COLUMNS]


def _value(value: Any) -> Value:
    shown: Value = value
    return shown


def _picked(column: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    """Pick values by place, in C."""
    if len(places) < 2:
        return [column[place] for place in places]
    picked: Sequence[Any] = itemgetter(*places)(column)
    return picked


def _is_same(values: Sequence[Any]) -> bool:
    first = values[0]
    kind = type(first)
    if any(type(value) is not kind or value != first for value in values[:_FIRST]):
        return False
    return values.count(first) == len(values) and all(type(value) is kind for value in values)
