"""The candidates of `TextClassifier.create`, judged on texts that are held out."""

from typing import Any

import keras
import numpy as np

from keras_i18n.models.convex.choosing import Choice, choose, sampled_folds
from keras_i18n.models.convex.logistic_regression import probabilities
from keras_i18n.models.convex.training_features import TrainingFeatures
from keras_i18n.models.heads import kernel_least_squares
from keras_i18n.models.heads.building import build_head

ENCODER, NGRAMS, BOTH = "encoder", "n-grams", "encoder and n-grams"
_LOG_ODDS = 4.0  # of a margin of 1, as a new head of kind "kernel" has them


def held_out_scores(name: str, features: TrainingFeatures, **options: Any) -> tuple[np.ndarray, Choice | None]:
    """Probabilities of the sampled texts, each from a model that was not trained on it.

    Args:
        name: of the candidate.
        features: of the training texts; with vectors where it has the encoder.
        options: of `choosing.choose`: folds, texts, multi_label, seed, progress.

    Returns:
        Float `(sampled texts, labels)`, and what cross validation chose; None for the encoder alone.
    """
    if name == ENCODER:
        return _kernel_scores(features, **options), None
    if name == NGRAMS:
        features = TrainingFeatures(**{**vars(features), "vectors": None})
    choice = choose(features, **options)
    return choice.held_out, choice


def _kernel_scores(features, *, folds, texts, multi_label, seed, progress):
    sample, fold_of = sampled_folds(features, folds=folds, texts=texts, seed=seed)
    out = np.zeros(sample.targets.shape)
    for fold in sorted(set(fold_of.tolist())):
        trained, held = sample.rows(fold_of != fold), sample.rows(fold_of == fold)
        head: Any = build_head("kernel", sample.vectors.shape[1], sample.targets.shape[1], multi_label=multi_label)
        kernel_least_squares.solve(head, trained.vectors.astype("float32"), trained.targets, trained.weights, seed=seed)
        to_margins = keras.Model(head.inputs[0], head.get_layer("margins").output)
        out[fold_of == fold] = np.asarray(to_margins(held.vectors.astype("float32"), training=False))
    return probabilities(_LOG_ODDS * out, multi_label=multi_label)


def scores_by_language(scores: np.ndarray, targets: np.ndarray, language: Any, *, multi_label: bool) -> dict:
    """Accuracy by language, with several labels a text micro F1 at 0.5.

    Args:
        scores: float `(texts, labels)`.
        targets: float `(texts, labels)`, above 0.5 for the labels that a text has.
        language: a tag for each text.
        multi_label: whether a text may have several labels.
    """
    language = np.asarray(language)
    wanted = targets > 0.5
    found = {}
    for tag in sorted(set(language.tolist())):
        rows = language == tag
        if multi_label:
            given = scores[rows] >= 0.5
            both = float((given & wanted[rows]).sum())
            found[tag] = 2 * both / max(1.0, float(given.sum() + wanted[rows].sum()))
        else:
            found[tag] = float((scores[rows].argmax(axis=1) == targets[rows].argmax(axis=1)).mean())
    return found
