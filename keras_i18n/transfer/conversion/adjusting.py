"""A model learns from its own answers in a language that has no labels."""

import dataclasses
from typing import Any

import numpy as np

from keras_i18n import datasets, models, networks
from keras_i18n.protocols import Texts
from keras_i18n.shown import shown
from keras_i18n.text_table import text_table


@dataclasses.dataclass(frozen=True)
class AdjustReport:
    """What a model learned from its own answers.

    Attributes:
        num_texts: number of texts.
        rounds: for each round a dict, label -> number of texts that it trained with.
    """

    num_texts: int
    rounds: tuple

    def __str__(self) -> str:
        labels = sorted({label for counts in self.rounds for label in counts})
        rows = [[number, *(counts.get(label, 0) for label in labels)] for number, counts in enumerate(self.rounds, 1)]
        return text_table(["round", *labels], rows)


def adjust(
    model: Any,
    texts: Texts,
    *,
    language: str | None = None,
    threshold: float = 0.5,
    rounds: int = 3,
    per_label: int | None = None,
    seed: int = 0,
    **training: Any,
) -> tuple[Any, AdjustReport]:
    """Trains a model on texts of its language that have no labels; the model given stays as it is.

    A classifier labels the texts itself. In each round, of the texts that it is sure of, each label gives the same
    number at most, the surest first: otherwise the label that it prefers would take over. A language model needs no
    labels and trains on the texts.

    Args:
        model: `TextClassifier` or `LanguageModel`.
        texts: list of str.
        language: tag of the texts; by default the model's only one.
        threshold: the least probability that an answer must have.
        rounds: how often the texts are labelled anew.
        per_label: the most texts of a label; by default the mean number that the labels have.
        seed: of the training.
        training: options of the model's `fit`; `learning_rate` is by default a third of the usual.

    Returns:
        The adjusted model and an `AdjustReport`. A round whose texts have one label only ends the work.

    Raises:
        ValueError: no texts, a threshold that is no probability.

    Source: self-training: Yarowsky 1995; balanced by class: Zou et al. 2018 (arXiv 1810.07911).

    Example:

    >>> import keras_i18n as ki
    >>> train, _ = ki.datasets.sample("assistant")
    >>> swahili = train.select(languages=["sw"])
    >>> vocabulary = ki.tokenizers.train_unigram(swahili.text, vocabulary_size=300)
    >>> network = ki.networks.build("pooling", vocabulary_size=vocabulary.vocabulary_size, num_labels=8, size="tiny")
    >>> model = ki.TextClassifier(tokenizer=vocabulary, network=network, labels=train.labels, languages=["sw"])
    >>> adjusted, report = adjust(model, swahili.text, threshold=0.1, rounds=1, epochs=1, verbose=0)
    >>> len(report.rounds)
    1
    """
    texts = list(texts)
    if not texts:
        raise ValueError("`texts` must have at least one text. Received: none.")
    if not 0 <= threshold < 1:
        raise ValueError(f"`threshold` must be a probability below 1. Received: {shown(threshold)}.")
    if getattr(model, "multi_label", False):
        raise ValueError(
            "`model` must give one label a text: the surest one trains it. Received: a model with multi_label=True. "
            "Train it with labelled texts."
        )
    language = language or (model.languages[0] if len(model.languages) == 1 else "und")
    adjusted = model.with_networks(networks.copy_network)
    training = {"seed": seed, **training}
    if isinstance(model, models.LanguageModel):
        adjusted.fit(datasets.from_lists(texts, language=language), **{"learning_rate": 1e-3, **training})
        return adjusted, AdjustReport(len(texts), ())
    if model.head is None:
        training = {"trainable": "all", "learning_rate": 3e-4, **training}
    done = []
    for _ in range(rounds):
        scores = adjusted.predict(texts)
        chosen = confident_rows(scores, threshold=threshold, per_label=per_label)
        labels = [model.labels[place] for place in scores[chosen].argmax(1)]
        done.append({label: labels.count(label) for label in model.labels if label in labels})
        if len(done[-1]) < 2:
            break
        data = datasets.from_lists([texts[row] for row in chosen], labels, language=language)
        adjusted.fit(data, **{"class_weight": "balanced", **training})
    return adjusted, AdjustReport(len(texts), tuple(done))


def confident_rows(scores: np.ndarray, *, threshold: float, per_label: int | None = None) -> np.ndarray:
    """Rows whose best score reaches the threshold, the surest of each label.

    Args:
        scores: float `(rows, labels)`.
        threshold: the least best score.
        per_label: the most rows of a label; by default the mean number that the labels have.

    Returns:
        Sorted int64 rows.

    >>> confident_rows(np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.2, 0.8]]), threshold=0.5, per_label=2).tolist()
    [0, 1, 3]
    """
    best, sure = scores.argmax(1), scores.max(1)
    rows = np.flatnonzero(sure >= threshold)
    if per_label is None:
        per_label = -(-len(rows) // scores.shape[1])
    order = rows[np.argsort(-sure[rows], kind="stable")]
    kept = [order[best[order] == label][:per_label] for label in range(scores.shape[1])]
    return np.sort(np.concatenate(kept)).astype(np.int64)
