"""A text classifier as an estimator of scikit-learn."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from keras_i18n import datasets, models
from keras_i18n.shown import shown


class TextClassifierEstimator(ClassifierMixin, BaseEstimator):
    """`TextClassifier` for pipelines, grid search and cross-validation.

    Args:
        preset: a pretrained encoder, such as "universal", whose head is trained; None for a classifier over
            hashed words and n-grams, in which nothing is pretrained.
        num_buckets: rows of its tables, without a preset.
        language: BCP-47 tag of the texts, where `fit` gets no `language`; "und" says none.
        seed: the same seed gives the same classifier.

    Attributes: `model_`, the trained `TextClassifier`, which saves and exports; `classes_`, what `y` held, sorted.

    Example:

    >>> import keras_i18n as ki
    >>> from sklearn.model_selection import cross_val_score
    >>> train, test = ki.datasets.sample("assistant")
    >>> some = train.select(languages=["en"], labels=["alarm", "weather"])
    >>> estimator = ki.sklearn.TextClassifierEstimator(num_buckets=500)
    >>> scores = cross_val_score(estimator, list(some.text), list(some.label), cv=2)
    >>> bool(scores.mean() > 0.7)
    True
    """

    def __init__(
        self, *, preset: str | None = None, num_buckets: int = 262_144, language: str = "und", seed: int = 0
    ) -> None:
        self.preset = preset
        self.num_buckets = num_buckets
        self.language = language
        self.seed = seed

    def fit(self, X: Any, y: Any, *, language: str | Sequence[str] | None = None) -> Self:
        """Trains.

        Args:
            X: texts: a list of str, an array or a column of pandas.
            y: a label a text: str, int or bool.
            language: BCP-47 tag of all texts, or one a text.

        Raises:
            TypeError: `X` holds something other than texts. ValueError: fewer than two labels, `X` and `y` of two lengths.
        """
        texts = _texts(X)
        labels = np.asarray(y)
        if labels.shape != (len(texts),):
            raise ValueError(f"`y` must have one label a text. Received: {labels.shape} labels, {len(texts)} texts.")
        self.classes_, places = np.unique(labels, return_inverse=True)
        names = tuple(map(str, self.classes_.tolist()))
        tags = self.language if language is None else language
        train = datasets.from_lists(
            texts, [names[place] for place in places], language=tags if isinstance(tags, str) else list(tags)
        )
        if self.preset is None:
            self.model_ = models.TextClassifier.from_scratch(
                names, num_buckets=self.num_buckets, languages=train.languages
            )
        else:
            self.model_ = models.TextClassifier.from_preset(self.preset, labels=names)
        self.model_.fit(train, seed=self.seed, verbose=0)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities, float `(texts, classes)`, in the order of `classes_`."""
        check_is_fitted(self)
        return self.model_.predict(_texts(X))

    def predict(self, X: Any) -> np.ndarray:
        """The most probable of `classes_` for each text."""
        return self.classes_[self.predict_proba(X).argmax(axis=-1)]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        return tags


def _texts(given):
    """Texts as a list of str.

    Raises:
        TypeError: one text alone, a table, or values that are no text; the message tells the way out.
    """
    values = [given] if isinstance(given, str) else list(given)
    wrong = next((value for value in values if not isinstance(value, str)), None)
    if isinstance(given, str) or wrong is not None or np.ndim(given) > 1:
        raise TypeError(
            "`X` must be texts: a list of str, or one column of a table, as `frame['text']`. Received: "
            f"{shown(given if isinstance(given, str) or wrong is None else wrong)}."
        )
    return [str(value) for value in values]
