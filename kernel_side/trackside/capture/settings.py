"""What the name of a setting says: whether to keep it, and in which box. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from trackside.capture.patterns import lazy_pattern
from trackside.directions import name_tokens

if TYPE_CHECKING:
    from trackside.run import Box, Value

#: Loop counters, coordinates and throw-away names.
_PASSING: Final = frozenset(
    "i j l s t u v w x y z a b e f o ii jj kk xx yy zz idx tmp temp foo bar baz dummy res ret out".split()
)
_PICTURE: Final = frozenset(
    "fig figure figsize color colors colour colours cmap marker markers markersize fontsize dpi "
    "linestyle linewidth legend xlabel ylabel xlim ylim xticks yticks palette rotation subplot "
    "subplots plot plots title titles hue rcparams edgecolor facecolor barwidth".split()
)
_TALK: Final = frozenset("verbose verbosity silent njobs progress".split())
_MACHINE: Final = frozenset(
    "device devices workers gpu gpus cuda cpu accelerator precision copy cache debug dtype logging "
    "log logger jobs tracking callbacks metrics prefetch pin".split()
)
_DATA: Final = frozenset(
    "path paths file files filename filenames filepath filepaths fname dir dirs directory folder root "
    "url urls uri host bucket prefix suffix extension sep delimiter encoding column columns col cols "
    "feature features target targets label labels dataset datasets csv table sheet usecols field "
    "fields var variable symbol ticker tickers country city region date dates start_date end_date "
    "split_name class classes categories category".split()
)
#: Words of hyperparameters: with one of them a zero is a choice and a list of numbers a setting.
_TUNED: Final = frozenset(
    "lr learning rate rates alpha alphas beta betas beta1 beta2 gamma gammas lambda lam lambdas "
    "momentum decay dropout seed seeds state epoch epochs batch size sizes depth depths estimators "
    "neighbors clusters components layer layers hidden units heads head dim dims dimension embed "
    "embedding kernel kernels stride strides pool filters filter channels width height patience "
    "warmup step steps threshold temperature top degree tol tolerance iter iters iterations max min "
    "window horizon lag lags fold folds cv split splits test ratio ratios fraction penalty l1 l2 reg "
    "regularization eps epsilon delta tau sigma rho nu mu optimizer loss activation model solver "
    "criterion num shape img image resolution samples tree trees leaf leaves subsample colsample clip "
    "noise rank order grid space bins smoothing backbone arch scheduler weight weights schedule "
    "initial init bias bandwidth capacity buffer episodes rounds trials range values params c k n r p "
    "d q m".split()
)
_CONFIG: Final = frozenset(
    "config configs cfg conf configuration params param parameters hparams hparam hyperparams hyperparam "
    "hyperparameters hyperparameter hps hp args kwargs opts opt options option settings setting grid space "
    "distributions flags".split()
)
_SEED: Final = frozenset("seed seeds".split())
_PATH: Final = lazy_pattern(
    r"://|^[~.]{0,2}[\\/]|[\\/][^\\/ ]+\.\w{1,8}$|^[A-Za-z]:\\|^[^\s/\\]+\.(?:csv|tsv|json|jsonl|txt|parquet|xlsx?|pkl|"
    r"pickle|npy|npz|h5|hdf5|pt|pth|ckpt|onnx|joblib|ya?ml|zip|gz|tar|db|sqlite|png|jpe?g|wav|mp3|mp4|nc|fasta|data|dat|"
    r"arff|feather|html?|xml|pdf|md|ipynb|py|bin|model|safetensors)$|[\\/]$|^\w[\w.-]*(?:[\\/][\w.-]+){2,}$",
    re.IGNORECASE,
)


def is_passing_name(name: str) -> bool:
    """Tell whether a name is that of a counter, a coordinate or a scrap: never a setting."""
    return name.startswith("_") or (name.lower() in _PASSING and name not in ("C",))


@lru_cache(maxsize=4096)
def is_unwanted(name: str) -> bool:
    """Tell whether a name speaks of pictures or of talkativeness, which no comparison of runs wants."""
    tokens = name_tokens(name)
    return bool(_PICTURE & set(tokens) or _TALK & set(tokens)) or tokens[-2:] == ("n", "jobs")


@lru_cache(maxsize=4096)
def is_tuned(name: str) -> bool:
    """Tell whether a name has a word of hyperparameters in it."""
    return any(token in _TUNED or token.rstrip("0123456789") in _TUNED for token in name_tokens(name))


@lru_cache(maxsize=4096)
def is_config_name(name: str) -> bool:
    """Tell whether a name is that of a whole set of settings: `config`, `CFG`, `train_args`, `param_grid`."""
    tokens = name_tokens(name)
    if not tokens or _PICTURE & {*tokens, name.lower()}:
        return False
    return tokens[-1].rstrip("0123456789") in _CONFIG or tokens[0] in _CONFIG


def is_seed_name(name: str) -> bool:
    """Tell whether a name is that of a seed."""
    tokens = name_tokens(name)
    return bool(_SEED & set(tokens)) or tokens[-2:] == ("random", "state")


def box_of(name: str, value: Value) -> Box:
    """Sort a setting: paths and column names are data, devices and workers are other, the rest are params."""
    texts = [value] if type(value) is str else value if type(value) is list else []
    tokens = set(name_tokens(name.rpartition(".")[2]))
    if any(type(text) is str and _PATH().search(text) for text in texts):
        return "data"
    if texts and all(type(text) is str for text in texts) and tokens & _DATA:
        return "data"
    if tokens & _MACHINE and not is_seed_name(name):
        return "other"
    if type(value) is str and not is_tuned(name) and (" " in value or not value):
        return "other"
    return "params"
