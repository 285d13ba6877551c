"""What the name of a metric says: whether it names one at all, and which way is better. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from trackside.run import Direction

_TOKEN: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[^\W\d_]+|[0-9]+")

_LOWER: Final = frozenset(
    "loss losses logloss err error errors mistakes misclassified misclassification mse rmse mae mape "
    "smape mase wape msle rmsle rmspe nrmse medae sse rss nll perplexity ppl bpc bpb aic aicc bic "
    "hqic deviance brier inertia distortion hinge pinball huber crossentropy xent bce hamming wer cer "
    "fid eer ece kld divergence crps regret davies bouldin fpr fnr fdr cost violations latency rmsd "
    "mpjpe lpips".split()
)
_HIGHER: Final = frozenset(
    "acc accuracy accuracies f1 fbeta auc auroc rocauc aucroc auprc aucpr roc r2 precision recall sensitivity "
    "specificity iou miou dice jaccard bleu rouge meteor chrf cider reward rewards ap map ndcg dcg "
    "mrr kappa mcc matthews corrcoef correlation corr pearson pearsonr spearman spearmanr kendall "
    "kendalltau psnr ssim silhouette calinski harabasz homogeneity completeness fowlkes mallows ari "
    "nmi ami rand consensus tpr tnr ppv npv likelihood loglik loglikelihood llf elbo concordance "
    "cindex success hits correct return returns sharpe profit throughput winrate win uplift topk "
    "fmeasure vmeasure".split()
)
#: Words of a way, too common in other senses to make a plain number a metric.
_AMBIGUOUS: Final = frozenset("map ap return returns win hits rand profit success correct latency corr".split())
_NEUTRAL: Final = frozenset("score scores metric metrics gini".split())
#: Beside one of these a metric's name is that of a setting, a callable or a picture.
_SETTING: Final = frozenset(
    "weight weights fn func function threshold thresholds thresh thr tol tolerance target goal cutoff "
    "criterion coef coeff factor scale patience name names type mode key keys idx index margin "
    "smoothing bins budget limit fig figure plot ax axes curve curves color colors label labels title "
    "df path file scheduler scaler every interval freq frequency method".split()
)
_SPREAD: Final = frozenset("std sd stdev sem ci".split())
_TIMED: Final = frozenset("fit train training inference prediction predict elapsed wall score eval epoch".split())
_PAIRS_LOWER: Final = frozenset(
    {
        ("cross", "entropy"),
        ("log", "losses"),
        ("false", "positive"),
        ("false", "positives"),
        ("false", "negative"),
        ("false", "negatives"),
    }
)
_PAIRS_HIGHER: Final = frozenset(
    {
        ("true", "positive"),
        ("true", "positives"),
        ("true", "negative"),
        ("true", "negatives"),
        ("explained", "variance"),
        ("mutual", "info"),
        ("mutual", "information"),
        ("f", "measure"),
        ("f", "score"),
        ("f", "1"),
        ("f", "beta"),
        ("v", "measure"),
        ("r", "squared"),
        ("r", "2"),
        ("r", "square"),
        ("rsquared", "adj"),
        ("c", "index"),
        ("hit", "rate"),
        ("pass", "rate"),
        ("win", "rate"),
    }
)
_SINGLE_HIGHER: Final = frozenset({"rsquared", "rsquare"})
#: "negative log likelihood" turns round like `neg_`; "negative" inside a name ("false negative") does not.
_TURNS: Final = frozenset({"neg", "negative", "minus"})


def name_tokens(name: str) -> tuple[str, ...]:
    """Split a name into its lower-case words: `valLoss`, `val_loss` and `val loss` all give val, loss."""
    return tuple(word.lower() for word in _TOKEN.findall(name.replace("²", "2").replace("IoU", "Iou")))


@lru_cache(maxsize=4096)
def guess_direction(name: str) -> Direction:
    """Say which way `name` gets better; "unknown" where the name alone does not tell (a bare `score`)."""
    tokens = name_tokens(name)
    way: Direction = "unknown"
    turned = False
    while tokens and tokens[0] in _TURNS:
        turned = not turned
        tokens = tokens[1:]
    if not (_SETTING & set(tokens[1:]) or _SPREAD & set(tokens)) or _pairs(tokens) & _PAIRS_HIGHER:
        way = _way(tokens)
    if turned and way != "unknown":
        return "lower" if way == "higher" else "higher"
    return way


@lru_cache(maxsize=4096)
def has_metric_word(name: str) -> bool:
    """Tell whether `name` reads like that of a result (`val_loss`, `rmse`, `score`), not of a setting."""
    tokens = name_tokens(name)
    pairs = _pairs(tokens)
    if _SETTING & set(tokens) and not pairs & _PAIRS_HIGHER:
        return False
    if pairs & _PAIRS_HIGHER or pairs & _PAIRS_LOWER:
        return True
    for token in tokens:
        known = _known(token)
        if known in _NEUTRAL or known in _SINGLE_HIGHER:
            return True
        if known in _AMBIGUOUS:
            continue
        if known in _LOWER or known in _HIGHER:
            return True
    return False


def _way(tokens: tuple[str, ...]) -> Direction:
    pairs = _pairs(tokens)
    words = {_known(token) for token in tokens}
    if "d2" in words:
        return "higher"  # a share of explained deviance, whatever error its name goes on to say
    if words & _LOWER or pairs & _PAIRS_LOWER:
        return "lower"
    if words & _HIGHER or pairs & _PAIRS_HIGHER or words & _SINGLE_HIGHER:
        return "higher"
    if len(tokens) > 1 and tokens[-1] in {"time", "seconds"} and tokens[-2] in _TIMED:
        return "lower"
    return "unknown"


def _known(token: str) -> str:
    """Drop the digits of `acc1`, `map50`, `ndcg10`, unless the word is known with them (`f1`, `r2`)."""
    if token in _HIGHER or token == "d2":
        return token
    return token.rstrip("0123456789") or token


def _pairs(tokens: tuple[str, ...]) -> set[tuple[str, str]]:
    return set(pairwise(tokens))
