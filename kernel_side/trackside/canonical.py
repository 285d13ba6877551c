"""A stored record as the contract has it: checked whole by a decoder made of the contract, its glance taken. Pure.

A first listing meets ten thousand records, nearly all of them written by us. Parsing one, reading every field and
writing its glance takes four times as long as decoding it into the types of the contract. What those types hold is
JSON which `experiment` would take as it stands, and leave nothing out; what they do not (a field too many, a newer
format, a stranger's damage) is no worse for it: it is read there field by field.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from trackside.experiment import MOST_INPUTS
from trackside.format import FORMAT

if TYPE_CHECKING:
    from collections.abc import Callable

    from msgspec.json import Decoder


class Cut(NamedTuple):
    """What the index keeps of a record: when it started, its tags and its glance, the last two as JSON."""

    started: float
    tags: str
    glance: str


def cut_glance(data: bytes) -> Cut | None:
    """Return what `row.glance_of` would write of a record, or None when it must be read field by field."""
    record = _decoded(data)
    if record is None:
        return None
    params: dict[str, Any] = {}
    hidden: dict[str, Any] = {}
    for name, fact in record.params.items():
        (params if fact.box == "params" else hidden)[name] = fact.value
    encode = _tools()[1]
    author = record.author
    flags = sum(flag.level == "warning" for flag in record.order) if record.order else 0
    glance = [
        record.title, record.status, record.started, record.duration, record.notebook, record.branch,
        author.name, author.email, record.note, record.tags, record.baseline, len(record.warnings) + flags,
        params, hidden,
        {name: (fact.last, fact.min, fact.max, fact.count, fact.direction) for name, fact in record.metrics.items()},
        record.run, record.code or "",
    ]  # fmt: skip
    tags = encode(record.tags).decode() if record.tags else "[]"
    return Cut(float(record.started), tags, encode(glance).decode())


def canonical_stores(data: bytes) -> set[str] | None:
    """Return where a record that `cut_glance` takes says its artifacts are stored; None when it does not take it."""
    record = _decoded(data)
    return {fact.stored for fact in record.artifacts} if record is not None else None


def _decoded(data: bytes) -> Any:
    # An escape by number may stand for half a character, which no text can hold.
    # Looking for one byte first takes a twentieth of looking for two.
    if b"\\" in data and b"\\u" in data:
        return None
    decoder, _, wrong = _tools()
    try:
        record = decoder.decode(data)
    except wrong:
        return None
    keys = 0
    for fact in record.params.values():
        keys += (fact.rule is not None) + (fact.values is not None)
    if record.inputs is not None and len(record.inputs) > MOST_INPUTS:
        return None
    keys += _count_keys(record)
    # Readers of JSON do not agree on what a key means that stands twice. There are never more keys than colons, and
    # to count those takes half as long; in most records no text holds one.
    if record.format != FORMAT or (data.count(b":") != keys and data.count(b'":') != keys):
        return None
    return record


def prepare() -> None:
    """Make what `cut_glance` needs, while something else is waited for."""
    _tools()


#: How many keys each shape of the contract must have, counted once: a record's own with what is always in it.
_RECORD: Final = 25 + 3 + 2 + 5
_PARAM: Final = 1 + 4
_METRIC: Final = 1 + 8


def _count_keys(record: Any) -> int:
    """Count the keys a record has when none stands twice, short of what parameters need not have."""
    count = _RECORD + _PARAM * len(record.params) + _METRIC * len(record.metrics) + (record.code is not None)
    if record.environment is not None:
        count += 6
    if record.inputs is not None:
        count += 1 + 5 * len(record.inputs)
        count += sum(
            (one.files is not None) + (one.changed is not None) + (one.before is not None) for one in record.inputs
        )
    if record.artifacts:
        count += sum(4 + (fact.files is not None) + (fact.reason is not None) for fact in record.artifacts)
    return (
        count
        + 6 * len(record.figures) + 5 * len(record.order) + 3 * len(record.warnings)
        + 2 * len(record.files.not_captured)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _tools() -> tuple[Decoder[Any], Callable[[object], bytes], tuple[type[Exception], ...]]:
    """Make, when first needed, the decoder of a record, the encoder, and the error of what does not fit."""
    import msgspec

    from trackside.contract.stored import Record
    from trackside.typed import typed

    return (
        msgspec.json.Decoder(typed(Record)),
        msgspec.json.Encoder().encode,
        (msgspec.MsgspecError, UnicodeDecodeError),
    )
