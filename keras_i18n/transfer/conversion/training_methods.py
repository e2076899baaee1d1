"""How a converted model is trained: not at all, its rows alone, or everything on both languages."""

import contextlib
from typing import Any

from keras_i18n import datasets, models
from keras_i18n.shown import shown
from keras_i18n.transfer.conversion.new_rows import TokenWeights


def train_resources(model: Any, train: Any, **training: Any) -> Any:
    """Trains what belongs to single tokens: their vectors, and a language model's scores of them; the body is frozen.

    Args:
        model: `LanguageModel`, or `TextClassifier` made from scratch; it is trained in place.
        train: `Dataset` of its language, with labels for a classifier.
        training: options of the model's `fit`.

    Returns:
        Keras' `History`.

    Raises:
        ValueError: a classifier on a pretrained encoder (see `add_language`), or a network without a table.

    Example:

    >>> import keras_i18n as ki
    >>> texts = ["jua kali", "mvua kubwa", "jua leo"]
    >>> vocabulary = ki.tokenizers.CharacterTokenizer.train(texts)
    >>> model = ki.LanguageModel.create(vocabulary, kind="rnn", size="tiny")
    >>> body = model.network.get_layer("rnn_1").get_weights()[0].copy()
    >>> history = train_resources(model, texts, epochs=1, verbose=0)
    >>> bool((model.network.get_layer("rnn_1").get_weights()[0] == body).all())
    True
    """
    with _frozen_body(model):
        return _fit(model, train, **training)


def _source(model, train, source_train, **training):
    return None


def _target(model, train, source_train, **training):
    return train_resources(model, train, **training)


def _joint(model, train, source_train, **training):
    columns = ["text", "language"] + (["label"] if train.label is not None else [])
    parts = [datasets.Dataset({name: part[name] for name in columns}) for part in (train, source_train)]
    return _fit(model, datasets.concatenate(*parts), **training)


# training method -> (model, data of the new language, data of the old one) -> History; and which of the data it needs
TRAINING_METHODS = {"source": _source, "target": _target, "joint": _joint}
_NEEDS = {"source": (), "target": ("train",), "joint": ("train", "source_train")}


def check_training_method(training_method: str, train: Any, source_train: Any) -> None:
    """Refuses a training method that is none, or whose data are missing."""
    if training_method not in TRAINING_METHODS:
        raise ValueError(
            f"`training_method` must be one of {', '.join(map(repr, TRAINING_METHODS))}. Received: {shown(training_method)}."
        )
    given = {"train": train, "source_train": source_train}
    missing = [name for name in _NEEDS[training_method] if given[name] is None]
    if missing:
        told = " and ".join(f"`{name}`" for name in missing)
        raise ValueError(f"The training method {training_method!r} needs {told}: a `datasets.Dataset`. Received: none.")


def train_by_method(training_method: str, model: Any, train: Any, source_train: Any, **training: Any) -> Any:
    """Keras' `History`, or None."""
    return TRAINING_METHODS[training_method](model, train, source_train, **training)


@contextlib.contextmanager
def _frozen_body(model):
    if getattr(model, "head", None) is not None:
        raise ValueError(
            "The rows of a classifier on a pretrained encoder are trained by `add_language`: it keeps the encoder's space. "
            f"Received: {shown(model)}."
        )
    scores_tokens = isinstance(model, models.LanguageModel)
    num_tokens = model.num_tokens if scores_tokens else model.tokenizer.vocabulary_size
    own = TokenWeights.of(model.network, num_tokens=num_tokens, scores_tokens=scores_tokens).layer_names
    layers = [layer for layer in model.network.layers if layer.name not in own]
    before = [layer.trainable for layer in layers]
    try:
        for layer in layers:
            layer.trainable = False
        yield
    finally:
        for layer, trainable in zip(layers, before, strict=True):
            layer.trainable = trainable
        if model.network.compiled:
            # the optimiser knew the rows alone: one for all weights, or the saved file would not fit the network
            model.network.compile_from_config(model.network.get_compile_config())


def _fit(model, train, **training):
    if isinstance(model, models.TextClassifier):
        training = {"trainable": "all", **training}
    return model.fit(train, **training)
