"""The settings of a run, found in its cells."""

from __future__ import annotations

import math
import sys
import types
from typing import Any

import numpy as np
import pytest
from capture.hostile import make, watched
from hypothesis import given
from hypothesis import strategies as st

from trackside.capture.cellcode import parse_cell
from trackside.capture.parameters import FoundParameter, find_parameters, read_declared


def run(source: str, namespace: dict[str, Any] | None = None, **options: Any) -> dict[str, FoundParameter]:
    namespace = {} if namespace is None else namespace
    tree = parse_cell(source)
    assert tree is not None
    exec(compile(tree, "cell", "exec"), namespace)
    found = find_parameters(tree, namespace, **options)
    assert len({one.name for one in found}) == len(found)
    return {one.name: one for one in found}


def values(source: str, **options: Any) -> dict[str, Any]:
    return {name: one.value for name, one in run(source, **options).items()}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("lr = 1e-3", {"lr": 1e-3}),
        ("N_TREES = 200; k = 5", {"N_TREES": 200, "k": 5}),
        ("a, epochs = 'x', 3", {"epochs": 3}),
        ("batch = 2 * 32", {"batch": 64}),
        ("n_iter = int(1e4)", {"n_iter": 10_000}),
        ("lr: float = -0.5", {"lr": -0.5}),
        ("use_bn = False", {"use_bn": False}),
        ("dropout = 0", {"dropout": 0}),
        ("layers = (64, 32)", {"layers": [64, 32]}),
        ("if True:\n    lr = 3", {"lr": 3}),
        ("%time\nlr = 3", {"lr": 3}),
    ],
)
def test_plain_literals_at_the_top_are_settings(source: str, expected: dict[str, Any]) -> None:
    assert values(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "i = 3",
        "_lr = 1",
        "total = 0",
        "text = ''",
        "lr = None",
        "found = 3\nfound += 1",
        "figsize = (10, 5)",
        "title = 'My plot'",
        "verbose = 2",
        "n_jobs = 4",
        "lr = len('abc')",
        "note = 'a' * 100",
        "doc = '''two\nlines'''",
        "points = [1, 2, 3]",
        "for q in range(2):\n    lr = 3",
        "def f():\n    lr = 3",
        "lr = 3\ndel lr",
        "acc = 0.91",
    ],
)
def test_counters_pictures_talk_and_results_are_no_settings(source: str) -> None:
    assert values(source) == {}


def test_paths_and_columns_go_into_the_data_box() -> None:
    found = run("path = 'data/train.csv'\ntarget = 'price'\nfeatures = ['a', 'b']\nlr = 1\ndevice = 'cuda'")
    assert {name: one.box for name, one in found.items()} == {
        "path": "data",
        "target": "data",
        "features": "data",
        "lr": "params",
        "device": "other",
    }


def test_items_of_config_dicts_and_classes_are_named_with_a_dot() -> None:
    source = (
        "from dataclasses import dataclass\n"
        "config = {'lr': 0.1, 'model': {'depth': 3}, 'verbose': 1, 'dirs': [1, 2]}\n"
        "class CFG:\n    seed = 42\n"
        "@dataclass\nclass Args:\n    epochs: int = 3\n"
        "args = Args(epochs=5)\n"
        "config['extra'] = 7"
    )
    assert values(source) == {
        "config.lr": 0.1,
        "config.model.depth": 3,
        "config.dirs": [1, 2],
        "config.extra": 7,
        "CFG.seed": 42,
        "Args.epochs": 3,
        "args.epochs": 5,
    }


def test_grids_searched_one_after_the_other_are_named_by_their_number() -> None:
    source = 'param_grid = [{"kernel": ["rbf"], "C": [1, 10]}, {"kernel": ["linear"]}]'
    assert values(source) == {
        "param_grid.0.kernel": ["rbf"],
        "param_grid.0.C": [1, 10],
        "param_grid.1.kernel": ["linear"],
    }


@pytest.mark.parametrize("source", ['rcParams["font.size"] = 12', 'rcParams = {"font.size": 12}', "params = [1, {}]"])
def test_plot_settings_and_mixed_lists_are_no_configuration(source: str) -> None:
    assert values(source, namespace={"rcParams": {}}) == {}


def test_constructors_are_named_by_class_and_positionals_by_their_signature() -> None:
    source = (
        "from sklearn.ensemble import RandomForestClassifier as RF\nfrom sklearn import linear_model\n"
        "trees = 30\nalpha = 0.5\n"
        "a = RF(trees, max_depth=5, n_jobs=-1)\nb = linear_model.Ridge(alpha=alpha, solver='svd')"
    )
    found = run(source)
    assert {name: (one.value, one.rule) for name, one in found.items() if "." in name} == {
        "RandomForestClassifier.n_estimators": (30, "R5"),
        "RandomForestClassifier.max_depth": (5, "R3"),
        "Ridge.alpha": (0.5, "R3"),
        "Ridge.solver": ("svd", "R3"),
    }


