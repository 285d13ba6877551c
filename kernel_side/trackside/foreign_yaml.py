"""Read YAML, JSON and TOML that strangers wrote, the way DVC reads it (YAML 1.2), within limits. Pure.

PyYAML is imported when first needed: listing our own experiments never does. Its parser is C and quick; its YAML 1.1
meanings of plain words (`on`, `1:30`, `010`, dates) are replaced by those of YAML 1.2, section 10.3. Expansion is
counted before anything is built: aliases and merge keys can make gigabytes of a kilobyte.
"""

from __future__ import annotations

import json
import math
import re
import sys
from functools import lru_cache
from typing import Any, Final

from trackside.errors import DamagedError

LARGEST: Final = 4_000_000
DEEPEST: Final = 100
MOST_NODES: Final = 200_000
_MOST_ALIASES: Final = 2_000

_INT: Final = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"
    r"|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z"
)
_BOOL: Final = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_NULL: Final = re.compile(r"(?:~|null|Null|NULL|)\Z")
_MERGE: Final = re.compile(r"<<\Z")


class ForeignDamagedError(DamagedError):
    """A file somebody else wrote cannot be read, or would not end being read."""

    code = "foreign-damaged"


def load_document(path: str, data: bytes) -> Any:
    """Read a file by the ending of its name (.json, .toml, else YAML); raises ForeignDamagedError."""
    ending = path.rpartition(".")[2].lower()
    if ending == "json":
        return load_json(data)
    return load_toml(data) if ending == "toml" else load_yaml(data)


def load_json(data: bytes) -> Any:
    """Read JSON; raises ForeignDamagedError."""
    _require_small(data)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ForeignDamagedError("It is no JSON.") from error


def load_toml(data: bytes) -> Any:
    """Read TOML; raises ForeignDamagedError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    _require_small(data)
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ForeignDamagedError("It is no TOML.") from error


def load_yaml(data: bytes) -> Any:
    """Read one YAML document with the meanings of YAML 1.2; raises ForeignDamagedError."""
    import yaml

    _require_small(data)
    try:
        _require_bounded(data)
        loader = _loader()(data)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _require_expandable(node)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except ForeignDamagedError:
        raise
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise ForeignDamagedError("It is no YAML.") from error


def _require_small(data: bytes) -> None:
    if len(data) > LARGEST:
        raise ForeignDamagedError(f"It is larger than {LARGEST // 1_000_000} MB.")


def _require_bounded(data: bytes) -> None:
    """Count nesting and aliases by events, which the C parser makes without recursion; composing recurses."""
    import yaml

    depth = aliases = 0
    for nodes, event in enumerate(yaml.parse(data, Loader=_loader())):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
        if depth > DEEPEST:
            raise ForeignDamagedError("It is nested too deep.")
        if nodes > 2 * MOST_NODES or aliases > _MOST_ALIASES:
            raise ForeignDamagedError("It holds too many values.")


def _require_expandable(top: Any) -> None:
    """Refuse a document that has too many nodes once every alias stands for a copy, or that holds itself."""
    sizes: dict[int, int] = {}

    def size(node: Any, above: frozenset[int]) -> int:
        if id(node) in above:
            raise ForeignDamagedError("It holds itself.")
        if id(node) not in sizes:
            inner = above | {id(node)}
            children = node.value if isinstance(node.value, list) else ()
            parts = (part for child in children for part in (child if isinstance(child, tuple) else (child,)))
            sizes[id(node)] = 1 + sum(size(part, inner) for part in parts)
        return sizes[id(node)]

    if size(top, frozenset()) > MOST_NODES:
        raise ForeignDamagedError("It holds too many values.")


@lru_cache(maxsize=1)
def _loader() -> Any:
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]  # one of two classes, chosen by what is installed
        """PyYAML's safe loader with the core schema of YAML 1.2."""

        yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012  # PyYAML's own class attribute

    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", _BOOL, list("tTfF"))
    Loader.add_implicit_resolver("tag:yaml.org,2002:null", _NULL, ["~", "n", "N", ""])
    Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INT, list("-+0123456789"))
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))
    Loader.add_implicit_resolver("tag:yaml.org,2002:merge", _MERGE, ["<"])
    Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
    Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)
    # A tag somebody wrote by hand (`!!python/…`, `!!timestamp`) gives its text, never an object.
    Loader.add_constructor("tag:yaml.org,2002:timestamp", _construct_text)
    return Loader


def _construct_int(loader: Any, node: Any) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _construct_float(loader: Any, node: Any) -> float:
    text = loader.construct_scalar(node).lower()
    word = text.lstrip("+-").lstrip(".")
    if word == "nan":
        return math.nan
    if word == "inf":
        return -math.inf if text.startswith("-") else math.inf
    return float(text)


def _construct_text(loader: Any, node: Any) -> Any:
    return loader.construct_scalar(node)
