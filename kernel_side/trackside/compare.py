"""Two or more experiments side by side, the first being the one the others are compared with. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from trackside.format import FORMAT
from trackside.row import LAST, metric_number
from trackside.run import same_value

if TYPE_CHECKING:
    from trackside.contract import (
        Comparison,
        Direction,
        Experiment,
        InputFact,
        InputRow,
        MetricRow,
        ParamRow,
        Record,
        TextRow,
    )

#: What is told of each run beside its parameters and metrics.
_FACTS: Final[tuple[tuple[str, Callable[[Record], object]], ...]] = (
    ("title", lambda record: record["title"]),
    ("notebook", lambda record: record["notebook"]),
    ("branch", lambda record: record["branch"]),
    ("baseline", lambda record: record["baseline"][:12]),
    ("author", lambda record: record["author"]["name"]),
    ("tags", lambda record: ", ".join(record["tags"])),
    ("note", lambda record: record["note"]),
    ("cells", lambda record: record["cells"]["executed"] or ""),
    ("changed files", lambda record: ", ".join(sorted(record["files"]["changed"] + record["files"]["added"]))),
    ("python", lambda record: record["environment"] and record["environment"]["python"]),
    ("platform", lambda record: record["environment"] and record["environment"]["platform"]),
    ("cpu", lambda record: record["environment"] and record["environment"]["cpu"]),
    ("gpu", lambda record: record["environment"] and record["environment"]["gpu"]),
)


def compare_experiments(
    experiments: Sequence[Experiment], packages: Sequence[Mapping[str, str] | None] = ()
) -> Comparison:
    """Set experiments side by side; `packages` are the installed versions of each, None where unknown."""
    records = [experiment["record"] for experiment in experiments]
    return {
        "format": FORMAT,
        "runs": [
            {
                "name": experiment["name"],
                "oid": experiment["oid"],
                "status": experiment["record"]["status"],
                "started": experiment["record"]["started"],
                "duration": experiment["record"]["duration"],
            }
            for experiment in experiments
        ],
        "params": [_param_row(name, records) for name in _names(record["params"] for record in records)],
        "metrics": [_metric_row(name, records) for name in _names(record["metrics"] for record in records)],
        "inputs": input_rows(records),
        "facts": _fact_rows(records),
        "packages": _package_rows(packages),
    }


def requirements_of(text: bytes | None) -> dict[str, str] | None:
    """Read the versions of a `requirements.txt` of ours; None when there is none."""
    if text is None:
        return None
    lines = (line.partition("==") for line in text.decode("utf-8", "replace").splitlines())
    return {name: version for name, equals, version in lines if equals}


def input_rows(records: Sequence[Record]) -> list[InputRow]:
    """Set the inputs of records side by side, by path."""
    told = [
        None if (inputs := record.get("inputs")) is None else {one["path"]: one for one in inputs} for record in records
    ]
    rows: list[InputRow] = []
    for path in sorted({path for inputs in told if inputs for path in inputs}):
        values = [inputs.get(path) if inputs else None for inputs in told]
        # Where a run's inputs are unknown, nothing can be said to differ from them.
        known = [value for value, inputs in zip(values, told) if inputs is not None]
        rows.append(
            {"path": path, "values": values, "differs": any(not _is_same_data(known[0], one) for one in known[1:])}
        )
    return rows


def _is_same_data(one: InputFact | None, other: InputFact | None) -> bool:
    """Tell whether two runs surely read the same: a version that was changed since is none to go by."""
    if one is None or other is None:
        return one is other
    if one["version"] is None or other["version"] is None:
        return False
    if any(fact.get("changed") in ("since-dvc", "not-captured") for fact in (one, other)):
        return False
    keys = ("kind", "version", "before")
    return [one.get(key) for key in keys] == [other.get(key) for key in keys]


def describe_input(fact: InputFact | None) -> str | None:
    """Write a version for people: who tracks it, its id cut as Git does, and what is to know of it."""
    if fact is None:
        return None
    told = [fact["kind"], short_version(fact["version"])]
    changed = fact.get("changed")
    if changed == "during":
        before = fact.get("before")
        told.append(f"(changed during the run{f', {short_version(before)} before' if before else ''})")
    elif changed == "since-dvc":
        told.append("(changed since dvc add)")
    elif changed == "not-captured":
        told.append("(changed, not captured)")
    return " ".join(filter(None, told))


def short_version(version: str | None) -> str:
    """Cut a version to what tells it from others; the end of a folder of DVC's stays."""
    if version is None:
        return ""
    stem, dot, end = version.partition(".")
    return f"{stem[:10]}{dot}{end[:10]}"


