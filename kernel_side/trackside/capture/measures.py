"""Find the results of a run in a cell that has run: names, fitted objects and the shown value. Pure."""

from __future__ import annotations

import ast
import math
from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from trackside.capture import callables, exact, scoring
from trackside.capture.exact import NOTHING
from trackside.capture.literals import literal
from trackside.capture.reaching import fields_of, reach
from trackside.capture.scoring import Cue
from trackside.capture.survey import Binding, Survey, survey
from trackside.directions import guess_direction, has_metric_word, name_tokens

if TYPE_CHECKING:
    from trackside.run import Direction

#: Attributes which training leaves behind, and the way they improve.
_FITTED: Final[dict[str, Direction]] = {
    "best_score_": "higher",
    "oob_score_": "higher",
    "best_validation_score_": "higher",
    "inertia_": "lower",
    "loss_": "lower",
    "reconstruction_err_": "lower",
}
_HOLDERS: Final = frozenset(
    "metrics metric scores score results result evaluation eval performance history report logs".split()
)
_TRAINERS: Final = frozenset("fit optimize train learn partial_fit fit_predict fit_transform".split())
_AVERAGES: Final = frozenset({"macro avg", "weighted avg"})
_MOST_ITEMS: Final = 50
_MOST_POINTS: Final = 2_000
_MOST_FOLDS: Final = 200
#: No classifier worth a number by hand has a smaller precision.
_LEAST_PRECISION: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMetric:
    """One result.

    `extra` of repeated scores is {"sd": sample deviation or None, "n": count}, of a list or a training history
    {"series": [...]} with the last point last.
    """

    name: str
    value: float
    origin: Literal["auto", "declared"]
    direction: Direction
    rule: str
    extra: dict[str, Any] | None = None


def find_metrics(
    tree: ast.Module,
    namespace: dict[str, object],
    *,
    ignore: Set[str] = frozenset(),
    displayed: object = NOTHING,
) -> list[FoundMetric]:
    """Find the results a cell made, each name once; `displayed` is the value of its last expression, if it has one."""
    seen = survey(tree)
    found: dict[str, FoundMetric] = {}
    for binding in seen.bindings:
        _bound(binding, namespace, found)
    for target in seen.appended:
        _appended(target, namespace, found)
    for name in _touched(seen):
        _fitted(name, namespace.get(name, NOTHING), found)
    if displayed is not NOTHING and seen.shown is not None:
        _shown(seen.shown, displayed, namespace, found)
    if not ignore:
        return list(found.values())
    return [one for one in found.values() if one.name not in ignore and one.name.partition(".")[0] not in ignore]


def read_declared_metrics(
    names: Set[str] | list[str] | tuple[str, ...], namespace: dict[str, object]
) -> tuple[list[FoundMetric], list[tuple[str, str]]]:
    """Read names the user declared to be metrics; a dict gives one an item; say of the others why not."""
    found: dict[str, FoundMetric] = {}
    refused: list[tuple[str, str]] = []
    for name in names:
        value = reach(name, namespace)
        before = len(found)
        items = fields_of(value)
        for key, item in [(name, value)] if items is None else [(f"{name}.{key}", items[key]) for key in items]:
            _add(found, key, item, "declared", guess_direction(key), origin="declared")
        if value is NOTHING:
            refused.append((name, "is not defined"))
        elif len(found) == before and name not in found:
            reason = "holds no number" if items is not None or type(value) is list else "is not a number"
            refused.append((name, f"is a {exact.class_name(type(value))} and {reason}"))
    return list(found.values()), refused


def _add(
    found: dict[str, FoundMetric],
    name: str,
    value: object,
    rule: str,
    direction: Direction,
    *,
    origin: Literal["auto", "declared"] = "auto",
) -> bool:
    """Add a number, or the last of a list of numbers with the list as its series; tell whether it was one."""
    extra: dict[str, Any] | None = None
    number = exact.read_number(value)
    if number is not None:
        last = number[0]
    else:
        series = exact.read_numbers(value, _MOST_POINTS)
        if not series:
            return False
        last, extra = series[-1], {"series": series}
    found[name] = FoundMetric(name=name, value=float(last), origin=origin, direction=direction, rule=rule, extra=extra)
    return True


