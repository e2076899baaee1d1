"""Networks that score the next token at every place of a text."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.forked import refuse_forked
from keras_i18n.shown import shown

_RECURRENT: dict[str, Any] = {"rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}
KINDS = (*_RECURRENT, "transformer")
# size -> dim of an embedding, units of a layer, layers, heads
SIZES = {
    "tiny": (32, 128, 1, 4),
    "small": (64, 256, 1, 4),
    "medium": (64, 512, 1, 8),
    "base": (128, 512, 2, 8),
}


def language_model(
    vocabulary_size: int,
    *,
    kind: str = "lstm",
    size: str = "small",
    embedding_dim: int | None = None,
    units: int | None = None,
    num_layers: int | None = None,
    dropout: float = 0.2,
    max_tokens: int = 256,
    ngrams: Sequence[int] = (),
    ngram_rows: int = 131_072,
    ngram_dim: int = 96,
    ngram_dropout: float = 0.3,
    name: str | None = None,
) -> keras.Model:
    """Token ids -> a score (logit) for every token to come next, at every place.

    Args:
        vocabulary_size: number of tokens; ids of padding are below 0.
        kind: "rnn", "lstm", "gru" or "transformer".
        size: "tiny", "small", "medium" or "base": what the three sizes below are unless given.
        embedding_dim: size of a token's vector; a Transformer's is `units`.
        units: of a layer.
        num_layers: recurrent layers or Transformer blocks.
        dropout: share that training drops, of vectors and of outputs of layers.
        max_tokens: how far back a Transformer looks; recurrent networks know no such limit.
        ngrams: lengths of n-grams whose hashed vectors a recurrent network reads beside each token, and its scores too
            (`layers.NgramEmbedding`). With (2, 3, 4, 5) small texts are learned in few passes.
        name: of the model; by default that of its kind, such as "lstm_language_model".
        ngram_rows, ngram_dim, ngram_dropout: rows of their table, size of a row, share of them that training leaves out.

    Returns:
        Functional `keras.Model`: int32 `(batch, tokens)` -> float32 `(batch, tokens, vocabulary_size)`.

    >>> language_model(50, kind="gru", size="tiny").output_shape
    (None, None, 50)
    """
    refuse_forked()
    if kind not in KINDS:
        raise ValueError(f"`kind` must be one of {', '.join(map(repr, KINDS))}. Received: {shown(kind)}.")
    if size not in SIZES:
        raise ValueError(f"`size` must be one of {', '.join(map(repr, SIZES))}. Received: {shown(size)}.")
    default_dim, default_units, default_layers, num_heads = SIZES[size]
    units, num_layers = units or default_units, num_layers or default_layers
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    if ngrams and kind == "transformer":
        raise ValueError("`ngrams` are for recurrent networks. Received: kind='transformer'.")
    if kind == "transformer":
        vectors = layers.MultilingualEmbedding(vocabulary_size, units, name="embedding")(token_ids)
        vectors = layers.PositionEmbedding(max_tokens, name="positions")(vectors)
        vectors = keras.layers.Dropout(dropout, name="dropout_0")(vectors)
        for number in range(1, num_layers + 1):
            block = layers.TransformerBlock(num_heads, 4 * units, causal=True, dropout=dropout, name=f"block_{number}")
            vectors = block(vectors)
        vectors = keras.layers.LayerNormalization(epsilon=1e-5, name="norm")(vectors)
    else:
        embedding_dim = embedding_dim or default_dim
        if ngrams:
            options: dict[str, Any] = {"num_rows": ngram_rows, "ngram_dim": ngram_dim, "dropout": ngram_dropout}
            embedding = layers.NgramEmbedding(
                vocabulary_size, embedding_dim, ngrams=ngrams, name="embedding", **options
            )
            embedded, _ = embedding(token_ids)
        else:
            embedded = layers.MultilingualEmbedding(vocabulary_size, embedding_dim, name="embedding")(token_ids)
        vectors = keras.layers.Dropout(dropout / 2, name="dropout_0")(embedded)
        for number in range(1, num_layers + 1):
            layer = _RECURRENT[kind](units, return_sequences=True, return_state=True, name=f"{kind}_{number}")
            vectors, *_ = layer(vectors)
            vectors = keras.layers.Dropout(dropout, name=f"dropout_{number}")(vectors)
        if ngrams:
            vectors = keras.layers.Concatenate(name="beside")([vectors, embedded])
    logits = keras.layers.Dense(vocabulary_size, dtype="float32", name="logits")(vectors)
    return keras.Model(token_ids, logits, name=name or f"{kind}_language_model")
