"""`keras.Model.fit` for language models: hidden states carried from window to window, steps or minutes to go."""

import dataclasses
import hashlib
import math
import os
import time
import warnings
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_i18n import optimizers
from keras_i18n.forked import refuse_forked
from keras_i18n.keras_privates import loss_tracker
from keras_i18n.models.fitting.whole_files import whole_files
from keras_i18n.networks import refuse_few_bits
from keras_i18n.networks.states import StatefulGraph, is_recurrent
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Tensor
from keras_i18n.shown import cut
from keras_i18n.training import device_placement
from keras_i18n.training.batches import text_stream
from keras_i18n.training.batches.token_windows import TextRows, TokenWindows
from keras_i18n.training.digest import weight_shapes
from keras_i18n.training.mixed_precision import computing_in, scaling_optimizer
from keras_i18n.training.options import check_options, chosen_options
from keras_i18n.training.session import Session
from keras_i18n.training.temperature_sampling import sampled_rows

_LONGEST_ROW = 1024  # tokens; a longer text is read in windows


@dataclasses.dataclass(frozen=True, kw_only=True)
class LanguageModelTraining:
    """Options of `LanguageModel.fit`.

    Args:
        epochs: passes over the text; with `minutes` the most of them.
        minutes: wall-clock time after which the training has come to its end, learning rate and all; None for none.
            A training by the clock is not reproducible to the bit.
        batch_size: texts, or places of a long text, of a step.
        window: tokens that a gradient reaches back in a long text; hidden states are carried on beyond it.
        learning_rate: its highest value; it rises over the first 2 % and falls along a cosine to a hundredth.
        clip_norm: the largest global norm of a gradient.
        optimizer: a Keras optimizer; by default `keras_i18n.optimizers.RowwiseAdam` with `clip_norm`.
        by_line: for a file, whether each line is a text; by default for all tokenizers but those of characters.
        language_dropout: share of texts that train without their language piece, so that the model works without.
        early_stopping: epochs without a better validation loss after which training stops, the best weights restored.
        backup_dir: folder where each epoch is kept; a training that was killed goes on from there.
        sampling_temperature, device, mixed_precision: as in `TrainingOptions`; the first for texts that are read a row
            each.
        progress: True to show it, or a function that is called with a `Progress` after each epoch: epochs done, of how many, and the loss.
        callbacks, seed, verbose: as Keras has them.
    """

    epochs: int | None = None
    minutes: float | None = None
    batch_size: int = 32
    window: int = 64
    learning_rate: float = 3e-3
    clip_norm: float = 1.0
    optimizer: object = None
    by_line: bool | None = None
    language_dropout: float = 0.1
    early_stopping: int | None = None
    backup_dir: object = None
    sampling_temperature: float | None = None
    device: str | None = None
    mixed_precision: str | None = None
    callbacks: tuple = ()
    seed: int = 0
    verbose: object = "auto"
    progress: ProgressOption = None

    def __post_init__(self):
        check_options(self)


def fit_language_model(
    model: Any, train: Any, *, validation_data: Any = None, **options: Any
) -> keras.callbacks.History:
    """See `LanguageModel.fit`."""
    refuse_forked()
    refuse_few_bits(model.network, "Training")
    chosen = chosen_options(LanguageModelTraining, options, validation_data=validation_data)
    device = device_placement.scope_of(chosen.device)
    epochs = chosen.epochs or (100_000 if chosen.minutes else 10)
    session = _session(model, train, validation_data, chosen, epochs)
    backup = session.backup()
    keras.utils.set_random_seed(chosen.seed)
    batches, num_steps, carried = _batches(model, train, chosen, name="train", shuffle=True)
    validation = None
    if validation_data is not None:
        # as the training reads, so that the two losses compare
        validation, _, _ = _batches(model, validation_data, chosen, name="validation_data", shuffle=False, like=carried)
    network = model.network
    if carried:
        sizes = [data.batch_size for data in (batches, validation) if data is not None]
        network = CarriedStates(model.network, *sizes)
    optimizer = chosen.optimizer or optimizers.RowwiseAdam(chosen.learning_rate, global_clipnorm=chosen.clip_norm)
    network.compile(
        optimizer=scaling_optimizer(optimizer, chosen.mixed_precision),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1),
        jit_compile=False,
    )
    with (
        warnings.catch_warnings(),
        device,
        computing_in(model, chosen.mixed_precision),
        whole_files(network, model, mixed_precision=chosen.mixed_precision),
    ):
        # the number of batches in a file is known when it has been read
        warnings.filterwarnings("ignore", message="Your input ran out of data")
        return session.fit(
            network,
            _stream(batches),
            backup=backup,
            batches=None if isinstance(batches, text_stream.TextStream) else batches,
            callbacks=[_Cosine(chosen, epochs, num_steps), *([_NewStates()] if carried else []), *chosen.callbacks],
            early_stopping=chosen.early_stopping,
            validation_data=_stream(validation),
            shuffle=False,  # the batches shuffle themselves
            verbose=chosen.verbose,
        )


