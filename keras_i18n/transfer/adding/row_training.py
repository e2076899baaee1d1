"""Trains the rows of new languages, and nothing else, so that texts get the vectors that a teacher gives."""

import concurrent.futures
import contextlib
import dataclasses
import gc
import threading
import time
from typing import Any

import numpy as np
import tensorflow as tf

from keras_i18n import networks, optimizers
from keras_i18n.progress import ProgressOption
from keras_i18n.shown import cut
from keras_i18n.training.digest import weights_digest
from keras_i18n.training.options import check_options
from keras_i18n.training.session import Session

_CUT_AT_ONCE = 2000


@dataclasses.dataclass(frozen=True, eq=False)
class Examples:
    """Texts and the vectors that they should get.

    Attributes:
        texts: list of str.
        targets: float `(vectors, dim)`, of length one.
        target_of: int `(texts,)`: which of `targets` a text should get; each its own unless given.
        weight: of each of these texts in the loss.
        share: of these texts that a round sees, drawn anew each time; 0 < share <= 1.

    >>> Examples(["jua", "bahari"], np.eye(2, dtype="float32")).target_of.tolist()
    [0, 1]
    """

    texts: list
    targets: np.ndarray
    target_of: np.ndarray | None = None
    weight: float = 1.0
    share: float = 1.0

    def __post_init__(self):
        if not 0 < self.share <= 1:
            raise ValueError(f"`share` must be above 0 and at most 1. Received: {cut(self.share)}.")
        target_of = np.arange(len(self.texts)) if self.target_of is None else np.asarray(self.target_of)
        if target_of.shape != (len(self.texts),) or (len(target_of) and target_of.max() >= len(self.targets)):
            raise ValueError(
                f"Every text needs a target. Received: {len(self.texts)} texts, {len(self.targets)} targets."
            )
        object.__setattr__(self, "target_of", target_of)


@dataclasses.dataclass(frozen=True, kw_only=True)
class RowTrainingOptions:
    """How new rows are trained.

    Attributes:
        epochs: rounds over all examples.
        minutes: stop after so many, by the clock; the learning rate falls so that it ends there.
        learning_rate: at the start; it falls to nothing in a straight line.
        pack_tokens: tokens of a training step.
        alpha: every second round cuts texts at random (subword regularisation), where the tokenizer can; 0 switches it off.
        seed: decides the order.
        backup_dir: a folder; a training that was killed goes on from its last round.
        progress: True to show it, or a function that is called with a `Progress` after each round: rounds done, of how many, and the mean loss.

    >>> RowTrainingOptions(minutes=3).learning_rate
    0.006
    """

    epochs: int = 12
    minutes: float | None = None
    learning_rate: float = 6e-3
    pack_tokens: int = 2048
    alpha: float = 0.2
    seed: int = 0
    backup_dir: str | None = None
    progress: ProgressOption = None

    def __post_init__(self):
        check_options(self)


