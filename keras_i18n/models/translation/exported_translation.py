"""The text-in form of a translator: code points of a text in, code points of its translation out."""

from typing import Any

import keras

from keras_i18n import layers, networks

_NO_LIMIT = 2**31 - 1


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
    codepoints = keras.Input((None,), dtype="int32", name="codepoints")
    inputs = [codepoints]
    text = layers.TextTruncation(model.max_codepoints, name="truncation")(codepoints)
    token_ids = layers.tokenization_layer(model.tokenizer, name="tokenization")(text)
    options: dict[str, Any] = {"end_id": model.tokenizer.end_id, "begins": model.tokenizer.begin_id is not None}
    if model.language_tags:
        inputs.append(keras.Input((1,), dtype="int32", name="target_language"))
        options["first_tag"] = model.tokenizer.vocabulary_size
        token_ids = [token_ids, inputs[-1]]
    source_ids = layers.SourceTokens(max_tokens=model.max_tokens, **options, name="source_tokens")(token_ids)
    whole = layers.SourceTokens(max_tokens=_NO_LIMIT, **options, name="whole_source")(token_ids)
    length = layers.TokenCount(name="source_length")(whole)
    target_ids = model.search_layer(networks.uncompiled(model.network))(source_ids)
    written = layers.PieceText.from_tokenizer(model.target_tokenizer, name="text")(target_ids)
    return keras.Model(
        inputs if len(inputs) > 1 else codepoints, [written, length], name=f"text_in_{model.network.name}"
    )
