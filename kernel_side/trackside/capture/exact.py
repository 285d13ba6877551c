"""Read values of the user's namespace without running a line of the user's code. Pure.

`isinstance`, `hasattr`, `==`, `in`, `bool()` and `getattr` all may call methods of the object, of its class or
of its metaclass. Here only identity of types, the slots of `type` itself, and exact built-in containers are used.
"""

from __future__ import annotations

import sys
from types import (
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    ModuleType,
)
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from trackside.run import Scalar, Value


class Nothing:
    """The type of `NOTHING`: no value was found, where None is a value."""

    __slots__ = ()


NOTHING: Final = Nothing()

#: What a number was held in; a whole number alone is weaker evidence of a metric.
Held = Literal["float", "int"]

_MRO: Final = type.__dict__["__mro__"].__get__
_DICT: Final = type.__dict__["__dict__"].__get__
_MODULE: Final = type.__dict__["__module__"].__get__
_NAME: Final = type.__dict__["__name__"].__get__
_MODULE_DICT: Final = vars(ModuleType)["__dict__"].__get__
_MOST_ITEMS: Final = 100
#: The most that still fits into a float.
_MOST_BITS: Final = 1023
#: Array classes of libraries, by the module and name they carry; the class is then checked by identity.
_TENSORS: Final = frozenset(
    {
        ("torch", "Tensor"),
        ("torch.nn.parameter", "Parameter"),
        ("tensorflow.python.framework.ops", "EagerTensor"),
        ("jaxlib._jax", "ArrayImpl"),
        ("jaxlib.xla_extension", "ArrayImpl"),
        ("jax._src.array", "ArrayImpl"),
        ("cupy", "ndarray"),
        ("mlx.core", "array"),
    }
)


def class_name(cls: type) -> str:
    """Return the bare name of a class."""
    return str.__str__(_NAME(cls))


def module_of(cls: type) -> str:
    """Return the name of the module a class says it comes from, '' when it says something else."""
    name = _MODULE(cls)
    return name if type(name) is str else ""


def bases_of(cls: type) -> tuple[type, ...]:
    """Return the method resolution order of a class as it stands."""
    found: tuple[type, ...] = _MRO(cls)
    return found


def class_dict(cls: type) -> Any:
    """Return the read-only namespace of a class itself, without its bases."""
    return _DICT(cls)


def class_lookup(cls: type, name: str) -> Any:
    """Find a name in a class and its bases as written there, unbound; NOTHING when there is none."""
    for base in _MRO(cls):
        found = _DICT(base).get(name, NOTHING)
        if found is not NOTHING:
            return found
    return NOTHING


def is_class(obj: object) -> bool:
    """Tell whether `obj` is a class, whatever its metaclass says."""
    return _descends(type(obj), type)


def module_dict(obj: object) -> dict[str, Any] | None:
    """Return what a loaded module holds; None when `obj` is no module. A lazy module is not made to load."""
    if type(obj) is not ModuleType and not _descends(type(obj), ModuleType):
        return None
    found = _MODULE_DICT(obj)
    return found if type(found) is dict else None


def loaded_module(name: str) -> dict[str, Any] | None:
    """Return the namespace of a module which is loaded already; never imports."""
    module = sys.modules.get(name)
    return None if module is None else module_dict(module)


def instance_dict(obj: object) -> dict[str, Any] | None:
    """Return the attributes stored in an instance; None when it has no plain dict of its own."""
    slot = class_lookup(type(obj), "__dict__")
    if type(slot) is not GetSetDescriptorType:
        return None
    found = slot.__get__(obj)
    return found if type(found) is dict else None


def slot_values(obj: object) -> dict[str, Any]:
    """Return the values an instance keeps in `__slots__`."""
    found: dict[str, Any] = {}
    for base in reversed(_MRO(type(obj))):
        for name, slot in list(_DICT(base).items()):
            if type(slot) is MemberDescriptorType and type(name) is str:
                try:
                    found[name] = slot.__get__(obj)
                except AttributeError:
                    continue
    return found


def is_exact_library_class(cls: type, module: str, name: str) -> bool:
    """Tell whether `cls` is the very class that the loaded `module` calls `name`."""
    namespace = loaded_module(module)
    return namespace is not None and namespace.get(name) is cls


def read_scalar(obj: object) -> Scalar | Nothing:
    """Return a plain scalar, from exact built-in types and NumPy scalars; NOTHING for all else."""
    kind = type(obj)
    if kind is float or kind is str or kind is bool or obj is None:
        return obj  # type: ignore[return-value]
    if kind is int:
        return obj if obj.bit_length() <= _MOST_BITS else NOTHING  # type: ignore[attr-defined,return-value]
    if _is_numpy_scalar(kind):
        return _plain(_call(class_lookup(kind, "item"), obj))
    return NOTHING


