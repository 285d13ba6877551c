"""Objects which record, and refuse, every call that reading a value might make on them."""

from __future__ import annotations

from typing import Any

calls: list[str] = []


def _trap(name: str) -> Any:
    def trapped(*_: object, **__: object) -> Any:
        calls.append(name)
        raise RuntimeError(f"{name} was called")

    return trapped


_METHODS = (
    "__getattr__ __eq__ __ne__ __hash__ __bool__ __len__ __iter__ __contains__ __repr__ __str__ __format__ __float__ "
    "__int__ __index__ __array__ __getitem__ __call__ __lt__ __instancecheck__ __dir__ __reduce__ item numpy tolist "
    "get keys values"
).split()


class HostileMeta(type):
    """A metaclass whose every question to the class is recorded."""

    armed = False

    def __getattribute__(cls, name: str) -> Any:
        if type.__getattribute__(HostileMeta, "armed"):
            calls.append(f"meta.{name}")
        return type.__getattribute__(cls, name)

    def __eq__(cls, other: object) -> bool:
        if HostileMeta.__dict__["armed"]:
            calls.append("meta.__eq__")
        return cls is other

    def __hash__(cls) -> int:
        if HostileMeta.__dict__["armed"]:
            calls.append("meta.__hash__")
        return 1


def make(base: type = object) -> Any:
    """Build an instance of a fresh hostile class, a subclass of `base`."""
    body: dict[str, Any] = {name: _trap(name) for name in _METHODS}
    body["__class__"] = property(_trap("__class__"))
    body["__dict__"] = property(_trap("__dict__"))
    body["ndim"] = property(_trap("ndim"))
    body["shape"] = property(_trap("shape"))
    body["best_score_"] = property(_trap("best_score_"))
    body["fit"] = _trap("fit")
    built = HostileMeta("Hostile", (base,), body)
    made = base.__new__(built)
    built.__getattribute__ = _trap("__getattribute__")  # type: ignore[attr-defined]
    return made


class watched:
    """Arm the traps for a while: `with watched() as calls:`."""

    def __enter__(self) -> list[str]:
        calls.clear()
        HostileMeta.armed = True
        return calls

    def __exit__(self, *_: object) -> None:
        HostileMeta.armed = False
