"""Say where the outputs of two runs of one notebook differ, past what differs by its nature. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

#: What changes from run to run though the notebook computes the same: addresses, times, places, counts.
_BY_NATURE: Final = (
    (re.compile(r"0x[0-9a-fA-F]{4,}|x[0-9a-f]{8,}"), "<address>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<id>"),
    (re.compile(r"\b(?:In|Out|Cell In) ?\[\d+\]"), "In[<count>]"),
    (re.compile(r"(?:/[\w.-]+)*/ipykernel_\d+/\d+\.py"), "<cell>"),
    (re.compile(r"/\S*?/repository(?=/|\b)"), "<repository>"),
    (re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d{1,2} \w{3} \d{4}"), "<date>"),
    (re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} +\d{1,2} \d\d:\d\d:\d\d \d{4}"), "<date>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?"), "<date>"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "<time>"),
    (re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)? ?(?:[nµμum]?s|secs?|seconds|min|minutes)\b"), "<took>"),
    (re.compile(r"\d+:\d\d<[\d:?]+, +[\d.?]+ ?(?:it/s|s/it)"), "<progress>"),
    (re.compile(r"[\d.?]+ ?(?:it/s|s/it)"), "<rate>"),
    # Told only where it took long enough to be worth it.
    (re.compile(r"\btime = [\d.e-]+ sec\b"), ""),
    (re.compile(r"\btime=[\d.e-]+"), "time=<took>"),
    # A fit tells its time only when it was worth telling.
    (re.compile(r"\btime = <took>"), ""),
    (re.compile(r"^Tip: .*\n(?:\S+://\S+\n)*", re.MULTILINE), "<tip of the day>"),
)
#: A progress bar redraws as often as time allows; what it ends with counts.
_REDRAWN: Final = re.compile(r"[^\n]*\r(?=[^\r\n])")
_DRAWN: Final = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_NUMBER: Final = re.compile(r"(?<![A-Za-z_])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_SPACES: Final = re.compile(r"[ \t]+")
_RULERS: Final = re.compile(r"-{3,}|={3,}|─{3,}")
#: A drawing in text holds ids and a date made anew each time.
_ONLY_PRESENT: Final = frozenset({"image/svg+xml", "application/pdf"})


def differences(left: Sequence[Any], right: Sequence[Any], *, numbers: bool = True) -> list[str]:
    """List where two sequences of code cells differ; `numbers=False` passes over the values of numbers."""
    if len(left) != len(right):
        return [f"{len(left)} cells against {len(right)}"]
    found: list[str] = []
    for index, (one, other) in enumerate(zip(left, right, strict=True)):
        first = normal_outputs(one.outputs, numbers=numbers)
        second = normal_outputs(other.outputs, numbers=numbers)
        if first != second:
            found.append(f"cell {index}: {_where(first, second)}")
    return found


def exact_differences(left: Sequence[Any], right: Sequence[Any]) -> list[str]:
    """List where two records of the same run differ: nothing is forgiven but how a stream was cut up."""
    if len(left) != len(right):
        return [f"{len(left)} cells against {len(right)}"]
    found: list[str] = []
    for index, (one, other) in enumerate(zip(left, right, strict=True)):
        if one.source != other.source:
            found.append(f"cell {index}: other source")
        if one.execution_count != other.execution_count:
            found.append(f"cell {index}: count {one.execution_count} against {other.execution_count}")
        first, second = _merged(one.outputs), _merged(other.outputs)
        if first != second:
            found.append(f"cell {index}: {_where(first, second)}")
    return found


def normal_outputs(outputs: Sequence[Any], *, numbers: bool = True) -> list[Any]:
    """Return the outputs with streams merged and what differs by nature replaced."""
    return [_normal(output, numbers) for output in _merged(outputs)]


def _merged(outputs: Sequence[Any]) -> list[dict[str, Any]]:
    """Join neighbouring streams, stdout before stderr: the two reach a front end in no fixed order."""
    merged: list[dict[str, Any]] = []
    streams: dict[str, str] = {}

    def flush() -> None:
        for name in sorted(streams):
            merged.append({"output_type": "stream", "name": name, "text": streams[name]})
        streams.clear()

    for output in outputs:
        if output.output_type == "stream":
            streams[output.name] = streams.get(output.name, "") + output.text
            continue
        flush()
        plain = {key: value for key, value in output.items() if key not in ("transient", "execution_count")}
        merged.append(_plain(plain))
    flush()
    return [output for output in merged if output.get("text", "x")]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _normal(output: dict[str, Any], numbers: bool) -> dict[str, Any]:
    kind = output["output_type"]
    if kind == "stream":
        return {**output, "text": _text(output["text"], numbers)}
    if kind == "error":
        return {
            "output_type": kind,
            "ename": output["ename"],
            "evalue": _text(output["evalue"], numbers),
            "traceback": [_text(line, numbers) for line in output["traceback"]],
        }
    data = {mime: _any(mime, value, numbers) for mime, value in output["data"].items()}
    return {"output_type": kind, "data": data, "metadata": output.get("metadata", {})}


def _any(mime: str, value: Any, numbers: bool) -> Any:
    if mime in _ONLY_PRESENT or (mime.startswith("image/") and not numbers):
        return "<drawing>"
    if isinstance(value, dict):
        return {key: _any(key, item, numbers) for key, item in value.items()}
    return _text(value, numbers) if isinstance(value, str) and not mime.startswith("image/") else value


def _text(text: str, numbers: bool) -> str:
    text = _DRAWN.sub("<drawing>", _REDRAWN.sub("", _COLOUR.sub("", text)))
    for pattern, stand_in in _BY_NATURE:
        text = pattern.sub(stand_in, text)
    if not numbers:
        text = _RULERS.sub("---", _NUMBER.sub("<number>", text))
    return _SPACES.sub(" ", text).replace(" \n", "\n")


def _where(first: list[Any], second: list[Any]) -> str:
    if len(first) != len(second):
        return f"{[_kind(o) for o in first]} against {[_kind(o) for o in second]}"
    for one, other in zip(first, second, strict=True):
        if one == other:
            continue
        a, b = repr(one), repr(other)
        at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        begin = max(0, at - 60)
        return f"{_kind(one)}: …{a[begin : at + 60]}… against …{b[begin : at + 60]}…"
    return "nothing"


def _kind(output: dict[str, Any]) -> str:
    return str(output.get("name") or output["output_type"])
