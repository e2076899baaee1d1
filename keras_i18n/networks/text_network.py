"""What all networks of texts share: the input, the table, the pooling and the head."""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from keras_i18n import layers
from keras_i18n.forked import refuse_forked
from keras_i18n.protocols import Tensor
from keras_i18n.shown import shown

POOLINGS = {
    "mean": lambda: layers.MaskedMean(name="pooling"),
    "sqrt_count": lambda: layers.MaskedMean("sqrt_count", name="pooling"),
    "max": lambda: layers.MaskedMax(name="pooling"),
    "attention": lambda: layers.AttentionPooling(name="pooling"),
}


def choose(table: Mapping[str, Any], name: str, argument: str) -> Any:
    """The entry of a table, or an error that tells the names it has."""
    if name not in table:
        raise ValueError(f"`{argument}` must be one of {', '.join(map(repr, table))}. Received: {shown(name)}.")
    return table[name]


def _scores(vector, num_labels, vector_dim, output_activation):
    if num_labels is None or int(num_labels) < 1:
        raise ValueError(f"A classification needs `num_labels`, at least 1. Received: {shown(num_labels)}.")
    return keras.layers.Dense(num_labels, activation=output_activation, dtype="float32", name="scores")(vector)


def _vector(vector, num_labels, vector_dim, output_activation):
    vector = keras.layers.Dense(vector_dim, dtype="float32", name="projection")(vector)
    return layers.UnitLength(dtype="float32", name="vector")(vector)


# task -> pooled vectors to numbers
TASKS = {"classification": _scores, "encoder": _vector}


def text_network(
    body: Callable[[Tensor, Tensor], Tensor],
    *,
    vocabulary_size: int,
    embedding_dim: int,
    name: str,
    task: str = "classification",
    num_labels: int | None = None,
    vector_dim: int = 128,
    output_activation: str = "softmax",
    pooling: str = "mean",
    dropout: float = 0.1,
    hash_rows: int | None = None,
) -> keras.Model:
    """Token ids -> table -> body -> pooling -> head.

    Args:
        body: `(vectors, mask) -> vectors`, with a vector for each token.
        vocabulary_size: number of tokens.
        embedding_dim: size of a token's vector.
        name: of the model.
        task: "classification" (output `scores`) or "encoder" (output `vector`, of length 1).
        num_labels: of a classification.
        vector_dim: size of an encoder's vector.
        output_activation: of a classification: "softmax", or "sigmoid" where a text may have several labels.
        pooling: "mean", "sqrt_count", "max" or "attention".
        dropout: share of the token vectors and of the pooled vector that training drops.
        hash_rows: rows of a `HashEmbedding` in place of a row for each token.

    Returns:
        Functional `keras.Model`: `token_ids`, int32 `(batch, tokens)`, padded with -1 -> float32
        `(batch, num_labels)` or `(batch, vector_dim)`. It is not compiled.
    """
    refuse_forked()
    head, pool = choose(TASKS, task, "task"), choose(POOLINGS, pooling, "pooling")
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = layers.PaddingMask(name="mask")(token_ids)
    if hash_rows:
        embedding = layers.HashEmbedding(hash_rows, embedding_dim, name="embedding")
    else:
        embedding = layers.MultilingualEmbedding(vocabulary_size, embedding_dim, name="embedding")
    vectors = keras.layers.Dropout(dropout, name="token_dropout")(embedding(token_ids))
    vector = pool()(body(vectors, mask), mask=mask)
    vector = keras.layers.Dropout(dropout, name="dropout")(vector)
    return keras.Model(token_ids, head(vector, num_labels, vector_dim, output_activation), name=name)
