"""Find the settings of a run in a cell that has run: rules R0 to R9 of `docs/capture.md`. Pure."""

from __future__ import annotations

import ast
from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from trackside.capture import callables, exact, literals, settings
from trackside.capture.exact import NOTHING, Nothing
from trackside.capture.reaching import fields_of, reach
from trackside.capture.survey import Binding, survey
from trackside.directions import has_metric_word

if TYPE_CHECKING:
    from trackside.run import Box, Value

_LONGEST_TEXT: Final = 80
_LONGEST_TOLD: Final = 1_000
_MOST: Final = 500
_MOST_GRIDS: Final = 10
_FITS: Final = frozenset(
    "fit fit_transform fit_predict partial_fit fit_resample fit_one_cycle fine_tune train compile "
    "train_test_split cross_val_score cross_validate cross_val_predict cv learning_curve "
    "validation_curve permutation_importance optimize fmin fit_generator finetune learn lr_find "
    "train_model".split()
)
#: What trainers are told to do; of the keywords only those that speak of a setting are one.
_RUNS: Final = frozenset({"run"})
#: Functions of the user's own which are believed to train by their name alone.
_OWN_FITS: Final = frozenset("train fit train_model fit_model run_training train_test_split".split())
_SEED_CALLS: Final = frozenset(
    "seed manual_seed manual_seed_all set_seed set_random_seed seed_everything default_rng "
    "RandomState PRNGKey seed_all fix_seed".split()
)
_STOPPING: Final = frozenset({"EarlyStopping", "early_stopping"})
_SHAPES: Final = frozenset("name input_shape inputs outputs feature_names target_names callbacks title".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundParameter:
    """One setting; `value` is a list of the distinct values where one cell sets the same argument several times.

    `via` is the name the argument's value came through (`alpha` in `Ridge(alpha=alpha)`), '' for a literal.
    """

    name: str
    value: Value
    origin: Literal["auto", "parameters-cell", "declared"]
    box: Box
    rule: str
    via: str = ""


def find_parameters(
    tree: ast.Module, namespace: dict[str, object], *, tagged: bool = False, ignore: Set[str] = frozenset()
) -> list[FoundParameter]:
    """Find the settings a cell makes, each name once; values are read from `namespace` as the cell left it."""
    seen = survey(tree)
    found = _Found(ignore)
    if tagged:
        for binding in seen.bindings:
            _tagged(binding, namespace, found)
    for binding in seen.bindings:
        if isinstance(binding.target, ast.Name):
            if not tagged:
                _assigned(binding, binding.target.id, namespace, seen.augmented, found)
        else:
            _item(binding, namespace, found)
    for node in seen.classes:
        _config_class(node, namespace, found)
    for call, scope in seen.calls:
        if call.args or call.keywords:
            _called(call, namespace, found, inside=scope != "cell")
    return found.list()


def read_declared(
    names: Set[str] | list[str] | tuple[str, ...], namespace: dict[str, object]
) -> tuple[list[FoundParameter], list[tuple[str, str]]]:
    """Read names the user declared to be parameters; say of each that cannot be one why not.

    `cfg.lr` reaches into dicts and stored attributes. A dict or dataclass gives one parameter an item, by dotted name.
    """
    found: list[FoundParameter] = []
    refused: list[tuple[str, str]] = []
    for name in names:
        value = reach(name, namespace)
        if value is NOTHING:
            refused.append((name, "is not defined"))
            continue
        items = fields_of(value)
        before = len(found)
        for key, item in [(name, value)] if items is None else [(f"{name}.{key}", items[key]) for key in items]:
            read = exact.read_value(item)
            if not isinstance(read, Nothing) and _fits(read, _LONGEST_TOLD):
                box = settings.box_of(key, read)
                found.append(FoundParameter(name=key, value=read, origin="declared", box=box, rule="declared"))
        if len(found) == before:
            refused.append((name, _why_not(value)))
    return found, refused


class _Found:
    """The settings found so far, by name; the first rule to find a name is the one told."""

    def __init__(self, ignore: Set[str]) -> None:
        self.ignore = ignore
        self.values: dict[str, list[Value]] = {}
        self.told: dict[str, tuple[Box, str]] = {}
        self.via: dict[str, str] = {}

    def add(self, name: str, value: Value, rule: str, box: Box | None = None, *, longest: int = _LONGEST_TEXT) -> None:
        if name in self.ignore or name.partition(".")[0] in self.ignore or len(self.values) >= _MOST:
            return
        if not _fits(value, longest):
            return
        self.told.setdefault(name, (box or settings.box_of(name, value), rule))
        values = self.values.setdefault(name, [])
        if not any(type(old) is type(value) and repr(old) == repr(value) for old in values):
            values.append(value)

    def list(self) -> list[FoundParameter]:
        return [
            FoundParameter(
                name=name,
                value=_together(values),
                origin="parameters-cell" if self.told[name][1] == "R0" else "auto",
                box=self.told[name][0],
                rule=self.told[name][1],
                via=self.via.get(name, "") if len(values) == 1 else "",
            )
            for name, values in self.values.items()
        ]


def _together(values: list[Value]) -> Value:
    if len(values) == 1:
        return values[0]
    scalars = [value for value in values if type(value) is not list]
    return scalars[:100] if len(scalars) == len(values) else values[-1]  # type: ignore[return-value]  # a list of scalars is a value


def _fits(value: Value, longest: int) -> bool:
    if type(value) is list:
        return all(_fits(item, longest) for item in value)
    return type(value) is not str or (len(value) <= longest and "\n" not in value)


def _tagged(binding: Binding, namespace: dict[str, object], found: _Found) -> None:
    if not isinstance(binding.target, ast.Name):
        return
    name = binding.target.id
    value = namespace.get(name, NOTHING)
    items = fields_of(value)
    if items is not None:
        for key in items:
            _add_read(f"{name}.{key}", items[key], "R0", found, longest=_LONGEST_TOLD)
    else:
        _add_read(name, value, "R0", found, longest=_LONGEST_TOLD)


def _add_read(name: str, value: object, rule: str, found: _Found, *, longest: int = _LONGEST_TEXT) -> None:
    read = exact.read_value(value)
    if not isinstance(read, Nothing):
        found.add(name, read, rule, longest=longest)


def _assigned(binding: Binding, name: str, namespace: dict[str, object], augmented: set[str], found: _Found) -> None:
    value = binding.value
    if settings.is_config_name(name):
        held = namespace.get(name, NOTHING)
        items = fields_of(held)
        if items is not None:
            _config(name, items, found, depth=1)
            return
        if type(held) is list and 0 < len(held) <= _MOST_GRIDS:
            # Grids that are searched one after the other.
            grids = [fields_of(grid) if type(grid) is dict else None for grid in list(held)]
            if None not in grids:
                for number, grid in enumerate(grids):
                    _config(f"{name}.{number}", grid or {}, found, depth=0)
                return
    if value is None or binding.in_loop or not binding.whole or name in augmented:
        return
    if settings.is_passing_name(name) or settings.is_unwanted(name) or literals.literal(value) is NOTHING:
        return
    read = exact.read_value(namespace.get(name, NOTHING))
    if isinstance(read, Nothing) or read is None:
        return
    if type(read) is list:
        _assigned_list(name, read, found)
        return
    tuned = settings.is_tuned(name)
    if not tuned and type(read) is not bool and not read:
        return
    if type(read) in (int, float) and has_metric_word(name):
        return
    found.add(name, read, "R7" if settings.is_seed_name(name) else "R1")


def _assigned_list(name: str, read: list[Any], found: _Found) -> None:
    if not read or len(read) > 20:
        return
    if all(type(item) in (int, float) for item in read):
        if settings.is_tuned(name) and not has_metric_word(name):
            found.add(name, read, "R1L")
    elif all(type(item) is str for item in read) and settings.box_of(name, read) == "data":
        found.add(name, read, "R1L")


def _config(name: str, items: dict[str, Any], found: _Found, *, depth: int) -> None:
    for key, item in items.items():
        if settings.is_unwanted(key):
            continue
        inner = fields_of(item) if depth else None
        if inner is not None:
            _config(f"{name}.{key}", inner, found, depth=depth - 1)
        else:
            _add_read(f"{name}.{key}", item, "R2", found)


def _config_class(node: ast.ClassDef, namespace: dict[str, object], found: _Found) -> None:
    """Read the fields of a class that is itself the configuration: `class CFG: lr = 1e-3`."""
    cls = namespace.get(node.name, NOTHING)
    if not settings.is_config_name(node.name) or not exact.is_class(cls):
        return
    for statement in node.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        for target in targets:
            if isinstance(target, ast.Name) and not target.id.startswith("_") and not settings.is_unwanted(target.id):
                value = exact.class_dict(cls).get(target.id, NOTHING)  # type: ignore[arg-type]  # a class, as the caller asked
                _add_read(f"{node.name}.{target.id}", value, "R2", found)


def _item(binding: Binding, namespace: dict[str, object], found: _Found) -> None:
    """`params["lr"] = 0.1` and `cfg.model.depth = 3`."""
    if binding.value is None or not binding.whole or binding.in_loop:
        return
    path = _path(binding.target)
    if not path or not settings.is_config_name(path[0]) or settings.is_unwanted(path[-1]):
        return
    name = ".".join(path)
    read = exact.read_value(reach(name, namespace))
    value = literals.literal(binding.value)
    if isinstance(read, Nothing) and not isinstance(value, Nothing):
        read = value
    if not isinstance(read, Nothing) and (value is not NOTHING or not has_metric_word(path[-1])):
        found.add(name, read, "R9")


def _path(node: ast.expr) -> list[str]:
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            if not isinstance(node.slice, ast.Constant) or type(node.slice.value) is not str:
                return []
            parts.append(node.slice.value)
            node = node.value
        elif isinstance(node, ast.Name):
            return [node.id, *reversed(parts)] if parts else []
        else:
            return []


def _called(call: ast.Call, namespace: dict[str, object], found: _Found, *, inside: bool) -> None:
    last = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if last in _SEED_CALLS and _seeded(call, namespace, found):
        return
    if inside and (last in _FITS or last in _RUNS):
        return  # its values are the function's own, and whether it ran is not known
    name, names, rules = _target(call, last, namespace)
    if not name:
        return
    keyword_rule, positional_rule = rules
    scope = {} if inside else namespace
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in _SHAPES or settings.is_unwanted(keyword.arg):
            continue
        if last not in _RUNS or settings.is_tuned(keyword.arg):
            _argument(f"{name}.{keyword.arg}", keyword.value, keyword_rule, scope, found)
    if positional_rule:
        for argument, value in zip(names, call.args, strict=False):
            if isinstance(value, ast.Starred):
                break
            if argument not in _SHAPES and not settings.is_unwanted(argument):
                _argument(f"{name}.{argument}", value, positional_rule, scope, found)


def _argument(name: str, node: ast.expr, rule: str, namespace: dict[str, object], found: _Found) -> None:
    value = literals.literal(node)
    if isinstance(value, Nothing):
        if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            return
        path = [node.id] if isinstance(node, ast.Name) else _path(node)
        value = exact.read_value(reach(".".join(path), namespace)) if path else NOTHING
        found.via[name] = ".".join(path)
    if isinstance(value, Nothing) or (type(value) is list and (not value or len(value) > 20)):
        return
    found.add(name, value, rule)


def _target(call: ast.Call, last: str, namespace: dict[str, object]) -> tuple[str, tuple[str, ...], tuple[str, str]]:
    """Name what a call configures, its positional arguments, and the rules for keywords and positionals."""
    nothing: tuple[str, tuple[str, ...], tuple[str, str]] = ("", (), ("", ""))
    target = callables.resolve(call.func, namespace)
    if target is not NOTHING and exact.is_class(target):
        if not callables.is_learning_class(target):
            return nothing
        rules = ("R7", "R7") if last in _STOPPING else ("R3", "R5")
        return exact.class_name(target), callables.positional_names(target), rules
    if last in _STOPPING:
        return last, callables.positional_names(target), ("R7", "R7")
    if isinstance(call.func, ast.Attribute):
        return _method(call.func, last, target, namespace)
    if last in _FITS and target is not NOTHING:
        module = callables.module_of_function(target)
        if last in _OWN_FITS or callables.is_learning_module(module):
            return last, (), ("R4", "")
    return nothing


def _method(
    func: ast.Attribute, last: str, target: object, namespace: dict[str, object]
) -> tuple[str, tuple[str, ...], tuple[str, str]]:
    owner = callables.resolve(func.value, namespace)
    if owner is NOTHING and isinstance(func.value, ast.Call):
        made = callables.resolve(func.value.func, namespace)
        if made is not NOTHING and exact.is_class(made) and last in _FITS and callables.is_learning_class(made):
            return exact.class_name(made), (), ("R4", "")
        if last in ("fit", "compile"):
            return last, (), ("R4", "")
    elif owner is NOTHING:
        # A module that loads its parts late (tensorflow.keras) is not asked: its name and the capital say enough.
        if last[:1].isupper() and callables.is_learning_module(callables.module_of_path(func, namespace)):
            return last, (), ("R7" if last in _STOPPING else "R3", "")
    elif exact.is_class(owner):
        cls: type = owner
        if last.startswith("from_") and callables.is_learning_class(cls):
            return exact.class_name(cls), callables.positional_names(target), ("R3", "R5")
    elif exact.module_dict(owner) is not None:
        module = callables.module_of_function(target) or callables.module_of_path(func, namespace)
        if last in _FITS and callables.is_learning_module(module):
            return last, (), ("R4", "")
        if target is NOTHING and last[:1].isupper() and callables.is_learning_module(module):
            return last, (), ("R3", "")
    elif (last in _FITS and callables.is_learning_class(type(owner))) or (
        last in _RUNS and callables.is_trainer(type(owner))
    ):
        return exact.class_name(type(owner)), (), ("R4", "")
    return "", (), ("", "")


def _seeded(call: ast.Call, namespace: dict[str, object], found: _Found) -> bool:
    value = call.args[0] if call.args else call.keywords[0].value
    read: Any = literals.literal(value)
    if read is NOTHING and isinstance(value, ast.Name):
        read = exact.read_scalar(namespace.get(value.id, NOTHING))
    if type(read) is not int:
        return False
    root = callables.module_of_path(call.func, namespace)
    path = callables.dotted(call.func)
    if root and "." in path:
        path = f"{root}.{path.partition('.')[2]}"
    found.add(path or "seed", read, "R7", "params")
    return True


def _why_not(value: object) -> str:
    if type(value) is str:
        return f"is a text of {len(value)} characters or several lines; a parameter holds at most {_LONGEST_TOLD}"
    if type(value) is list or type(value) is tuple:
        return f"is a {exact.class_name(type(value))} that is too long or holds more than plain values"
    return (
        f"is a {exact.class_name(type(value))}; only numbers, texts, booleans, None, lists of them, "
        "and dicts or dataclasses of them can be parameters"
    )
