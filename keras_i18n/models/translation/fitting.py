"""The training of a translator."""

import dataclasses
import time
import warnings
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.forked import refuse_forked
from keras_i18n.models.fitting.whole_files import whole_files
from keras_i18n.models.translation.bleu import validation_bleu
from keras_i18n.models.translation.learning_rate import InverseSquareRoot
from keras_i18n.models.translation.training_network import TrainingNetwork
from keras_i18n.models.translation.training_pairs import TrainingPairs, training_pairs
from keras_i18n.networks import refuse_few_bits
from keras_i18n.progress import Progress, ProgressOption
from keras_i18n.training import device_placement
from keras_i18n.training.batches.pair_batches import PairBatches
from keras_i18n.training.digest import weight_shapes
from keras_i18n.training.mixed_precision import computing_in, scaling_optimizer
from keras_i18n.training.options import check_options, chosen_options
from keras_i18n.training.session import Session

_BLEU = "val_bleu"


@dataclasses.dataclass(frozen=True, kw_only=True)
class TranslatorTraining:
    """Options of `Translator.fit`.

    Args:
        epochs: the most passes over the pairs.
        minutes: wall-clock time after which training ends, with the step that it is at; None for none.
        batch_tokens: tokens of one side of a step, padding counted; texts of about one length stand together.
        learning_rate: its highest value; after `warmup` steps it falls with the square root of the steps.
        warmup: steps in which the learning rate rises.
        cooldown: share of the training, by epochs or by minutes, at whose end the learning rate falls to nothing in a line;
            0 for no such end. An `optimizer` of your own has its own rate.
        label_smoothing: share of a token's probability that is spread over all tokens.
        consistency: weight of the nats by which two readings of a pair, each with dropout of its own, disagree (R-Drop,
            Liang et al. 2021, who take 5 for translation); a step takes twice the time. 0 for one reading.
        clip_norm: the largest global norm of a gradient.
        averaging: share of the running average of the weights that stays at each step. The average is what validation
            sees and what translates in the end; 0 for the weights themselves.
        subword_sampling: alpha of `UnigramTokenizer.sample`, by which each epoch cuts the texts anew; None for the best
            cut always.
        early_stopping: epochs without a better BLEU of the validation after which training stops, the best weights
            restored.
        max_validation: validation pairs that are translated after each epoch, the first ones.
        optimizer: a Keras optimizer; by default Adam with `learning_rate`, `warmup` and `clip_norm`.
        backup_dir: folder where each epoch is kept; a training that was killed goes on from there.
        device, mixed_precision: as in `TrainingOptions`.
        progress: True to show it, or a function that is called with a `Progress` after each epoch: epochs done, of how
            many, and the loss; with validation also its BLEU.
        callbacks, seed, verbose: as Keras has them. Callbacks find the BLEU in the logs, as "val_bleu".
    """

    epochs: int | None = None
    minutes: float | None = None
    batch_tokens: int = 2048
    learning_rate: float = 2e-3
    warmup: int = 400
    cooldown: float = 0.0
    label_smoothing: float = 0.1
    consistency: float = 0.0
    clip_norm: float = 1.0
    averaging: float = 0.999
    subword_sampling: float | None = None
    early_stopping: int | None = None
    max_validation: int = 500
    optimizer: object = None
    backup_dir: object = None
    device: str | None = None
    mixed_precision: str | None = None
    callbacks: tuple = ()
    seed: int = 0
    verbose: object = "auto"
    progress: ProgressOption = None

    def __post_init__(self):
        check_options(self)


def fit_translator(
    model: Any, pairs: Any, *, validation: Any = None, trained_rows: np.ndarray | None = None, **options: Any
) -> keras.callbacks.History:
    """See `Translator.fit`.

    Args:
        model: a `Translator`. pairs, validation, options: as there.
        trained_rows: as in `TrainingNetwork`.
    """
    refuse_forked()
    refuse_few_bits(model.network, "Training")
    chosen = chosen_options(TranslatorTraining, options, validation_data=validation)
    train = _readable(model, training_pairs(pairs))
    held_out = None if validation is None else training_pairs(validation, name="validation")
    epochs = chosen.epochs or (100_000 if chosen.minutes else 20)
    session = _session(model, train, held_out, chosen, epochs)
    backup = session.backup()
    keras.utils.set_random_seed(chosen.seed)
    batches = PairBatches(
        lambda epoch: _cut(model, train, chosen, epoch), batch_tokens=chosen.batch_tokens, seed=chosen.seed
    )
    with device_placement.scope_of(chosen.device):
        network = TrainingNetwork(
            model.network,
            label_smoothing=chosen.label_smoothing,
            averaging=chosen.averaging,
            consistency=chosen.consistency,
            trained_rows=trained_rows,
        )
        rate = InverseSquareRoot(chosen.learning_rate, warmup=chosen.warmup)
        optimizer = chosen.optimizer or keras.optimizers.Adam(rate, beta_2=0.98, global_clipnorm=chosen.clip_norm)
        network.compile(optimizer=scaling_optimizer(optimizer, chosen.mixed_precision), jit_compile=False)
        callbacks = [
            *([_Clock(chosen.minutes)] if chosen.minutes else []),
            *([_Cooldown(rate, chosen, epochs, batches)] if chosen.cooldown else []),
            *([_ValidationBleu(model, held_out, chosen, epochs, session.progress)] if held_out else []),
            *chosen.callbacks,
        ]
        try:
            with (
                computing_in(model, chosen.mixed_precision),
                whole_files(network, model, mixed_precision=chosen.mixed_precision),
                warnings.catch_warnings(),
            ):
                # an epoch may be cut into another number of batches than the one before
                warnings.filterwarnings("ignore", message="Your input ran out of data")
                return session.fit(
                    network,
                    _stream(batches),
                    backup=backup,
                    batches=batches,
                    callbacks=callbacks,
                    early_stopping=chosen.early_stopping,
                    monitor=(_BLEU, "max"),
                    shuffle=False,
                    verbose=chosen.verbose,
                )
        finally:
            if chosen.averaging:
                network.exchange()
            model.forget_graphs()