def next_token_loss(next_ids: Tensor, logits: Tensor) -> Tensor:
    """Mean nats of the tokens that came next; padding (ids below 0) does not count."""
    present = tf.cast(next_ids >= 0, logits.dtype)
    nats = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(tf.cast(next_ids, "int32"), 0), logits)
    return tf.reduce_sum(nats * present) / tf.maximum(tf.reduce_sum(present), 1.0)


class CarriedStates(keras.Model):
    """Trains a recurrent network on windows that follow one another: each begins with the states the last one left.

    Args:
        network: the network; its layers are shared.
        batch_sizes: rows of a batch in training and in validation.
    """

    def __init__(self, network: keras.Model, *batch_sizes: int) -> None:
        super().__init__(name=f"{network.name}_carried")
        self.network = network
        self._graph = StatefulGraph(network)
        # not weights: an epoch begins with new states
        self._states = [
            [tf.Variable(tf.zeros((rows, size)), trainable=False) for size in self._graph.sizes] for rows in batch_sizes
        ]
        self.built = True  # the network is; a backup asks for it

    def call(self, token_ids: Any, training: bool | None = None) -> Tensor:
        return self.network(token_ids, training=training)

    def train_step(self, data: Any) -> dict[str, Tensor]:
        token_ids, next_ids = data
        with tf.GradientTape() as tape:
            logits, states = self._graph(token_ids, self._states[0], dropout=True)
            loss = next_token_loss(next_ids, logits)
            scaled = self.optimizer.scale_loss(loss)
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(scaled, variables), variables)
        return self._after(self._states[0], states, loss)

    def test_step(self, data: Any) -> dict[str, Tensor]:
        token_ids, next_ids = data
        logits, states = self._graph(token_ids, self._states[-1])
        return self._after(self._states[-1], states, next_token_loss(next_ids, logits))

    def _after(self, variables, states, loss):
        for variable, state in zip(variables, states, strict=True):
            variable.assign(tf.cast(state, variable.dtype))
        tracker = loss_tracker(self)
        tracker.update_state(loss)
        return {"loss": tracker.result()}

    def new_states(self, which: int) -> None:
        """Sets the states of training (0) or validation (-1) to zeros."""
        for variable in self._states[which]:
            variable.assign(tf.zeros_like(variable))


