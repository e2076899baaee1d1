"""A kernel head without the anchors that no training text has set."""

from typing import Any

import numpy as np

from keras_i18n.models import TextClassifier


def without_idle_anchors(model: Any) -> Any:
    """The classifier with as many anchors as its head uses; itself where its head is of another kind, or uses all.

    An anchor whose margins are zeros adds nothing to a score: answers are the same but for the rounding of sums.

    >>> import keras_i18n as ki
    >>> tokenizer = ki.tokenizers.train_unigram(["to be or not to be"] * 9, vocabulary_size=20)
    >>> size = {"vocabulary_size": tokenizer.vocabulary_size, "dim": 8, "ngram_dim": 4, "hidden_dim": 6}
    >>> encoder = ki.TextEncoder(tokenizer=tokenizer, network=ki.networks.universal_sentence_encoder(**size))
    >>> classifier = ki.TextClassifier.on_encoder(encoder, labels=["a", "b"], num_anchors=64)
    >>> _ = classifier.fit(ki.datasets.from_lists(["to be", "or not"] * 2, ["a", "b"] * 2, language="en"), verbose=0)
    >>> without_idle_anchors(classifier).head.get_layer("kernel").num_anchors
    4
    """
    head = model.head if isinstance(model, TextClassifier) else None
    if head is None or "kernel" not in {layer.name for layer in head.layers}:
        return model
    kernel, margins = head.get_layer("kernel"), head.get_layer("margins")
    (anchors,), (weights,) = kernel.get_weights(), margins.get_weights()
    used = np.flatnonzero(np.abs(weights).max(axis=1) > 0)
    if not len(used) or len(used) == len(anchors):
        return model
    smaller = TextClassifier.on_encoder(
        model.encoder,
        labels=model.labels,
        multi_label=model.multi_label,
        head="kernel",
        num_anchors=len(used),
        gamma=kernel.gamma,
    )
    smaller.thresholds = model.thresholds
    parts = {"kernel": anchors[used], "margins": weights[used]}
    new: Any = smaller.head
    for name, values in parts.items():
        new.get_layer(name).set_weights([values])
    new.get_layer("scores").set_weights(head.get_layer("scores").get_weights())
    return smaller