def read_value(obj: object) -> Value | Nothing:
    """Return what a parameter may hold: a scalar, or a list of scalars (from a list or tuple of at most 100)."""
    scalar = read_scalar(obj)
    if scalar is not NOTHING:
        return scalar
    if type(obj) is not list and type(obj) is not tuple:
        return NOTHING
    if len(obj) > _MOST_ITEMS:
        return NOTHING
    items: list[Scalar] = []
    for item in obj:
        found = read_scalar(item)
        if isinstance(found, Nothing):
            return NOTHING
        items.append(found)
    return items


def read_number(obj: object) -> tuple[float, Held] | None:
    """Read a number and what held it: float, int, NumPy number, 0-d array or tensor. Booleans are no numbers.

    A tensor on an accelerator is waited for, as `.item()` does.
    """
    kind = type(obj)
    if kind is float:
        return obj, "float"  # type: ignore[return-value]
    if kind is int:
        return (obj, "int") if obj.bit_length() <= _MOST_BITS else None  # type: ignore[attr-defined,return-value]
    if kind is str or kind is bool or obj is None or kind is list or kind is dict:
        return None
    if _is_numpy_scalar(kind):
        return _as_number(_plain(_call(class_lookup(kind, "item"), obj)))
    if is_exact_library_class(kind, "numpy", "ndarray") and module_of(kind) == "numpy":
        return _as_number(_zero_d(obj))
    if (module_of(kind), class_name(kind)) in _TENSORS and _is_known_tensor(kind):
        return _as_number(_zero_d(obj))
    return None


def read_numbers(obj: object, most: int) -> list[float] | None:
    """Read an exact list or a one-dimensional NumPy array of plain numbers; its last `most` when it is longer."""
    if type(obj) is list:
        items = obj[-most:]
    elif is_exact_library_class(type(obj), "numpy", "ndarray"):
        if _call(class_lookup(type(obj), "ndim"), obj) != 1:
            return None
        array: Any = obj
        items = _call(class_lookup(type(obj), "tolist"), array[-most:])
        if type(items) is not list:
            return None
    else:
        return None
    numbers: list[float] = []
    for item in items:
        found = read_number(item)
        if found is None:
            return None
        numbers.append(found[0])
    return numbers


def read_property(cls: type, name: str, obj: object) -> Any:
    """Read a property or call a method without arguments of a library class known by identity; NOTHING on failure."""
    return _call(class_lookup(cls, name), obj)


def code_of(function: object) -> Any:
    """Return the code of a Python function, through `functools.wraps`; None for anything else."""
    for _ in range(5):
        if type(function) is staticmethod or type(function) is classmethod:
            function = function.__func__
            continue
        if type(function) is not FunctionType:
            return None
        wrapped = function.__dict__.get("__wrapped__")
        if wrapped is None:
            return function.__code__
        function = wrapped
    return None


def _descends(cls: type, ancestor: type) -> bool:
    return any(base is ancestor for base in _MRO(cls))


def _is_numpy_scalar(kind: type) -> bool:
    if module_of(kind) != "numpy":
        return False
    namespace = loaded_module("numpy")
    if namespace is None or namespace.get(class_name(kind)) is not kind:
        return False
    generic = namespace.get("generic")
    return generic is not None and _descends(kind, generic)


def _is_known_tensor(kind: type) -> bool:
    name = class_name(kind)
    if is_exact_library_class(kind, module_of(kind), name):
        return True
    # JAX's class calls itself by a module that does not always export it.
    return any(is_exact_library_class(kind, module, name) for module in ("jax._src.array", "jaxlib._jax"))


def _zero_d(obj: object) -> object:
    kind = type(obj)
    for name in ("ndim", "dim"):
        dimensions = _call(class_lookup(kind, name), obj)
        if type(dimensions) is int:
            break
    else:
        return NOTHING
    if dimensions != 0:
        return NOTHING
    for name in ("item", "numpy"):
        found = _call(class_lookup(kind, name), obj)
        if found is not NOTHING:
            return read_scalar(found)
    return NOTHING


def _call(member: Any, obj: object) -> Any:
    """Read a property or call a method found in a library's class; what goes wrong there gives NOTHING."""
    kind = type(member)
    try:
        if kind is property:
            return member.fget(obj)
        if kind is GetSetDescriptorType or kind is MemberDescriptorType:
            return member.__get__(obj)
        if kind is FunctionType or kind is MethodDescriptorType or _is_compiled_method(kind):
            function: Callable[[object], Any] = member
            return function(obj)
    except Exception:
        return NOTHING
    return NOTHING


def _is_compiled_method(kind: type) -> bool:
    return class_name(kind) in {"nb_method", "instancemethod", "cython_function_or_method", "nb_func"}


def _plain(obj: object) -> Scalar | Nothing:
    kind = type(obj)
    if obj is None or kind is float or kind is int or kind is bool or kind is str:
        return obj  # type: ignore[return-value]
    return NOTHING


def _as_number(obj: object) -> tuple[float, Held] | None:
    if type(obj) is float:
        return obj, "float"
    return (obj, "int") if type(obj) is int else None
