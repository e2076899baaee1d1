"""All methods of initialisation in one call."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from keras_i18n import evaluation, models
from keras_i18n.text_table import text_table
from keras_i18n.transfer.conversion.converting import convert_language
from keras_i18n.transfer.initialization import METHODS
from keras_i18n.transfer.initialization.context import MissingMaterialError


@dataclasses.dataclass(frozen=True)
class MethodComparison:
    """What each method makes of a model before any training; `str(comparison)` is a table.

    Attributes:
        measure: "accuracy" or "bits a character".
        scores: dict, method -> score; None where the method lacks what it needs.
        counts: dict, method -> dict of rows by class; for such a method the reason, a str.
    """

    measure: str
    scores: dict
    counts: dict

    @property
    def best(self) -> str:
        """Name of the method with the best score."""
        known = {name: score for name, score in self.scores.items() if score is not None}
        return (max if self.measure == "accuracy" else min)(known, key=lambda name: known[name])

    def __str__(self) -> str:
        header = ["method", self.measure, "copied", "combined", "random"]
        rows = [
            [name, f"{score:.3f}", *self.counts[name].values()] if score is not None else [name, "-", "-", "-", "-"]
            for name, score in self.scores.items()
        ]
        return text_table(header, rows)


def compare_methods(
    model: Any,
    language: str,
    dataset: Any,
    *,
    methods: Sequence[str] = tuple(METHODS),
    tokenizer: Any = None,
    **options: Any,
) -> MethodComparison:
    """Converts a model by each method and scores what comes out, before any training.

    Args:
        model: `LanguageModel` or `TextClassifier`, or its file.
        language: BCP-47 tag of the new language.
        dataset: `Dataset` of the new language to be scored on; with labels for a classifier.
        methods: names of methods.
        tokenizer: the new vocabulary; by default one is trained, and all methods use it.
        options: of `convert_language`: texts, parallel, lexicon, vocabulary_size, seed, method_options.

    Returns:
        `MethodComparison`: accuracy, or bits a character.

    Example:

    >>> import keras_i18n as ki
    >>> english = ["the sun is red", "the house is big", "a red house"] * 8
    >>> vocabulary = ki.tokenizers.train_unigram(english, vocabulary_size=40, begin=True, end=True)
    >>> model = ki.LanguageModel.create(vocabulary, languages=["en"], kind="gru", size="tiny")
    >>> test = ki.datasets.from_lists(["nyumba ni kubwa"], language="sw")
    >>> texts = ["jua ni jekundu", "nyumba ni kubwa"] * 8
    >>> comparison = compare_methods(model, "sw", test, texts=texts, methods=["random", "mean", "lexicon"])
    >>> sorted(comparison.scores), comparison.scores["lexicon"]
    (['lexicon', 'mean', 'random'], None)
    """
    model = models.load(model) if not hasattr(model, "network") else model
    scores: dict[str, Any] = {}
    counts: dict[str, Any] = {}
    for method in methods:
        try:
            converted, report = convert_language(model, language, method=method, tokenizer=tokenizer, **options)
        except MissingMaterialError as error:
            scores[method], counts[method] = None, str(error)
            continue
        tokenizer = converted.tokenizer
        scores[method], counts[method] = _score(converted, dataset), report.counts
    measure = "bits a character" if isinstance(model, models.LanguageModel) else "accuracy"
    return MethodComparison(measure, scores, counts)


def _score(model, dataset):
    if isinstance(model, models.LanguageModel):
        bits = model.bits_per_character(dataset)
        return sum(bits.values()) / len(bits)
    return evaluation.evaluate_by_language(model, dataset, num_bootstrap=1).mean
