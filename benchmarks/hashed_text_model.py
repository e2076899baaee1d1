"""A classifier over hashed words and n-grams: built, trained under `fit`, its row weights folded away for the export.

A feature that many texts have says little. While it trains, the vector of a row is multiplied by a fixed weight,
(1 + uses)^-0.35; afterwards table and weights are one table, and the network that leaves is a table, a masked sum over
the square root of the count, and a softmax.
"""

import time

import numpy as np


def build(num_buckets, dim, num_labels, row_weights=None, seed=1):
    """Token ids -> probabilities. With `dim == num_labels` the vectors are the scores, without a further layer."""
    import keras

    from keras_i18n import layers

    keras.utils.set_random_seed(seed)
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    start = "zeros" if dim == num_labels else keras.initializers.RandomUniform(-1 / dim, 1 / dim, seed=seed)
    if row_weights is None:
        scores = layers.PooledEmbedding(num_buckets, dim, embeddings_initializer=start, name="table")(token_ids)
    else:
        mask = layers.PaddingMask(name="mask")(token_ids)
        vectors = layers.MultilingualEmbedding(num_buckets, dim, embeddings_initializer=start, name="table")(token_ids)
        fixed = layers.MultilingualEmbedding(num_buckets, 1, name="row_weights", trainable=False)
        vectors = keras.layers.Multiply()([vectors, fixed(token_ids)])
        fixed.embeddings.assign(row_weights[:, None])
        scores = layers.MaskedMean(divide_by="sqrt_count", name="pooled")(vectors, mask=mask)
    if dim != num_labels:
        scores = keras.layers.Dense(num_labels, name="labels")(scores)
    return keras.Model(token_ids, keras.layers.Softmax(name="scores")(scores), name="hashed_text")


def row_adagrad(learning_rate):
    """Adagrad with one accumulator a row: a step keeps the direction of its gradient."""
    from keras_i18n import optimizers

    # gradients are tiny and Adagrad has no scale of its own: no constant may stand beside their squares
    return optimizers.RowwiseAdagrad(learning_rate, accumulator="row", initial_accumulator_value=0.0, epsilon=1e-20)


def train(tokenizer, texts, targets, *, dim, epochs, learning_rate, batch_size=128, weight_power=0.35, seed=1):
    """`(network, seconds)`: the network to export, and the time that all of it took, tokenising included.

    Args:
        targets: float32 `(texts, labels)`, probabilities.
    """
    import keras

    from keras_i18n.training.batches.bucketed_batches import BucketedBatches

    begin = time.perf_counter()
    sequences = tokenizer.tokenize(texts)
    uses = np.bincount(np.concatenate(sequences), minlength=tokenizer.num_buckets)
    row_weights = ((1.0 + uses) ** -weight_power).astype("float32")
    num_labels = targets.shape[1]
    network = build(tokenizer.num_buckets, dim, num_labels, row_weights, seed)
    batches = BucketedBatches(sequences, targets, batch_size=batch_size, collate=tokenizer.pad, seed=seed)
    steps = epochs * len(batches)
    schedule = keras.optimizers.schedules.PolynomialDecay(learning_rate, steps, end_learning_rate=0.0)
    network.compile(row_adagrad(schedule), "categorical_crossentropy", jit_compile=False)
    for epoch in range(epochs):
        batches.start_epoch(epoch)
        network.fit(batches, epochs=1, verbose=0, shuffle=False)
    folded = build(tokenizer.num_buckets, dim, num_labels, seed=seed)
    folded.get_layer("table").embeddings.assign(
        np.asarray(network.get_layer("table").embeddings) * row_weights[:, None]
    )
    if dim != num_labels:
        folded.get_layer("labels").set_weights(network.get_layer("labels").get_weights())
    return folded, time.perf_counter() - begin


def train_scores(
    tokenizer, texts, targets, *, epochs, learning_rate, times=1, batch_size=128, weight_power=0.35, seed=1
):
    """What `train` gives where each row holds the scores of the labels, by the same steps in sparse products of SciPy.

    Such a network is linear, so that a step is a sparse product and needs no graph.

    Args:
        targets: float32 `(texts, labels)`, probabilities.
        times: how often a text comes in an epoch, int or `(texts,)`.
    """
    from scipy.sparse import csr_matrix

    begin = time.perf_counter()
    sequences = tokenizer.tokenize(texts)
    uses = np.zeros(tokenizer.num_buckets, np.int64)
    for start in range(0, len(sequences), 4096):
        uses += np.bincount(np.concatenate(sequences[start : start + 4096]), minlength=len(uses))
    row_weights = ((1.0 + uses) ** -weight_power).astype("float32")
    num_labels = targets.shape[1]
    table = np.zeros((tokenizer.num_buckets, num_labels), "float32")
    squares_so_far = np.zeros(tokenizer.num_buckets, "float32")
    generator = np.random.default_rng(seed)
    epoch = np.repeat(np.arange(len(texts)), times)
    order = np.concatenate([generator.permutation(epoch) for _ in range(epochs)])
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        parts = [sequences[row] for row in chosen]
        counts = np.array([len(part) for part in parts])
        ids, places = np.unique(np.concatenate(parts), return_inverse=True)
        values = row_weights[ids][places] / np.repeat(np.sqrt(np.maximum(counts, 1)), counts).astype("float32")
        ends = np.concatenate([[0], np.cumsum(counts)])
        features = csr_matrix((values.astype("float32"), places.astype(np.int32), ends), shape=(len(chosen), len(ids)))
        scores = features @ table[ids]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope = (scores / scores.sum(axis=1, keepdims=True) - targets[chosen]) / len(chosen)
        gradient = features.T @ slope
        squares = squares_so_far[ids] + np.square(gradient).mean(axis=1)
        squares_so_far[ids] = squares
        rate = learning_rate * (1.0 - start / len(order))
        table[ids] -= rate * gradient / (np.sqrt(squares) + 1e-20)[:, None]
    network = build(tokenizer.num_buckets, num_labels, num_labels, seed=seed)
    network.get_layer("table").embeddings.assign(table * row_weights[:, None])
    return network, time.perf_counter() - begin
