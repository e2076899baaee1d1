"""Each metric against values worked out by hand."""

import numpy as np
import pytest

from keras_i18n.evaluation import (
    Confusion,
    accuracy,
    bootstrap_interval,
    confusion_counts,
    expected_calibration_error,
    macro_f1,
)


def test_accuracy():
    assert accuracy([0, 1, 2, 2], [0, 1, 1, 2]) == 0.75
    assert accuracy(["weather"], ["weather"]) == 1.0
    for predicted, true in [([], []), ([1], [1, 1]), ([[1]], [[1]])]:
        with pytest.raises(ValueError, match="one entry a text"):
            accuracy(predicted, true)


def test_confusion_counts():
    counts = confusion_counts([0, 0, 2, 1, 1], [0, 1, 2, 1, 2], 4)
    assert counts.tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
    assert confusion_counts([], [], 2).tolist() == [[0, 0], [0, 0]]
    with pytest.raises(ValueError, match=r"0..1. Received: 0..2"):
        confusion_counts([2], [0], 2)
    with pytest.raises(ValueError, match=r"Received: -1..0"):
        confusion_counts([-1], [0], 2)
    with pytest.raises(ValueError, match="One entry a text"):
        confusion_counts([1], [0, 1], 2)


def test_macro_f1():
    # label 0: TP 1, FP 1, FN 0 -> 2/3; label 1: TP 1, FP 1, FN 1 -> 1/2; label 2: TP 1, FP 0, FN 1 -> 2/3
    counts = confusion_counts([0, 0, 2, 1, 1], [0, 1, 2, 1, 2], 3)
    assert macro_f1(counts) == pytest.approx((2 / 3 + 1 / 2 + 2 / 3) / 3)
    # A label that is only predicted counts as 0, one that never occurs does not count.
    assert macro_f1([[1, 1, 0], [0, 0, 0], [0, 0, 0]]) == pytest.approx((2 / 3 + 0) / 2)
    assert macro_f1(np.diag([5, 1, 0])) == 1.0
    for wrong in ([[0, 0], [0, 0]], [[1, 2]], [1]):
        with pytest.raises(ValueError, match="square of counts"):
            macro_f1(wrong)


def test_expected_calibration_error():
    # two bins of ten: (0.8, 0.9] holds 2 texts, mean confidence 0.85, accuracy 0.5; (0.5, 0.6] 2 texts, 0.6 and 1
    error = expected_calibration_error([0.82, 0.88, 0.6, 0.6], [True, False, True, True], num_bins=10)
    assert error == pytest.approx(0.5 * 0.35 + 0.5 * 0.4)
    assert expected_calibration_error([1.0] * 4, [1, 1, 1, 1]) == 0
    assert expected_calibration_error([0.0, 0.0], [1, 1]) == 1
    assert expected_calibration_error([0.3, 0.7], [0, 1], num_bins=1) == pytest.approx(0)  # one bin: 0.5 and 0.5
    assert expected_calibration_error([0.3, 0.7], [0, 1], num_bins=2) == pytest.approx(0.3)
    for confidence in ([1.5], [-0.1], [float("nan")]):
        with pytest.raises(ValueError, match="must hold probabilities"):
            expected_calibration_error(confidence, [True])
    with pytest.raises(ValueError, match="One entry a text"):
        expected_calibration_error([], [])


def test_bootstrap_interval_of_a_share():
    correct = np.array([1] * 80 + [0] * 20)
    low, high = bootstrap_interval(correct, num_bootstrap=20_000)
    # The standard error is sqrt(0.8 * 0.2 / 100) = 0.04, so 95 % lie within 1.96 * 0.04 of 0.8.
    assert (low, high) == pytest.approx((0.8 - 0.0784, 0.8 + 0.0784), abs=0.012)
    narrow = bootstrap_interval(correct, confidence=0.5, num_bootstrap=20_000)
    assert low < narrow[0] < 0.8 < narrow[1] < high
    assert bootstrap_interval(correct, seed=1) == bootstrap_interval(correct[::-1], seed=1)
    assert bootstrap_interval(np.random.default_rng(0).normal(size=50), seed=1) != bootstrap_interval(correct, seed=1)
    assert bootstrap_interval([True] * 5) == (1.0, 1.0)
    assert bootstrap_interval([0.25]) == (0.25, 0.25)


def test_bootstrap_interval_agrees_with_drawing_rows():
    values = np.random.default_rng(3).gamma(2, size=60)
    drawn = np.random.default_rng(4).integers(0, 60, size=(20_000, 60))
    expected = np.quantile(values[drawn].mean(1), [0.05, 0.95])
    assert bootstrap_interval(values, confidence=0.9, num_bootstrap=20_000) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"confidence": 1}, "`confidence`"), ({"confidence": 0}, "`confidence`"), ({"num_bootstrap": 0}, "`num_boot")],
)
def test_bootstrap_options(options, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_interval([1, 0], **options)
    with pytest.raises(ValueError, match="at least one number"):
        bootstrap_interval([])


def test_a_confusion_prints():
    lines = str(Confusion(("天気", "alarm"), confusion_counts([0, 1, 1], [0, 0, 0], 2))).splitlines()
    assert lines[0].split() == ["true", "/", "predicted", "天気", "alarm", "recall"]
    assert lines[1].split() == ["天気", "1", "2", "33.3"]
    assert lines[2].split() == ["alarm", "0", "0", "-"]