def _bound(binding: Binding, namespace: dict[str, object], found: dict[str, FoundMetric]) -> None:
    target = binding.target
    if isinstance(target, ast.Subscript):
        _bound_item(target, binding, namespace, found)
        return
    if not isinstance(target, ast.Name) or target.id.startswith("_"):
        return
    name = target.id
    value = namespace.get(name, NOTHING)
    kind = type(value)
    if value is NOTHING or kind is str or kind is bool or value is None:
        return
    if kind is dict:
        _from_dict(name, value, binding, namespace, found)
        return
    named = has_metric_word(name)
    number = exact.read_number(value)
    if number is not None:
        cue = scoring.cue(binding.value, namespace) if binding.value is not None else None
        if not (named or (cue and binding.whole and cue.computed and not _is_setting(name))):
            return
        if (_is_start(binding, number[0]) and name not in found) or _is_tolerance(name, binding, number[0]):
            return
        _add(found, name, value, "name" if named else "call", _direction(name, cue))
        return
    if kind is list:
        if named and not isinstance(binding.value, ast.List):
            _series_or_folds(name, value, binding, namespace, found)
    elif binding.value is not None and binding.whole:
        _series_or_folds(name, value, binding, namespace, found)


def _is_setting(name: str) -> bool:
    return name_tokens(name)[-1:] in {
        ("threshold",),
        ("weight",),
        ("time",),
        ("seconds",),
        ("n",),
        ("count",),
    }


def _is_start(binding: Binding, value: float) -> bool:
    """A zero or an infinity that was only written down is where a loop starts, not a result."""
    if value != 0 and not math.isinf(value):
        return False
    node = binding.value
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
        return True
    return isinstance(node, (ast.Constant, ast.Attribute)) and binding.whole


def _is_tolerance(name: str, binding: Binding, value: float) -> bool:
    """A `precision` written down as a tiny or a whole number is how exact something shall be, not a result."""
    if "precision" not in name_tokens(name) or binding.value is None or not binding.whole:
        return False
    return literal(binding.value) is not NOTHING and (abs(value) < _LEAST_PRECISION or value == int(value) > 1)


def _direction(name: str, cue: Cue | None) -> Direction:
    way = guess_direction(name)
    return cue.direction if way == "unknown" and cue is not None else way


def _series_or_folds(
    name: str, value: object, binding: Binding, namespace: dict[str, object], found: dict[str, FoundMetric]
) -> None:
    cue = scoring.cue(binding.value, namespace) if binding.value is not None else None
    if cue is not None and cue.repeated:
        _folds(name, value, _direction(name, cue), found)
    elif type(value) is list and has_metric_word(name):
        _add(found, name, value, "list", _direction(name, cue))


def _folds(name: str, value: object, direction: Direction, found: dict[str, FoundMetric]) -> None:
    """Repeated scores become their mean, with the sample deviation and their number."""
    numbers = exact.read_numbers(value, _MOST_FOLDS + 1)
    if not numbers or len(numbers) > _MOST_FOLDS:
        return
    mean = math.fsum(numbers) / len(numbers) if all(map(math.isfinite, numbers)) else math.nan
    spread = None
    if len(numbers) > 1 and math.isfinite(mean):
        spread = math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1))
    found[name] = FoundMetric(
        name=name,
        value=mean,
        origin="auto",
        direction=direction,
        rule="cross-validation",
        extra={"sd": spread, "n": len(numbers)},
    )


def _bound_item(
    target: ast.Subscript, binding: Binding, namespace: dict[str, object], found: dict[str, FoundMetric]
) -> None:
    """`results["acc"] = …`, and `scores[model_name] = accuracy_score(…)` with any key."""
    if not isinstance(target.value, ast.Name):
        return
    name = target.value.id
    holder = namespace.get(name, NOTHING)
    if type(holder) is not dict:
        return
    key = target.slice.value if isinstance(target.slice, ast.Constant) else None
    cue = scoring.cue(binding.value, namespace) if binding.value is not None else None
    if type(key) is str:
        named = has_metric_word(key) or (_is_holder(name) and not _is_setting(key))
        value = holder.get(key, NOTHING)
        if (named and _is_measured(value, key)) or (cue and cue.computed):
            _add(found, f"{name}.{key}", value, "item", _direction(key, cue))
    elif len(holder) <= _MOST_ITEMS and ((cue and cue.computed) or has_metric_word(name)):
        for text, value in list(holder.items()):
            if type(text) is str and exact.read_number(value) is not None and _is_measured(value, name):
                _add(found, f"{name}.{text}", value, "item", _direction(name, cue))


def _is_holder(name: str) -> bool:
    return bool(_HOLDERS & set(name_tokens(name)))


def _is_measured(value: object, key: str) -> bool:
    """A whole number counts only under a metric's own name."""
    number = exact.read_number(value)
    if number is None:
        return type(value) is list
    return number[1] == "float" or has_metric_word(key)


