"""The results of a run, found in its cells."""

from __future__ import annotations

import math
import sys
import types
from typing import Any

import numpy as np
import pytest
from capture.hostile import make, watched

from trackside.capture import measures
from trackside.capture.cellcode import parse_cell
from trackside.capture.exact import NOTHING
from trackside.capture.measures import FoundMetric, find_metrics, read_declared_metrics

SKLEARN = """
import numpy as np
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, mean_squared_error, f1_score, classification_report
from sklearn.model_selection import cross_val_score, cross_validate, GridSearchCV
X, y = load_iris(return_X_y=True)
model = LogisticRegression(max_iter=300).fit(X, y)
"""
_prepared: dict[str, Any] = {}


def iris() -> dict[str, Any]:
    if not _prepared:
        exec(SKLEARN, _prepared)
    return dict(_prepared)


def run(source: str, namespace: dict[str, Any] | None = None, displayed: object = NOTHING) -> dict[str, FoundMetric]:
    namespace = {} if namespace is None else namespace
    tree = parse_cell(source)
    assert tree is not None
    exec(compile(tree, "cell", "exec"), namespace)
    return {one.name: one for one in find_metrics(tree, namespace, displayed=displayed)}


def values(source: str, namespace: dict[str, Any] | None = None) -> dict[str, float]:
    return {name: one.value for name, one in run(source, namespace).items()}


@pytest.mark.parametrize("source", ["precision = 1e-3", "precision = 10 ** -6", "precision = 4"])
def test_a_precision_that_says_how_exact_something_shall_be_is_no_result(source: str) -> None:
    assert values(source) == {}


@pytest.mark.parametrize("source", ["precision = 0.87", "precision = hits / found"])
def test_a_precision_that_may_have_been_measured_is_a_result(source: str) -> None:
    namespace: dict[str, Any] = {"hits": 1, "found": 1000}
    assert "precision" in values(source, namespace)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("acc = 0.91", {"acc": 0.91}),
        ("val_loss = 3 / 4", {"val_loss": 0.75}),
        ("n_errors = 2 + 3", {"n_errors": 5.0}),
        ("loss, acc = [0.5, 0.25]", {"loss": 0.5, "acc": 0.25}),
        ("loss, acc = f()", {"loss": 0.5, "acc": 0.25}),
        ("for e in range(3):\n    loss = 1 / (e + 1)", {"loss": 1 / 3}),
        ("total_loss = 0\nfor e in range(3):\n    total_loss += 0.5", {"total_loss": 1.5}),
        ("try:\n    acc = 0.5\nexcept Exception:\n    acc = 0.1", {"acc": 0.5}),
        ("results = {}\nresults['acc'] = 0.5\nresults['n'] = 3", {"results.acc": 0.5}),
        ("metrics = {'mine': 0.5, 'n': 3, 'text': 'x'}", {"metrics.mine": 0.5}),
        ("loss = float('nan')", {"loss": math.nan}),
    ],
)
def test_numbers_under_metric_names_are_results(source: str, expected: dict[str, float]) -> None:
    assert values(source, {"f": lambda: (0.5, 0.25)}) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    "source",
    [
        "x = 0.5",
        "lr = 0.1",
        "loss = 'mse'",
        "acc = True",
        "acc = None",
        "best_loss = float('inf')",
        "total_loss = 0",
        "best = float('-inf')",
        "loss_weight = 0.3",
        "_acc = 0.5",
        "def f():\n    acc = 0.5",
        "losses = []",
        "n = 3",
    ],
)
def test_starting_values_settings_and_plain_numbers_are_not(source: str) -> None:
    assert values(source) == {}


def test_what_a_metric_call_computes_needs_no_name_for_it() -> None:
    found = run(
        "q = f1_score(y, model.predict(X), average='macro')\nr = mean_squared_error([1, 2], [1, 4]) ** 0.5\n"
        "wrong = 1 - accuracy_score(y, model.predict(X))\nshare = round(accuracy_score(y, y), 3)",
        iris(),
    )
    assert {name: one.direction for name, one in found.items()} == {
        "q": "higher",
        "r": "lower",
        "wrong": "lower",
        "share": "higher",
    }


def test_a_bare_score_takes_its_direction_from_the_right_hand_side() -> None:
    namespace = iris()
    assert run("score = mean_squared_error([1], [2])", namespace)["score"].direction == "lower"
    assert run("score = model.score(X, y)", namespace)["score"].direction == "higher"
    assert run("score = len('abc') / 7", namespace)["score"].direction == "unknown"


def test_cross_validation_gives_mean_deviation_and_count() -> None:
    found = run("scores = cross_val_score(model, X, y, cv=5)\ncv = cross_validate(model, X, y, cv=3)", iris())
    assert found["scores"].extra is not None and found["scores"].extra["n"] == 5
    assert found["scores"].value == pytest.approx(0.9733, abs=1e-3)
    assert 0 < found["scores"].extra["sd"] < 0.1
    assert set(found) == {"scores", "cv.test_score"} and found["cv.test_score"].direction == "higher"


def test_lists_grown_in_a_loop_give_their_last_value_and_the_series() -> None:
    found = run(
        "losses = []\nhistory = {'val_acc': []}\nsteps = []\n"
        "for e in range(3):\n    losses.append(1 / (e + 1))\n    history['val_acc'].append(e / 4)\n    steps.append(e)"
    )
    assert found["losses"].value == 1 / 3 and found["losses"].extra == {"series": [1.0, 0.5, 1 / 3]}
    assert found["history.val_acc"].value == 0.5
    assert set(found) == {"losses", "history.val_acc"}


