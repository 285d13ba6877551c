"""The scopes of Python on the tree of a cell: which names a body binds, and which it takes from the module. Pure.

Worked out here, not by `symtable`: the source must be the one without magics, and Python 3.12 changed what symtable
says of comprehensions. Tests hold the two together (docs/decisions/0006-names-by-a-walk-not-symtable.md).
"""

from __future__ import annotations

import ast
from typing import Final

_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def globals_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> tuple[set[str], set[str]]:
    """Return the module-level names a function reads and those it declares global and sets, nested ones included."""
    arguments = node.args
    local = {arg.arg for arg in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
    local.update(arg.arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None)
    body = _statements(node)
    declared = _declared(body)
    stored = stored_names(body)
    local |= stored - declared
    reads, writes = _read(body, local, declared)
    return reads, writes | (stored & declared)


def _read(body: list[ast.AST], local: set[str], declared: set[str]) -> tuple[set[str], set[str]]:
    reads: set[str] = set()
    writes: set[str] = set()

    def walk(node: ast.AST, hidden: frozenset[str]) -> None:
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Store) and node.id not in hidden:
                reads.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            inner_reads, inner_writes = globals_of(node)
            inner_declared = _declared(_statements(node))
            reads.update(name for name in inner_reads if name not in hidden or name in inner_declared)
            writes.update(inner_writes)
            outside = [
                *node.args.defaults,
                *(default for default in node.args.kw_defaults if default is not None),
            ]
            if not isinstance(node, ast.Lambda):
                outside += [*node.decorator_list, *_annotations(node)]
            for part in outside:
                walk(part, hidden)
        elif isinstance(node, ast.ClassDef):
            for part in [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]:
                walk(part, hidden)
            inside = hidden | (stored_names(list(node.body)) - _declared(list(node.body)))
            for statement in node.body:
                walk(
                    statement,
                    hidden if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) else inside,
                )
        elif isinstance(node, _COMPREHENSIONS):
            walk(node.generators[0].iter, hidden)
            inside = hidden | comprehension_targets(node)
            for index, generator in enumerate(node.generators):
                for part in [*([generator.iter] if index else []), generator.target, *generator.ifs]:
                    walk(part, inside)
            for part in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
                walk(part, inside)
        else:
            for child in ast.iter_child_nodes(node):
                walk(child, hidden)

    for statement in body:
        walk(statement, frozenset(local - declared))
    return reads, writes


def _statements(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.AST]:
    return [node.body] if isinstance(node, ast.Lambda) else list(node.body)


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    args = node.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    found = [arg.annotation for arg in every if arg is not None and arg.annotation is not None]
    return [*found, *([node.returns] if node.returns is not None else [])]


def stored_names(body: list[ast.AST] | list[ast.stmt]) -> set[str]:
    """Return the names bound in a scope, nested scopes left out but the walrus of comprehensions kept."""
    names: set[str] = set()
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, _COMPREHENSIONS):
            names |= {inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr)}
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif (isinstance(node, ast.ExceptHandler) and node.name) or (
            isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name
        ):
            names.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.add(node.rest)
        elif isinstance(node, ast.Nonlocal):
            names |= set(node.names)
        stack.extend(ast.iter_child_nodes(node))
    return names


def _declared(body: list[ast.AST] | list[ast.stmt]) -> set[str]:
    names: set[str] = set()
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Global):
            names |= set(node.names)
        if not isinstance(node, _SCOPES):
            stack.extend(ast.iter_child_nodes(node))
    return names


def comprehension_targets(node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> set[str]:
    return {
        inner.id
        for generator in node.generators
        for inner in ast.walk(generator.target)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