def _from_dict(
    name: str, value: Any, binding: Binding, namespace: dict[str, object], found: dict[str, FoundMetric]
) -> None:
    if not binding.whole or len(value) > _MOST_ITEMS:
        return
    cue = scoring.cue(binding.value, namespace) if binding.value is not None else None
    holder = _is_holder(name)
    # A copy, made in one step: a thread of the user's may be changing it.
    for key, item in list(value.items()):
        if type(key) is not str:
            continue
        if cue is not None and cue.repeated and key.startswith(("test_", "train_")):
            _folds(f"{name}.{key}", item, _direction(key, cue), found)
        elif has_metric_word(key) or (holder and not _is_setting(key)):
            if type(item) is dict and key in _AVERAGES:
                continue
            if type(item) is not list and _is_measured(item, key):
                _add(found, f"{name}.{key}", item, "item", guess_direction(key))
        if type(item) is dict and key in _AVERAGES:
            for inner in ("precision", "recall", "f1-score"):
                _add(found, f"{name}.{key}.{inner}", item.get(inner, NOTHING), "item", "higher")


def _appended(target: ast.expr, namespace: dict[str, object], found: dict[str, FoundMetric]) -> None:
    """`losses.append(…)` and `history["loss"].append(…)`."""
    if isinstance(target, ast.Name):
        name, path = target.id, target.id
    elif (
        isinstance(target, ast.Subscript)
        and isinstance(target.value, ast.Name)
        and isinstance(target.slice, ast.Constant)
        and type(target.slice.value) is str
    ):
        name, path = target.slice.value, f"{target.value.id}.{target.slice.value}"
    else:
        return
    if name.startswith("_") or not has_metric_word(name):
        return
    value = reach(path, namespace)
    if type(value) is list:
        _add(found, path, value, "list", guess_direction(name))


def _touched(seen: Survey) -> list[str]:
    """List names which got a value or were trained in this cell."""
    names: dict[str, None] = {}
    for binding in seen.bindings:
        if isinstance(binding.target, ast.Name) and isinstance(binding.value, (ast.Call, ast.Name, ast.Attribute)):
            names[binding.target.id] = None
    for call, scope in seen.calls:
        func = call.func
        if scope != "cell" or not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Name):
            continue
        if func.attr in _TRAINERS:
            names[func.value.id] = None
    return list(names)


def _fitted(name: str, value: object, found: dict[str, FoundMetric]) -> None:
    kind = type(value)
    if value is NOTHING or kind is float or kind is int or kind is str or kind is dict or kind is list:
        return
    if exact.is_class(value) or exact.module_dict(value) is not None:
        return
    held = exact.instance_dict(value)
    if held is None:
        return
    if exact.class_name(kind) == "History" and type(held.get("history")) is dict:
        for key, series in list(held["history"].items())[:_MOST_ITEMS]:
            if type(key) is str and not _is_setting(key) and type(series) is list:
                _add(found, f"{name}.{key}", series, "history", guess_direction(key))
        return
    if exact.is_exact_library_class(kind, "optuna.study.study", "Study"):
        best = scoring.best_of_study(value, held)
        if best is not None:
            _add(found, f"{name}.best_value", best[0], "fitted", best[1])
        return
    if not any(attribute in held for attribute in _FITTED) or not callables.is_learning_class(kind):
        return
    for attribute, direction in _FITTED.items():
        number = exact.read_number(held.get(attribute, NOTHING))
        if number is not None:
            if attribute == "oob_score_" and "Boosting" in exact.class_name(kind):
                # What a forest scores, boosting loses: the same attribute is a loss there.
                direction = "lower"
            _add(found, f"{name}.{attribute}", number[0], "fitted", direction)


def _shown(node: ast.expr, value: object, namespace: dict[str, object], found: dict[str, FoundMetric]) -> None:
    if isinstance(node, ast.Tuple) and type(value) is tuple and len(node.elts) == len(value):
        for part, item in zip(node.elts, value, strict=True):
            _shown(part, item, namespace, found)
        return
    cue = scoring.cue(node, namespace)
    if cue is None:
        return
    name = cue.name
    if name in found:
        return
    if cue.repeated and exact.read_number(value) is None:
        _folds(name, value, _direction(name, cue), found)
        return
    number = exact.read_number(value)
    if number is not None and (number[1] == "float" or has_metric_word(name)):
        _add(found, name, number[0], "shown", _direction(name, cue))
