"""One walk over the tree of a cell: what it assigns, calls, appends to and shows. Pure."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Final, Literal

Scope = Literal["cell", "function", "class"]

_LEAVES: Final = frozenset({ast.Name, ast.Constant, ast.Load, ast.Store, ast.alias, ast.Pass, ast.Import})
_FUNCTIONS: Final = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})
_LOOPS: Final = frozenset({ast.For, ast.AsyncFor, ast.While})


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One target of an assignment which runs with the cell itself; `whole` when it gets the whole value."""

    target: ast.expr
    value: ast.expr | None
    whole: bool
    in_loop: bool


@dataclass(slots=True, eq=False, repr=False)
class Survey:
    """What a cell does, in the order written; `augmented` are names used with `+=` and the like anywhere."""

    bindings: list[Binding] = field(default_factory=list)
    calls: list[tuple[ast.Call, Scope]] = field(default_factory=list)
    classes: list[ast.ClassDef] = field(default_factory=list)
    appended: list[ast.expr] = field(default_factory=list)
    augmented: set[str] = field(default_factory=set)
    shown: ast.expr | None = None


_last: tuple[ast.Module | None, Survey] = (None, Survey())


def survey(tree: ast.Module) -> Survey:
    """Walk the tree of a cell once; the last one is remembered, so that all rules share the walk."""
    global _last
    known = _last
    if known[0] is not tree:
        found = Survey()
        _walk(tree.body, found)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            found.shown = last.value
        known = _last = (tree, found)
    return known[1]


def _walk(body: list[ast.stmt], found: Survey) -> None:
    # An explicit stack: machine-made cells nest deeper than Python recurses.
    stack: list[tuple[ast.AST, Scope, bool]] = [(node, "cell", False) for node in reversed(body)]
    while stack:
        node, scope, in_loop = stack.pop()
        kind = node.__class__
        if kind in _LEAVES:
            continue
        _note(node, scope, in_loop, found)
        if kind in _FUNCTIONS:
            scope = "function"
        elif kind is ast.ClassDef and scope != "function":
            scope = "class"
        elif kind in _LOOPS:
            in_loop = True
        children: list[tuple[ast.AST, Scope, bool]] = []
        # By the grammar's own fields: traceback libraries hang `parent` links on nodes, on the shared operators too.
        for part in node._fields:
            value = getattr(node, part, None)
            if value.__class__ is list:
                children.extend([(item, scope, in_loop) for item in value if isinstance(item, ast.AST)])
            elif isinstance(value, ast.AST):
                children.append((value, scope, in_loop))
        stack.extend(reversed(children))


def _note(node: ast.AST, scope: Scope, in_loop: bool, found: Survey) -> None:
    if isinstance(node, ast.Call):
        found.calls.append((node, scope))
        return
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        found.augmented.add(node.target.id)
    if scope != "cell":
        return
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _bind(target, node.value, in_loop, found)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
        if node.value is not None:
            _bind(node.target, node.value, in_loop, found)
    elif isinstance(node, ast.AugAssign):
        found.bindings.append(Binding(target=node.target, value=node.value, whole=False, in_loop=in_loop))
    elif isinstance(node, ast.ClassDef):
        found.classes.append(node)
    elif isinstance(node, ast.Expr):
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "append":
            found.appended.append(call.func.value)


def _bind(target: ast.expr, value: ast.expr, in_loop: bool, found: Survey) -> None:
    if not isinstance(target, (ast.Tuple, ast.List)):
        found.bindings.append(Binding(target=target, value=value, whole=True, in_loop=in_loop))
        return
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    matched = len(parts) == len(target.elts) and not any(
        isinstance(part, ast.Starred) for part in [*parts, *target.elts]
    )
    for index, item in enumerate(target.elts):
        inner = item.value if isinstance(item, ast.Starred) else item
        if matched:
            _bind(inner, parts[index], in_loop, found)
        else:
            found.bindings.append(Binding(target=inner, value=value, whole=False, in_loop=in_loop))
