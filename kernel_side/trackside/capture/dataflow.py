"""Which names a cell takes from other cells, and which it gives them; read from its source alone. Pure.

The order within a cell matters here: what a cell binds before it uses it, it takes from no other.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from trackside.capture.cellcode import captured_name, magic_commands, parse_cell
from trackside.capture.methods import CHANGING, PURE
from trackside.capture.scopes import comprehension_targets, globals_of, stored_names

__all__ = ["Flow", "flow_of", "globals_of"]

#: Magics after which nobody can say what is defined.
_OPAQUE_MAGICS: Final = frozenset("run pylab load loadpy store reset reset_selective xdel macro edit".split())
_OPAQUE_CALLS: Final = frozenset({"exec", "globals", "locals", "vars", "eval", "get_ipython"})
_BRANCHES: Final = frozenset("If For AsyncFor While Try TryStar Match IfExp BoolOp".split())


@dataclass(slots=True)
class Flow:
    """The names of one cell. `uses` were not bound before in the cell; `sure` are those of them no branch may skip.

    `reads` and `writes` are, by function or class name, the globals its body takes and sets when it is called.
    `changes` are objects surely changed in place, `touches` those a method was called on which might.
    """

    binds: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    sure: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)
    touches: set[str] = field(default_factory=set)
    adds_to: set[str] = field(default_factory=set)
    imports: dict[str, str] = field(default_factory=dict)
    reads: dict[str, set[str]] = field(default_factory=dict)
    writes: dict[str, set[str]] = field(default_factory=dict)
    opaque: bool = False
    empty: bool = False


@lru_cache(maxsize=4096)
def flow_of(source: str) -> Flow:
    """Read the names of a cell as typed; a cell which does not parse is opaque. Nobody may change the result."""
    flow = Flow()
    tree = parse_cell(source)
    if tree is None:
        flow.opaque = True
        return flow
    magics = magic_commands(source)
    flow.opaque = any(magic in _OPAQUE_MAGICS for magic in magics)
    flow.empty = not any(not isinstance(node, ast.Pass) for node in tree.body)
    try:
        _CellReader(flow).block(tree.body)
    except RecursionError:
        return Flow(opaque=True)
    captured = captured_name(source)
    if captured:
        flow.binds.add(captured)
    return flow


class _CellReader:
    """Walk the statements which run with the cell, in order."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.bound: set[str] = set()
        self.depth = 0
        self.hidden: list[set[str]] = []

    def block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.visit(statement)

    def visit(self, node: ast.AST) -> None:
        name = type(node).__name__
        visit = getattr(self, f"_{name}", None)
        if visit is not None:
            visit(node)
            return
        branch = name in _BRANCHES
        self.depth += branch
        for child in ast.iter_child_nodes(node):
            self.visit(child)
        self.depth -= branch

    def load(self, name: str) -> None:
        if any(name in scope for scope in self.hidden):
            return
        self.flow.loads.add(name)
        if name not in self.bound:
            self.flow.uses.add(name)
            if not self.depth:
                self.flow.sure.add(name)

    def bind(self, name: str) -> None:
        if self.hidden and name in self.hidden[-1]:
            return
        self.bound.add(name)
        self.flow.binds.add(name)

    def _Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.load(node.id)
        else:
            self.bind(node.id)

    def _Assign(self, node: ast.Assign) -> None:
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        if names and isinstance(node.value, ast.Lambda):
            self._defaults(node.value.args)
            for name in names:
                self._body(name, node.value)
        else:
            self.visit(node.value)
        for target in node.targets:
            self._target(target)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
            self._target(node.target)

    def _AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.load(node.target.id)
            self.flow.adds_to.add(node.target.id)
        self.visit(node.value)
        self._target(node.target)

    def _target(self, node: ast.expr) -> None:
        if isinstance(node, (ast.Subscript, ast.Attribute)):
            root = _root(node)
            if root:
                self.flow.changes.add(root)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for item in node.elts:
                self._target(item.value if isinstance(item, ast.Starred) else item)
            return
        self.visit(node)

    def _NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.bind(node.target.id)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._target(node.target)
        self.depth += 1
        self.block(node.body)
        self.block(node.orelse)
        self.depth -= 1

    _AsyncFor = _For

    def _If(self, node: ast.If) -> None:
        self.visit(node.test)
        self.depth += 1
        self.block(node.body)
        self.block(node.orelse)
        self.depth -= 1

    def _Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.load(target.id)
                self.bound.discard(target.id)
                self.flow.binds.add(target.id)
            else:
                self._target(target)

    def _Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self.bind(name)
            self.flow.imports[name] = alias.name if alias.asname else name

    def _ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.flow.opaque = True
            else:
                name = alias.asname or alias.name
                self.bind(name)
                self.flow.imports[name] = f"{'.' * node.level}{node.module or ''}:{alias.name}"

    def _ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        self.hidden.append({node.name} if node.name else set())
        self.block(node.body)
        self.hidden.pop()

    def _Call(self, node: ast.Call) -> None:
        func = node.func
        if isinstance(func, ast.Name) and func.id in _OPAQUE_CALLS:
            self.flow.opaque = True
        if isinstance(func, ast.Attribute):
            root = _root(func)
            in_place = any(
                keyword.arg == "inplace" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
                for keyword in node.keywords
            )
            if root and (in_place or func.attr in CHANGING):
                self.flow.changes.add(root)
            elif root and func.attr not in PURE:
                self.flow.touches.add(root)
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self._defaults(node.args)
        self._body(node.name, node)
        self.bind(node.name)

    _AsyncFunctionDef = _FunctionDef

    def _defaults(self, args: ast.arguments) -> None:
        for default in [*args.defaults, *args.kw_defaults]:
            if default is not None:
                self.visit(default)

    def _body(self, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        reads, writes = globals_of(node)
        self.flow.reads.setdefault(name, set()).update(reads)
        self.flow.writes.setdefault(name, set()).update(writes)

    def _Lambda(self, node: ast.Lambda) -> None:
        # Handed to a call it mostly runs at once; in doubt it counts as run, but not as surely run.
        self._defaults(node.args)
        self.depth += 1
        for name in globals_of(node)[0]:
            self.load(name)
        self.depth -= 1

    def _ClassDef(self, node: ast.ClassDef) -> None:
        for part in [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]:
            self.visit(part)
        stored = stored_names(node.body)
        self.hidden.append(stored)
        for statement in node.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for part in [*statement.decorator_list, *statement.args.defaults]:
                    self.visit(part)
                reads, writes = globals_of(statement)
                self.flow.reads.setdefault(node.name, set()).update(reads)
                self.flow.writes.setdefault(node.name, set()).update(writes)
            else:
                self.visit(statement)
        self.hidden.pop()
        self.bind(node.name)

    def _comprehension_scope(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self.visit(node.generators[0].iter)
        self.hidden.append(comprehension_targets(node))
        for index, generator in enumerate(node.generators):
            if index:
                self.visit(generator.iter)
            for condition in generator.ifs:
                self.visit(condition)
        for part in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
            self.visit(part)
        self.hidden.pop()

    _ListComp = _SetComp = _DictComp = _GeneratorExp = _comprehension_scope

    def _MatchAs(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child)
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if name:
            self.bind(name)

    _MatchStar = _MatchMapping = _MatchAs


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
