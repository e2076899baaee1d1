"""`TextClassifier.fit` of a bag of n-grams: counted, chosen by cross validation, solved."""

from typing import Any

import keras
import numpy as np

from keras_i18n.models.convex.bag_fitting import fit_bag
from keras_i18n.models.convex.ngram_weights import NgramWeights
from keras_i18n.models.convex.training_features import TrainingFeatures, bag_features
from keras_i18n.models.convex.translations import translated_rows
from keras_i18n.models.fitting.data_warnings import warn_of_data
from keras_i18n.models.fitting.near_majority import warn_if_near_majority
from keras_i18n.models.fitting.targets import sample_weights, targets_of
from keras_i18n.models.label_thresholds import LabelThresholds
from keras_i18n.networks import bag_encoder, bag_repeats
from keras_i18n.shown import shown
from keras_i18n.training.history import TrainingHistory
from keras_i18n.training.options import TrainingOptions


def fit_to_the_optimum(model: Any, train: Any, validation: Any, options: TrainingOptions) -> TrainingHistory:
    """Fits a classifier whose network is a bag of n-grams.

    Args:
        model: `TextClassifier`; changed in place. It is made for the languages of the training texts from then on.
        train, validation: `Dataset`s; the second may be None, and is scored only.
        options: of these `class_weight`, `label_smoothing`, `seed` and `progress` count.

    Returns:
        A history of one epoch: loss and accuracy on the training texts, and on the validation data.

    Raises:
        ValueError: as `TextClassifier.fit`.
    """
    features = labelled_features(model, train, options)
    held = None if validation is None else targets_of(model, validation, "validation_data")
    model.languages = (*model.languages, *(tag for tag in train.languages if tag not in model.languages))
    warn_of_data(model, train, stacklevel=5)
    choice = fit_bag(model, features, seed=options.seed, progress=options.progress)
    model.forget_graphs()
    model.check_network()
    warn_if_near_majority(choice.accuracy, train.label, epochs=None, learning_rate=None, left_out=True, stacklevel=5)
    if model.multi_label:
        model.thresholds = LabelThresholds(model.labels)
    told = _scores(model, list(train.text), features.targets > 0.5, "")
    if held is not None:
        told |= _scores(model, list(validation.text), held > 0.5, "val_")
    history = keras.callbacks.History()
    history.history, history.epoch = {name: [value] for name, value in told.items()}, [0]
    history.params = {"strength": choice.strength, "encoder_by_language": choice.scale_of}
    return TrainingHistory.of(history)


def labelled_features(model: Any, train: Any, options: TrainingOptions) -> TrainingFeatures:
    """The features of a training data set, its labels checked."""
    targets = targets_of(model, train, "train")
    if len(set(train.label)) < 2:
        rule = "rows with different labels" if model.multi_label else "at least two labels"
        raise ValueError(f"Training needs {rule}. Received: only {shown(train.label[0])}, {len(train)} times.")
    if options.label_smoothing:
        share = 0.5 if model.multi_label else 1.0 / targets.shape[1]
        targets = targets * (1 - options.label_smoothing) + share * options.label_smoothing
    weights = None if model.multi_label else sample_weights(train.label, options.class_weight)
    return bag_features(
        model.tokenizer,
        list(train.text),
        targets,
        train.language,
        encoder=None if bag_encoder(model.network) is None else model.bag_encoder,
        weights=weights,
        repeats=bag_repeats(model.network),
        same_text=translated_rows(train),
        progress=options.progress,
    )


def weigh_ngrams(model: Any, train: Any) -> None:
    """Sets the weights of n-grams from the training texts, for a training by gradients; once for a model."""
    table = model.network.get_layer("weight_table")
    if np.asarray(table.embeddings).any():
        return
    targets = np.zeros((len(train), len(model.labels)))
    features = bag_features(
        model.tokenizer, list(train.text), targets, train.language, repeats=bag_repeats(model.network)
    )
    counts_new = model.network.get_layer("logits").counts_new
    table.set_weights([NgramWeights.of(features.bag, features.is_word, counts_new=counts_new).table])


def _scores(model, texts, wanted, prefix):
    scores = np.clip(model.predict(texts), 1e-7, 1 - 1e-7)
    if model.multi_label:
        loss = -(np.where(wanted, np.log(scores), np.log(1 - scores))).mean()
        return {f"{prefix}loss": float(loss)}
    right = scores.argmax(axis=1) == wanted.argmax(axis=1)
    loss = -np.log((scores * wanted).sum(axis=1)).mean()
    return {f"{prefix}accuracy": float(right.mean()), f"{prefix}loss": float(loss)}
