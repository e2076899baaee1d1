"""The network of a bag of n-grams: made, solved, put beside another encoder."""

import numbers
from typing import Any

import keras
import numpy as np

from keras_i18n.models.convex.choosing import Choice, choose
from keras_i18n.models.convex.logistic_regression import (
    Coefficients,
    inner_products,
    logistic_regression,
    probabilities,
)
from keras_i18n.models.convex.ngram_weights import NgramWeights
from keras_i18n.models.convex.training_features import TrainingFeatures
from keras_i18n.networks import bag_encoder, ngram_bag
from keras_i18n.progress import ProgressOption
from keras_i18n.shown import cut, shown

_BEGINS = 0.4  # of the usual share of known n-grams: from here on they are believed a little
_RIDGE = 0.3  # of the regression that tells languages of different factors apart
_FEW = 4000  # texts that it learns from


def solve(
    network: keras.Model,
    features: TrainingFeatures,
    choice: Choice,
    *,
    multi_label: bool = False,
    progress: ProgressOption = None,
) -> dict[str, float]:
    """Sets the weights of a network of `networks.ngram_bag` to the optimum of the training texts, at the temperature chosen.

    Args:
        network: changed in place.
        features: of all training texts; their vectors are used where the network has an encoder.
        choice: from `choosing.choose`.
        multi_label: whether a text may have several labels.
        progress: called with a `Progress` after each step of the solver.

    Returns:
        dict: "loss" and "accuracy" on the training texts, the latter only where a text has one label.
    """
    weights = NgramWeights.of(
        features.bag,
        features.is_word,
        targets=features.targets,
        language=features.language,
        counts_new=network.get_layer("logits").counts_new,
    )
    ngrams = weights.features(features.bag)
    blocks = [ngrams]
    has_encoder = network.get_layer("logits").has_encoder
    if has_encoder:
        factors = np.array([choice.scale_of[language] ** 0.5 for language in features.language])
        blocks.append(_vectors(features) * factors[:, None])
    found = logistic_regression(
        blocks,
        features.targets,
        strength=choice.strength,
        multi_label=multi_label,
        weights=features.weights,
        progress=progress,
    )
    found = found.times(choice.temperature)
    _write(network, weights, found)
    write_prior(network, features.targets, multi_label=multi_label)
    if has_encoder:
        _write_factors(network, weights, ngrams, factors, choice)
    scores = probabilities(found.logits(blocks), multi_label=multi_label)
    chosen = np.clip((scores * features.targets).sum(axis=1), 1e-9, 1.0)
    told = {"loss": float(-np.log(chosen).mean())}
    if not multi_label:
        told["accuracy"] = float((scores.argmax(axis=1) == features.targets.argmax(axis=1)).mean())
    return told


def _vectors(features):
    if features.vectors is None:
        raise ValueError("The network has an encoder. Give `features` the vectors of its texts.")
    return features.vectors


def _write(network, weights, found: Coefficients):
    scores = np.zeros(network.get_layer("score_table").embeddings.shape, "float32")
    scores[weights.used] = found.blocks[0] * np.sqrt(weights.known[weights.used])[:, None]
    network.get_layer("score_table").set_weights([scores])
    network.get_layer("weight_table").set_weights([weights.table])
    logits = network.get_layer("logits")
    logits.bias.assign(found.bias)
    logits.familiarity.assign([-1.0, 0.0, 1.0, 1.0])  # without an encoder n-grams are all there is
    if len(found.blocks) > 1:
        network.get_layer("encoder_logits").set_weights([found.blocks[1].astype("float32")])


def write_prior(network: keras.Model, targets: np.ndarray, *, multi_label: bool = False) -> None:
    """Texts that say nothing get the shares of the labels; a network of a file from before has no place for them.

    Args:
        network: of `networks.ngram_bag`; changed in place.
        targets: float `(texts, labels)`, of the training texts.
        multi_label: whether a text may have several labels.
    """
    logits = network.get_layer("logits")
    if not logits.has_prior:
        return
    # half a text more of each answer, so that a label that no text has is unlikely rather than impossible
    share = (np.asarray(targets, float).sum(axis=0) + 0.5) / (
        len(targets) + 0.5 * (2 if multi_label else targets.shape[1])
    )
    logits.prior.assign(np.log(share / (1.0 - share)) if multi_label else np.log(share))


