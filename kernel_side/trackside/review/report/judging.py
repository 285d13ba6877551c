"""What the change from base to run comes to: for each metric, and as a whole. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from trackside.card_words import format_delta, format_number
from trackside.catalogue.verdicts import choose_main_metric, delta_of, verdict_of
from trackside.review.report.report import Change, Direction, MetricChange, ParamChange, Verdict
from trackside.row import metric_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trackside.contract import MetricFact, Record

#: Twice the standard deviation of identical runs: what `verdict_of` calls noise.
_DEVIATIONS: Final = 2.0
_MOST_NAMED: Final = 3
_BAD_STATUS: Final = {
    "failed": "failed",
    "interrupted": "was interrupted",
    "open": "is still open",
}
_DATA_WORDS: Final = ("path", "file", "url", "uri", "dataset", "data", "table", "source")


def compare_metrics(
    before: Mapping[str, MetricFact],
    after: Mapping[str, MetricFact],
    directions: Mapping[str, str],
    deviation: Callable[[str], float | None],
) -> list[MetricChange]:
    """Set every metric of both sides side by side; `deviation` is that of identical runs, None where unknown."""
    names = list(dict.fromkeys([*after, *before]))
    return [_metric(name, before.get(name), after.get(name), directions, deviation) for name in names]


def _metric(
    name: str,
    before: MetricFact | None,
    after: MetricFact | None,
    directions: Mapping[str, str],
    deviation: Callable[[str], float | None],
) -> MetricChange:
    old, new = (metric_number([fact["last"]]) if fact else None for fact in (before, after))
    direction = _direction(name, before, after, directions)
    delta = delta_of(new, old)
    if before is None or after is None:
        change: Change = "new" if before is None else "gone"
        spread = None
    else:
        found = deviation(name) if delta else None
        spread = _DEVIATIONS * found if found is not None else None
        change = _broken(old, new) or verdict_of(delta, direction, found)
    return MetricChange(
        name=name,
        direction=direction,
        before=old,
        after=new,
        delta=delta,
        share=delta / abs(old) if delta is not None and old and math.isfinite(delta / abs(old)) else None,
        spread=spread,
        change=change,
    )


def _broken(old: float | None, new: float | None) -> Change | None:
    """Judge where a side is no finite number: what was one and is none any more got worse, whatever its direction."""
    if old is None or new is None:
        return None
    if math.isfinite(old) and not math.isfinite(new):
        return "worse"
    return "same" if math.isnan(old) and math.isnan(new) else None


def _direction(
    name: str, before: MetricFact | None, after: MetricFact | None, directions: Mapping[str, str]
) -> Direction:
    said = {fact["direction"] for fact in (after, before) if fact and fact["direction"] != "unknown"}
    wanted = directions.get(name)
    if wanted in ("higher", "lower"):
        return "higher" if wanted == "higher" else "lower"
    return said.pop() if len(said) == 1 else "unknown"


def main_of(metrics: Sequence[MetricChange], wanted: str) -> str | None:
    """Choose the metric that stands for the run, one that both sides have before others."""
    counts = {item.name: (item.before is not None) + (item.after is not None) for item in metrics}
    return choose_main_metric(counts, {item.name: item.direction for item in metrics}, wanted)


def judge(
    run: Record, base: Record, metrics: Sequence[MetricChange], params: Sequence[ParamChange], main: str | None
) -> Verdict:
    """Say what the change comes to; "not comparable" comes before everything else, and says why."""
    obstacles = _obstacles(run, base, metrics, params)
    if obstacles:
        return Verdict(judgement="not-comparable", sentence=obstacles[0], reasons=tuple(obstacles[1:]))
    moved = [item for item in metrics if item.change in ("better", "worse")]
    noise = [item for item in metrics if item.change == "noise"]
    unclear = [item for item in metrics if item.change == "unknown"]
    better, worse = ([item for item in moved if item.change == word] for word in ("better", "worse"))
    leading = next((item for item in moved if item.name == main), None)
    if better and worse:
        lead = f"{_told(leading)}, which is {leading.change}; " if leading else ""
        others = [item for item in moved if item is not leading]
        return Verdict(judgement="mixed", sentence=f"{lead}{_two_ways(others)}.")
    if moved:
        first = leading or moved[0]
        rest = f", and so {_is(len(moved) - 1)} {_names([item for item in moved if item is not first])}"
        way = moved[0].change
        sentence = f"{_told(first)}, which is {way}{rest if len(moved) > 1 else ''}."
        return Verdict(judgement="better" if way == "better" else "worse", sentence=sentence)
    if noise:
        named = next((item for item in noise if item.name == main), noise[0])
        return Verdict(
            judgement="noise",
            sentence=f"{_told(named)}: within the spread of identical runs (±{format_number(named.spread or 0)}).",
        )
    if unclear:
        return Verdict(
            judgement="unclear",
            sentence=f"{_names(unclear)} changed, but nobody said which way is better.",
            reasons=("Say it under [directions] in trackside.toml.",),
        )
    return Verdict(judgement="same", sentence="No metric that both runs have changed.")


def limits_of(metrics: Sequence[MetricChange], alike: tuple[int, int]) -> list[str]:
    """Say how far the numbers carry; `alike` counts the identical runs behind base and run."""
    moved = [item for item in metrics if item.change in ("better", "worse", "unknown")]
    if max(alike) == 1 and any(item.spread is None for item in moved):
        return ["n = 1 on both sides: no identical runs are known here, so nobody can tell this from noise."]
    if moved and min(alike) == 1 < max(alike):
        which = "base" if alike[0] == 1 else "run"
        return [f"n = {max(alike)} against n = 1: the spread comes from one side, the {which} ran once."]
    return []


def _obstacles(run: Record, base: Record, metrics: Sequence[MetricChange], params: Sequence[ParamChange]) -> list[str]:
    found = []
    for record, which in ((run, "The run"), (base, "The base")):
        if record["status"] in _BAD_STATUS:
            found.append(f"{which} {record['name']} {_BAD_STATUS[record['status']]}, so its metrics may be unfinished.")
    if run["notebook"] and base["notebook"] and run["notebook"] != base["notebook"]:
        found.append(f"Other notebooks ran: {base['notebook']} and {run['notebook']}.")
    if not any(item.before is not None and item.after is not None for item in metrics):
        found.append("The two runs have no metric in common." if metrics else "Neither run has a metric.")
    for item in params:
        if item.is_data and item.differs and _names_other_data(item):
            found.append(f"It was measured on other data: {item.name} was {item.before}, now {item.after}.")
    return found


def _names_other_data(item: ParamChange) -> bool:
    """Tell whether a parameter of the box "data" names another file or table; folders may differ between machines."""
    if item.before is None or item.after is None:
        return False
    if not any(word in item.name.lower() for word in _DATA_WORDS):
        return False
    last = [value.replace("\\", "/").rstrip("/").rpartition("/")[2] for value in (item.before, item.after)]
    return last[0] != last[1]


def _told(item: MetricChange | None) -> str:
    if item is None or item.before is None or item.after is None:
        return ""
    change = f" ({format_delta(item.delta)})" if item.delta is not None else ""
    return f"{item.name} went from {format_number(item.before)} to {format_number(item.after)}{change}"


def _two_ways(others: Sequence[MetricChange]) -> str:
    parts = []
    for word in ("better", "worse"):
        those = [item for item in others if item.change == word]
        if those:
            parts.append(f"{_names(those)} {_is(len(those))} {word}")
    return ", ".join(parts)


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _names(items: Sequence[MetricChange]) -> str:
    names = [item.name for item in items]
    if len(names) > _MOST_NAMED:
        return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
