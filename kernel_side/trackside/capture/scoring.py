"""What an expression says of the number it gives: which metric it computes, and which way is better. Pure."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from trackside.capture import callables, exact
from trackside.capture.exact import NOTHING
from trackside.directions import guess_direction, has_metric_word

if TYPE_CHECKING:
    from trackside.run import Direction

_REPEATED: Final = frozenset({"cross_val_score", "cross_validate"})
_SCORES: Final = frozenset({"score", "evaluate"})
#: Functions of results which read like metrics but give pictures, tables, curves or callables.
_NO_NUMBER: Final = frozenset(
    "roc_curve precision_recall_curve confusion_matrix classification_report make_scorer get_scorer "
    "check_scoring log_loss_grad value_loss_fn".split()
)
_WRAPPERS: Final = frozenset(
    "round float abs mean sqrt item max min median nanmean average sum detach cpu numpy std exp log".split()
)
_SPREAD: Final = frozenset({"std", "var", "sem", "sum", "len"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """`name` to give the number when no variable names it; `computed` by a metric call, not only named like one."""

    name: str
    direction: Direction
    computed: bool
    repeated: bool


def cue(node: ast.expr, namespace: dict[str, object]) -> Cue | None:
    """Look an expression through for a metric: a call of one, `.score()`, `best_score_`, or a name like one."""
    turned = False
    for _ in range(20):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            turned ^= isinstance(node.op, ast.USub)
            node = node.operand
        elif isinstance(node, ast.BinOp):
            side = _measured_side(node)
            if side is None:
                return None
            turned ^= isinstance(node.op, (ast.Sub, ast.Div)) and side is node.right
            node = side
        elif isinstance(node, ast.Await):
            node = node.value
        else:
            found = _of_node(node, namespace)
            if isinstance(found, ast.expr):
                node = found
                continue
            return _turned(found) if found is not None and turned else found
    return None


def best_of_study(study: object, held: dict[str, Any]) -> tuple[float, Direction] | None:
    """Read the best value of an Optuna study that lives in memory; a database is not asked."""
    if exact.class_name(type(held.get("_storage"))) != "InMemoryStorage":
        return None
    kind = type(study)
    value = exact.read_property(kind, "best_value", study)
    number = exact.read_number(value)
    if number is None:
        return None
    direction = exact.read_property(kind, "direction", study)
    name = (exact.instance_dict(direction) or {}).get("_name_")
    return number[0], "higher" if name == "MAXIMIZE" else "lower" if name == "MINIMIZE" else "unknown"


def _turned(found: Cue) -> Cue:
    way: Direction = "unknown"
    if found.direction != "unknown":
        way = "lower" if found.direction == "higher" else "higher"
    return Cue(name=found.name, direction=way, computed=found.computed, repeated=found.repeated)


def _measured_side(node: ast.BinOp) -> ast.expr | None:
    """`1 - acc`, `acc * 100`, `total_loss / n`: the side that is no constant; of two, the first."""
    if isinstance(node.left, ast.Constant):
        return node.right
    if isinstance(node.right, ast.Constant) or isinstance(node.op, (ast.Mult, ast.Div)):
        return node.left
    return node.left if isinstance(node.op, ast.Pow) else None


def _of_node(node: ast.expr, namespace: dict[str, object]) -> Cue | ast.expr | None:
    """Return what a node is, or the node inside it to look at."""
    if isinstance(node, ast.Call):
        return _of_call(node, namespace)
    if isinstance(node, ast.Attribute):
        if has_metric_word(node.attr):
            path = callables.dotted(node) or node.attr
            way = guess_direction(node.attr)
            if node.attr in ("best_score_", "best_validation_score_"):
                way = "higher"
            elif node.attr == "oob_score_":
                # The score of a forest, but the loss of gradient boosting; the spelling does not say which.
                way = "unknown"
            return Cue(name=path, direction=way, computed=True, repeated=False)
        return None
    if isinstance(node, ast.Name):
        if has_metric_word(node.id):
            return Cue(name=node.id, direction=guess_direction(node.id), computed=False, repeated=False)
        return None
    if isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if type(key) is str and has_metric_word(key):
            base = callables.dotted(node.value)
            name = f"{base}.{key}" if base else key
            return Cue(name=name, direction=guess_direction(key), computed=False, repeated=False)
        return node.value if isinstance(node.value, (ast.Name, ast.Call, ast.Attribute)) else None
    return None


def _of_call(node: ast.Call, namespace: dict[str, object]) -> Cue | ast.expr | None:
    func = node.func
    last = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    if last in _NO_NUMBER or last in _SPREAD:
        return None
    if last in _REPEATED:
        return Cue(name=last, direction=_way_of_scoring(node, namespace), computed=True, repeated=True)
    if isinstance(func, ast.Attribute) and last in _SCORES:
        return _of_score(func, namespace)
    if last in _WRAPPERS:
        if isinstance(func, ast.Attribute) and not node.args and not _is_module(func.value, namespace):
            return func.value
        return node.args[0] if node.args else None
    if has_metric_word(last) and not last[:1].isupper():
        if isinstance(func, ast.Attribute) and not _is_module(func.value, namespace) and _has_side_name(last):
            return None
        return Cue(name=last, direction=guess_direction(last), computed=True, repeated=False)
    return None


def _has_side_name(name: str) -> bool:
    """`df.loss_fn()`, `model.get_metrics()` and the like give no number."""
    return name.startswith(("get_metric", "log_metric", "update", "reset"))


def _of_score(func: ast.Attribute, namespace: dict[str, object]) -> Cue:
    owner = callables.resolve(func.value, namespace)
    way: Direction = "unknown"
    if owner is not NOTHING and not exact.is_class(owner):
        roots = {exact.module_of(base).partition(".")[0] for base in exact.bases_of(type(owner))}
        if func.attr == "score" and roots & {"sklearn", "xgboost", "lightgbm", "imblearn"}:
            way = "higher"  # every scikit-learn scorer and default score is made so
    path = callables.dotted(func)
    return Cue(name=path or func.attr, direction=way, computed=True, repeated=False)


def _way_of_scoring(node: ast.Call, namespace: dict[str, object]) -> Direction:
    target = callables.resolve(node.func, namespace)
    if callables.module_of_function(target).startswith(("sklearn", "dask_ml")):
        return "higher"
    for keyword in node.keywords:
        if keyword.arg == "scoring" and isinstance(keyword.value, ast.Constant) and type(keyword.value.value) is str:
            return guess_direction(keyword.value.value)
    return "unknown"


def _is_module(node: ast.expr, namespace: dict[str, object]) -> bool:
    return exact.module_dict(callables.resolve(node, namespace)) is not None
