"""Which way a metric gets better, by its name."""

from __future__ import annotations

import pytest
from sklearn.metrics import get_scorer_names

from trackside.directions import guess_direction, has_metric_word

HIGHER = """acc accuracy val_acc valAccuracy top5_acc acc1 f1 f1_macro F1 auc roc_auc ROCAUC r2 R2 r_squared precision
recall iou mIoU bleu reward total_reward neg_mean_squared_error neg_log_loss mAP mAP50 ndcg10 log_likelihood
explained_variance silhouette balanced_accuracy_score d2_absolute_error_score true_positive_rate psnr""".split()
LOWER = """loss val_loss trainLoss error err test_error mse rmse RMSE testRMSE mae mape log_loss logloss perplexity aic
bic brier_score_loss error_rate mean_squared_error zero_one_loss hamming_loss davies_bouldin_score wer fid
cross_entropy negative_log_likelihood nll hinge_loss false_positive_rate fit_time max_error loss1""".split()
UNKNOWN = """score scores x learning_rate epochs acc_std std_accuracy loss_fn loss_weight best_epoch n
accuracy_threshold result silhouette_plot time""".split()


@pytest.mark.parametrize("name", HIGHER)
def test_names_of_gains_are_better_higher(name: str) -> None:
    assert guess_direction(name) == "higher"


@pytest.mark.parametrize("name", LOWER)
def test_names_of_losses_are_better_lower(name: str) -> None:
    assert guess_direction(name) == "lower"


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_name_that_does_not_tell_stays_unknown(name: str) -> None:
    assert guess_direction(name) == "unknown"


def test_every_scikit_learn_scorer_is_better_higher() -> None:
    wrong = {name: guess_direction(name) for name in get_scorer_names() if guess_direction(name) != "higher"}
    assert wrong == {}


@pytest.mark.parametrize("name", ["loss", "Test accuracy", "val_f1", "score", "best_rmse", "cohen_kappa", "cost"])
def test_results_are_told_from_settings(name: str) -> None:
    assert has_metric_word(name)


@pytest.mark.parametrize(
    "name", ["learning_rate", "loss_fn", "loss_weight", "score_threshold", "accounts", "lossless", "map", "returns", ""]
)
def test_settings_and_common_words_are_no_results(name: str) -> None:
    assert not has_metric_word(name)


def test_the_out_of_bag_score_of_boosting_is_a_loss() -> None:
    from sklearn.datasets import load_diabetes
    from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor

    from trackside.capture.cellcode import parse_cell
    from trackside.capture.measures import find_metrics

    data = load_diabetes(return_X_y=True)
    namespace: dict[str, object] = {
        "forest": RandomForestRegressor(n_estimators=30, oob_score=True, random_state=0).fit(*data),
        "boosting": GradientBoostingRegressor(n_estimators=5, subsample=0.5, random_state=0).fit(*data),
    }
    tree = parse_cell("forest.fit(X, y)\nboosting.fit(X, y)")
    assert tree is not None
    found = {metric.name: metric.direction for metric in find_metrics(tree, namespace)}
    assert (found["forest.oob_score_"], found["boosting.oob_score_"]) == ("higher", "lower")
