"""The message of a commit for review: what changed, by how much, and where it came from. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from trackside.row import DIRECTION, LAST, Row, metric_number

if TYPE_CHECKING:
    from trackside.contract import FileDiff

_WIDTH: Final = 72
_MOST: Final = 12
_LONGEST: Final = 60
EXPERIMENT: Final = "Trackside-Experiment"
Metric = Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What a run is compared with: `name` in words, its metrics and its parameters."""

    name: str
    metrics: Mapping[str, Metric]
    params: Mapping[str, Any]


def write_message(row: Row, against: Against | None, main: str | None, files: Sequence[FileDiff]) -> str:
    """Write subject, body and trailers; lines of at most 72 characters where words allow it."""
    name = _plain(row.title or row.name)
    change = _change(row, against, main) if main in row.metrics else ""
    subject = _subject(name, change)
    body: list[str] = [_plain(row.note, 500), ""] if row.note else []
    body = [line for text in body for line in (textwrap.wrap(text, _WIDTH) or [""])]
    body += _section(f"Metrics, against {against.name}:" if against else "Metrics:", _metrics(row, against, main))
    body += _section("Parameters:", _params(row, against))
    body += _section("Files:", _files(files))
    trailers = [
        ("Trackside-Run", row.run or row.name),
        ("Trackside-Name", row.name),
        (EXPERIMENT, row.oid or ""),
        ("Trackside-Status", row.status),
    ]
    return "\n".join([subject, "", *body, *(f"{key}: {_plain(value, 200)}" for key, value in trailers), ""])


def trailer(message: str, key: str) -> str:
    """Read one trailer of a message's last paragraph, '' when it has none."""
    last = message.rstrip().rpartition("\n\n")[2]
    found = [line.partition(": ")[2] for line in last.split("\n") if line.startswith(f"{key}: ")]
    return found[-1].strip() if found else ""


def _subject(name: str, change: str) -> str:
    if not change:
        return _cut(name, _WIDTH)
    room = _WIDTH - len(change) - 2
    return f"{_cut(name, room)}: {change}" if room >= 12 else _cut(name, _WIDTH)


def _change(row: Row, against: Against | None, main: str | None) -> str:
    assert main is not None
    was = against.metrics.get(main) if against else None
    value, before = metric_number(row.metrics[main]), metric_number(was)
    text = f"{_plain(main, 24)} {_number(row.metrics[main][LAST])}"
    return f"{text} ({_difference(value, before)})" if value is not None and before is not None else text


def _difference(value: float, before: float) -> str:
    try:
        change = value - before
    except OverflowError:
        return "changed"
    return f"{change:+.4g}" if change else "unchanged"


def _metrics(row: Row, against: Against | None, main: str | None) -> list[str]:
    before = against.metrics if against else {}
    lines = []
    for name in sorted(row.metrics, key=lambda name: (name != main, name)):
        metric = row.metrics[name]
        value, was = metric_number(metric), metric_number(before.get(name))
        shown = f"{_plain(name)}: {_number(metric[LAST])}"
        if was is not None and value is not None:
            shown = f"{_plain(name)}: {_number(before[name][LAST])} -> {_number(metric[LAST])}"
            shown += f" ({_difference(value, was)}{_worth(value, was, metric[DIRECTION])})"
        lines.append(shown)
    return lines


def _worth(value: float, was: float, direction: str) -> str:
    if value == was or direction not in ("higher", "lower") or value != value or was != was:
        return ""
    return ", better" if (value > was) == (direction == "higher") else ", worse"


def _params(row: Row, against: Against | None) -> list[str]:
    if against is None:
        return [f"{_plain(name)}: {_value(value)}" for name, value in row.params.items()]
    names = [name for name in row.params if row.params[name] != against.params.get(name)]
    gone = [name for name in against.params if name not in row.params and name not in row.hidden]
    lines = [
        f"{_plain(name)}: {_value(against.params[name])} -> {_value(row.params[name])}"
        if name in against.params
        else f"{_plain(name)}: {_value(row.params[name])} (new)"
        for name in names
    ]
    return lines + [f"{_plain(name)}: {_value(against.params[name])} (gone)" for name in gone]


def _files(files: Iterable[FileDiff]) -> list[str]:
    lines = []
    for file in files:
        cells = file["cells"]
        counts = [
            f"{count} {what}"
            for what in ("changed", "added", "removed")
            if (count := sum(cell["change"] == what for cell in cells or ()))
        ]
        word = f"cells: {', '.join(counts)}" if counts else file["change"]
        lines.append(f"{_plain(file['path'], 200)} ({word})")
    return lines


def _section(head: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    more = [f"  and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return [head, *(f"  {line}" for line in lines[:_MOST]), *more, ""]


def _number(value: object) -> str:
    return f"{value:.6g}" if type(value) is float else _plain(value, 24)


def _value(value: object) -> str:
    return _plain(value if type(value) is not list else ", ".join(map(str, value)))


def _plain(value: object, longest: int = _LONGEST) -> str:
    """Put text on one line; control characters could act on a terminal that shows the log."""
    text = " ".join(str(value).split()).encode("utf-8", "backslashreplace").decode()
    return _cut("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text), longest)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: max(0, longest - 1)].rstrip()}…"


__all__ = ["EXPERIMENT", "Against", "trailer", "write_message"]
