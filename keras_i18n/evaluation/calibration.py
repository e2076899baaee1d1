"""Whether a model is right as often as it says."""

import numpy as np

from keras_i18n.protocols import Array


def expected_calibration_error(confidence: Array, correct: Array, *, num_bins: int = 15) -> float:
    """The gap between confidence and accuracy, averaged over bins of equal width, weighted by their texts.

    Args:
        confidence: the probability of the label that was predicted, float `[texts]`.
        correct: whether it was right, bool `[texts]`.
        num_bins: int; bin b holds (b / num_bins, (b + 1) / num_bins], the first one also 0.

    Returns: float from 0 to 1; 0.05 means that confidence is off by 5 points on average.

    Raises:
        ValueError: lengths differ, nothing was given, or a confidence lies outside of 0..1.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks".

    Example:

    >>> expected_calibration_error([0.75, 0.75, 0.75, 0.75], [True, True, True, False])
    0.0
    >>> expected_calibration_error([1.0, 1.0], [True, False])
    0.5
    """
    confidence, correct = np.asarray(confidence, np.float64), np.asarray(correct, np.float64)
    if confidence.shape != correct.shape or confidence.ndim != 1 or not confidence.size:
        raise ValueError(f"One entry a text is needed in both. Received shapes: {confidence.shape}, {correct.shape}.")
    if not (confidence.min() >= 0 and confidence.max() <= 1 + 1e-6):
        raise ValueError(
            f"`confidence` must hold probabilities. Received: {confidence.min():.4g} to {confidence.max():.4g}."
        )
    bins = np.clip(np.ceil(confidence * num_bins).astype(np.int64) - 1, 0, num_bins - 1)
    gaps = np.bincount(bins, weights=confidence - correct)
    return float(np.abs(gaps).sum() / len(confidence))
