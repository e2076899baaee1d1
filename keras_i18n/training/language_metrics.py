from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_i18n.protocols import LabelledTexts
from keras_i18n.shown import cut, shown


class LanguageMetrics(keras.callbacks.Callback):
    """Adds the accuracy of each language to the logs of every epoch of `TextClassifier.fit`.

    The logs get `val_accuracy_<language>` for each language of the data, `val_accuracy_mean` (of the languages, each
    counts once) and `val_accuracy_worst`. Keras calls callbacks in their order: whatever reads these numbers
    (`EarlyStopping(monitor="val_accuracy_sw")`, `CSVLogger`, `TensorBoard`) must come after this one. Where one
    stands before it, the training is refused.

    Args:
        validation: `Dataset` with labels and languages.
        model: what predicts; by default the model whose `fit` it was given to. The texts run through all of the model,
            whatever part of it is trained.

    Raises:
        ValueError: no rows, no labels or no languages; a label that the model lacks; a reader stands before it.

    Example:

    >>> import keras_i18n as ki
    >>> train, test = ki.datasets.sample("assistant")
    >>> identifier = ki.models.LanguageIdentifier.create(["en", "sw"], num_buckets=500)
    >>> validation = ki.datasets.Dataset({"text": ["Good morning", "Habari"], "label": ["en", "sw"],
    ...                                   "language": ["en", "sw"]})
    >>> metrics = ki.models.LanguageMetrics(validation)
    >>> history = identifier.fit(train.select(languages=["en", "sw"]), epochs=1, callbacks=[metrics], verbose=0)
    >>> sorted(name for name in history.history if name.startswith("val_"))
    ['val_accuracy_en', 'val_accuracy_mean', 'val_accuracy_sw', 'val_accuracy_worst']
    """

    def __init__(self, validation: LabelledTexts, *, model: Any = None) -> None:
        super().__init__()
        for column in ("label", "language"):
            if len(validation) == 0 or getattr(validation, column) is None:
                raise ValueError(
                    f"`validation` must have rows with a {column}. Received: {len(validation)} rows with columns "
                    f"{cut(', '.join(validation.columns))}."
                )
        self.validation = validation
        self.predictor = model

    def watch(self, model: Any, callbacks: Sequence[keras.callbacks.Callback]) -> None:
        """Tells it the model that predicts and the callbacks it stands among; `fit` does so."""
        before = list(callbacks)[: [one is self for one in callbacks].index(True)]
        readers = [type(one).__name__ for one in before if isinstance(one, _READERS)]
        if readers:
            raise ValueError(
                f"`callbacks` must have LanguageMetrics before what reads its numbers. Received: {shown(readers)} before it."
            )
        self.predictor = self.predictor or model
        unknown = sorted(set(self.validation.labels) - set(self.predictor.labels))
        if unknown:
            raise ValueError(f"`validation` must have labels of the model only. Received also: {unknown}.")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is None:
            return
        found = np.argmax(self._scores(), axis=1)
        labels = list(self.predictor.labels)
        right = np.array([labels[place] == label for place, label in zip(found, self.validation.label, strict=True)])
        languages = np.array(self.validation.language)
        scores = {language: float(right[languages == language].mean()) for language in self.validation.languages}
        logs |= {f"val_accuracy_{language}": score for language, score in scores.items()}
        logs["val_accuracy_mean"] = float(np.mean(list(scores.values())))
        logs["val_accuracy_worst"] = min(scores.values())

    def _scores(self):
        if hasattr(self.model, "copy_back"):  # several replicas train a copy
            self.model.copy_back()
        return self.predictor.predict(list(self.validation.text))


_READERS = (
    keras.callbacks.EarlyStopping,
    keras.callbacks.CSVLogger,
    keras.callbacks.TensorBoard,
    keras.callbacks.ModelCheckpoint,
    keras.callbacks.ReduceLROnPlateau,
)
