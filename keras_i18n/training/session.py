"""What every training has in common: its optimizer, and the callbacks that people expect."""

from collections.abc import Callable
from typing import Any

import keras

from keras_i18n import optimizers
from keras_i18n.progress import Progress
from keras_i18n.training.memory_retention import KeptMemory


def optimizer_of(options: Any) -> keras.optimizers.Optimizer:
    if options.optimizer is None:
        return optimizers.RowwiseAdam(options.learning_rate)
    if isinstance(options.optimizer, str):
        config = {"learning_rate": options.learning_rate}
        return keras.optimizers.get({"class_name": options.optimizer, "config": config})
    if options.strategy is not None:  # its variables must be made in the strategy's scope
        return type(options.optimizer).from_config(options.optimizer.get_config())
    return options.optimizer


def expected_callbacks(options: Any, backup: Any) -> list[keras.callbacks.Callback]:
    early_stopping = None
    if options.early_stopping:
        early_stopping = keras.callbacks.EarlyStopping(
            monitor="val_loss", patience=options.early_stopping, restore_best_weights=True
        )
    if backup is not None:
        backup.early_stopping = early_stopping
    told = None if options.progress is None else EpochsTold(options.progress)
    return [one for one in (KeptMemory(), early_stopping, backup, told) if one is not None]


class EpochsTold(keras.callbacks.Callback):
    """Tells `progress` of each epoch, with its loss."""

    def __init__(self, progress: Callable[[Progress], object]) -> None:
        super().__init__()
        self.progress = progress

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.progress(Progress("epochs", epoch + 1, self.params.get("epochs"), (logs or {}).get("loss")))


class EpochOfBatches(keras.callbacks.Callback):
    """Tells the batches which epoch begins: Keras tells its data sets none, and a resumed training begins later."""

    def __init__(self, batches: Any) -> None:
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.batches.start_epoch(epoch)
