"""Whether a run can be repeated, in facts, and the commands that do it. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from trackside.assignments import parse_value
from trackside.card_words import count, plain
from trackside.review.report.report import Fact

if TYPE_CHECKING:
    from trackside.contract import Record
    from trackside.review.report.sides import Found

_MOST_NAMED: Final = 3
_LONGEST_GIVEN: Final = 200


def facts_of(record: Record, alike: int) -> tuple[Fact, ...]:
    """Return what is known of whether this run can be repeated."""
    found = [_code(record), _order(record), _environment(record)]
    if record.get("inputs"):
        found.append(_data(record))
    if record["artifacts"]:
        found.append(_artifacts(record))
    said = f"{count(alike, 'identical run')} known" if alike > 1 else "it ran once as far as is known here"
    found.append(Fact(name="repeated", ok=True if alike > 1 else None, said=said))
    return tuple(found)


def steps_of(found: Found, branch: str) -> tuple[str, ...]:
    """Return the commands that check the run's code out and run it again; each fit for a POSIX shell."""
    steps = []
    if branch and not branch.startswith("-"):
        steps += [f"git fetch origin {shlex.quote(branch)}", f"git switch {shlex.quote(branch)}"]
    else:
        steps.append(f"git switch --detach {found.oid[:12]}")
    if found.packages:
        steps.append("python -m pip install -r .trackside/requirements.txt")
    notebook = found.record["notebook"]
    if notebook and notebook.isprintable():
        named = shlex.quote(f"./{notebook}" if notebook.startswith("-") else notebook)
        steps.append(" ".join(["trackside run", named, *_given(found.record)]))
    return tuple(steps)


def _given(record: Record) -> Iterator[str]:
    """Give the options that set what a parameters cell was overruled by: that is in no file of the commit."""
    for name, fact in record["params"].items():
        value = fact["value"]
        if fact["origin"] != "parameters-cell" or len(fact.get("values", ())) < 2 or not name.isidentifier():
            continue
        for text in (str(value), repr(value)):
            read = parse_value(text)
            if type(read) is type(value) and read == value and text.isprintable() and len(text) < _LONGEST_GIVEN:
                yield f"-p {shlex.quote(f'{name}={text}')}"
                break


def _code(record: Record) -> Fact:
    left_out = [item["path"] for item in record["files"]["not_captured"]]
    moved = record["files"]["changed_during"]
    if moved:
        return Fact(name="code", ok=False, said=f"{count(len(moved), 'file')} changed while it ran: {_some(moved)}")
    if left_out:
        said = f"{count(len(left_out), 'file')} beside the run not captured: {_some(left_out)}"
        return Fact(name="code", ok=None, said=said)
    return Fact(name="code", ok=True, said="every source file is in the commit")


def _order(record: Record) -> Fact:
    if not record["cells"]["executed"]:
        return Fact(name="order", ok=None, said="no cells were seen")
    flags = [flag for flag in record["order"] if flag["level"] == "warning"]
    if flags:
        return Fact(name="order", ok=False, said=f"{count(len(flags), 'warning')} about the order of cells")
    if any(flag["kind"] == "out-of-order" for flag in record["order"]):
        return Fact(name="order", ok=None, said="some cells ran out of order, without effect as far as is known")
    return Fact(name="order", ok=True, said=f"{count(record['cells']['executed'], 'cell')} ran in order")


def _environment(record: Record) -> Fact:
    found = record["environment"]
    if found is None:
        return Fact(name="environment", ok=False, said="not recorded")
    return Fact(
        name="environment", ok=True, said=f"Python {found['python']}, {found['packages']} packages by exact version"
    )


def _data(record: Record) -> Fact:
    inputs = record.get("inputs", [])
    lost = [one["path"] for one in inputs if one["version"] is None or one["kind"] == "untracked"]
    lost += [one["path"] for one in inputs if one.get("changed") == "since-dvc"]
    moved = [one["path"] for one in inputs if one.get("changed") == "during"]
    if lost:
        return Fact(
            name="data", ok=False, said=f"{count(len(lost), 'input')} of no version others can have: {_some(lost)}"
        )
    if moved:
        return Fact(name="data", ok=None, said=f"{count(len(moved), 'input')} changed while it ran: {_some(moved)}")
    return Fact(name="data", ok=True, said=f"{count(len(inputs), 'input')} in Git or DVC")


def _artifacts(record: Record) -> Fact:
    lost = [item["path"] for item in record["artifacts"] if item["stored"] == "none"]
    local = [item["path"] for item in record["artifacts"] if item["stored"] == "local"]
    if lost:
        return Fact(name="artifacts", ok=False, said=f"{count(len(lost), 'file')} not kept: {_some(lost)}")
    if local:
        said = f"{count(len(local), 'file')} only on the author's machine: {_some(local)}"
        return Fact(name="artifacts", ok=None, said=said)
    return Fact(name="artifacts", ok=True, said=f"{count(len(record['artifacts']), 'file')} kept")


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(plain(name, 60) for name in names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED} more"