def test_fit_split_and_cross_validation_calls_are_read() -> None:
    source = (
        "from sklearn.model_selection import train_test_split, cross_val_score\n"
        "from sklearn.linear_model import SGDClassifier\nimport numpy as np\n"
        "X = np.arange(80).reshape(40, 2); y = np.arange(40) % 2\n"
        "A, B, C, D = train_test_split(X, y, test_size=0.25, random_state=1)\n"
        "m = SGDClassifier(loss='hinge').fit(X, y, coef_init=None)\n"
        "r = cross_val_score(m, X, y, cv=3)"
    )
    found = run(source)
    assert {name: (one.value, one.rule) for name, one in found.items()} == {
        "train_test_split.test_size": (0.25, "R4"),
        "train_test_split.random_state": (1, "R4"),
        "SGDClassifier.loss": ("hinge", "R3"),
        "SGDClassifier.coef_init": (None, "R4"),
        "cross_val_score.cv": (3, "R4"),
    }


def test_a_users_own_estimator_counts_by_its_fit_and_other_classes_do_not() -> None:
    source = (
        "class Mine:\n    def __init__(self, depth, rate=1): pass\n    def fit(self, X, steps=1): return self\n"
        "class Other:\n    def __init__(self, n): pass\n"
        "m = Mine(3, rate=0.2)\nm.fit(None, steps=9)\no = Other(n=3)\nd = dict(n=4)\np = print('a', end='')"
    )
    assert values(source) == {"Mine.depth": 3, "Mine.rate": 0.2, "Mine.steps": 9}


def test_several_values_of_one_argument_stay_a_list() -> None:
    source = (
        "class Dense:\n    def __init__(self, units): pass\n    def fit(self): pass\n"
        "net = [Dense(64), Dense(units=32), Dense(64)]"
    )
    assert values(source) == {"Dense.units": [64, 32]}


def test_constructors_inside_functions_count_with_literals_alone() -> None:
    source = "from sklearn.svm import SVC\nC = 3.0\ndef build(C):\n    return SVC(C=C, kernel='rbf')"
    assert "SVC.kernel" in values(source) and "SVC.C" not in values(source)


def test_seeds_are_named_by_the_call() -> None:
    source = (
        "import numpy as np, random\nSEED = 7\nnp.random.seed(SEED)\nrandom.seed(3)\nrng = np.random.default_rng(5)"
    )
    assert values(source) == {"SEED": 7, "numpy.random.seed": 7, "random.seed": 3, "numpy.random.default_rng": 5}


def test_a_module_that_loads_late_is_not_made_to_load(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} was asked for")

    late = Late("keras")
    monkeypatch.setitem(sys.modules, "keras", late)
    tree = parse_cell("m = keras.layers.Dense(64, activation='relu')")
    assert tree is not None
    found = find_parameters(tree, {"keras": late})
    assert {one.name: one.value for one in found} == {"Dense.activation": "relu"}


def test_a_parameters_cell_gives_all_its_simple_values() -> None:
    found = run("x = 1\nname = 'a b'\nempty = None\nbig = object()\nacc = 0.5\nnested = {'a': 1}", tagged=True)
    assert {name: one.value for name, one in found.items()} == {
        "x": 1,
        "name": "a b",
        "empty": None,
        "acc": 0.5,
        "nested.a": 1,
    }
    assert {one.origin for one in found.values()} == {"parameters-cell"}
    assert {one.rule for one in found.values()} == {"R0"}


def test_ignored_names_are_left_out_with_all_below_them() -> None:
    source = "lr = 1\nepochs = 2\nconfig = {'a': 1, 'b': 2}"
    assert values(source, ignore={"lr", "config"}) == {"epochs": 2}
    assert values(source, ignore={"config.a"}) == {"lr": 1, "epochs": 2, "config.b": 2}


def test_numpy_scalars_become_plain_ones_and_exactly_so() -> None:
    found, refused = read_declared(
        ["a", "b", "c", "d"],
        {"a": np.float64(0.1), "b": np.int32(3), "c": np.bool_(True), "d": np.float32(math.inf)},
    )
    assert [(one.value, type(one.value)) for one in found] == [(0.1, float), (3, int), (True, bool), (math.inf, float)]
    assert refused == []


