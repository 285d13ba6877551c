"""What people say of an experiment afterwards: events in any order, from anybody."""

from __future__ import annotations

import random

from trackside.annotations import fold_annotations, format_event, no_annotations, parse_events


def folded(*events: tuple[float, dict[str, object]], tags: tuple[str, ...] = ()) -> object:
    note = b"".join(format_event(when, "a@b", dict(change)) for when, change in events)
    return fold_annotations(parse_events(note), tags)


def test_newest_event_wins() -> None:
    noted = folded((2, {"note": "second", "star": False}), (1, {"note": "first", "star": True}))
    assert noted == {**no_annotations(), "note": "second"}


def test_tags_are_added_to_those_of_the_run_and_taken_away() -> None:
    noted = folded(
        (1, {"tag": ["a", "b", "a"]}), (2, {"untag": ["b", "own"]}), (3, {"tag": ["own"]}), tags=("own", "kept")
    )
    assert noted == {**no_annotations(), "tags": ["kept", "a", "own"]}


def test_order_of_lines_means_nothing() -> None:
    lines = [format_event(t, "a", {"note": str(t), "tag": [str(t)], "star": t % 2 == 0}) for t in range(20)]
    expected = fold_annotations(parse_events(b"".join(lines)))
    for seed in range(5):
        mixed = lines[:]
        random.Random(seed).shuffle(mixed)
        assert fold_annotations(parse_events(b"".join(mixed))) == expected


def test_doubled_lines_change_nothing() -> None:
    line = format_event(1, "a", {"tag": ["x"], "star": True})
    assert fold_annotations(parse_events(line + line)) == fold_annotations(parse_events(line))


def test_lines_that_are_no_events_are_passed_over() -> None:
    note = b'nonsense\n[]\n{"t": "late"}\n\xff\n{"t": 1, "star": "yes", "tag": "x", "note": 3}\n' + format_event(
        2, "a", {"star": True}
    )
    assert fold_annotations(parse_events(note)) == {**no_annotations(), "star": True}


def test_the_last_name_is_told_and_one_that_is_no_name_is_not() -> None:
    assert folded((1, {"alias": "first"}), (2, {"alias": "second"}), (3, {"alias": "x" * 300}))["alias"] == "second"
    assert folded((1, {"alias": "first"}), (2, {"alias": ""}), (3, {"alias": ["x"]}))["alias"] is None


def test_promotion_can_be_taken_back() -> None:
    assert folded((1, {"promoted": "exp/a"}), (2, {"promoted": ""})) == no_annotations()
