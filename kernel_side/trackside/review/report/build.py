"""Record of a run and record of its base → the report. Reads Git, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trackside.card_words import count, format_value, plain
from trackside.catalogue import Catalogue
from trackside.catalogue.verdicts import pooled_deviation
from trackside.catalogue.warm import twin_key
from trackside.compare import describe_input, input_rows
from trackside.errors import NotFoundError
from trackside.review.report.code import changed_files, changed_since_run, code_between
from trackside.review.report.judging import compare_metrics, judge, limits_of, main_of
from trackside.review.report.repeating import facts_of, steps_of
from trackside.review.report.report import (
    CurvePair,
    DataChange,
    MetricChange,
    Notice,
    Package,
    ParamChange,
    Report,
    Side,
    Verdict,
)
from trackside.review.report.sides import Found, find_side
from trackside.row import Row, metric_number
from trackside.run import same_value
from trackside.settings import read_settings

if TYPE_CHECKING:
    from trackside.contract import Record

_LONGEST_VALUE: Final = 80
_MOST_NAMED: Final = 5
_CLAIMS: Final = ("better", "worse", "noise")
#: Changed metrics stand before the others, and what only one side has stands last.
_RANKS: Final = {"worse": 0, "better": 0, "unknown": 1, "noise": 2, "same": 3, "new": 4, "gone": 5}


def build(catalogue: Catalogue, run: str, base: str, *, updated: bool = False, branch: str = "") -> Report:
    """Compare a run with its base; both a run's handle or name, or a revision that carries `.trackside/`.

    `base` may be empty, and a base without a record is told in the verdict. `updated` when the code of the branch is
    a merge that was not run again; `branch` is the one a reader checks out. Raises NotFoundError for a run without
    a record or a base that names nothing, StateError for an open run.
    """
    after = find_side(catalogue, run)
    before, missing = _find_base(catalogue, base)
    alike = (_alike(catalogue, before.row) if before else 0, _alike(catalogue, after.row))
    params = _params(before.record if before else None, after.record)
    data = _data(before.record if before else None, after.record)
    metrics = _metrics(catalogue, before, after)
    main = main_of(metrics, catalogue.main_metric())
    verdict = _verdict(after, before, missing, metrics, params, main, alike)
    metrics = _ranked(metrics, main, verdict)
    old, new, compared = code_between(catalogue.reader, before, after)
    return Report(
        run=_side(after, alike[1]),
        base=_side(before, alike[0]) if before else None,
        base_asked=base,
        verdict=verdict,
        main=main,
        metrics=tuple(metrics),
        params=tuple(params),
        data=tuple(data),
        files=changed_files(catalogue.reader, old, new),
        compared=compared,
        curves=_curves(before, after, metrics),
        notices=_notices(catalogue, after, before, params, data),
        repeatable=facts_of(after.record, alike[1]),
        packages=_packages(before, after),
        commands=steps_of(after, branch),
        updated=updated,
    )


def _find_base(catalogue: Catalogue, base: str) -> tuple[Found | None, str]:
    """Return the base, or in a sentence why there is none."""
    if not base:
        return None, "No base was named."
    try:
        return find_side(catalogue, base), ""
    except NotFoundError as error:
        if error.code != "no-record":
            raise
        return None, f"{base} carries no record of a run yet."


def _verdict(
    after: Found,
    before: Found | None,
    missing: str,
    metrics: Sequence[MetricChange],
    params: Sequence[ParamChange],
    main: str | None,
    alike: tuple[int, int],
) -> Verdict:
    if before is None:
        return Verdict(judgement="no-data", sentence=missing)
    if after.record["run"] and after.record["run"] == before.record["run"]:
        sentence = f"Both sides carry the same run, {after.record['name']}: nothing was run for this change."
        return Verdict(judgement="same", sentence=sentence)
    verdict = judge(after.record, before.record, metrics, params, main)
    if verdict.judgement in ("not-comparable", "same"):
        return verdict
    reasons = (*verdict.reasons, *limits_of(metrics, alike))
    return Verdict(judgement=verdict.judgement, sentence=verdict.sentence, reasons=reasons)


def _metrics(catalogue: Catalogue, before: Found | None, after: Found) -> list[MetricChange]:
    deviation = _deviations(catalogue, [side.row for side in (after, before) if side])
    directions = read_settings(catalogue.owner.toplevel).directions
    return compare_metrics(before.record["metrics"] if before else {}, after.record["metrics"], directions, deviation)


def _ranked(metrics: Sequence[MetricChange], main: str | None, verdict: Verdict) -> list[MetricChange]:
    """Put the main metric first, and what moved before the rest; no single metric claims what the whole does not."""
    if verdict.judgement == "not-comparable":
        metrics = [replace(item, change="unknown") if item.change in _CLAIMS else item for item in metrics]
    return sorted(metrics, key=lambda item: (item.name != main, _RANKS[item.change]))


def _deviations(catalogue: Catalogue, rows: Sequence[Row]) -> Callable[[str], float | None]:
    """Return how much finished runs identical to these differ among themselves, for each metric."""
    sealed = catalogue.state().sealed
    groups = [
        [sealed.rows[place] for place in sealed.twins.get(key, ()) if sealed.rows[place].status == "finished"]
        for key in sorted({twin_key(row) for row in rows if row.code})
    ]

    def deviation(name: str) -> float | None:
        return pooled_deviation([[metric_number(row.metrics.get(name)) for row in group] for group in groups])

    return deviation


def _alike(catalogue: Catalogue, row: Row) -> int:
    sealed = catalogue.state().sealed
    return max(1, len(sealed.twins.get(twin_key(row), ())) if row.code else 1)


def _side(found: Found, alike: int) -> Side:
    record = found.record
    return Side(
        asked=found.asked,
        name=record["name"],
        title=record["title"],
        commit=found.oid,
        is_experiment=found.is_experiment,
        status=record["status"],
        started=record["started"],
        duration=record["duration"],
        notebook=record["notebook"],
        author=record["author"]["name"],
        alike=alike,
    )


def _params(before: Record | None, after: Record) -> list[ParamChange]:
    old, new = before["params"] if before else {}, after["params"]
    found = []
    for name in dict.fromkeys([*new, *old]):
        was, now = old.get(name), new.get(name)
        box = (now or was or {"box": "other"})["box"]
        differs = before is not None and (not was or not now or not same_value(was["value"], now["value"]))
        if differs or box == "params":
            words = [format_value(fact["value"], _LONGEST_VALUE) if fact else None for fact in (was, now)]
            found.append(
                ParamChange(name=name, before=words[0], after=words[1], differs=differs, is_data=box == "data")
            )
    return sorted(found, key=lambda item: (not item.differs, item.is_data))


def _data(before: Record | None, after: Record) -> list[DataChange]:
    rows = input_rows([before, after]) if before is not None else []
    return [
        DataChange(path=row["path"], before=describe_input(row["values"][0]), after=describe_input(row["values"][1]))
        for row in rows
        if row["differs"]
    ]


def _curves(before: Found | None, after: Found, metrics: Sequence[MetricChange]) -> tuple[CurvePair, ...]:
    pairs = []
    for item in metrics:
        old = before.series.get(item.name, ()) if before else ()
        new = after.series.get(item.name, ())
        if max(len(old), len(new)) > 2:
            pairs.append(CurvePair(name=item.name, before=old, after=new))
    return tuple(pairs)


def _packages(before: Found | None, after: Found) -> tuple[Package, ...]:
    if before is None or before.packages is None or after.packages is None:
        return ()
    old, new = before.packages, after.packages
    names = sorted(old.keys() | new.keys(), key=str.casefold)
    return tuple(
        Package(name=name, before=old.get(name), after=new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )


def _notices(
    catalogue: Catalogue,
    after: Found,
    before: Found | None,
    params: Sequence[ParamChange],
    inputs: Sequence[DataChange],
) -> tuple[Notice, ...]:
    found = [Notice(message=after.problem)] if after.problem else []
    if before and before.problem:
        found.append(Notice(message=f"Of the base: {before.problem}"))
    if not after.is_experiment:
        changed = changed_since_run(catalogue.reader, after.oid)
        if changed:
            found.append(
                Notice(
                    message=f"{count(len(changed), 'file')} changed after the run was recorded: {_some(changed)}.",
                    hint="The metrics are of the code before that; run it again to know.",
                )
            )
    if inputs:
        found.append(
            Notice(
                message=f"Data differs: {_some([item.path for item in inputs])}.",
                hint="The metrics were measured on other data, or on data whose version nobody knows.",
            )
        )
    data = [item.name for item in params if item.is_data and item.differs]
    if data and before:
        found.append(
            Notice(message=f"What names data differs: {_some(data)}.", hint="See that both saw the same data.")
        )
    if before:
        found += _environments(before.record, after.record)
    found += [Notice(message=warning["message"], hint=warning["hint"]) for warning in after.record["warnings"]]
    found += [Notice(message=flag["message"]) for flag in after.record["order"] if flag["level"] == "warning"]
    return tuple(found)


def _environments(before: Record, after: Record) -> list[Notice]:
    old, new = before["environment"], after["environment"]
    if not old or not new:
        return []
    pairs = (("Python", old["python"], new["python"]), ("platform", old["platform"], new["platform"]),
             ("processor", old["cpu"], new["cpu"]), ("accelerator", old["gpu"], new["gpu"]))  # fmt: skip
    other = [f"{name} {was or 'none'} → {now or 'none'}" for name, was, now in pairs if was != now]
    return [Notice(message=f"They ran on different ground: {'; '.join(other)}.")] if other else []


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(plain(name, 80) for name in names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED} more"
