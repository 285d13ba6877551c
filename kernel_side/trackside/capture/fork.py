"""Switch capture off in forked children: they continue the user's cell with our hooks, but without our threads."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Disabled(Protocol):
    """What can be switched off; it must not lock, wait or write: the parent's locks may be held forever here."""

    def disable(self) -> None: ...


_in_child: WeakSet[Disabled] = WeakSet()
_registered = False


def disable_in_child(thing: Disabled) -> None:
    """Have `thing.disable()` called first of all in every child forked from now on."""
    global _registered
    _in_child.add(thing)
    if not _registered and hasattr(os, "register_at_fork"):  # Windows has no fork
        _registered = True
        os.register_at_fork(after_in_child=_disable_all)


def _disable_all() -> None:
    for thing in list(_in_child):
        try:
            thing.disable()
        except BaseException:
            continue
