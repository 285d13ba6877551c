"""A stored record in the very form Trackside writes: checked whole, and its glance cut out of it, by one pattern. Pure.

A first listing meets ten thousand records, nearly all of them written by us. Parsing one, reading every field and
writing its glance takes twice as long as matching it. What matches is JSON which `experiment` would take as it
stands, and leave nothing out; what does not (another order of fields, a space, an escape by number, a newer format,
a stranger's damage) is no worse for it: it is read there field by field. Each choice in the pattern is decided by the
next character, so that a record which fails late takes as long as one that matches.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

#: Longer ones are parsed: the pattern keeps a mark for each value until it has matched.
_LONGEST: Final = 200_000
_SHOWN: Final = '"params"'
_EMPTY: Final = '""'


class Cut(NamedTuple):
    """What the index keeps of a record: when it started, its tags and its glance, the last two as JSON."""

    started: float
    tags: str
    glance: str


def cut_glance(data: bytes) -> Cut | None:
    """Return what `row.glance_of` would write of a record, or None when it must be read field by field."""
    if len(data) > _LONGEST:
        return None
    whole, param, metric = _patterns()
    try:
        found = whole.fullmatch(data.decode("utf-8"))
    except UnicodeDecodeError:
        return None
    if found is None:
        return None
    (
        run, title, status, started, duration, notebook, branch, baseline, author, email, tags, note, params, metrics,
        order, warnings, code,
    ) = found.groups()  # fmt: skip
    facts, curves = param.findall(params), metric.findall(metrics)
    if _has_twice(facts) or _has_twice(curves):
        return None
    shown = ",".join([f"{name}:{value}" for name, value, box in facts if box == _SHOWN])
    hidden = ",".join([f"{name}:{value}" for name, value, box in facts if box != _SHOWN])
    told = ",".join([f"{name}:[{','.join(values)}]" for name, *values in curves])
    # No text inside holds a bare quotation mark.
    marks = warnings.count('{"code":') + order.count('"level":"warning"')
    return Cut(
        float(started),
        tags,
        f"[{title},{status},{started},{duration},{notebook},{branch},{author},{email},{note},{tags},{baseline},{marks}"
        f",{{{shown}}},{{{hidden}}},{{{told}}},{run},{code or _EMPTY}]",
    )


def _has_twice(facts: Sequence[Sequence[str]]) -> bool:
    """Tell whether a name stands twice: readers of JSON do not agree on what that means."""
    return len({fact[0] for fact in facts}) != len(facts)


_NAME: Final = r'"[^"\\\x00-\x1f]*"'
_TEXT: Final = r'"[^"\\\x00-\x1f]*(?:\\["\\/bfnrt][^"\\\x00-\x1f]*)*"'
#: At most what SQLite and every reader of JSON hold exactly; the exponent keeps a float finite.
_WHOLE: Final = r"-?(?:0|[1-9][0-9]{0,17})"
_NUMBER: Final = rf"{_WHOLE}(?:\.[0-9]{{1,40}})?(?:e(?:-[0-9]{{1,3}}|\+?[0-9]{{1,2}}))?"
_SCALAR: Final = rf"(?:{_TEXT}|{_NUMBER}|true|false|null)"


def _maybe(pattern: str) -> str:
    return f"(?:{pattern}|null)"


def _one_of(*words: str) -> str:
    return f'"(?:{"|".join(words)})"'


def _list_of(item: str) -> str:
    return rf"\[(?:{item}(?:,{item})*)?\]"


def _map_of(item: str) -> str:
    return rf"\{{(?:{_NAME}:{item}(?:,{_NAME}:{item})*)?\}}"


def _object(fields: dict[str, str], **optional: str) -> str:
    inside = ",".join(f'"{key}":{pattern}' for key, pattern in fields.items())
    inside += "".join(f'(?:,"{key}":{pattern})?' for key, pattern in optional.items())
    return rf"\{{{inside}\}}"


_ORIGIN: Final = _one_of("explicit", "declared", "parameters-cell", "auto", "printed")
_DIRECTION: Final = _one_of("higher", "lower", "unknown")
_VALUE: Final = f"(?:{_SCALAR}|{_list_of(_SCALAR)})"
_BOX: Final = _one_of("params", "data", "other")
_PARAM: Final = {"value": _VALUE, "type": _TEXT, "origin": _ORIGIN, "box": _BOX}
_LAST: Final = f"(?:{_NUMBER}|{_one_of('NaN', 'Infinity', '-Infinity')})"
_METRIC: Final = {
    "last": _LAST, "step": _WHOLE, "min": _maybe(_LAST), "max": _maybe(_LAST), "count": _WHOLE,
    "direction": _DIRECTION, "origin": _ORIGIN, "spark": _list_of(_maybe(_NUMBER)),
}  # fmt: skip
_FIGURE: Final = _object(
    {
        "path": _TEXT, "name": _TEXT, "mime": _TEXT, "size": _WHOLE, "cell": _maybe(_WHOLE), "step": _maybe(_WHOLE),
    }
)  # fmt: skip
_ARTIFACT: Final = _object(
    {"path": _TEXT, "size": _WHOLE, "md5": _maybe(_TEXT), "stored": _one_of("git", "dvc", "local", "none")},
    files=_WHOLE,
    reason=_TEXT,
)
_FLAG: Final = _object(
    {
        "kind": _TEXT, "level": _one_of("fact", "warning"), "cell": _maybe(_WHOLE), "names": _list_of(_TEXT),
        "message": _TEXT,
    }
)  # fmt: skip
_FILES: Final = _object(
    dict.fromkeys(("changed", "added", "deleted", "changed_during"), _list_of(_TEXT))
    | {"not_captured": _list_of(_object({"path": _TEXT, "reason": _TEXT}))}
)
_ENVIRONMENT: Final = _object(
    dict.fromkeys(("digest", "python", "platform", "cpu", "gpu"), _TEXT) | {"packages": _WHOLE}
)


def _param_of(fields: dict[str, str]) -> str:
    return _object(fields, rule=_TEXT, values=_list_of(_VALUE))


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Compile, when first needed, the patterns of a record, and of one parameter and one metric in it."""
    whole = _object(
        {
            "format": "1", "run": f"({_TEXT})", "name": _TEXT, "title": f"({_TEXT})",
            "status": f"({_one_of('open', 'finished', 'failed', 'interrupted')})",
            "started": f"({_NUMBER})", "ended": _NUMBER, "duration": f"({_NUMBER})",
            "notebook": f"({_maybe(_TEXT)})", "frontend": _TEXT, "branch": f"({_maybe(_TEXT)})",
            "baseline": f"({_TEXT})",
            "author": _object({"name": f"({_TEXT})", "email": f"({_TEXT})", "fallback": "(?:true|false)"}),
            "derived_from": _maybe(_TEXT), "tags": f"({_list_of(_TEXT)})", "note": f"({_TEXT})",
            "params": f"({_map_of(_param_of(_PARAM))})", "metrics": f"({_map_of(_object(_METRIC))})",
            "figures": _list_of(_FIGURE), "artifacts": _list_of(_ARTIFACT),
            "cells": _object({"executed": _WHOLE, "failed": _WHOLE}), "order": f"({_list_of(_FLAG)})",
            "files": _FILES, "environment": _maybe(_ENVIRONMENT),
            "warnings": f"({_list_of(_object({'code': _TEXT, 'message': _TEXT, 'hint': _TEXT}))})",
        },
        code=f"({_TEXT})",
    )  # fmt: skip
    # Whole, so that the next search begins where the next parameter does.
    param = _param_of(_PARAM | {"value": f"({_VALUE})", "box": f"({_BOX})"})
    # A metric holds no text after its name, so its beginning is enough.
    told = ("last", "min", "max", "count", "direction")
    metric = ",".join(
        f'"{key}":({pattern})' if key in told else f'"{key}":{pattern}'
        for key, pattern in list(_METRIC.items())[: list(_METRIC).index("direction") + 1]
    )
    return re.compile(whole), re.compile(f"({_NAME}):{param}"), re.compile(rf"({_NAME}):\{{{metric}")
