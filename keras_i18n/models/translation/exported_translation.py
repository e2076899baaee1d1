"""The text-in form of a translator: code points of a text in, code points of its translation out."""

from typing import Any

import keras

from keras_i18n import layers, networks
from keras_i18n.models.translation.search_layers import greedy_layer, search_layer
from keras_i18n.networks.stepwise_translation import TranslationStart, TranslationStep

_NO_LIMIT = 2**31 - 1
# what a step takes: outputs of the encoder by these names, of the step before by "next_" and two of them
STEP_INPUTS = ("source_ids", "source", "written", "states")


def text_in_translation(model: Any) -> keras.Model:
    """One `keras.Model` of tokenizer, search and the way back to text.

    Args:
        model: a `Translator`.

    Returns:
        `keras.Model`. Inputs: `codepoints` int32 `(batch, length)`, and where the model writes several languages
        `target_language` int32 `(batch, 1)`, the place of each text's in `target_languages`. Outputs: code points of the
        translations, int32 `(batch, length)`, padded with 0 on the right; tokens of each source, int32 `(batch,)`, of which
        the first `max_tokens` were read.
    """
    inputs, source_ids, length = _source(model)
    target_ids = search_layer(model, networks.uncompiled(model.network))(source_ids)
    written = layers.PieceText.from_tokenizer(model.target_tokenizer, name="text")(target_ids)
    return keras.Model(
        inputs if len(inputs) > 1 else inputs[0], [written, length], name=f"text_in_{model.network.name}"
    )


def text_in_steps(model: Any) -> tuple[keras.Model, keras.Model]:
    """The two models of a translation that is shown while it grows.

    Args:
        model: a `Translator`.

    Returns:
        What reads a text, and what writes one more token: see `Translator.to_keras_steps`.
    """
    search = greedy_layer(model, networks.uncompiled(model.network))
    inputs, source_ids, length = _source(model)
    source, written, states = TranslationStart(search, name="start")(source_ids)
    encoder = keras.Model(
        inputs if len(inputs) > 1 else inputs[0],
        [source_ids, source, written, states, length],
        name=f"encoder_of_{model.network.name}",
    )
    given = [
        keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
        for name, tensor in zip(STEP_INPUTS, encoder.outputs, strict=False)
    ]
    written, states, going = TranslationStep(search, name="step")(given)
    text = layers.PieceText.from_tokenizer(model.target_tokenizer, name="text")(written)
    return encoder, keras.Model(given, [written, states, text, going], name=f"step_of_{model.network.name}")


def _source(model):
    """The inputs of a text, the token ids that are read of it, and how many it has in all."""
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    inputs = [codepoints]
    text = layers.TextTruncation(model.max_codepoints, name="truncation")(codepoints)
    token_ids = layers.tokenization_layer(model.tokenizer, name="tokenization")(text)
    options: dict[str, Any] = {"end_id": model.tokenizer.end_id, "begins": model.tokenizer.begin_id is not None}
    if model.language_tags:
        options["first_tag"] = model.tokenizer.vocabulary_size
    if len(model.language_tags) > 1:
        inputs.append(keras.Input((1,), dtype="int32", name="target_language"))
        token_ids = [token_ids, inputs[-1]]
    source_ids = layers.SourceTokens(max_tokens=model.max_tokens, **options, name="source_tokens")(token_ids)
    whole = layers.SourceTokens(max_tokens=_NO_LIMIT, **options, name="whole_source")(token_ids)
    return inputs, source_ids, layers.TokenCount(name="source_length")(whole)