def _session(model, train, held_out, options, epochs):
    left_out = {"callbacks", "progress", "verbose", "epochs", "minutes", "device", "backup_dir"}
    names = sorted({field.name for field in dataclasses.fields(options)} - left_out)
    return Session(
        epochs=epochs,
        learning_rate=options.learning_rate,
        backup_dir=options.backup_dir,
        progress=options.progress,
        depends_on=lambda: {
            "tokenizers": [model.tokenizer.digest, model.target_tokenizer.digest],
            "target_languages": list(model.target_languages),
            "weights": weight_shapes(model.network),
            "options": {name: getattr(options, name) for name in names},
            "train": dataclasses.astuple(train),
            "validation": None if held_out is None else dataclasses.astuple(held_out),
        },
    )


def _readable(model, pairs):
    """The pairs that are no longer than the model reads; how many are not is told."""
    lengths = zip(
        model.source_ids(pairs.source, target_language=pairs.target_language),
        model.target_ids(pairs.target),
        strict=True,
    )
    kept = [row for row, sides in enumerate(lengths) if max(map(len, sides)) <= model.max_tokens]
    left_out = len(pairs) - len(kept)
    if not kept:
        raise ValueError(f"A pair must have at most {model.max_tokens} tokens a side. Received: none that has.")
    if left_out:
        warnings.warn(
            f"{left_out} of {len(pairs)} pairs have more than {model.max_tokens} tokens a side and train nothing. Cut them "
            "at sentence ends.",
            stacklevel=4,
        )
    columns = (pairs.source, pairs.target, pairs.target_language)
    return TrainingPairs(*([column[row] for row in kept] for column in columns))


def _cut(model, pairs, options, epoch):
    alpha = options.subword_sampling
    seeds = (None, None)
    if alpha is not None:
        seeds = tuple(np.random.default_rng([options.seed, epoch, side]).integers(2**31) for side in (1, 2))
    source = model.source_ids(pairs.source, target_language=pairs.target_language, alpha=alpha, seed=seeds[0])
    return source, model.target_ids(pairs.target, alpha=alpha, seed=seeds[1])


def _stream(batches):
    spec = tf.TensorSpec((None, None), tf.int32)
    # not prefetched: an epoch begins with batches of its own
    return tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=(spec, spec))


class _Clock(keras.callbacks.Callback):
    def __init__(self, minutes):
        super().__init__()
        self._minutes = minutes

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._end = time.monotonic() + 60 * self._minutes

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if time.monotonic() >= self._end:
            self.model.stop_training = True


class _Cooldown(keras.callbacks.Callback):
    """Lowers the learning rate over the last share of a training: averaged weights lie nearer to where it ends."""

    def __init__(self, rate, options, epochs, batches):
        super().__init__()
        self._rate, self._options, self._epochs, self._batches = rate, options, epochs, batches
        self._epoch = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._began = time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        done = (self._epoch + batch / max(1, len(self._batches))) / self._epochs
        if self._options.minutes:
            done = max(done, (time.monotonic() - self._began) / (60 * self._options.minutes))
        self._rate.share.assign(min(1.0, max(0.0, 1.0 - done) / self._options.cooldown))


class _ValidationBleu(keras.callbacks.Callback):
    """Translates the validation after each epoch, with the averaged weights, and puts the BLEU into the logs."""

    def __init__(self, translator, pairs, options, epochs, tell):
        super().__init__()
        count = options.max_validation
        self._translator, self._averaged, self._epochs, self._tell = translator, options.averaging > 0, epochs, tell
        self._source, self._target = pairs.source[:count], pairs.target[:count]
        self._language = pairs.target_language[:count]

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self._averaged:
            self.model.exchange()
        found = self._translator.translate(self._source, target_language=self._language)
        if self._averaged:
            self.model.exchange()
        bleu = validation_bleu(found, self._target)
        if logs is not None:
            logs[_BLEU] = bleu
        if self._tell is not None:
            self._tell(Progress("validation BLEU", epoch + 1, self._epochs, bleu))
