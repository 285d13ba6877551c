"""Merge two descendants of one sequence, as `diff3` does. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Clash(Generic[Item]):
    """A place where both sides changed the same items into different ones."""

    base: Sequence[Item]
    ours: Sequence[Item]
    theirs: Sequence[Item]


def merge_sequences(
    base: Sequence[Item], ours: Sequence[Item], theirs: Sequence[Item]
) -> list[list[Item] | Clash[Item]]:
    """Merge; the answer is merged stretches and clashes in order."""
    parts: list[list[Item] | Clash[Item]] = []
    low = left = right = 0
    for begin, length, our_begin, their_begin in [
        *_common(base, ours, theirs),
        (len(base), 0, len(ours), len(theirs)),
    ]:
        before, mine, yours = base[low:begin], ours[left:our_begin], theirs[right:their_begin]
        if list(mine) == list(yours) or list(yours) == list(before):
            parts.append(list(mine))
        elif list(mine) == list(before):
            parts.append(list(yours))
        else:
            parts.append(Clash(before, mine, yours))
        parts.append(list(base[begin : begin + length]))
        low, left, right = begin + length, our_begin + length, their_begin + length
    return [part for part in parts if part]


def _common(base: Sequence[Item], ours: Sequence[Item], theirs: Sequence[Item]) -> list[tuple[int, int, int, int]]:
    """Return the stretches both sides kept: (begin in base, length, begin in ours, begin in theirs)."""
    mine, yours = (SequenceMatcher(None, base, side, autojunk=False).get_matching_blocks() for side in (ours, theirs))
    found = []
    first = second = 0
    while first < len(mine) and second < len(yours):
        one, other = mine[first], yours[second]
        begin = max(one.a, other.a)
        end = min(one.a + one.size, other.a + other.size)
        if begin < end:
            found.append((begin, end - begin, one.b + begin - one.a, other.b + begin - other.a))
        if one.a + one.size < other.a + other.size:
            first += 1
        else:
            second += 1
    return found
