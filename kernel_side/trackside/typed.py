"""A shape of the contract as types that hold exactly it: no field too many, none too few. Pure."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Annotated, Any, Final, Union, get_args, get_origin

if TYPE_CHECKING:
    from msgspec import Struct

#: At most what SQLite and every reader of JSON hold exactly.
_MOST: Final = 10**18 - 1


def typed(hint: Any) -> Any:
    """Turn a shape of the contract, or a part of one, into types for `msgspec` that take it and nothing else."""
    from msgspec import Meta
    from typing_extensions import is_typeddict

    if is_typeddict(hint):
        return _struct_of(hint)
    whole = Annotated[int, Meta(ge=-_MOST, le=_MOST)]
    if hint is int:
        return whole
    if hint is float:
        # A whole number stays one, so that it is written as it was.
        return Union[whole, float]  # noqa: UP007  # as below
    inside = tuple(typed(one) for one in get_args(hint))
    kind = get_origin(hint)
    if kind in (Union, types.UnionType):
        return Union[inside]  # noqa: UP007  # made at run time, of as many as there are
    return kind[inside] if kind in (list, dict) else hint


def _struct_of(shape: Any) -> type[Struct]:
    from msgspec import defstruct
    from typing_extensions import NotRequired, get_type_hints

    fields: list[tuple[str, Any] | tuple[str, Any, None]] = []
    for name, hint in get_type_hints(shape, include_extras=True).items():
        is_marked = getattr(hint, "__origin__", None) is NotRequired
        inside = typed(get_args(hint)[0] if is_marked else hint)
        fields.append((name, inside, None) if is_marked or not shape.__total__ else (name, inside))
    return defstruct(shape.__name__, fields, forbid_unknown_fields=True, kw_only=True, gc=False)
