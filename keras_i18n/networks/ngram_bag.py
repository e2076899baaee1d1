"""A linear model over the n-grams of a text, with or without an encoder beside it: token ids -> probabilities."""

import keras

from keras_i18n import layers

# what the layers are called: a network that has them is one of these, and its fit is convex
SCORES, WEIGHTS, LOGITS, PIECES, ENCODER_LOGITS = "score_table", "weight_table", "logits", "pieces", "encoder_logits"
DISTINCT = "distinct"
# an n-gram counts as often as 1 + the logarithm to base 2 of its occurrences: once more from each of these on
REPEATS = (2, 3, 5, 9, 17, 33, 65)


def ngram_bag(
    *,
    vocabulary_size: int,
    num_labels: int,
    encoder: keras.Model | None = None,
    output_activation: str = "softmax",
    has_prior: bool = True,
    counts_new: bool = True,
    name: str = "ngram_bag",
) -> keras.Model:
    """Each n-gram gives each label a score; the scores of a text are summed, and divided by its length.

    What comes again counts as the logarithm of its number.

    With an encoder the labels also get the log odds of a linear head on its vector, times a factor which the n-grams
    tell. All that it learns is one convex problem (`models.convex`). Untrained, it gives every label the same.

    Args:
        vocabulary_size: ids of n-grams, from 0; with an encoder its pieces are the ids from here on.
        num_labels: number of labels.
        encoder: network, token ids -> vector, whose layers are used as they are.
        output_activation: "softmax", or "sigmoid" where a text may have several labels.
        has_prior: whether texts that say nothing are answered by the shares of the labels, as `layers.NgramLogits` does.
        counts_new: whether n-grams that no training text had count in the length of a text, as in that layer.
        name: of the model.

    Returns:
        Functional `keras.Model`, `token_ids` int32 `(batch, tokens)`, padded with -1 -> `(batch, num_labels)`.

    >>> ngram_bag(vocabulary_size=100, num_labels=3).output_shape
    (None, 3)
    """
    token_ids = keras.Input((None,), dtype="int32", name="token_ids")
    last = None if encoder is None else vocabulary_size
    distinct = layers.DistinctTokens(last, repeats=REPEATS, name=DISTINCT)(token_ids)

    def summed(dim, name, **options):
        table = layers.PooledEmbedding(
            vocabulary_size, dim, divide_by="one", embeddings_initializer="zeros", name=name, **options
        )
        return table(distinct)

    inputs = [summed(num_labels, SCORES), summed(3, WEIGHTS, trainable=False)]
    if encoder is not None:
        pieces = layers.TokenRange(vocabulary_size, name=PIECES)(token_ids)
        head = keras.layers.Dense(num_labels, use_bias=False, kernel_initializer="zeros", name=ENCODER_LOGITS)
        inputs.append(head(encoder(pieces)))
    options = {"has_encoder": encoder is not None, "has_prior": has_prior, "counts_new": counts_new}
    logits = layers.NgramLogits(**options, name=LOGITS)(inputs)
    scores = keras.layers.Activation(output_activation, dtype="float32", name="scores")(logits)
    return keras.Model(token_ids, scores, name=name)


def is_ngram_bag(network: keras.Model) -> bool:
    """Whether a network was built by `ngram_bag`.

    >>> is_ngram_bag(ngram_bag(vocabulary_size=100, num_labels=3))
    True
    """
    return {SCORES, WEIGHTS, LOGITS} <= {layer.name for layer in network.layers}


def bag_encoder(network: keras.Model) -> keras.Model | None:
    """The encoder of a network of `ngram_bag`: pieces -> vector; None where it has none.

    >>> bag_encoder(ngram_bag(vocabulary_size=100, num_labels=3)) is None
    True
    """
    if ENCODER_LOGITS not in {layer.name for layer in network.layers}:
        return None
    return next(layer for layer in network.layers if isinstance(layer, keras.Model))


def bag_repeats(network: keras.Model) -> tuple[int, ...]:
    """From which occurrences on an n-gram counts once more in a network of `ngram_bag`.

    >>> bag_repeats(ngram_bag(vocabulary_size=100, num_labels=3))
    (2, 3, 5, 9, 17, 33, 65)
    """
    return network.get_layer(DISTINCT).repeats