def test_declared_names_reach_into_dicts_dataclasses_and_say_why_not() -> None:
    namespace: dict[str, Any] = {}
    exec(
        "from dataclasses import dataclass, field\n"
        "@dataclass(slots=True)\nclass C:\n    lr: float = 0.1\n    big: object = None\n"
        "c = C(big=object())\nd = {'a': {'b': 2}, 'c': 3}\nclass O: pass\no = O(); o.depth = 4\ntext = 'a\\nb'",
        namespace,
    )
    found, refused = read_declared(["c", "d", "d.a.b", "o.depth", "gone", "o", "text", "c.nope"], namespace)
    assert {one.name: one.value for one in found} == {"c.lr": 0.1, "d.c": 3, "d.a.b": 2, "o.depth": 4}
    assert all(one.origin == "declared" for one in found)
    assert [name for name, _ in refused] == ["gone", "o", "text", "c.nope"]
    assert "is a O" in dict(refused)["o"]


def test_no_method_of_a_users_object_is_ever_called() -> None:
    hostile: list[Any] = [make(), make(dict), make(list), make(str), make(float), make(int), make(types.ModuleType)]
    tree = parse_cell(
        "config = h\nlr = h\nh.fit(1, epochs=3)\nh(1, a=2)\nh.a.b(c=h)\nparams['x'] = h\nparams.y = 3\nm = h.Dense(3)\n"
        "np.random.seed(h)\nh.compile(optimizer='x')\nh.from_x(3)\nh().fit(3, e=3)\nclass CFG: pass"
    )
    assert tree is not None
    for one in hostile:
        namespace: dict[str, object] = {
            "h": one,
            "config": one,
            "lr": one,
            "params": one,
            "np": one,
            "CFG": one,
            "d": {"k": one},
        }
        with watched() as calls:
            find_parameters(tree, namespace)
            find_parameters(tree, namespace, tagged=True)
            read_declared(["h", "h.a", "d", "d.k", "d.k.z"], namespace)
        assert calls == [], type.__name__


def test_a_hostile_class_is_read_without_asking_its_metaclass() -> None:
    kind = type(make())
    tree = parse_cell("m = K(3, depth=4)\nm2 = K.from_x(3)\nclass CFG: pass")
    assert tree is not None
    with watched() as calls:
        found = find_parameters(tree, {"K": kind, "CFG": kind})
    assert calls == []
    assert {one.name for one in found} == {"Hostile.depth"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=90),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=10,
    )
)
def test_whatever_a_config_holds_only_plain_values_come_out(value: Any) -> None:
    tree = parse_cell("config = f()")
    assert tree is not None
    for one in find_parameters(tree, {"config": {"a": value}}):
        items = one.value if type(one.value) is list else [one.value]
        assert all(type(item) in (int, float, str, bool, type(None)) for item in items)


@pytest.mark.parametrize(
    "source", ["lr = " + " + ".join(["1"] * 900), "text = " + " + ".join(["'a'"] * 900), "f(rate=" + "-" * 80 + "1)"]
)
def test_expressions_that_machines_write_are_survived(source: str) -> None:
    tree = parse_cell(source)
    assert tree is not None
    find_parameters(tree, {"lr": 900, "text": "a" * 900})


def test_a_number_too_long_to_print_is_no_setting() -> None:
    tree = parse_cell(f"make().fit(p=0x{'f' * 5_000}, epochs=3)")
    assert tree is not None
    assert [one.name for one in find_parameters(tree, {})] == ["fit.epochs"]


TRAINERS = """
class Trainer:
    def run(self, data, **settings): pass
class Server:
    def run(self, **settings): pass
class Engine:
    __module__ = "ignite.engine.engine"
    def run(self, data, **settings): pass
trainer, server, engine = Trainer(), Server(), Engine()
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("trainer.run(data, max_epochs=10)", {"Trainer.max_epochs": 10}),
        ("trainer.run(data, max_epochs=epochs)", {"Trainer.max_epochs": 3}),
        ("engine.run(data, max_epochs=20, epoch_length=5)", {"Engine.max_epochs": 20, "Engine.epoch_length": 5}),
        ("trainer.run(data, resume='last', verbose=2)", {}),
        ("server.run(max_size=10)", {}),
        ("def later():\n    trainer.run(data, max_epochs=10)", {}),
    ],
)
def test_what_a_trainer_is_told_to_run_with_is_a_setting(call: str, expected: dict[str, Any]) -> None:
    namespace: dict[str, Any] = {"data": (), "epochs": 3}
    run(TRAINERS, namespace)
    assert {name: one.value for name, one in run(call, namespace).items()} == expected
