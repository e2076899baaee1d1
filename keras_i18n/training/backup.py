import concurrent.futures
import functools
import json
import pathlib
from typing import Any

import keras
import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_STATE = "training.json"
_VERSION = 1
# what `EarlyStopping` knows beside the best weights
_PATIENCE = ("best", "best_epoch", "stopped_epoch", "wait")


class Backup(keras.callbacks.Callback):
    """Keeps a training after each epoch, so that one that was killed goes on from there to the same end.

    It does what `keras.callbacks.BackupAndRestore` does, and more: a kill in the middle of writing leaves the backup of
    the epoch before; dropout goes on with its random numbers, and early stopping with its best weights and its count;
    a backup of another training is refused; and at the end only its own files are removed, whatever else lies there.

    Args:
        folder: where the files are kept; made if it is missing.
        arguments: hex digest of all that decides the training.
        early_stopping: the `EarlyStopping` of the training, or None. It must come before this callback.
    """

    def __init__(self, folder: Path, *, arguments: str, early_stopping: keras.callbacks.Callback | None = None) -> None:
        super().__init__()
        self.folder = pathlib.Path(folder)
        self.arguments = arguments
        self.early_stopping = early_stopping

    def read_state(self) -> dict[str, Any] | None:
        """What was written after the last whole epoch; None where there is no backup.

        Raises:
            ValueError: the backup is damaged or belongs to a training with other arguments.
        """
        file = self.folder / _STATE
        if not file.exists():
            return None
        try:
            state = json.loads(file.read_bytes())
            version, arguments, patience = state["version"], state["arguments"], state["patience"]
            numbers = [state["epoch"], *([] if patience is None else (patience[name] for name in _PATIENCE[1:]))]
            numbers += [number for words in state["random"] for number in words]
            if not all(isinstance(number, int) for number in numbers):
                raise TypeError(f"whole numbers were expected, not {numbers}")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"The backup '{file}' is damaged ({error!r}). Remove it to start again.") from error
        if (version, arguments) != (_VERSION, self.arguments):
            raise ValueError(
                f"`backup_dir` must be empty or hold a training with the same texts, labels and options. Received: "
                f"'{cut(self.folder)}', which holds another one. Choose another folder, or remove it."
            )
        return state

    def first_epoch(self, epochs: int) -> int:
        """Where the training goes on, counted from 0; `epochs` where it had ended."""
        state = self.read_state()
        if state is None:
            return 0
        stopped = state["patience"] is not None and state["patience"]["stopped_epoch"] > 0
        return epochs if stopped else min(state["epoch"], epochs)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        state = self.read_state()
        if state is None:
            return
        if not self.model.optimizer.built:
            self.model.optimizer.build(self.model.trainable_variables)
        if self.early_stopping is not None and state["patience"] is not None:
            for name in _PATIENCE:
                setattr(self.early_stopping, name, state["patience"][name])
            self._load_weights(state["patience"]["best_epoch"])
            self.early_stopping.best_weights = self.model.get_weights()
        self._load_weights(state["epoch"] - 1)
        for variable, value in zip(self._random_states(), state["random"], strict=True):
            variable.assign(np.array(value, variable.dtype))

    def _random_states(self):
        # Keras keeps the state of a dropout's random numbers neither among the weights nor in their files.
        return [variable for variable in self.model.variables if variable.path.endswith("seed_generator_state")]

    def _load_weights(self, epoch):
        file = self._weights_of(epoch)
        try:
            _outside_scopes(functools.partial(keras.Model.load_weights, self.model), file)
        except Exception as error:
            raise ValueError(f"The backup '{file}' cannot be read: {error} Remove it to start again.") from error

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        patience = self._patience()
        state = {
            "version": _VERSION,
            "arguments": self.arguments,
            "epoch": epoch + 1,
            "patience": patience,
            "random": [variable.numpy().tolist() for variable in self._random_states()],
        }
        with atomic_path(self._weights_of(epoch)) as temporary:
            # not `self.model.save_weights`, which may have been told to write the whole model
            _outside_scopes(functools.partial(keras.Model.save_weights, self.model), temporary)
        # From here on the new files count; those of the epoch before are no longer needed.
        with atomic_path(self.folder / _STATE) as temporary:
            temporary.write_text(json.dumps(state))
        self._remove_weights({epoch, patience["best_epoch"] if patience else epoch})

    def _patience(self):
        if self.early_stopping is None or self.early_stopping.best_weights is None:
            return None
        return {name: _plain(getattr(self.early_stopping, name)) for name in _PATIENCE}

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        (self.folder / _STATE).unlink(missing_ok=True)
        self._remove_weights(())
        if self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _weights_of(self, epoch):
        return self.folder / f"epoch-{epoch + 1}.weights.h5"

    def _remove_weights(self, needed):
        needed = {self._weights_of(epoch) for epoch in needed}
        for file in self.folder.glob("epoch-*.weights.h5"):
            if file not in needed:
                file.unlink()


def _outside_scopes(function, file):
    """Calls it in a thread, where no scope of a strategy holds.

    Keras makes an optimiser at every save, to learn what need not be saved; in the scope of a strategy of several
    workers its variables would be sent to workers that do not wait for them.
    """
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        return thread.submit(function, file).result()


def _plain(value):
    return value.item() if isinstance(value, np.generic) else value