class RowTraining:
    """One training of the rows `name` in `network`'s token table; its loss is one minus the cosine.

    Args:
        network: token ids -> vectors of length one; its own weights are written in place.
        name: whose rows (see `networks.with_language_rows`).
        tokenizer: with the new pieces.
        examples: list of `Examples`.
        options: `RowTrainingOptions`.

    Raises:
        ValueError: no examples.
    """

    def __init__(self, network: Any, name: str, tokenizer: Any, examples: Any, options: Any) -> None:
        self.texts = [text for part in examples for text in part.texts]
        if not self.texts:
            raise ValueError("Training needs examples. Received: none.")
        self.tokenizer, self.options = tokenizer, options
        first = np.cumsum([0, *(len(part.targets) for part in examples)])
        self.targets = np.concatenate([np.asarray(part.targets, np.float32) for part in examples])
        self.target_of = np.concatenate([part.target_of + at for part, at in zip(examples, first, strict=False)])
        self.weights = np.concatenate([np.full(len(part.texts), part.weight, np.float32) for part in examples])
        self.shares = np.concatenate([np.full(len(part.texts), part.share) for part in examples])
        self.rows = networks.token_embedding(network).variable_of(name)
        self.optimizer = optimizers.RowwiseAdam(options.learning_rate)
        self.optimizer.build([self.rows])
        self.first_rows = self.rows.numpy()
        self._stopped = threading.Event()
        if networks.PackedSentenceEncoder.fits(network):
            self._batch: Any = networks.pack_sequences
            self._vectors: Any = networks.PackedSentenceEncoder(network).graph
        else:
            self._batch = lambda sequences: (tokenizer.pad(sequences),)
            self._vectors = lambda token_ids: network(token_ids, training=False)
        # one graph for batches of every shape: a resumed training, whose first batch is another, computes the same to the bit
        self._step = self._graph(self.targets.shape[1])
        self.network_digest = None if options.backup_dir is None else weights_digest(network, without=name)

    def _training_step(self, batch, targets, weights):
        rows = self.rows.value
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(rows)
            cosine = tf.reduce_sum(self._vectors(*batch) * targets, axis=-1)
            loss = tf.reduce_sum(weights * (1.0 - cosine)) / tf.reduce_sum(weights)
        # no text of the batch holds a new piece: nothing to learn from it
        self.optimizer.apply([tape.gradient(loss, rows)], [self.rows])
        return loss

    def _graph(self, dim):
        batch = tuple(tf.TensorSpec([None] * part.ndim, part.dtype) for part in self._batch([np.zeros(1, np.int32)]))
        rest = tf.TensorSpec([None, dim], tf.float32), tf.TensorSpec([None], tf.float32)
        return tf.function(self._training_step, input_signature=(batch, *rest), autograph=False)

    def run(self) -> list[float]:
        """Trains; returns the mean loss of each round.

        Raises:
            ValueError: the loss is no number; the rows of the last good round are kept.
        """
        options = self.options
        session = Session(
            epochs=options.epochs,
            learning_rate=options.learning_rate,
            backup_dir=options.backup_dir,
            progress=options.progress,
            depends_on=self._depends_on,
        )
        # texts of the next round are cut while this one trains: a third of the time otherwise
        cutting = concurrent.futures.ThreadPoolExecutor(1)
        following: Any = None
        began = 0.0

        def one_round(epoch, share):
            nonlocal following, began
            if following is None:
                following = cutting.submit(self._cut, epoch)
                began = time.monotonic() - share * 60 * (options.minutes or 0)
            sequences = following.result()
            if epoch + 1 < options.epochs:
                following = cutting.submit(self._cut, epoch + 1)
            return self._round(epoch, sequences, began), self._share(epoch, 1.0, began)

        try:
            with _no_search_of_old_objects():
                return session.rounds(one_round, trained=self.rows, state=self.optimizer.variables)
        finally:
            self._stopped.set()
            cutting.shutdown(wait=False, cancel_futures=True)

    def _cut(self, epoch):
        """Token ids of all texts for a round, some at a time: an interrupt does not wait for all."""
        sequences = []
        drawn = self.options.alpha > 0 and epoch % 2 == 1 and hasattr(self.tokenizer, "sample")
        for start in range(0, len(self.texts), _CUT_AT_ONCE):
            if self._stopped.is_set():
                raise concurrent.futures.CancelledError
            texts = self.texts[start : start + _CUT_AT_ONCE]
            if drawn:
                seed = int(np.random.default_rng([self.options.seed, epoch, start]).integers(2**31))
                sequences += self.tokenizer.sample(texts, alpha=self.options.alpha, seed=seed)
            else:
                sequences += self.tokenizer.tokenize(texts)
        return sequences

    def _share(self, epoch, of_epoch, began):
        """How much of the training is done, 0 .. 1."""
        done = (epoch + of_epoch) / self.options.epochs
        if self.options.minutes is not None:
            done = max(done, (time.monotonic() - began) / (60 * self.options.minutes))
        return min(done, 1.0)

    def _round(self, epoch, sequences, began):
        rng = np.random.default_rng([self.options.seed, epoch])
        total, count = 0.0, 0
        order = rng.permutation(len(sequences))
        order = order[rng.random(len(order)) < self.shares[order]]
        for rows, done in _packs(sequences, order, self.options.pack_tokens):
            share = self._share(epoch, done, began)
            self.optimizer.learning_rate.assign(self.options.learning_rate * max(1.0 - share, 0.01))
            batch = tuple(map(tf.constant, self._batch([sequences[row] for row in rows])))
            loss = self._step(batch, tf.constant(self.targets[self.target_of[rows]]), tf.constant(self.weights[rows]))
            total, count = total + float(loss) * len(rows), count + len(rows)
            if share >= 1.0 and self.options.minutes is not None:
                break
        return total / max(count, 1)

    def _depends_on(self):
        """All that decides the training."""
        names = {field.name for field in dataclasses.fields(self.options)} - {"backup_dir", "progress"}
        return {
            "tokenizer": self.tokenizer.digest,
            "network": self.network_digest,
            "rows": self.first_rows,
            "texts": self.texts,
            "targets": self.targets,
            "target_of": self.target_of,
            "weights": self.weights,
            "shares": self.shares,
            "options": {name: getattr(self.options, name) for name in names},
        }


@contextlib.contextmanager
def _no_search_of_old_objects():
    """Python's collector passes over what is there: millions of pieces and texts, searched in vain each round."""
    if gc.get_freeze_count():  # the caller's own; thawing would undo it
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _packs(sequences, order, size):
    """(rows, share of the round done after them) of packs of about `size` tokens, in this order."""
    rows, tokens = [], 0
    for done, row in enumerate(order, 1):
        rows.append(row)
        tokens += len(sequences[row])
        if tokens >= size or done == len(order):
            yield np.array(rows), done / len(order)
            rows, tokens = [], 0
