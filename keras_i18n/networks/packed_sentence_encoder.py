"""The universal sentence encoder over texts laid end to end: no padding, and nothing computed twice for one token."""

import functools

import keras
import numpy as np
import tensorflow as tf

from keras_i18n import native_logs
from keras_i18n.forked import refuse_forked
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Array, Tensor, TokenIds
from keras_i18n.shown import cut, shown

# Texts stand this many padding tokens apart, so that no n-gram of up to five tokens reaches into a neighbour.
_GAP = 2
# Below so many tokens, finding the distinct ones and laying out kernels costs more than it saves.
_FEW = 256
# What is computed here by hand; a network with other layers is not this network.
_LAYERS = {
    *("token_ids", "padding_mask", "token_embedding", "token_projection", "token_norm", "ngrams", "features"),
    *("feature_norm", "text_projection", "dense_1", "shortcut_2", "dense_2", "sum_2", "relu_2", "dense_3"),
    *("shortcut_4", "dense_4", "sum_4", "tanh_4", "vector"),
}


class PackedSentenceEncoder:
    """Runs a `universal_sentence_encoder` network on texts of any lengths, about twice as fast as in padded batches.

    The answers are those of the network (float32 rounding apart), whose weights are read at each call. Three things
    make it fast: texts are laid end to end; embedding, projection, normalisation and the first convolution's products
    depend on a single token alone and are computed once for each distinct token of a pack; the second normalisation is
    folded into the sum over the text, so that it costs two numbers a token instead of passes over all features.

    Args:
        network: built by `networks.universal_sentence_encoder`.
        max_tokens: tokens of a pack. 4,096 keep the working set in the cache of a small server.

    Raises:
        ValueError: the network has other layers, or n-grams of more than five tokens.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import networks
    >>> network = networks.universal_sentence_encoder(vocabulary_size=100, dim=8, ngram_dim=4, hidden_dim=6)
    >>> networks.PackedSentenceEncoder(network)([np.array([3, 7, 9], "int32"), np.array([5], "int32")]).shape
    (2, 8)
    """

    def __init__(self, network: keras.Model, *, max_tokens: int = 4096) -> None:
        if not self.fits(network):
            raise ValueError(
                f"`network` must be built by networks.universal_sentence_encoder. Received: '{cut(network.name)}' with layers "
                f"{shown(sorted({layer.name for layer in network.layers} ^ _LAYERS)[:5])} more or fewer."
            )
        self.network = network
        self.max_tokens = int(max_tokens)
        self.dim = network.output_shape[-1]
        ngrams = network.get_layer("ngrams")
        if max(ngrams.orders) > 2 * _GAP + 1:
            raise ValueError(
                f"n-grams of at most {2 * _GAP + 1} tokens can be packed. Received: {shown(ngrams.orders)}."
            )
        ids = tf.TensorSpec([None], tf.int32)
        self._forward = tf.function(
            functools.partial(self.graph, distinct=True), input_signature=[ids] * 3, autograph=False
        )
        self._forward_few = tf.function(
            functools.partial(self.graph, distinct=False), input_signature=[ids] * 3, autograph=False
        )

    @staticmethod
    def fits(network: keras.Model) -> bool:
        """Whether a network has the layers of `universal_sentence_encoder`, and no others."""
        return {layer.name for layer in network.layers} == _LAYERS

    @native_logs.python_quiet()
    def __call__(self, sequences: TokenIds, *, progress: ProgressOption = None) -> np.ndarray:
        """Encodes token id sequences.

        Args:
            sequences: list of int32 arrays (tokens,).
            progress: True to show it, or a function that is called with a `Progress` after each batch: texts done, of how many.

        Returns:
            float32 `(texts, dim)`, in the order given.
        """
        refuse_forked()
        vectors = np.empty((len(sequences), self.dim), "float32")
        texts = Counter(progress, "texts", total=len(sequences))
        for start, stop in self._packs([len(sequence) for sequence in sequences]):
            pack = pack_sequences(sequences[start:stop])
            forward = self._forward_few if len(pack[0]) < _FEW else self._forward
            vectors[start:stop] = forward(*pack).numpy()
            texts.add(stop - start)
        return vectors

    def _packs(self, lengths):
        start, size = 0, 0
        for index, length in enumerate(lengths):
            if index > start and size + length > self.max_tokens:
                yield start, index
                start, size = index, 0
            size += length + _GAP
        if lengths:
            yield start, len(lengths)

    def graph(self, token_ids: Tensor, text_of_token: Tensor, counts: Array, *, distinct: bool = True) -> Tensor:
        """The computation itself on what `pack_sequences` gave: vectors float32 `(texts, dim)`, differentiable."""
        weights = {layer.name: layer for layer in self.network.layers}
        ngrams = weights["ngrams"]
        rows, row = tf.unique(token_ids) if distinct else (token_ids, tf.range(tf.size(token_ids)))
        is_token = tf.cast(rows >= 0, tf.float32)[:, None]
        embedded = weights["token_embedding"](rows[None])[0]  # zeros for padding
        projected = weights["token_norm"](weights["token_projection"](embedded)) * is_token

        inner = slice(_GAP, -_GAP)  # every token but the padding at both ends
        real = tf.cast(token_ids[inner] >= 0, tf.float32)[:, None]
        branches = []
        for branch, (first, second) in enumerate(ngrams.convolutions):
            x = projected[:, branch * ngrams.dim : (branch + 1) * ngrams.dim]
            if distinct:
                hidden = (_convolve_distinct(x, row, *first) + tf.gather(x, row[inner])) * real
                branches.append(_convolve(hidden, *second) + hidden)
            else:
                hidden = (_convolve_few(x[inner], *first) + x[inner]) * real
                branches.append(_convolve_few(hidden, *second) + hidden)
        features = tf.concat(branches, axis=1)

        summed = self._sum_of_normalised(embedded, row[inner], features, real, text_of_token[inner], counts)
        text, count = weights["text_projection"], tf.cast(counts, tf.float32)[:, None]
        x = (tf.matmul(summed, text.kernel) + count * text.bias) * tf.math.rsqrt(tf.maximum(count, 1.0))
        return self._head(weights, x)

    def _sum_of_normalised(self, embedded, row, features, real, text_of_token, counts):
        # sum_t gain * (f_t - mean_t) * r_t + offset, with r_t = 1 / deviation_t, needs only r_t and mean_t of a token
        norm = self.network.get_layer("feature_norm")
        width = float(embedded.shape[-1] + features.shape[-1])
        total = tf.gather(tf.reduce_sum(embedded, -1), row) + tf.reduce_sum(features, -1)
        squares = tf.gather(tf.reduce_sum(tf.square(embedded), -1), row) + tf.reduce_sum(tf.square(features), -1)
        mean = total / width
        scale = tf.math.rsqrt(squares / width - tf.square(mean) + norm.epsilon) * real[:, 0]
        num_texts = tf.shape(counts)[0]

        def by_text(values):
            return tf.math.unsorted_segment_sum(values, text_of_token, num_texts)

        scaled = [by_text(tf.gather(embedded, row) * scale[:, None]), by_text(features * scale[:, None])]
        centred = tf.concat(scaled, axis=1) - by_text(scale * mean)[:, None]
        return norm.gamma * centred + tf.cast(counts, tf.float32)[:, None] * norm.beta

    def _head(self, weights, text):
        a = weights["dense_1"](text)
        b = tf.nn.relu(weights["shortcut_2"](text) + weights["dense_2"](a))
        c = weights["dense_3"](b)
        return weights["vector"](tf.tanh(weights["shortcut_4"](b) + weights["dense_4"](c)))


