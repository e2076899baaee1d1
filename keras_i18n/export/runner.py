import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keras_i18n import languages as tags
from keras_i18n.export.codepoints import batches_by_length, codepoints_of
from keras_i18n.export.metadata import Metadata, text_of
from keras_i18n.models.abstention import or_undetermined
from keras_i18n.models.classifier import ranked
from keras_i18n.models.label_thresholds import LabelThresholds
from keras_i18n.models.text_inputs import checked_texts
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Path, Texts, TokenIds
from keras_i18n.shown import cut, shown


class Runner:
    """An exported file, open in its own runtime; it answers as the model does.

    Args:
        path: the file.
        metadata: the `Metadata` found in it.
        run: arrays by name of the input -> list of arrays, in the order of `metadata.outputs`.
        operators: names of the operators in the file, sorted; empty where the runtime has no such list.
    """

    # (path, metadata) -> the file opened anew; `load_exported` sets it
    reopen: Callable[..., "Runner"] | None = None

    def __init__(self, path: Path, metadata: Metadata, run: Callable[..., Any], operators: Sequence[str] = ()) -> None:
        self.path = path
        self.metadata = metadata
        self.operators = tuple(operators)
        self._run = run

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or what another process gets, is the file opened anew: a runtime's state cannot be sent."""
        if self.reopen is None:
            raise TypeError(f"Only what `load_exported` opened can be copied or sent. Received: {shown(self)}.")
        return self.reopen, (os.path.abspath(self.path), self.metadata)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the scores' columns."""
        return self.metadata.labels

    @property
    def multi_label(self) -> bool:
        """Whether a text may have several labels, or none."""
        return bool(self.metadata.thresholds)

    @property
    def thresholds(self) -> LabelThresholds:
        """From which score on a text has a label, where it may have several."""
        return LabelThresholds(self.labels, self.metadata.thresholds)

    def predict(self, texts: Texts, *, progress: ProgressOption = None) -> np.ndarray:
        """Runs the file on raw texts.

        Args:
            texts: list of str.
            progress: True to show it, or a function that is called with a `Progress` after each batch: texts done, of how many.

        Returns:
            float32 `(texts, outputs)`, as the model's own `predict`.

        Raises:
            TypeError: `texts` is no list of str.
        """
        if self.metadata.task == "tokenization":
            raise ValueError("An exported tokenizer gives token ids: call `tokenize(texts)`. Received: `predict`.")
        texts = checked_texts(texts, self.metadata.max_codepoints)
        if not texts:
            return np.zeros((0, self.metadata.output_dim), "float32")
        results: list[Any] = [None] * len(texts)
        counter = Counter(progress, "texts", total=len(texts))
        for rows in batches_by_length(texts):
            output = self._first_output([texts[row] for row in rows])
            for row, values in zip(rows, output, strict=True):
                results[row] = values
            counter.add(len(rows))
        return np.stack(results)

    def _first_output(self, texts):
        return self._run(codepoints=codepoints_of(texts))[0]

    def tokenize(self, texts: Texts) -> TokenIds:
        """Token ids of texts, where the file is a tokenizer: a list of int32 arrays."""
        if self.metadata.task != "tokenization":
            raise ValueError(f"`tokenize` needs an exported tokenizer. Received: a file for {cut(self.metadata.task)}.")
        texts = checked_texts(texts, self.metadata.max_codepoints)
        sequences: list[Any] = [None] * len(texts)
        for rows in batches_by_length(texts):
            token_ids, lengths = self._run(codepoints=codepoints_of([texts[row] for row in rows]))
            for row, ids, length in zip(rows, token_ids, lengths, strict=True):
                sequences[row] = ids[:length]
        return sequences

    def classify(self, inputs: Any, *, top: int = 1, language: str | Sequence[str] | None = None) -> list[Any]:
        """The best label of each text or image, or the `top` best: `Prediction`s, as the models give them.

        A language identifier answers `und` as the model does: for texts without letters and below its threshold.
        Where a text may have several labels, it is a tuple of all that reach their thresholds, best first.

        Args:
            inputs: what `predict` takes.
            top: 1 for one `Prediction` an input, more for a list of them, best first.
            language: tag of the language to name labels in, where the file has names; None for the labels themselves.
                Where a text may have several labels: the tag of the texts, or of each, whose thresholds count.

        Raises:
            ValueError: the file has no names in that language; `top` is no number of labels, or is given where
                thresholds decide.
        """
        if self.multi_label:
            if top != 1:
                raise ValueError(
                    f"Thresholds tell how many labels a text of this file has. Received: top={shown(top)}."
                )
            return self.thresholds.predictions(self.predict(inputs), language)
        names = self.labels if language is None else self.labels_in(language)
        found = ranked(self.predict(inputs), names, top=top)
        below = self.metadata.abstain_below
        return found if below is None else or_undetermined(inputs, found, below)

    def labels_in(self, language: Any) -> tuple[str, ...]:
        """Names of the labels in a language, out of the file's own metadata.

        Raises:
            ValueError: the file has none in that language.
        """
        names = self.metadata.label_names
        found = tags.lookup(language, list(names))
        if found is None:
            known = ", ".join(names) or "none"
            raise ValueError(
                f"`language` must be one that '{self.path}' has names in ({known}). Received: {shown(language)}."
            )
        return tuple(names[found])

    def replay_inputs(self) -> list[Any]:
        """The inputs of the golden examples, as `predict` takes them."""
        return [text_of(example["codepoints"]) for example in self.metadata.golden]

    def __repr__(self) -> str:
        return f"{type(self).__name__}('{self.path}', {self.metadata.task}, {self.metadata.precision})"
