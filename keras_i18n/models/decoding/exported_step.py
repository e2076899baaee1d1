"""The text-in form of a language model: text typed so far and states in, what may come next and states out."""

from typing import Any

import keras

from keras_i18n import layers, networks
from keras_i18n.networks.text_step import TextStep


def text_in_step(model: Any) -> keras.Model:
    """One `keras.Model` of tokenizer and network with its states in sight.

    Args:
        model: a `LanguageModel`.

    Returns:
        `keras.Model`. Inputs: `codepoints` int32 `(batch, length)`, `token_ids` int32 `(batch, tokens)`, `state_0`,
        `state_1`, ... Outputs, a list: log probabilities `(batch, num_tokens)` and the new states.
    """
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    begin = keras.Input((1,), dtype="int32", name="state_0")
    text = layers.TextTruncation(model.max_codepoints, name="truncation")(codepoints)
    text_ids = layers.tokenization_layer(model.tokenizer, name="tokenization")(text)
    joined = layers.JoinedTokens(model.begin_ids, vocabulary_size=model.num_tokens, name="joined")
    read, next_begin = joined([text_ids, token_ids, begin])
    step = TextStep(networks.uncompiled(model.network), never=model.never_next, name="step")
    states = [
        keras.Input(shape, dtype=dtype, name=f"state_{number}")
        for number, (shape, dtype) in enumerate(step.state_shapes, 1)
    ]
    log_probabilities, *next_states = step([read, *states])
    return keras.Model(
        [codepoints, token_ids, begin, *states],
        [log_probabilities, next_begin, *next_states],
        name=f"text_in_{model.network.name}",
    )
