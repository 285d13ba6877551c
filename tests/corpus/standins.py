"""A namespace for a notebook that is only read: literals as they are, stand-ins for all that it imports.

Nothing of the notebook is run. Libraries that are installed are imported; of the others each name the
notebook uses is made up as an empty class or function with the name of its module, which the rules look at.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any, Final

from trackside.capture.literals import literal

#: Positional arguments of public constructors whose library is usually not installed here.
_SIGNATURES: Final[Mapping[str, str]] = {
    "Linear": "in_features, out_features",
    "Dense": "units, activation",
    "Activation": "activation",
    "Dropout": "p",
    "RandomRotation": "degrees",
    "RandomCrop": "size",
    "CenterCrop": "size",
    "Normalize": "mean, std",
    "GCNConv": "in_channels, out_channels",
    "SGD": "params, lr",
    "Adam": "params, lr",
    "AdamW": "params, lr",
    "Embedding": "num_embeddings, embedding_dim",
}
_INSTALLED: Final = frozenset(
    "numpy pandas sklearn scipy matplotlib seaborn statsmodels sksurv hdbscan emcee dynesty gplearn iminuit "
    "corner tsfresh pybads joblib random math os sys json re time datetime collections itertools functools "
    "copy warnings".split()
)


class Namespace:
    """What the names of a notebook stand for, cell after cell."""

    def __init__(self, trees: Iterable[ast.Module]) -> None:
        self.names: dict[str, object] = {"__name__": "__main__"}
        self._modules: dict[str, ModuleType] = {}
        self._chains = {chain for tree in trees for chain in _chains(tree)}

    def run(self, tree: ast.Module) -> None:
        """Bind what the cell binds at its top level, also inside `if`, `for`, `with` and `try`."""
        self._run(tree.body)

    def _run(self, body: list[ast.stmt]) -> None:
        for statement in body:
            if isinstance(statement, ast.Import):
                for alias in statement.names:
                    self._import(alias)
            elif isinstance(statement, ast.ImportFrom):
                self._import_from(statement)
            elif isinstance(statement, ast.FunctionDef):
                self.names[statement.name] = _function(statement.name, "__main__", statement.args)
            elif isinstance(statement, ast.ClassDef):
                self.names[statement.name] = self._class(statement)
            elif isinstance(statement, ast.Assign):
                for target in statement.targets:
                    self._assign(target, statement.value)
            elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
                self._assign(statement.target, statement.value)
            elif isinstance(statement, ast.For):
                items = statement.iter
                if isinstance(items, (ast.List, ast.Tuple)) and items.elts:
                    self._assign(statement.target, items.elts[-1])
            for name in ("body", "orelse", "finalbody"):
                if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    self._run(getattr(statement, name, []))

    def _import(self, alias: ast.alias) -> None:
        top = alias.name.partition(".")[0]
        if alias.asname:
            self.names[alias.asname] = self._module(alias.name, alias.asname)
        else:
            self.names[top] = self._module(top, top)

    def _import_from(self, statement: ast.ImportFrom) -> None:
        source = statement.module or "local"
        for alias in statement.names:
            if alias.name == "*":
                continue
            bound = alias.asname or alias.name
            found = _installed(source, alias.name)
            if found is None and f"{bound}." in {chain[: len(bound) + 1] for chain in self._chains}:
                self.names[bound] = self._module(f"{source}.{alias.name}", bound)
            elif found is None:
                self.names[bound] = _made_up(alias.name, source)
            else:
                self.names[bound] = found

    def _module(self, name: str, bound: str) -> object:
        """Return the module, or one that holds what the notebook uses of it under the name `bound`."""
        if name.partition(".")[0] in _INSTALLED and importlib.util.find_spec(name.partition(".")[0]):
            return importlib.import_module(name)
        module = self._modules.setdefault(name, ModuleType(name))
        for chain in sorted(self._chains):
            parts = chain.split(".")
            if parts[0] == bound and len(parts) > 1:
                self._fill(module, parts[1:])
        return module

    def _fill(self, module: ModuleType, parts: list[str]) -> None:
        held = module.__dict__
        first = parts[0]
        if len(parts) == 1 or first[:1].isupper():
            if not isinstance(held.get(first), ModuleType):
                held.setdefault(first, _made_up(first, module.__name__))
            return
        inner = held.get(first)
        if not isinstance(inner, ModuleType):
            inner = held[first] = ModuleType(f"{module.__name__}.{first}")
        self._fill(inner, parts[1:])

    def _class(self, node: ast.ClassDef) -> type:
        bases = tuple(base for base in (self._value(item) for item in node.bases) if isinstance(base, type))
        held: dict[str, object] = {"__module__": "__main__"}
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef):
                held[statement.name] = _function(statement.name, "__main__", statement.args)
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                held[statement.targets[0].id] = self._value(statement.value)
        made = [base for base in bases if base.__module__ == "__main__" or base.__dict__.get("_stands_in")]
        return type(node.name, tuple(made), held)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
            for index, item in enumerate(target.elts):
                if isinstance(item, ast.Name):
                    self.names[item.id] = self._value(parts[index]) if index < len(parts) else object()
        elif isinstance(target, ast.Name):
            self.names[target.id] = self._value(value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            holder = self.names.get(target.value.id)
            if type(holder) is dict and isinstance(target.slice, ast.Constant):
                holder[target.slice.value] = self._value(value)

    def _value(self, node: ast.expr) -> object:
        read = literal(node)
        if type(read) in (int, float, str, bool, list) or read is None:
            return read
        if isinstance(node, ast.Name):
            return self.names.get(node.id, object())
        if isinstance(node, ast.Dict):
            return {
                key.value: self._value(value)
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant)
            }
        if isinstance(node, ast.Attribute):
            owner = self._value(node.value)
            return getattr(owner, node.attr, object()) if isinstance(owner, (ModuleType, type)) else object()
        if isinstance(node, ast.Call):
            return self._made(node)
        return object()

    def _made(self, node: ast.Call) -> object:
        if isinstance(node.func, ast.Name) and node.func.id == "dict":
            return {item.arg: self._value(item.value) for item in node.keywords if item.arg}
        if isinstance(node.func, ast.Attribute) and node.func.attr == "fit":
            return self._value(node.func.value)
        called = self._value(node.func)
        if isinstance(called, type) and (called.__module__ == "__main__" or "_stands_in" in called.__dict__):
            return object.__new__(called)
        if isinstance(called, type) and called.__module__.startswith(tuple(_INSTALLED)):
            try:
                return object.__new__(called)
            except TypeError:
                return object()
        return object()


def _chains(tree: ast.Module) -> set[str]:
    """List the dotted names a cell uses."""
    found: set[str] = set()
    for node in ast.walk(tree):
        parts: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if parts and isinstance(inner, ast.Name):
            found.add(".".join([inner.id, *reversed(parts)]))
    return found


def _installed(module: str, name: str) -> object | None:
    if module.partition(".")[0] not in _INSTALLED:
        return None
    try:
        loaded = importlib.import_module(module)
        return getattr(loaded, name, None) or importlib.import_module(f"{module}.{name}")
    except ImportError:
        return None


def _made_up(name: str, module: str) -> object:
    """Make an empty class or function, as its capital says; its signature only where it is known."""
    if not name[:1].isupper():
        return _function(name, module, None)
    held: dict[str, object] = {"__module__": module, "_stands_in": True}
    if name in _SIGNATURES:
        held["__init__"] = _compiled("__init__", f"self, {_SIGNATURES[name]}")
    return type(name, (), held)


def _function(name: str, module: str, arguments: ast.arguments | None) -> FunctionType:
    if arguments is None:
        made = _compiled("stand_in", "*args, **kwargs")
    else:
        made = _compiled("stand_in", ", ".join(a.arg for a in [*arguments.posonlyargs, *arguments.args]))
    made.__name__ = name
    made.__module__ = module
    return made


def _compiled(name: str, arguments: str) -> FunctionType:
    held: dict[str, Any] = {}
    exec(compile(f"def {name}({arguments}): pass", "<stand-in>", "exec"), held)
    function: FunctionType = held[name]
    return function
