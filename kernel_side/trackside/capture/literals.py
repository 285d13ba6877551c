"""The value of a literal as written: constants, their arithmetic, flat lists and tuples of them. Pure."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from trackside.capture.exact import NOTHING, Nothing, read_scalar

if TYPE_CHECKING:
    from trackside.run import Value

_SIMPLE: Final = (int, float, str, bool, type(None))
_OPERATORS: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
_MOST_ITEMS: Final = 100
_LARGEST: Final = 1e18


def literal(node: ast.expr) -> Value | Nothing:
    """Compute the value of a literal, `64 * 2`, `-1e-3`, `int(1e5)` or `(3, 3)` too; NOTHING when it is none."""
    if isinstance(node, ast.Constant):
        return read_scalar(node.value)
    if isinstance(node, (ast.List, ast.Tuple)):
        if len(node.elts) > _MOST_ITEMS:
            return NOTHING
        items = [literal(item) for item in node.elts]
        return NOTHING if any(type(item) not in _SIMPLE for item in items) else items  # type: ignore[return-value]
    try:
        return _number(node)
    except RecursionError:
        # A sum of a thousand terms, as machines write them.
        return NOTHING


def _number(node: ast.expr) -> int | float | Nothing:
    if isinstance(node, ast.Constant):
        value = node.value
        return value if type(value) is int or type(value) is float else NOTHING
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        number = _number(node.operand)
        if isinstance(number, Nothing):
            return NOTHING
        return -number if isinstance(node.op, ast.USub) else number
    if isinstance(node, ast.BinOp):
        return _computed(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _converted(node.func.id, node)
    return NOTHING


def _converted(name: str, node: ast.Call) -> int | float | Nothing:
    """`int(1e5)` and `float(3)`."""
    if len(node.args) != 1 or node.keywords or name not in ("int", "float"):
        return NOTHING
    number = _number(node.args[0])
    if isinstance(number, Nothing) or abs(number) > _LARGEST:
        return NOTHING
    return int(number) if name == "int" else float(number)


def _computed(node: ast.BinOp) -> int | float | Nothing:
    compute = _OPERATORS.get(type(node.op))
    left, right = _number(node.left), _number(node.right)
    if compute is None or isinstance(left, Nothing) or isinstance(right, Nothing):
        return NOTHING
    if isinstance(node.op, ast.Pow) and (abs(left) > 1e4 or abs(right) > 100):
        return NOTHING
    try:
        value = compute(left, right)
    except (ArithmeticError, ValueError):
        return NOTHING
    if type(value) is int or type(value) is float:
        return value if abs(value) <= _LARGEST or type(value) is float else NOTHING
    return NOTHING
