"""An experiment made by `dvc exp` or DVCLive → a record that can stand beside ours. Pure; its facts are `foreign`'s."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from trackside.directions import guess_direction
from trackside.experiment import empty_record
from trackside.foreign import collect_facts
from trackside.metrics import Summary, summarize

if TYPE_CHECKING:
    from trackside.contract import MetricFact, ParamFact, Record, Value
    from trackside.git.objects import CommitHead

ReadFile = Callable[[str], "bytes | None"]
_MIMES: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
_MOST_SAID: Final = 3


def record_from_tree(
    read: ReadFile, paths: Sequence[str], *, name: str, baseline: str, commit: CommitHead
) -> tuple[Record, str | None]:
    """Return the record of a tree, and in a sentence what of it could not be read, or None."""
    facts = collect_facts(read, paths)
    record = empty_record(name=name, baseline=baseline, started=commit.authored)
    record["title"] = "" if commit.subject.startswith("dvc: ") else commit.subject
    record["author"] = {"name": commit.author, "email": commit.email, "fallback": False}
    record["ended"] = max(commit.authored, commit.committed)
    record["duration"] = record["ended"] - record["started"]
    record["frontend"] = "dvc"
    record["params"] = {key: _param(value) for key, value in facts.params.items()}
    record["metrics"] = {key: _metric(key, last, points) for key, (last, points) in facts.metrics.items()}
    record["figures"] = [
        {
            "path": path,
            "name": path.rpartition("/")[2],
            "mime": mime,
            "size": len(read(path) or b""),
            "cell": None,
            "step": None,
        }
        for path in facts.images
        if (mime := _MIMES.get(path.rpartition(".")[2].lower())) is not None
    ]
    record["artifacts"] = [
        {"path": item.path, "size": item.size, "md5": item.md5, "stored": "dvc"} for item in facts.artifacts
    ]
    return record, _problem(facts.problems)


def series_from_tree(read: ReadFile, paths: Sequence[str]) -> dict[str, list[tuple[int, float]]]:
    """Return the curve of every metric, empty where only its last value is known."""
    return {
        name: [(point[0], point[1]) for point in points]
        for name, (_, points) in collect_facts(read, paths).metrics.items()
    }


def _param(value: Value) -> ParamFact:
    return {"value": value, "type": type(value).__name__, "origin": "explicit", "box": "params"}


def _metric(name: str, last: float, points: Sequence[Any]) -> MetricFact:
    curve = [(point[0], point[1], 0.0) for point in points] or [(0, last, 0.0)]
    found: Summary = summarize(curve)
    return {
        "last": _json_number(last),
        "step": found.step,
        "min": _optional(found.min),
        "max": _optional(found.max),
        "count": found.count,
        "direction": guess_direction(name),
        "origin": "explicit",
        "spark": found.spark,
    }


def _optional(value: float | None) -> Any:
    return None if value is None else _json_number(value)


def _json_number(value: float) -> Any:
    if value - value == 0:
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


def _problem(problems: Sequence[str]) -> str | None:
    if not problems:
        return None
    more = len(problems) - _MOST_SAID
    return " ".join(problems[:_MOST_SAID]) + (f" And {more} more." if more > 0 else "")
