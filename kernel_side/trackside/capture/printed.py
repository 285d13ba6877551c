"""Find labelled results in printed text: `Epoch 3: loss=0.41, acc: 93%`. Pure."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from trackside.capture.patterns import lazy_pattern
from trackside.directions import has_metric_word

_MOST_TEXT: Final = 1_000_000
_MOST_FOUND: Final = 500
_LONGEST_LABEL: Final = 60
_LONGEST_SEPARATOR: Final = 40
_LONGEST_LINE: Final = 4_000
_MOST_WORDS: Final = 10

_CONTROL: Final = lazy_pattern(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")
_OVERWRITTEN: Final = lazy_pattern(r"[\r\x08]+")
_NUMBER: Final = lazy_pattern(
    r"(?<![\w.@/\\#$€£])([-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?\b(?:nan|inf)\b)"
    r"(?:\s?/\s?(\d[\d,]*)(?![\d.]))?(%?)(?![\w]|-[A-Za-z]|:\d)",
    re.IGNORECASE,
)
_GROUPED: Final = lazy_pattern(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")
_SEPARATOR: Final = lazy_pattern(r"(?:[:=~≈]|->|→|=>|\bis\b|\bwas\b|\bof\b|\bat\b)[\s'\"(\[]*\Z")
_BREAK: Final = lazy_pattern(
    r"\s{2,}|[,;|\t{}\[\]()]|\s[-–—]\s|(?<=\w{5})[.!?]\s(?=[A-Z])|[█▏▎▍▌▋▊▉━]+|\d+it\b|\b\d+m?s(?:/\w+)?\b"
)
_COUNTER: Final = lazy_pattern(
    r"(?<![a-z])(epochs?|steps?|iter(?:ation)?s?|batch|rounds?|fold|trial|episode|ep|generation)\b"
    r"['\"]?[\s:#=\[(|_-]*(\d+)(?![\d%]|\.\d*[1-9])",
    re.IGNORECASE,
)
_BOOSTING: Final = lazy_pattern(r"\s*(?:\[(\d+)\]|(\d+):)\s")
_INNER: Final = frozenset({"step", "steps", "iter", "iters", "iteration", "iterations", "batch"})
_TRAILING: Final = frozenset("the a an our its of is was are after at for in on with by from".split())
_STAMP: Final = lazy_pattern(
    r"\s*\[?(?:\d{4}-\d\d-\d\d[ T])?\d\d:\d\d(?::\d\d)?[\d.,]*\]?[\s|-]*(?:\[?(?:INFO|DEBUG|WARNING|ERROR)\]?[\s|:-]*)?"
)
_NOT_BOOSTED: Final = frozenset("total remaining time best bestiter".split())
_ARTICLES: Final = frozenset("the a an final our its with of is was are".split())
_WORD: Final = lazy_pattern(r"[\w@²^%'.+-]+")
_UNSAFE: Final = lazy_pattern(r"[^a-z0-9_@]+")
_ENDS_IN_WORD: Final = lazy_pattern(r"[A-Za-z²)\]][\d]?\s*\Z")
_NOISE: Final = lazy_pattern(r'\s*File "|\s*Traceback|.*\bWarning:|.*^\s*>>> ')


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedMetric:
    """One labelled number; `label` is in snake case, `step` is None where no counter was printed beside it.

    A percentage keeps its number (`93%` is 93.0); a fraction is divided (`9800/10000` is 0.98).
    """

    label: str
    value: float
    step: int | None


def find_printed(text: str) -> list[PrintedMetric]:
    """Find labelled results in what a cell printed, in order; at most 500, from the last megabyte.

    A line with an epoch or step counter is a point of a series. Of a line which overwrote itself (a progress bar)
    only the last value of each label counts. Series too long are thinned evenly and keep their last point.
    """
    found: list[tuple[str, float, tuple[int, ...] | None]] = []
    epoch: int | None = None
    for line in text[-_MOST_TEXT:].split("\n"):
        if not line or line.isspace():
            continue
        epoch = _read_line(line, epoch, found)
    return _thinned(_numbered(found))


def _read_line(line: str, epoch: int | None, found: list[tuple[str, float, tuple[int, ...] | None]]) -> int | None:
    if "\x1b" in line:
        line = _CONTROL().sub("", line)
    parts = _OVERWRITTEN().split(line) if "\r" in line or "\x08" in line else [line]
    if len(parts) > 1:
        # Only the end of an overwritten line is worth the work: it holds the last value of each label.
        parts = [part for part in parts if part][-20:]
    values: dict[str, tuple[float, tuple[int, ...] | None]] = {}
    for part in parts:
        part = part[:_LONGEST_LINE]
        if _NOISE().match(part):
            continue
        counters, header = _counters(part)
        labelled = _labelled(part)
        if header is not None and (not labelled or len(counters) == 1):
            epoch = header
        steps = tuple(counters) if counters else (epoch,) if epoch is not None else None
        for label, value in labelled:
            values.pop(label, None)
            values[label] = (value, steps)
    found.extend((label, value, steps) for label, (value, steps) in values.items())
    return epoch


def _counters(line: str) -> tuple[list[int], int | None]:
    """Return the counters of a line, outer first, and the epoch it speaks of."""
    outer: list[int] = []
    inner: list[int] = []
    for match in _COUNTER().finditer(line):
        target = inner if match.group(1).lower() in _INNER else outer
        if not target:
            target.append(int(match.group(2)[:15]))
    if not outer and not inner:
        boosting = _BOOSTING().match(line)
        if boosting:
            return [int((boosting.group(1) or boosting.group(2))[:15])], None
    return [*outer, *inner], outer[0] if outer else None


def _labelled(line: str) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    stamp = _STAMP().match(line)
    start = stamp.end() if stamp else 0
    boosted = _BOOSTING().match(line) is not None
    for match in _NUMBER().finditer(line):
        before = line[max(start, match.start() - 2 * _LONGEST_LABEL) : match.start()]
        label = _label(before, line[match.end() : match.end() + 1], boosted)
        if label:
            value = _value(match)
            if value is not None:
                found.append((label, value))
        if label or _is_list_item(line, match):
            start = match.end()
    return found


def _is_list_item(line: str, match: re.Match[str]) -> bool:
    """After `0.97  ` in a table, or `10,` in a list, what follows has a label of its own."""
    return line[match.end() : match.end() + 2] in ("  ", ", ") or line[match.end() : match.end() + 1] in "\t,;|"


@lru_cache(maxsize=2048)
def _label(before: str, after: str, boosted: bool) -> str:
    """Return the label which ends where a number begins, '' when there is none that names a metric."""
    separator = _SEPARATOR().search(before, max(0, len(before) - _LONGEST_SEPARATOR))
    if separator is None:
        if not before[-1:].isspace() or not _ENDS_IN_WORD().search(before, max(0, len(before) - _LONGEST_SEPARATOR)):
            return ""
    elif after not in ("]", ")") and separator.group().endswith(("[", "(")):
        return ""  # the first of an array is not its value
    text = (before[: separator.start()] if separator else before).rstrip(" \t'\"=:-([*")
    words = _words(_COUNTER().sub(" ; ", text), plain=separator is None)
    if not words or len(words) > _MOST_WORDS or sum(map(len, words)) > _LONGEST_LABEL:
        return ""
    if separator is None and not (len(words) <= 4 and has_metric_word(words[-1])):
        return ""
    label = " ".join(words)
    if not has_metric_word(label) and not (boosted and words[0].lower() not in _NOT_BOOSTED):
        return ""
    return _UNSAFE().sub("_", label.replace("'s ", " ").replace("²", "2").lower()).strip("_")


def _words(text: str, *, plain: bool) -> list[str]:
    pieces = [piece for piece in _BREAK().split(text) if piece.strip()]
    if len(pieces) > 1 and text.endswith((")", "]")):
        pieces.pop()  # "accuracy (5-fold)": what stands in brackets explains the label
    words = [word for word in _WORD().findall(pieces[-1] if pieces else "") if word.strip("'.-+^%")]
    while words and words[0].lower() in _ARTICLES:
        words.pop(0)
    while words and words[-1].lower() in _TRAILING:
        if plain:
            return []  # "loss after 10 epochs": the number is not the loss
        words.pop()
    return words


def _value(match: re.Match[str]) -> float | None:
    text, whole, _ = match.groups()
    if "," in text:
        if not _GROUPED().match(text):
            text = text.split(",", 1)[0]
        text = text.replace(",", "")
    try:
        value = float(text)
        if whole is not None:
            total = float(whole.replace(",", ""))
            return value / total if total else None
    except (ValueError, OverflowError):
        return None
    return value


def _numbered(found: list[tuple[str, float, tuple[int, ...] | None]]) -> list[PrintedMetric]:
    """Turn counters into steps: of one counter itself, of several (epoch and batch) the position in the series."""
    series: dict[str, list[tuple[tuple[int, ...] | None, float]]] = {}
    for label, value, steps in found:
        points = series.setdefault(label, [])
        if steps is not None and points and points[-1][0] == steps:
            points[-1] = (steps, value)
        else:
            points.append((steps, value))
    result: list[PrintedMetric] = []
    for label, points in series.items():
        place = _place([steps for steps, _ in points if steps is not None])
        for index, (steps, value) in enumerate(points, start=1):
            step = None if steps is None else steps[place] if place is not None else index
            result.append(PrintedMetric(label=label, value=value, step=step))
    return result


def _place(counted: list[tuple[int, ...]]) -> int | None:
    """Choose the counter which alone tells the points apart, the outer one before the inner; None when none does."""
    for place in (0, -1):
        values = [steps[place] for steps in counted]
        if all(left < right for left, right in pairwise(values)):
            return place
    return None


def _thinned(found: list[PrintedMetric]) -> list[PrintedMetric]:
    if len(found) <= _MOST_FOUND:
        return found
    series: dict[str, list[PrintedMetric]] = {}
    for one in found:
        series.setdefault(one.label, []).append(one)
    while len(series) > _MOST_FOUND:
        series.popitem()
    share = max(1, _MOST_FOUND // len(series))
    kept: list[PrintedMetric] = []
    for points in series.values():
        stride = math.ceil(len(points) / share)
        kept.extend(points[(len(points) - 1) % stride :: stride])
    return kept