def test_results_inside_fitted_objects_are_read() -> None:
    found = run(
        "forest = RandomForestClassifier(20, oob_score=True, random_state=0)\nforest.fit(X, y)\n"
        "grid = GridSearchCV(Ridge(), {'alpha': [1]}, cv=2, scoring='neg_mean_squared_error').fit(X, y)",
        iris(),
    )
    assert set(found) == {"forest.oob_score_", "grid.best_score_"}
    assert {one.direction for one in found.values()} == {"higher"}


def test_a_training_history_gives_each_of_its_series() -> None:
    source = "class History: pass\nh = History()\nh.history = {'loss': [0.5, 0.25], 'val_acc': [0.1, 0.2], 'lr': ['x']}"
    found = run(source)
    assert {name: one.value for name, one in found.items()} == {"h.loss": 0.25, "h.val_acc": 0.2}
    assert found["h.loss"].extra == {"series": [0.5, 0.25]}


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("accuracy_score(y, y)", {"accuracy_score": 0.5}),
        ("model.score(X, y)", {"model.score": 0.5}),
        ("acc", {"acc": 0.5}),
        ("results['f1']", {"results.f1": 0.5}),
        ("acc * 100", {"acc": 0.5}),
        ("np.mean(acc)", {"acc": 0.5}),
        ("len(acc)", {}),
        ("acc.std()", {}),
        ("something", {}),
        ("f(x)", {}),
        ("df['a'].mean()", {}),
        ("X.shape[0] / 3", {}),
    ],
)
def test_the_shown_value_counts_only_with_a_cue(shown: str, expected: dict[str, float]) -> None:
    tree = parse_cell(shown)
    assert tree is not None
    found = find_metrics(tree, {"np": np}, displayed=np.float64(0.5))
    assert {one.name: one.value for one in found} == expected


def test_a_shown_pair_gives_both() -> None:
    tree = parse_cell("acc, f1")
    assert tree is not None
    assert {m.name: m.value for m in find_metrics(tree, {}, displayed=(0.5, 0.25))} == {"acc": 0.5, "f1": 0.25}


def test_numpy_numbers_and_zero_dimensional_arrays_are_numbers() -> None:
    source = (
        "acc = np.float32(0.5)\nloss = np.array(0.25)\nrmse = np.int64(3)\nmae = np.array([1.0])\nf1 = np.bool_(True)"
    )
    assert values(source, {"np": np}) == {"acc": 0.5, "loss": 0.25, "rmse": 3.0}


def test_a_tensor_is_read_through_its_own_class_and_an_impostor_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in with the interface of torch.Tensor (`dim`, `item`): the library itself is too large for the suite."""

    def tensor_class(counter: list[str]) -> type:
        class Tensor:
            __module__ = "torch"

            def dim(self) -> int:
                counter.append("dim")
                return 0

            def item(self) -> float:
                return 0.125

        Tensor.__qualname__ = "Tensor"
        return Tensor

    used: list[str] = []
    abused: list[str] = []
    real, impostor = tensor_class(used), tensor_class(abused)
    torch = types.ModuleType("torch")
    torch.Tensor = real  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    tree = parse_cell("loss = f()\nacc = f()")
    assert tree is not None
    found = find_metrics(tree, {"loss": real(), "acc": impostor()})
    assert {one.name: one.value for one in found} == {"loss": 0.125}
    assert used and not abused


def test_declared_metrics_are_taken_whatever_their_name() -> None:
    found, refused = read_declared_metrics(
        ["q", "r.deep", "names", "gone", "curve"],
        {"q": 3, "r": {"deep": np.float64(0.5)}, "names": "x", "curve": [1.0, 2.0]},
    )
    assert {one.name: one.value for one in found} == {"q": 3.0, "r.deep": 0.5, "curve": 2.0}
    assert all(one.origin == "declared" for one in found)
    assert refused == [("names", "is a str and is not a number"), ("gone", "is not defined")]


def test_ignored_names_are_left_out() -> None:
    tree = parse_cell("acc = f()\nloss = f()")
    assert tree is not None
    assert [m.name for m in find_metrics(tree, {"acc": 0.5, "loss": 0.5}, ignore={"acc"})] == ["loss"]


def test_no_method_of_a_users_object_is_ever_called() -> None:
    tree = parse_cell(
        "acc = h\nresults = h\nresults['acc'] = h\nlosses.append(h)\nhistory['loss'].append(h)\nm = h.fit(3)\n"
        "h.fit(1)\nscore = h.score(1)\n"
        "scores = cross_val_score(h)\nmetrics = f()\nacc, loss = h\nx = h.best_score_\nh.score(1)"
    )
    assert tree is not None
    for base in (object, dict, list, float, int, str, types.ModuleType, type(np.float64(0))):
        one = make(base)
        names = "h acc results losses history m score scores metrics loss x cross_val_score".split()
        namespace: dict[str, object] = dict.fromkeys(names, one)
        holders: dict[str, object] = {"acc": one, "results": {"acc": one}, "losses": [one], "metrics": {"acc": one}}
        with watched() as calls:
            find_metrics(tree, namespace, displayed=one)
            find_metrics(tree, {**namespace, **holders}, displayed=one)
            read_declared_metrics(["h", "h.a", "results.acc", "losses"], {**namespace, **holders})
        assert calls == []


def test_a_dict_that_a_thread_changes_meanwhile_is_read_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics: dict[str, object] = {"acc": 0.5, "loss": 0.25}

    def meanwhile(name: str) -> bool:
        metrics[f"other {len(metrics)}"] = 1.0
        return name in ("acc", "loss")

    monkeypatch.setattr(measures, "has_metric_word", meanwhile)
    assert values("metrics = f()", {"f": lambda: metrics})["metrics.acc"] == 0.5


def test_a_whole_number_no_float_can_hold_is_no_result() -> None:
    assert values("loss = 2 ** 1024 - 1") == {}
