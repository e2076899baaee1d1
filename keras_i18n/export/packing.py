"""A model's twin in few bits, in Keras: what an export in few bits starts from, and what its files are compared with."""

import functools
from typing import Any

import keras

from keras_i18n import datasets, networks
from keras_i18n.export.precisions import PRECISIONS
from keras_i18n.keras_privates import all_layers
from keras_i18n.networks.weight_steps import on_steps

_TEXTS = 4  # of each language, by which is seen what a network makes of token vectors


def packed(model: Any, precision: str) -> Any:
    """The same model with tables of token vectors in few bits, and with all other weights as files in bytes hold them.

    Large matrices lie on the steps that such a file has, and what is small, or would lose too much, on half precision: the
    formats then agree with Keras, and with one another. What holds no network stays as it is. Nothing of `model` is changed or shared.

    Args:
        model: of this package, or a tokenizer.
        precision: a key of `PRECISIONS` with rows in few bits.
    """
    if not hasattr(model, "with_networks"):
        return model

    # what reads no text, as a classifier of images, has none
    parts = getattr(model, "parts", [model])
    read_by = {id(getattr(part, "network", None)): getattr(part, "tokenizer", None) for part in parts}

    def change(network):
        rows = PRECISIONS[precision].rows
        sensitivity = _sensitivity(network, read_by.get(id(network))) if rows == "int8" else None
        twin = networks.few_bit_tables(network, rows, sensitivity=sensitivity)
        twin = networks.copy_network(network) if twin is network else twin
        _round_weights(twin)
        return twin

    return model.with_networks(change)


def _sensitivity(network, tokenizer):
    """To token vectors, by texts of 28 languages; None where the network has no table of floats behind one tokenizer."""
    try:
        table = networks.token_embedding(network)
    except ValueError:
        return None
    if tokenizer is None or table.stored_rows is not None:
        return None
    return networks.token_sensitivity(network, tokenizer.tokenize(_some_texts()))


@functools.cache
def _some_texts():
    _, test = datasets.sample("assistant")
    return [text for tag in test.languages for text in test.select(languages=[tag]).text[:_TEXTS]]


def _round_weights(network: keras.Model) -> None:
    for layer in all_layers(network):
        if isinstance(layer, keras.Model):
            continue
        is_table = type(layer).__name__.endswith("Embedding")
        for weight in layer.weights:
            if keras.backend.standardize_dtype(weight.dtype) == "float32":
                values = keras.ops.convert_to_numpy(weight)
                weight.assign(on_steps(values, is_table=is_table))
