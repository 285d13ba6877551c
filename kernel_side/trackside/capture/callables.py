"""Which object a call in a cell reaches, found without running anything of the user's. Pure."""

from __future__ import annotations

import ast
import sys
from typing import Any, Final

from trackside.capture import exact
from trackside.capture.exact import NOTHING
from trackside.directions import name_tokens

#: Packages whose classes hold the settings of a model, of its training or of its data.
_LEARNING: Final = frozenset(
    "sklearn xgboost lightgbm catboost torch torchvision torchaudio torchtext tensorflow "
    "tensorflow_probability keras tf_keras jax flax optax haiku equinox mlx statsmodels transformers "
    "pytorch_lightning lightning imblearn mlxtend prophet neuralprophet pmdarima umap hdbscan gensim "
    "spacy surprise implicit lightfm pyod tslearn sktime darts skopt optuna hyperopt ngboost "
    "pytorch_tabnet autogluon pycaret stable_baselines3 sb3_contrib diffusers peft trl accelerate "
    "timm fastai river lifelines sentence_transformers bertopic pymc numpyro pyro cuml interpret "
    "dask_ml skorch monai ultralytics category_encoders feature_engine sklearn_pandas fairlearn "
    "econml causalml gpytorch botorch GPy gpflow hmmlearn pomegranate kmodes prince tsfresh tpot nltk "
    "evaluate datasets tokenizers vllm segmentation_models_pytorch skmultilearn sksurv "
    "pytorch_forecasting gluonts dgl torch_geometric ray bayes_opt ax nevergrad".split()
)

#: Packages whose objects train when they are told to run; most of what their other classes take is no setting.
_TRAINING: Final = frozenset({"ignite"})


def is_learning_module(name: str) -> bool:
    """Tell whether a module belongs to a machine-learning package."""
    return name.partition(".")[0] in _LEARNING


def dotted(node: ast.expr) -> str:
    """Write `a.b.c` of names and attributes as text; '' for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    parts.append(node.id)
    return ".".join(reversed(parts))


def resolve(node: ast.expr, namespace: dict[str, object]) -> Any:
    """Find what a name or attribute means now, in plain dicts only: modules, classes, instances; else NOTHING."""
    if isinstance(node, ast.Name):
        return namespace.get(node.id, NOTHING)
    if not isinstance(node, ast.Attribute):
        return NOTHING
    return member(resolve(node.value, namespace), node.attr)


def member(owner: object, name: str) -> Any:
    """Find `owner.name` as stored, unbound."""
    if owner is NOTHING:
        return NOTHING
    held = exact.module_dict(owner)
    if held is not None:
        found = held.get(name, NOTHING)
        package = held.get("__name__")
        if found is NOTHING and type(package) is str:
            found = sys.modules.get(f"{package}.{name}", NOTHING)
        return found
    if exact.is_class(owner):
        return exact.class_lookup(owner, name)  # type: ignore[arg-type]  # is_class asked
    attributes = exact.instance_dict(owner)
    return NOTHING if attributes is None else attributes.get(name, NOTHING)


def module_of_path(node: ast.expr, namespace: dict[str, object]) -> str:
    """Return the name of the module at the root of `tf.keras.layers.Dense`, '' when the root is none."""
    while isinstance(node, ast.Attribute):
        node = node.value
    held = exact.module_dict(resolve(node, namespace))
    name = held.get("__name__") if held else None
    return name if type(name) is str else ""


def is_learning_class(cls: type) -> bool:
    """Tell whether a class or one of its bases comes from such a package, or has a `fit` of its own."""
    name = exact.class_name(cls)
    if name.endswith(("Display", "Error", "Warning")) or ".metrics" in exact.module_of(cls):
        return False
    if any(is_learning_module(exact.module_of(base)) for base in exact.bases_of(cls)):
        return True
    return exact.class_lookup(cls, "fit") is not NOTHING


def is_trainer(cls: type) -> bool:
    """Tell whether objects of a class train when they are told to run: by its name, or because such classes fit."""
    if is_learning_class(cls) or "trainer" in name_tokens(exact.class_name(cls)):
        return True
    return exact.module_of(cls).partition(".")[0] in _TRAINING


def positional_names(target: object) -> tuple[str, ...]:
    """Name the positional arguments of a class's constructor or of a function; () where it is not written in Python."""
    if exact.is_class(target):
        for name in ("__init__", "__new__"):
            code = exact.code_of(exact.class_lookup(target, name))  # type: ignore[arg-type]  # is_class asked
            if code is not None and code.co_argcount > 1:
                names: tuple[str, ...] = code.co_varnames[1 : code.co_argcount]
                return names
        return ()
    code = exact.code_of(target)
    if code is None:
        return ()
    found: tuple[str, ...] = code.co_varnames[: code.co_argcount]
    return found[1:] if type(target) is classmethod else found


def module_of_function(target: object) -> str:
    """Return the name of the module a Python function was written in, '' for anything else."""
    code = exact.code_of(target)
    if code is None:
        return ""
    # `__module__` of an exact function is a plain attribute; wrappers carry that of what they wrap.
    name = getattr(target, "__module__", "")
    return name if type(name) is str else ""