class _NewStates(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.model.new_states(0)

    def on_test_begin(self, logs=None):
        self.model.new_states(-1)


class _Cosine(keras.callbacks.Callback):
    """Sets the learning rate by the share of the training that is done, in steps or, by the clock, in minutes."""

    _WARM_UP, _LAST = 0.02, 0.01

    def __init__(self, options, epochs, num_steps):
        super().__init__()
        self.options = options
        self.num_steps = epochs * num_steps

    def on_train_begin(self, logs=None):
        self._began = time.monotonic()

    def on_train_batch_begin(self, batch, logs=None):
        if self.options.optimizer is not None:
            return  # it brings its own
        done = self._done()
        share = done / self._WARM_UP
        if done > self._WARM_UP:
            part = (done - self._WARM_UP) / (1 - self._WARM_UP)
            share = self._LAST + (1 - self._LAST) * 0.5 * (1 + math.cos(math.pi * min(part, 1.0)))
        self.model.optimizer.learning_rate = self.options.learning_rate * max(share, 1e-3)

    def on_train_batch_end(self, batch, logs=None):
        if self.options.minutes and self._done() >= 1:
            self.model.stop_training = True

    def _done(self):
        if self.options.minutes:
            return (time.monotonic() - self._began) / (60 * self.options.minutes)
        return int(self.model.optimizer.iterations) / self.num_steps


def _session(model, train, validation_data, options, epochs):
    left_out = {"callbacks", "progress", "verbose", "epochs", "device", "backup_dir"}
    names = sorted({field.name for field in dataclasses.fields(options)} - left_out)
    return Session(
        epochs=epochs,
        learning_rate=options.learning_rate,
        backup_dir=options.backup_dir,
        progress=options.progress,
        depends_on=lambda: {
            "tokenizer": model.tokenizer.digest,
            "language_tags": list(model.language_tags),
            "weights": weight_shapes(model.network),
            "options": {name: getattr(options, name) for name in names},
            "train": _texts_of(train),
            "validation": _texts_of(validation_data),
        },
    )


def _texts_of(data):
    """What a digest reads: texts and their languages, or a file's bytes by their digest."""
    if isinstance(data, (str, os.PathLike)):
        with open(data, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return None if data is None else [list(getattr(data, "text", data)), getattr(data, "language", None)]


def _batches(model, data, options, *, name, shuffle, like=None):
    """Batches, the number of them (an estimate for a file), and whether states are carried from one to the next."""
    recurrent = is_recurrent(model.network)
    if isinstance(data, (str, os.PathLike)):
        _refuse_temperature(options, "a file")
        by_line = options.by_line
        if by_line is None:
            by_line = type(model.tokenizer).__name__ != "CharacterTokenizer"
        begin_id, end_id = (int(piece) for piece in model.tokenizer.tokenize([""])[0])
        stream = text_stream.TextStream(
            data,
            lambda texts: [ids[1:-1] for ids in model.tokenizer.tokenize(texts)],
            by_line=by_line,
            begin_id=begin_id,
            end_id=end_id,
            batch_size=options.batch_size,
            window=_window(model, options),
        )
        num_steps = max(1, stream.path.stat().st_size // (stream.batch_size * stream.window))
        return stream, num_steps, recurrent
    texts = list(getattr(data, "text", data))
    if not texts:
        raise ValueError(f"`{name}` must have at least one text. Received: an empty data set.")
    tags = _training_tags(model, data, options, shuffle)
    sequences = model.token_ids(texts, language=tags)
    windows = max(map(len, sequences)) > _LONGEST_ROW if like is None else like
    if not recurrent and max(map(len, sequences)) > model.context:
        windows = True
    if not windows:
        rows = TextRows(
            sequences,
            batch_size=options.batch_size,
            collate=model.tokenizer.pad,
            seed=options.seed,
            shuffle=shuffle,
            draw=_draw(data, options) if shuffle else None,
        )
        return rows, len(rows), False
    _refuse_temperature(options, "long texts, which are read in windows")
    joined = np.concatenate(sequences).astype(np.int32)
    seed = options.seed if shuffle else None
    batches = TokenWindows(joined, batch_size=options.batch_size, window=_window(model, options), seed=seed)
    return batches, len(batches), recurrent


def _draw(data, options):
    if options.sampling_temperature is not None and getattr(data, "language", None) is None:
        raise ValueError("`sampling_temperature` needs a `Dataset` with languages. Received: texts without languages.")
    return sampled_rows(data, options)


def _refuse_temperature(options, received):
    if options.sampling_temperature is not None:
        raise ValueError(
            "`sampling_temperature` draws texts that are read a row each, of up to "
            f"{_LONGEST_ROW} tokens. Received: {cut(received)}. Cut them into shorter texts, or leave it out."
        )


def _window(model, options):
    return options.window if model.context is None else min(options.window, model.context)


def _training_tags(model, data, options, shuffle):
    languages = getattr(data, "language", None)
    if not model.language_tags or languages is None:
        return None
    if not shuffle:
        return languages
    forgotten = np.random.default_rng(options.seed).random(len(languages)) < options.language_dropout
    return [None if forget else language for forget, language in zip(forgotten, languages, strict=True)]


def _stream(batches):
    """A `tf.data.Dataset`: Keras takes the shapes of a `PyDataset` from its first two batches, and others differ."""
    if batches is None:
        return None
    if isinstance(batches, TextRows):
        spec, read = tf.TensorSpec((None, None), tf.int32), lambda: map(batches.__getitem__, range(len(batches)))
    else:
        spec = tf.TensorSpec((batches.batch_size, batches.window), tf.int32)
        read = batches if callable(batches) else lambda: map(batches.__getitem__, range(len(batches)))
    dataset = tf.data.Dataset.from_generator(read, output_signature=(spec, spec))
    if not callable(batches):
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(batches)))
    return dataset.prefetch(2)