def _convolve(x, kernel, bias):
    """relu(conv(x) + bias)."""
    return tf.nn.relu(tf.nn.conv1d(_with_margins(x, kernel.shape[0])[None], kernel, 1, "VALID")[0] + bias)


def _convolve_few(x, kernel, bias):
    """The same for a few tokens: a matrix product needs no other layout of the kernel, which would cost more."""
    order, length = kernel.shape[0], tf.shape(x)[0]
    padded = _with_margins(x, order)
    windows = tf.concat([padded[place : place + length] for place in range(order)], axis=1)
    return tf.nn.relu(tf.matmul(windows, tf.reshape(kernel, [-1, kernel.shape[-1]])) + bias)


def _with_margins(x, order):
    left = (order - 1) // 2
    return tf.pad(x, [[left, order - 1 - left], [0, 0]])


def _convolve_distinct(x, row, kernel, bias):
    """relu(conv(x[row]) + bias), with the products computed once for each distinct token."""
    order, dim = kernel.shape[0], kernel.shape[-1]
    products = tf.matmul(x, tf.reshape(tf.transpose(kernel, [1, 0, 2]), [kernel.shape[1], order * dim]))
    products = tf.reshape(products, [-1, dim])  # row * order + place in the n-gram
    left = (order - 1) // 2
    length = tf.shape(row)[0] - 2 * _GAP
    total = None
    for place in range(order):
        start = _GAP + place - left
        part = tf.gather(products, row[start : start + length] * order + place)
        total = part if total is None else total + part
    return tf.nn.relu(total + bias)


def pack_sequences(sequences: TokenIds) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lays sequences end to end: token ids with paddings around each, the text of each token, the counts.

    Args:
        sequences: list of int32 arrays (tokens,), at least one.

    Returns:
        Three int32 arrays, as `PackedSentenceEncoder.graph` takes them.

    >>> token_ids, text_of_token, counts = pack_sequences([[3, 7, 9], [5]])
    >>> counts.tolist(), token_ids.tolist()
    ([3, 1], [-1, -1, 3, 7, 9, -1, -1, 5, -1, -1, -1])
    """
    counts = np.array([len(sequence) for sequence in sequences], "int32")
    spans = counts + _GAP
    starts = _GAP + np.concatenate([[0], np.cumsum(spans[:-1])])
    # One more at the end: between the paddings at both ends stands something, though every text be empty.
    token_ids = np.full(_GAP + spans.sum() + 1, -1, "int32")
    text_of_token = np.zeros(len(token_ids), "int32")
    text_of_token[_GAP:-1] = np.repeat(np.arange(len(sequences), dtype="int32"), spans)
    flat = np.concatenate([np.asarray(sequence, "int32") for sequence in sequences])
    within = np.arange(len(flat)) - np.repeat(np.cumsum(counts) - counts, counts)
    token_ids[np.repeat(starts, counts) + within] = flat
    return token_ids, text_of_token, counts
