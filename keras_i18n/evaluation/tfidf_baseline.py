"""The baseline of twenty lines: TF-IDF of words and characters, and scikit-learn's logistic regression."""

from typing import Any

import numpy as np

from keras_i18n.datasets import as_dataset
from keras_i18n.protocols import Texts
from keras_i18n.shown import cut


class TfidfBaseline:
    """What a classifier has to beat: trained on the same labels, in the same run.

    Words, and characters from 2 to 5 within words, each weighed by TF-IDF (sublinear), and a logistic regression with
    C=10. It is no model of this library: it is neither saved nor exported; `TextClassifier.from_scratch` is its like that is.

    Args:
        train: labelled `Dataset`, one label a text, or what `datasets.as_dataset` makes one of.

    Raises:
        ImportError: scikit-learn is not installed. ValueError: several labels a text, or fewer than two labels.

    Example:

    >>> from keras_i18n import datasets
    >>> from keras_i18n.evaluation import TfidfBaseline
    >>> train, test = datasets.sample("assistant")
    >>> baseline = TfidfBaseline(train.select(languages=["en"]))
    >>> baseline.labels[baseline.predict(["will it rain tomorrow"]).argmax()]
    'weather'
    """

    def __init__(self, train: Any) -> None:
        dataset = as_dataset(train, name="train")
        if dataset.multi_label or len(dataset.labels) < 2:
            raise ValueError(
                f"`train` of a baseline must have one label a text, and at least two labels. Received: {cut(dataset)}."
            )
        try:
            from sklearn.feature_extraction.text import TfidfVectorizer
            from sklearn.linear_model import LogisticRegression
            from sklearn.pipeline import make_pipeline, make_union
        except ImportError as error:
            raise ImportError(
                "This baseline is scikit-learn's: pip install keras_i18n[baseline]. Without it, train "
                "TextClassifier.from_scratch(train.labels) on the same labels and give that as `baseline`."
            ) from error
        words = TfidfVectorizer(sublinear_tf=True)
        characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        self._model = make_pipeline(make_union(words, characters), LogisticRegression(C=10, max_iter=1000))
        self._model.fit(list(dataset.text), list(dataset.label or ()))
        self.labels = tuple(map(str, self._model.classes_))

    def predict(self, texts: Texts) -> np.ndarray:
        """Probabilities of the labels, float `(texts, labels)`.

        Args:
            texts: list of str.
        """
        return np.asarray(self._model.predict_proba(list(texts)))
