"""One training, of whatever kind: how it begins, what is kept and told of it, and how it ends."""

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NoReturn

import keras
import numpy as np

from keras_i18n import optimizers
from keras_i18n.forked import refuse_forked
from keras_i18n.progress import Progress, ProgressOption, teller
from keras_i18n.protocols import Path
from keras_i18n.training.arrays_backup import ArraysBackup
from keras_i18n.training.backup import Backup
from keras_i18n.training.digest import training_digest
from keras_i18n.training.finite_loss import GoodWeights
from keras_i18n.training.memory_retention import KeptMemory, kept_memory

__all__ = ["Session", "optimizer_of"]


class Session:
    """What a classifier's training, a language model's, a distillation and a training of new rows have in common.

    A loss that is no number ends the training with an error, the weights of before kept; each epoch is kept in
    `backup_dir` and told to `progress`; an interrupt says what was kept and how to go on. `fit` is Keras's loop,
    `rounds` the one of a training whose step is a function.

    Args:
        epochs: the most of them.
        depends_on: a function that gives all that decides the training, by name (see `training_digest`): the backup of
            another training is refused. Called only where the digest is
            needed.
        learning_rate: told where the loss became no number; None reads it off the optimizer.
        backup_dir: a folder where each epoch is kept, or None.
        progress: True to show it, or a function that is called with a `Progress` after each epoch.

    Raises:
        ForkedWorkerError: in a worker that was forked from a process which used TensorFlow.
    """

    def __init__(
        self,
        *,
        epochs: int,
        depends_on: Callable[[], dict[str, Any]],
        learning_rate: float | None = None,
        backup_dir: Path | None = None,
        progress: ProgressOption = None,
    ) -> None:
        refuse_forked()
        self.epochs, self.learning_rate = epochs, learning_rate
        self.backup_dir, self.progress = backup_dir, teller(progress)
        self._depends_on = depends_on
        self._done = 0  # whole epochs
        self._keeps = False

    @functools.cached_property
    def digest(self) -> str:
        """Of all that decides the training; workers that train together have the same."""
        return training_digest(**self._depends_on())

    def backup(self) -> Backup | None:
        """What keeps each epoch of a `fit`; None without a `backup_dir`.

        Raises:
            ValueError: the folder holds the backup of another training, or a damaged one.
        """
        if self.backup_dir is None:
            return None
        backup = Backup(self.backup_dir, arguments=self.digest)
        backup.read_state()  # one that does not belong here is told before the work begins
        return backup

    def fit(
        self,
        trained: Any,
        data: Any,
        *,
        backup: Backup | None,
        batches: Any = None,
        callbacks: Iterable[keras.callbacks.Callback] = (),
        early_stopping: int | None = None,
        monitor: tuple[str, str] = ("val_loss", "auto"),
        **given: Any,
    ) -> keras.callbacks.History:
        """`trained.fit`, from where the backup ends.

        Args:
            trained: a compiled `keras.Model`, or a `StrategyTraining`.
            data: as its `fit` takes it.
            backup: what `backup()` gave; None for a worker that keeps none.
            batches: what is told of each epoch as it begins (`start_epoch`), or None.
            callbacks: they see each epoch before it is kept.
            early_stopping: epochs without a better validation loss after which it stops, the best weights restored.
            monitor: what is watched in place of that loss, which a callback may have put into the logs, and "max" or "min".
            given: validation data, `verbose` and the like, for `trained.fit`.

        Raises:
            ValueError: the loss became no number; the last weights that gave one are kept.
        """
        stopping = None
        if early_stopping:
            stopping = keras.callbacks.EarlyStopping(
                monitor=monitor[0], mode=monitor[1], patience=early_stopping, restore_best_weights=True
            )
        if backup is not None:
            backup.early_stopping = stopping
            self._done = backup.first_epoch(self.epochs)
        self._keeps = backup is not None or getattr(trained, "worker", 0) > 0  # where the first worker keeps it
        good_weights = GoodWeights()
        ordered = None if batches is None else _EpochOfBatches(batches)
        all_callbacks = [
            ordered,
            *callbacks,
            KeptMemory(),
            stopping,
            backup,
            _EpochsTold(self._epoch_ended),
            good_weights,
        ]
        if isinstance(trained, keras.Model):
            # a step that makes variables of its own is traced twice, the second time to use them
            trained.optimizer.build(trained.trainable_variables)
        with self._interrupts_told():
            history = trained.fit(
                data,
                initial_epoch=self._done,
                epochs=self.epochs,
                callbacks=[one for one in all_callbacks if one is not None],
                **given,
            )
        if good_weights.stopped is not None:
            rate = self.learning_rate
            if rate is None:
                rate = float(getattr(trained, "model", trained).optimizer.learning_rate)
            _refuse_loss(good_weights.stopped, good_weights.epoch, "last weights with a finite loss", rate)
        return history

    def rounds(
        self, one_round: Callable[[int, float], tuple[float, float]], *, trained: Any, state: Sequence[Any] = ()
    ) -> list[float]:
        """Calls a function once an epoch, from where the backup ends; the loss of each epoch.

        Args:
            one_round: (epoch from 0 on, share of the training that is done) -> (mean loss, share then done). It changes
                the variables. The training is over when the share is 1.
            trained: the variable that learns.
            state: variables that the training needs to go on: those of its optimizer.

        Raises:
            ValueError: the loss became no number; `trained` is as it was before that epoch. Or the folder holds the
                backup of another training, or a damaged one.
        """
        backup = None if self.backup_dir is None else ArraysBackup(self.backup_dir, arguments=self.digest)
        losses, share = ([], 0.0) if backup is None else backup.read((trained, *state))
        self._done, self._keeps = len(losses), backup is not None
        with self._interrupts_told(), kept_memory():
            for epoch in range(self._done, self.epochs if share < 1.0 else 0):
                good = trained.numpy()
                loss, share = one_round(epoch, share)
                if not np.isfinite(loss):
                    trained.assign(good)
                    _refuse_loss(loss, epoch, "rows of before", self.learning_rate)
                losses.append(loss)
                if backup is not None:
                    backup.keep((trained, *state), losses, share)
                self._epoch_ended(epoch, float(loss))
                if share >= 1.0:
                    break
        if backup is not None:
            backup.remove()
        return losses

    def _epoch_ended(self, epoch, loss):
        self._done = epoch + 1
        if self.progress is not None:
            self.progress(Progress("epochs", self._done, self.epochs, loss))

    @contextlib.contextmanager
    def _interrupts_told(self) -> Iterator[None]:
        try:
            yield
        except KeyboardInterrupt as interrupt:
            interrupt.add_note(self._how_to_go_on())
            raise

    def _how_to_go_on(self):
        told = f"Interrupted in epoch {self._done + 1} of {self.epochs}. "
        if self.backup_dir is None:
            return told + "Nothing was kept: give `backup_dir` to go on from the last whole epoch next time."
        if not (self._done and self._keeps):
            return told + f"Nothing was kept yet in '{self.backup_dir}'."
        return told + f"What came before is kept in '{self.backup_dir}': call again with the same arguments to go on."


def optimizer_of(options: Any) -> keras.optimizers.Optimizer:
    if options.optimizer is None:
        return optimizers.RowwiseAdam(options.learning_rate)
    if isinstance(options.optimizer, str):
        config = {"learning_rate": options.learning_rate}
        return keras.optimizers.get({"class_name": options.optimizer, "config": config})
    if options.strategy is not None:  # its variables must be made in the strategy's scope
        return type(options.optimizer).from_config(options.optimizer.get_config())
    return options.optimizer


def _refuse_loss(loss, epoch, kept, learning_rate) -> NoReturn:
    raise ValueError(
        f"The loss became {loss} in epoch {epoch + 1}; the {kept} were kept. Lower `learning_rate` "
        f"(it was {learning_rate:g})."
    )


class _EpochsTold(keras.callbacks.Callback):
    def __init__(self, tell):
        super().__init__()
        self._tell = tell

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._tell(epoch, (logs or {}).get("loss"))


class _EpochOfBatches(keras.callbacks.Callback):
    """Tells the batches which epoch begins: Keras tells its data sets none, and a resumed training begins later."""

    def __init__(self, batches):
        super().__init__()
        self._batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._batches.start_epoch(epoch)