def _write_factors(network, weights, ngrams, factors, choice):
    """Lets n-grams tell the factor of a text's language, by a ridge regression on them."""
    mean = float(factors.mean())
    if np.ptp(factors) > 0:
        few = np.random.default_rng(0).permutation(len(factors))[:_FEW]
        among = inner_products([ngrams[few]])
        of_texts = np.linalg.solve(among + _RIDGE * np.eye(len(few)), factors[few] - mean)
        table = network.get_layer("weight_table").get_weights()[0]
        table[weights.used, 2] = (ngrams[few].T @ of_texts) * np.sqrt(weights.known[weights.used])
        network.get_layer("weight_table").set_weights([table])
    full = choice.familiar_share
    network.get_layer("logits").familiarity.assign([_BEGINS * full, full, mean, float(factors.max())])


def fit_bag(model: Any, features: TrainingFeatures, *, seed: int = 0, progress: ProgressOption = None) -> Choice:
    """Chooses by cross validation and solves; `model.network` is changed in place.

    Args:
        model: `TextClassifier` whose network is a bag of n-grams.
        features: of its training texts.
        seed: of the folds.
        progress: called with a `Progress` after each trial, and after each step of the solver.
    """
    counts_new = model.network.get_layer("logits").counts_new
    choice = choose(features, multi_label=model.multi_label, counts_new=counts_new, seed=seed, progress=progress)
    solve(model.network, features, choice, multi_label=model.multi_label, progress=progress)
    return choice


def new_bag(
    *,
    num_buckets: int,
    num_labels: int,
    encoder: Any = None,
    multi_label: bool = False,
    word_lengths: tuple[int, ...] = (1, 2),
    ngram_lengths: tuple[int, ...] = (2, 3, 4, 5),
) -> tuple[Any, keras.Model]:
    """Tokenizer and untrained network of a classifier over n-grams.

    Args:
        num_buckets: rows of its tables.
        num_labels: number of labels.
        encoder: `TextEncoder` that stands beside the n-grams; None for none.
        multi_label: whether a text may have several labels.
        word_lengths, ngram_lengths: of its `NgramTokenizer`.
    """
    from keras_i18n.tokenizers import JoinedTokenizer, NgramTokenizer

    if isinstance(num_buckets, bool) or not isinstance(num_buckets, numbers.Integral) or num_buckets < 1:
        raise ValueError(f"`num_buckets` must be an integer of at least 1. Received: {shown(num_buckets)}.")
    tokenizer: Any = NgramTokenizer(
        num_buckets=int(num_buckets), word_lengths=word_lengths, ngram_lengths=ngram_lengths
    )
    network = ngram_bag(
        vocabulary_size=int(num_buckets),
        num_labels=num_labels,
        encoder=None if encoder is None else encoder.network,
        output_activation="sigmoid" if multi_label else "softmax",
        name="ngram_bag" if encoder is None else "encoder_and_ngram_bag",
    )
    return (tokenizer if encoder is None else JoinedTokenizer([tokenizer, encoder.tokenizer])), network


def bag_beside(network: keras.Model, tokenizer: Any, encoder: Any) -> tuple[Any, keras.Model]:
    """Tokenizer and network of the same bag of n-grams, with another encoder beside it.

    Args:
        network: of `networks.ngram_bag`, with an encoder.
        tokenizer: its `JoinedTokenizer`.
        encoder: `TextEncoder` with vectors of the same space, such as the old one with a language added.

    Raises:
        ValueError: vectors of another size, or a network without an encoder.
    """
    from keras_i18n.tokenizers import JoinedTokenizer

    old = bag_encoder(network)
    if old is None or old.output_shape[-1] != encoder.dim:
        had = "a network without an encoder" if old is None else f"vectors of {old.output_shape[-1]} numbers"
        raise ValueError(
            f"The new encoder must give the vectors that the old one gave. Received: {shown(encoder.dim)} numbers for {cut(had)}."
        )
    twin = ngram_bag(
        vocabulary_size=network.get_layer("score_table").vocabulary_size,
        num_labels=network.output_shape[-1],
        encoder=encoder.network,
        output_activation=network.get_layer("scores").activation.__name__,
        has_prior=network.get_layer("logits").has_prior,
        counts_new=network.get_layer("logits").counts_new,
        name=network.name,
    )
    for name in ("score_table", "weight_table", "encoder_logits", "logits"):
        twin.get_layer(name).set_weights(network.get_layer(name).get_weights())
    return JoinedTokenizer([tokenizer.tokenizers[0], encoder.tokenizer]), twin
