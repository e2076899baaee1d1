"""A backup of a training whose step is a function: the arrays that it changes, after each epoch."""

import os
import pathlib
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_i18n.files import atomic_path
from keras_i18n.protocols import Path
from keras_i18n.shown import cut

_FILE = "rows.npz"


class ArraysBackup:
    """Keeps variables, losses and the share of a training that is done, and gives them back.

    Args:
        folder: where the file is kept; made if it is missing.
        arguments: hex digest of all that decides the training.
    """

    def __init__(self, folder: Path, *, arguments: str) -> None:
        self.file = pathlib.Path(folder) / _FILE
        self.arguments = arguments

    def read(self, variables: Sequence[Any]) -> tuple[list[float], float]:
        """Sets the variables to what was kept; (the losses of whole epochs, the share of the training that is done).

        Raises:
            ValueError: the backup is damaged or belongs to another training; the variables stay as they are.
        """
        if not self.file.exists():
            return [], 0.0
        try:
            with np.load(self.file, allow_pickle=False) as kept:
                arguments = str(kept["arguments"])
                losses, share = np.asarray(kept["losses"], "float64").tolist(), float(kept["share"])
                values = (
                    [kept[f"arr_{place}"] for place in range(len(variables))] if arguments == self.arguments else []
                )
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"The backup '{cut(self.file)}' is damaged ({cut(error)}). Remove it to start again."
            ) from error
        if arguments != self.arguments:
            raise ValueError(
                "`backup_dir` must belong to this training: the same model, texts, teacher and options. Received: "
                f"'{cut(self.file.parent)}' of another one. Empty the folder, or name another."
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return losses, share

    def keep(self, variables: Sequence[Any], losses: Sequence[float], share: float) -> None:
        with atomic_path(self.file) as temporary, open(temporary, "wb") as file:
            arrays = [np.asarray(variable) for variable in variables]
            np.savez(file, *arrays, losses=np.asarray(losses), share=share, arguments=self.arguments)

    def remove(self) -> None:
        """What is done needs no backup; whatever else lies in the folder stays."""
        self.file.unlink(missing_ok=True)
        if self.file.parent.is_dir() and not os.listdir(self.file.parent):
            self.file.parent.rmdir()