def _names(groups: Iterable[Mapping[str, object]]) -> list[str]:
    """Merge names in the order they are met."""
    return list(dict.fromkeys(name for group in groups for name in group))


def _param_row(name: str, records: Sequence[Record]) -> ParamRow:
    facts = [record["params"].get(name) for record in records]
    values = [fact["value"] if fact else None for fact in facts]
    present = [fact is not None for fact in facts]
    return {
        "name": name,
        "box": next(fact["box"] for fact in facts if fact),
        "values": values,
        "present": present,
        "differs": not all(present) or not all(same_value(values[0], value) for value in values),
    }


def _metric_row(name: str, records: Sequence[Record]) -> MetricRow:
    facts = [record["metrics"].get(name) for record in records]
    numbers = [metric_number([fact["last"]], LAST) if fact else None for fact in facts]
    known = [fact["direction"] for fact in facts if fact and fact["direction"] != "unknown"]
    direction: Direction = known[0] if known and len(set(known)) == 1 else "unknown"
    return {
        "name": name,
        "direction": direction,
        "values": [fact["last"] if fact else None for fact in facts],
        "deltas": [None, *(_delta(numbers[0], number) for number in numbers[1:])],
        "best": _best(numbers, direction),
        "differs": any(not _is_same_number(numbers[0], number) for number in numbers),
    }


def _delta(first: float | None, other: float | None) -> float | None:
    """Return the change, None when it is no finite number."""
    if first is None or other is None:
        return None
    try:
        change = other - first
        return change if math.isfinite(change) else None
    except OverflowError:
        return None


def _best(numbers: Sequence[float | None], direction: str) -> int | None:
    """Return the place of the best value (the first of equals), None when none is or nobody knows which way is up."""
    finite = [(number, place) for place, number in enumerate(numbers) if number is not None and number == number]
    if direction == "unknown" or len(finite) < 2 or all(number == finite[0][0] for number, _ in finite):
        return None
    if direction == "higher":
        return max(finite, key=lambda pair: (pair[0], -pair[1]))[1]
    return min(finite)[1]


def _is_same_number(left: float | None, right: float | None) -> bool:
    return left == right or (left is not None and right is not None and left != left and right != right)


def _fact_rows(records: Sequence[Record]) -> list[TextRow]:
    rows = []
    for name, read in _FACTS:
        values = [_text(read(record)) for record in records]
        if any(values):
            rows.append(_text_row(name, values))
    return rows


def _package_rows(packages: Sequence[Mapping[str, str] | None]) -> list[TextRow]:
    names = sorted({name for versions in packages if versions for name in versions}, key=str.casefold)
    rows = [_text_row(name, [(versions or {}).get(name) for versions in packages]) for name in names]
    # Where a run's packages are unknown, nothing can be said to differ from them.
    unknown = [versions is None for versions in packages]
    for row in rows:
        known = [value for value, is_unknown in zip(row["values"], unknown) if not is_unknown]
        row["differs"] = len(set(known)) > 1
    return rows


def _text_row(name: str, values: list[str | None]) -> TextRow:
    return {"name": name, "values": values, "differs": len(set(values)) > 1}


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None


__all__ = ["compare_experiments", "describe_input", "input_rows", "requirements_of", "short_version"]
