"""What people say of an experiment afterwards: events folded, oldest first, the newest winning. Pure.

An event is one JSON line: {"t": seconds, "by": e-mail, and any of "tag": [..], "untag": [..], "star": bool,
"archived": bool, "note": text, "promoted": branch, "alias": name}. Lines are merged by Git's
`cat_sort_uniq`, so their order in the note means nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from trackside.encode import json_bytes

if TYPE_CHECKING:
    from trackside.contract import Annotations

_LONGEST_NAME: Final = 200


def no_annotations(tags: Sequence[str] = ()) -> Annotations:
    """Return the annotations of an experiment nobody annotated; `tags` are those the run itself carries."""
    return {"tags": list(tags), "star": False, "archived": False, "note": "", "promoted": None, "alias": None}


def format_event(when: float, by: str, change: dict[str, Any]) -> bytes:
    """Write one event as a line."""
    return json_bytes({"t": round(when, 3), "by": by, **change}) + b"\n"


def parse_events(note: bytes) -> list[dict[str, Any]]:
    """Read the events of a note; lines that are none are passed over, since anybody may write a note."""
    events = []
    for line in note.splitlines():
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if type(event) is dict and type(event.get("t")) in (int, float):
            events.append((event["t"], line, event))
    events.sort(key=lambda item: item[:2])
    return [event for _, _, event in events]


def fold_annotations(events: Iterable[dict[str, Any]], tags: Sequence[str] = ()) -> Annotations:
    """Fold events, oldest first, over the tags the run itself carries."""
    folded = no_annotations(tags)
    for event in events:
        for tag in _texts(event.get("tag")):
            if tag not in folded["tags"]:
                folded["tags"].append(tag)
        gone = _texts(event.get("untag"))
        folded["tags"] = [tag for tag in folded["tags"] if tag not in gone]
        if type(event.get("star")) is bool:
            folded["star"] = event["star"]
        if type(event.get("archived")) is bool:
            folded["archived"] = event["archived"]
        if type(event.get("note")) is str:
            folded["note"] = event["note"]
        if type(event.get("promoted")) is str:
            folded["promoted"] = event["promoted"] or None
        if type(event.get("alias")) is str and len(event["alias"]) <= _LONGEST_NAME:
            folded["alias"] = event["alias"] or None
    return folded


def _texts(value: object) -> list[str]:
    return [text for text in value if type(text) is str] if isinstance(value, list) else []
