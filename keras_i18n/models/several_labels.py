"""What text classifiers share where a text may have several labels: thresholds, and the labels whose scores reach them."""

from collections.abc import Sequence
from typing import Any

from keras_i18n.datasets import as_dataset
from keras_i18n.models.classifier import Classifier
from keras_i18n.models.fitting.targets import targets_of
from keras_i18n.models.label_thresholds import LabelThresholds
from keras_i18n.protocols import LabelledTexts, Texts
from keras_i18n.shown import shown


class TextClassification(Classifier):
    """A classifier of texts that have one label each, or, with `multi_label`, several or none.

    Attributes:
        multi_label: whether a text may have several labels, or none. Scores then lie in 0 .. 1 each.
        thresholds: `LabelThresholds`: the score from which on a text has a label.

    >>> TextClassification.multi_label
    False
    """

    multi_label: bool = False
    thresholds: LabelThresholds

    def classify(
        self, inputs: Texts, *, top: int = 1, language: str | Sequence[str] | None = None, **options: Any
    ) -> list[Any]:
        """The best label of each text, or the `top` best; with `multi_label` all labels that reach their thresholds.

        Args:
            inputs: list of str.
            top: 1 for one `Prediction` a text, more for a list of them, best first. It is 1 with `multi_label`.
            language: with `multi_label`, the tag of the texts, or of each, whose thresholds count; None where it is not
                told.
            options: of `predict`.

        Returns:
            A `Prediction` or a list of them for each text; with `multi_label` a tuple of them, best first, maybe empty.

        Raises:
            ValueError: `top` is no number of labels; it or `language` is given where it plays no part.
        """
        if not self.multi_label:
            if language is not None:
                raise ValueError(
                    f"`language` chooses thresholds: multi_label=True has them. Received: {shown(language)}."
                )
            return super().classify(inputs, top=top, **options)
        if top != 1:
            raise ValueError(
                f"With multi_label=True thresholds tell how many labels a text has. Received: top={shown(top)}."
            )
        return self.thresholds.predictions(self.predict(inputs, **options), language)

    def choose_thresholds(self, validation: Any, *, min_texts: int = 50) -> LabelThresholds:
        """Sets `.thresholds` so that the F1 of each label is largest; of a language too where it has enough texts.

        Args:
            validation: `Dataset` that the model was not trained on, or what `datasets.as_dataset` makes one of; every
                row with a list of labels.
            min_texts: texts that a language must have to get thresholds of its own.

        Returns:
            The `LabelThresholds`. They are saved and exported with the model; `fit` sets them back to 0.5.

        Raises:
            ValueError: the model has one label a text, an empty data set, labels that the model lacks.
        """
        if not self.multi_label:
            raise ValueError("Thresholds are for several labels a text. Received: a model without multi_label=True.")
        data: LabelledTexts = as_dataset(validation, name="validation")
        targets = targets_of(self, data, "validation")
        scores = self.predict(list(data.text))
        self.thresholds = LabelThresholds.chosen(self.labels, scores, targets, data.language, min_texts=min_texts)
        return self.thresholds
