"""Labelled results in printed text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackside.capture.printed import find_printed

KERAS = (
    "Epoch 1/2\n 10/938 [>...] - ETA: 2s - loss: 2.3000\r938/938 [====] - 3s 3ms/step - loss: 0.5123 - accuracy: 0.81\n"
    "Epoch 2/2\n938/938 [====] - 2s 2ms/step - loss: 0.4000 - accuracy: 0.90\n"
)
TORCH = "".join(f"Train Epoch: {e} [{b}/60000 ({b}%)]\tLoss: {2 / (e + b):.6f}\n" for e in (1, 2) for b in (0, 64))
REPORT = (
    "              precision    recall  f1-score   support\n\n           0       1.00      1.00      1.00        10\n\n"
    "    accuracy                           0.97        30\n   macro avg       0.97      0.97      0.97        30\n"
)


def found(text: str) -> list[tuple[str, float, int | None]]:
    return [(one.label, one.value, one.step) for one in find_printed(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Test accuracy: 0.932", [("test_accuracy", 0.932, None)]),
        ("RMSE 3.21", [("rmse", 3.21, None)]),
        ("R2 = 0.8, MAE = 1.2e-3", [("r2", 0.8, None), ("mae", 0.0012, None)]),
        ("The accuracy on the test set is 93.2%", [("accuracy_on_the_test_set", 93.2, None)]),
        ("Average loss: 0.05, Accuracy: 9800/10000 (98%)", [("average_loss", 0.05, None), ("accuracy", 0.98, None)]),
        ("Mean accuracy (5-fold): 0.93 (+/- 0.02)", [("mean_accuracy", 0.93, None)]),
        ("MSE: 1,234.5", [("mse", 1234.5, None)]),
        ("2024-01-02 12:00:01 INFO loss: 0.4", [("loss", 0.4, None)]),
        ("Cost after iteration 100: 0.69", [("cost", 0.69, 100)]),
        ("{'loss': 0.4, 'eval_accuracy': 0.9, 'epoch': 1.0}", [("loss", 0.4, 1), ("eval_accuracy", 0.9, 1)]),
        ("[10]\tvalid_0's l2: 0.23", [("valid_0_l2", 0.23, 10)]),
        ("Dep. Variable:      y   Adj. R-squared:      0.988", [("adj_r_squared", 0.988, None)]),
        (REPORT, [("accuracy", 0.97, None)]),
        ("100%|██████████| 10/10 [00:01<00:00,  9.5it/s, loss=0.5]", [("loss", 0.5, None)]),
        ("\x1b[1mloss\x1b[0m: 0.5", [("loss", 0.5, None)]),
    ],
)
def test_a_labelled_number_is_found(text: str, expected: list[tuple[str, float, int | None]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "total time: 3.2",
        "Accuracy: [0.9 0.8]",
        "score [0.9, 0.8]",
        '  File "x.py", line 12, in loss',
        "loss_weight: 0.4",
        "val_loss improved from 0.5 to 0.4",
        "Df Residuals: 48",
        "lr: 0.01",
        "version 1.2.3",
        "loss after 10 epochs",
    ],
)
def test_other_numbers_are_left(text: str) -> None:
    assert found(text) == []


def test_a_line_with_a_counter_is_a_point_of_a_series() -> None:
    assert found("epoch: 1, loss=0.5\nepoch: 2, loss=0.4") == [("loss", 0.5, 1), ("loss", 0.4, 2)]


def test_an_epoch_heading_counts_for_the_lines_below_and_a_progress_bar_gives_its_last_value() -> None:
    assert found(KERAS) == [("loss", 0.5123, 1), ("loss", 0.4, 2), ("accuracy", 0.81, 1), ("accuracy", 0.9, 2)]


def test_repeated_lines_of_one_epoch_keep_the_last() -> None:
    assert [step for _, _, step in found(TORCH)] == [1, 2]


def test_epoch_and_batch_together_are_numbered_through() -> None:
    text = "".join(f"Epoch {e} step {s} loss: {e + s}\n" for e in (1, 2) for s in (10, 20))
    assert [step for _, _, step in found(text)] == [1, 2, 3, 4]


def test_twenty_seven_thousand_progress_values_are_one() -> None:
    assert found("".join(f"step loss: {n / 7:.3f}\r" for n in range(27_059))) == [("step_loss", 3865.429, None)]


def test_a_long_series_is_thinned_and_keeps_its_last_point() -> None:
    points = found("".join(f"epoch {n} loss: {n}\n" for n in range(3_000)))
    assert len(points) <= 500 and points[-1] == ("loss", 2999.0, 2999)


@given(st.text(alphabet="los acuryepch0123456789.:=,[](){}\r\n\t%/-", max_size=300))
def test_any_text_is_survived(text: str) -> None:
    assert len(find_printed(text)) <= 500
