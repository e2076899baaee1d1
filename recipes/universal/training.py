"""Trains the half of n-grams: its rows by Adagrad a row, the feed-forward net and the gate by Adam."""

import dataclasses
import time

import keras
import kernels
import numpy as np
import tensorflow as tf
from sources import KNOWN

# targets of a word differ from those of a sentence by more than meaning
SHORT = ("word", "cldr", "ntrex word", "piece")
_GROUPED = SHORT[:3]
_SHARES = {
    **{"ntrex": 1.0, "cldr": 0.3, "word": 0.7, "ntrex word": 0.2, "piece": 0.2},
    **{"sib": 1.2, "span": 0.8, "phrase": 1.2},
}
_HELD = 0.02  # of the rate of learning, at the end


@dataclasses.dataclass
class Options:
    """How it is trained."""

    dim: int = 64
    hidden: int = 512
    batch: int = 512
    rate: float = 0.4  # of rows
    dense_rate: float = 1e-3
    left_out: float = 0.3  # share of a text's n-grams
    alone: float = 0.4  # share of texts that the n-grams answer without the encoder
    together: float = 0.15  # share of words that are learned as several at once
    gate: float = 0.1  # weight of the gate's own loss: it is to know the encoder's languages
    seed: int = 0


class Examples:
    """What the texts are and should be.

    Args:
        texts: `sources.Text`s.
        rows, starts: n-grams of all texts one after the other, and where each text begins.
        known: vectors of the encoder for each text, zeros where it was not asked, float16 `(texts, dim)`.
        targets: what each text should be, float16 of the same shape.
    """

    def __init__(self, texts, rows, starts, known, targets, options):
        self.rows, self.starts, self.known, self.targets, self.options = rows, starts, known, targets, options
        self.generator = np.random.default_rng(options.seed)
        names = np.array([f"{text.kind}/{text.language}" for text in texts])
        cells, cell_of, self.counts = np.unique(names, return_inverse=True, return_counts=True)
        self.order = np.argsort(cell_of, kind="stable")
        self.firsts = np.cumsum(self.counts) - self.counts
        kinds = np.array([cell.split("/")[0] for cell in cells])
        self.short, self.grouped = np.isin(kinds, SHORT), np.isin(kinds, _GROUPED)
        self.is_known = np.array([text.language in KNOWN for text in texts])
        ranks = np.array([text.rank for text in texts])
        wordy = np.array([text.kind in ("word", "ntrex word") for text in texts])
        self.weights = np.where(wordy, 1e-3 / (1e-3 + 0.1 / (ranks + 1)), 1.0).astype("float32")  # rare words say more
        shares = np.zeros(len(cells))
        for kind in set(kinds):
            chosen = kinds == kind
            sizes = self.counts[chosen] ** 0.6
            shares[chosen] = _SHARES[kind] * sizes / sizes.sum()
        self.shares = np.cumsum(shares / shares.sum())
        self.centres = np.stack(
            [self._mean(cell) if self.short[cell] else np.zeros(targets.shape[1]) for cell in range(len(cells))]
        )
        self.sentence = self._mean(list(cells).index("ntrex/en"))
        self.turned = np.sqrt(1 - np.square(self.sentence).sum())

    def _mean(self, cell):
        places = self.order[self.firsts[cell] : self.firsts[cell] + min(2000, self.counts[cell])]
        return self.targets[places].astype("float32").mean(axis=0)

    def batch(self):
        """Texts in groups, what the encoder says, what they should be; and what the gate should know of them."""
        generator, size = self.generator, self.options.batch
        cells = np.minimum(np.searchsorted(self.shares, generator.random(size)), len(self.shares) - 1)
        draw = generator.random(size)
        several = np.where(self.short[cells], 0, (draw < 0.15).astype(int))  # two sentences
        several = np.where(
            self.grouped[cells] & (draw < self.options.together), generator.integers(2, 15, size), several
        )
        groups = np.concatenate([[0], np.cumsum(several + 1)])
        of_text = np.repeat(cells, several + 1)
        texts = self.order[self.firsts[of_text] + (generator.random(len(of_text)) * self.counts[of_text]).astype(int)]
        targets = self.targets[texts].astype("float32") - self.centres[of_text]
        targets = _unit(np.add.reduceat(targets * self.weights[texts][:, None], groups[:-1], axis=0))
        short = self.short[cells]
        targets[short] = _unit(self.sentence + self.turned * targets[short])
        first = texts[groups[:-1]]
        alone = (generator.random(size) < self.options.alone) | (several > 0)
        told = ((several == 0) & ~short).astype("float32")
        gate = np.stack([1.0 - alone, self.is_known[first], told], axis=1).astype("float32")
        return texts, groups, self.known[first].astype("float32"), targets, gate


def _unit(vectors):
    return (vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)).astype("float32")


def train(examples, network, seconds, *, steps=None, rows=True, told=print):
    """Trains the rows and dense layers of a `networks.ngram_sentence_encoder`, in place.

    Args:
        examples: `Examples`.
        network: whose table and dense layers are trained.
        seconds: how long.
        steps: how many steps, in place of a time: the same on each machine.
        rows: whether the rows are trained too, or only what reads them.
        told: called with a line now and then.
    """
    options = examples.options
    table = network.get_layer("ngram_embedding").embeddings.numpy()
    squares = np.zeros(len(table), "float32")
    rest = keras.Model(
        network.get_layer("ngram_embedding").output, [network.get_layer(name).output for name in ("own_vector", "gate")]
    )
    trained = rest.trainable_variables
    optimizer = keras.optimizers.Adam(options.dense_rate)
    optimizer.build(trained)

    @tf.function(autograph=False)
    def step(summed, known, targets, gate, rate):
        with tf.GradientTape() as tape:
            tape.watch(summed)
            own, opened = rest(summed, training=True)
            used = opened * gate[:, :1]
            vectors = tf.math.l2_normalize(used * known + (1 - used) * own, axis=1)
            loss = tf.reduce_sum(1 - tf.reduce_sum(vectors * targets, axis=1))
            knows = keras.losses.binary_crossentropy(gate[:, 1:2], opened)
            total = loss + options.gate * tf.reduce_sum(knows * gate[:, 2])
        gradients = tape.gradient(total, [summed, *trained])
        optimizer.learning_rate.assign(rate)
        optimizer.apply(gradients[1:], trained)
        return loss / tf.cast(tf.shape(targets)[0], loss.dtype), gradients[0]

    share, began, number, mean = int(options.left_out * 65536), time.monotonic(), 0, None
    while (passed := number / steps if steps else (time.monotonic() - began) / seconds) < 1:
        left = max(_HELD, 1 - passed)
        texts, groups, known, targets, gate = examples.batch()
        summed = np.zeros((len(targets), table.shape[1]), "float32")
        given = (examples.rows, examples.starts, texts, groups, number, share)
        kernels.summed(table, *given, summed)
        loss, gradient = step(
            summed, known, targets, gate, np.float32(options.dense_rate * left)
        )  # a float would be traced anew
        if rows:
            kernels.update(table, squares, *given, gradient.numpy(), np.float32(options.rate * left))
        number, mean = number + 1, float(loss) if mean is None else 0.99 * mean + 0.01 * float(loss)
        if number % 2000 == 0:
            told(f"{passed:4.0%}  {number:,} steps, loss {mean:.4f}")
    network.get_layer("ngram_embedding").embeddings.assign(table)
