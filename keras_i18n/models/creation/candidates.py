"""The candidates of `TextClassifier.create`, judged on texts that are held out."""

import dataclasses
from typing import Any

import keras
import numpy as np

from keras_i18n.models.convex.choosing import Choice, choose, sampled_folds
from keras_i18n.models.convex.logistic_regression import probabilities
from keras_i18n.models.convex.training_features import TrainingFeatures
from keras_i18n.models.heads import kernel_least_squares
from keras_i18n.models.heads.building import build_head

_LOG_ODDS = 4.0  # of a margin of 1, as a new head of kind "kernel" has them


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One kind of classifier.

    Attributes:
        preset: name of its encoder; None for n-grams alone.
        has_ngrams: whether it has n-grams; an encoder without them has a head.

    >>> Candidate("universal", has_ngrams=True).name
    'universal and n-grams'
    """

    preset: str | None
    has_ngrams: bool

    @property
    def name(self) -> str:
        """What tables call it."""
        return " and ".join([*filter(None, [self.preset]), *(["n-grams"] if self.has_ngrams else [])])

    @property
    def is_encoder_alone(self) -> bool:
        """Whether it is an encoder with a head."""
        return not self.has_ngrams


def candidates_of(presets: tuple[str, ...]) -> tuple[Candidate, ...]:
    """N-grams alone, each encoder alone, each encoder with n-grams beside it.

    >>> [one.name for one in candidates_of(("universal",))]
    ['n-grams', 'universal', 'universal and n-grams']
    """
    encoders = [Candidate(preset, has_ngrams) for preset in presets for has_ngrams in (False, True)]
    return (Candidate(None, has_ngrams=True), *encoders)


def held_out_scores(
    candidate: Candidate, features: TrainingFeatures, **options: Any
) -> tuple[np.ndarray, Choice | None]:
    """Probabilities of the sampled texts, each from a model that was not trained on it.

    Args:
        candidate: what is judged.
        features: of the training texts; with vectors where it has an encoder.
        options: of `choosing.choose`: folds, texts, multi_label, seed, progress.

    Returns:
        Float `(sampled texts, labels)`, and what cross validation chose; None for an encoder alone.
    """
    if candidate.is_encoder_alone:
        return _kernel_scores(features, **options), None
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
