"""How much what a network gives depends on the numbers of its token vectors."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.networks.split_network import LENGTH, TOKEN_VECTORS, split_at_token_vectors

_BATCH = 16


def token_sensitivity(network: keras.Model, token_ids: Sequence[np.ndarray], *, seed: int = 0) -> np.ndarray | None:
    """The mean outer product of the gradients of what a network gives, by its token vectors.

    Args:
        network: functional `keras.Model` with one `MultilingualEmbedding`.
        token_ids: of texts, an array each; what they are about hardly matters.
        seed: of the directions in which outputs are looked at.

    Returns:
        float64 `(dim, dim)` with a mean of 1 on its diagonal; None where the token vectors cannot be cut off alone, or
        nothing depends on them.

    Example:

    >>> import numpy as np
    >>> import keras_i18n as ki
    >>> network = ki.networks.universal_sentence_encoder(vocabulary_size=100, dim=8, ngram_dim=4, hidden_dim=6)
    >>> found = token_sensitivity(network, [np.array([7, 9, 11], "int32")])
    >>> found.shape, float(np.trace(found).round(6))
    ((8, 8), 8.0)
    """
    if len(network.inputs) != 1 or len(network.outputs) != 1:
        return None
    try:
        rows, body = split_at_token_vectors(network)
    except ValueError:
        return None
    if [one.name for one in body.inputs] != [TOKEN_VECTORS, LENGTH]:
        return None
    generator = np.random.default_rng(seed)
    total = np.zeros((body.inputs[0].shape[-1],) * 2)
    texts = sorted((ids for ids in token_ids if len(ids)), key=len)
    for start in range(0, len(texts), _BATCH):
        total += _of_batch(rows, body, texts[start : start + _BATCH], generator)
    scale = float(np.trace(total))
    return total * (len(total) / scale) if np.isfinite(scale) and scale > 0 else None


def _of_batch(rows, body, texts, generator):
    length = np.array([len(ids) for ids in texts], "int32")
    padded = np.zeros((len(texts), int(length.max())), "int32")  # any row: padding is told by `length`
    for place, ids in enumerate(texts):
        padded[place, : len(ids)] = ids
    vectors = tf.convert_to_tensor(rows(padded)[0])
    with tf.GradientTape() as tape:
        tape.watch(vectors)
        given = body([vectors, tf.constant(length)], training=False)
        seen = tf.reduce_sum(given * generator.normal(size=given.shape).astype("float32"))
    gradient = tape.gradient(seen, vectors)
    if gradient is None:
        return np.zeros((vectors.shape[-1],) * 2)
    there = np.arange(padded.shape[1]) < length[:, None]
    found = gradient.numpy()[there].astype("float64")
    return found.T @ found
