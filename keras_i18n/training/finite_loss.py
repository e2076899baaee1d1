from typing import Any

import keras
import numpy as np


class GoodWeights(keras.callbacks.Callback):
    """Ends the training at a loss that is no number, with the last weights that are known to give one.

    The loss of a batch is that of the weights *before* its step. So the weights at the end of an epoch count as good
    only once the next epoch's first batch, or the validation, gave a finite loss with them.

    After the training, `stopped` is the loss that ended it (or None) and `epoch` counts from 0.
    """

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.stopped = None
        self.epoch = 0
        self._good = self._latest = self.model.get_weights()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        loss = (logs or {}).get("loss", 0.0)
        if not np.isfinite(loss):
            self._stop(loss)
        elif batch == 0:
            self._good = self._latest

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if self.stopped is not None:
            return
        validation_loss = (logs or {}).get("val_loss")
        if validation_loss is not None and not np.isfinite(validation_loss):
            self._stop(validation_loss)
            return
        latest = self.model.get_weights()
        if not all(np.isfinite(values).all() for values in latest):
            self._stop(float("nan"))
            return
        self._latest = latest
        if validation_loss is not None:
            self._good = latest

    def _stop(self, loss):
        self.stopped = loss
        self.model.stop_training = True
        self.model.set_weights(self._good)
