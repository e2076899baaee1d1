"""The table of networks, by name."""

from typing import Any

import keras

from keras_i18n.networks.convolution import convolution
from keras_i18n.networks.gru import gru
from keras_i18n.networks.language_model import language_model
from keras_i18n.networks.lstm import lstm
from keras_i18n.networks.pooling import pooling
from keras_i18n.networks.simple_rnn import simple_rnn
from keras_i18n.networks.text_network import choose
from keras_i18n.networks.transformer import transformer
from keras_i18n.shown import shown

NETWORKS = {
    "pooling": pooling,
    "lstm": lstm,
    "gru": gru,
    "simple_rnn": simple_rnn,
    "convolution": convolution,
    "transformer": transformer,
}
# network -> kind of the language model that reads one way only
LANGUAGE_MODELS = {"lstm": "lstm", "gru": "gru", "simple_rnn": "rnn", "transformer": "transformer"}


def build(
    name: str, *, vocabulary_size: int, task: str = "classification", size: str = "small", **options: Any
) -> keras.Model:
    """A new network by name: token ids -> numbers.

    Args:
        name: "pooling", "lstm", "gru", "simple_rnn", "convolution" or "transformer".
        vocabulary_size: number of tokens.
        task: "classification" (output `scores`, needs `num_labels`), "encoder" (output `vector`) or "language_model"
            (output `logits`, for every place of the text).
        size: "tiny", "small", "medium" or "base".
        **options: of the network; a function of the same name tells them (`language_model` for that task).

    Returns:
        Functional `keras.Model` with the input `token_ids`, int32 `(batch, tokens)`, padded with -1. It is not
        compiled: `compile` takes losses and metrics by name, and optimisers from `keras_i18n.optimizers.get`.

    Example:

    >>> from keras_i18n import networks
    >>> networks.build("gru", vocabulary_size=1000, num_labels=4, size="tiny").output_names
    ['scores']
    """
    options = {"vocabulary_size": vocabulary_size, "size": size, **options}
    network = choose(NETWORKS, name, "name")
    if task != "language_model":
        return network(task=task, **options)
    if name not in LANGUAGE_MODELS:
        raise ValueError(
            f"A language model is one of {', '.join(map(repr, LANGUAGE_MODELS))}. Received: name={shown(name)}."
        )
    return language_model(kind=LANGUAGE_MODELS[name], **options)
