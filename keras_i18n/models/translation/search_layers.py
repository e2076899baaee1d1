"""The loops that translate, as Keras layers: source ids -> target ids."""

from typing import Any

import keras

from keras_i18n.networks.beam_translation import BeamTranslation
from keras_i18n.networks.greedy_translation import GreedyTranslation


def greedy_layer(model: Any, network: keras.Model | None = None) -> GreedyTranslation:
    """The loop of a greedy `translate`.

    Args:
        model: a `Translator`. network: a copy of its network; its own unless given.
    """
    return GreedyTranslation(network or model.network, **_options(model))


def search_layer(model: Any, network: keras.Model | None = None) -> GreedyTranslation:
    """The loop that is exported, by the model's own way to search; arguments as in `greedy_layer`."""
    if model.beam == 1:
        return greedy_layer(model, network)
    if model.shortlist is not None:
        model.shortlist.check_beam(model.beam)
    options = {"beam": model.beam, "length_penalty": model.length_penalty, **_options(model)}
    return BeamTranslation(network or model.network, **options)


def _options(model):
    return {
        "begin_id": model.target_tokenizer.begin_id,
        "end_id": model.target_tokenizer.end_id,
        "never": model.never_written,
        "own": model.own_pieces,
        "num_special": 2 if model.language_tags else 1,
        "shortlist": None if model.shortlist is None else model.shortlist.layer(model.num_target_tokens),
        "name": "translation",
    }
