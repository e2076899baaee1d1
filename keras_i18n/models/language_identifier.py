"""Which language a text is in."""

from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np

from keras_i18n import languages as tags
from keras_i18n import layers
from keras_i18n.datasets import as_dataset
from keras_i18n.forked import refuse_forked
from keras_i18n.models.abstention import chosen_threshold, or_undetermined
from keras_i18n.models.saving.kinds import savable
from keras_i18n.models.text_classifier import TextClassifier
from keras_i18n.protocols import LabelledTexts, Texts
from keras_i18n.shown import cut, shown
from keras_i18n.tokenizers import NgramTokenizer
from keras_i18n.tokenizers.tokenizer import Tokenizer


@savable
class LanguageIdentifier(TextClassifier):
    """Tells the language of each text: a `TextClassifier` whose labels are language tags.

    Args:
        tokenizer, network, max_codepoints: as in `TextClassifier`.
        labels: BCP-47 tags, in the order of the network's outputs; `.languages` are the same.
        languages: the labels again, or nothing.
        threshold: `classify` answers `und` where the best probability is below it; see `choose_threshold`.

    Example:

    >>> import keras_i18n as ki
    >>> train, test = ki.datasets.sample("assistant")
    >>> identifier = ki.models.LanguageIdentifier.create(["en", "es", "sw"], num_buckets=1000)
    >>> history = identifier.fit(train.select(languages=["en", "es", "sw"]), verbose=0)
    >>> [found.label for found in identifier.classify(["¿Va a llover mañana?", "Je, kutakuwa na mvua?"])]
    ['es', 'sw']
    >>> identifier.classify(["12:30 👍"])[0].label
    'und'
    """

    _saved = ("threshold", *TextClassifier._saved)

    def __init__(
        self,
        *,
        tokenizer: Tokenizer,
        network: keras.Model,
        labels: Sequence[str],
        languages: Sequence[str] = (),
        threshold: float = 0.0,
        **options: Any,
    ) -> None:
        labels = _different(labels)
        if options.get("multi_label"):
            raise ValueError("A text has one language. Received: multi_label=True. Leave it out.")
        super().__init__(tokenizer=tokenizer, network=network, labels=labels, languages=languages or labels, **options)
        if not 0 <= threshold < 1:
            raise ValueError(f"`threshold` must be at least 0 and below 1. Received: {shown(threshold)}.")
        self.threshold = float(threshold)

    @classmethod
    def create(
        cls,
        languages: Sequence[str],
        *,
        num_buckets: int = 100_000,
        word_lengths: Sequence[int] = (1,),
        ngram_lengths: Sequence[int] = (3,),
        dim: int = 16,
        compose: bool = True,
    ) -> Self:
        """A new identifier: hashed words and n-grams, their vectors summed, a softmax. It is untrained.

        Args:
            languages: the BCP-47 tags to tell apart, such as `train.languages`; no two for the same language (`ar`, `arb`).
            num_buckets, word_lengths, ngram_lengths, compose: of its `NgramTokenizer`. Without `compose` exported files have a
                quarter of the operators, and texts must come composed (NFC).
            dim: size of a vector. The exported file takes about `num_buckets * dim` bytes in int8; with `precision="pq2"` a
                quarter, and two bytes a row.

        Raises:
            ValueError: fewer than two languages, or two tags for the same one.
        """
        refuse_forked()
        tokenizer = NgramTokenizer(
            num_buckets=num_buckets, word_lengths=word_lengths, ngram_lengths=ngram_lengths, compose=compose
        )
        token_ids = keras.Input((None,), dtype="int32", name="token_ids")
        pooled = layers.PooledEmbedding(num_buckets, dim, name="table")(token_ids)
        scores = keras.layers.Dense(len(languages), activation="softmax", name="scores")(pooled)
        return cls(tokenizer=tokenizer, network=keras.Model(token_ids, scores, name="languages"), labels=languages)

    def fit(self, train: Any, *, validation_data: Any = None, **options: Any) -> keras.callbacks.History:
        """Trains on the languages of the texts; their labels, if any, are not read.

        Args:
            train: `Dataset`, or what `datasets.as_dataset` makes one of.
            validation_data: the same.
            options: as in `TextClassifier.fit`; `learning_rate` is 0.01 and `batch_size` 64 unless told.

        Returns:
            Keras' `History`.

        Raises:
            ValueError: an empty data set, one language only, a language that the identifier does not know.
        """
        options = {"trainable": "all", "learning_rate": 0.01, "batch_size": 64, **options}
        if validation_data is not None:
            validation_data = self.labelled(validation_data)
        return super().fit(self.labelled(train), validation_data=validation_data, **options)

    def classify(self, inputs: Texts, *, top: int = 1, **options: Any) -> list[Any]:
        """The language of each text, or the `top` best; `und` where it cannot be told.

        The answer is `und` (undetermined) for a text without letters, such as "12:30", and where the best probability
        is below `.threshold`. Its score is then the probability of the best language. `predict` never abstains.

        Args:
            inputs: list of str.
            top: 1 for one `Prediction` a text, more for a list of them: `und` first, where it is the answer.
            options: of `predict`.
        """
        texts = list(inputs) if not isinstance(inputs, str) else inputs
        return or_undetermined(texts, super().classify(texts, top=top, **options), self.threshold)

    def choose_threshold(self, dataset: LabelledTexts, *, max_loss: float = 0.01) -> Any:
        """Sets `.threshold` as high as it may be: at most a share of the right answers is given up for it.

        Args:
            dataset: `Dataset` that the identifier was not trained on, in its languages.
            max_loss: float, the largest share of right answers that may become `und`.

        Returns:
            `AbstentionReport`: the threshold, and what it costs and catches on this data.

        Raises:
            ValueError: an empty data set, languages that the identifier does not know, a share beyond 0 to 1.
        """
        if not 0 <= max_loss < 1:
            raise ValueError(f"`max_loss` must be at least 0 and below 1. Received: {shown(max_loss)}.")
        dataset = self.labelled(dataset)
        unknown = sorted(set(dataset.labels) - set(self.labels))
        if unknown or not len(dataset):
            received = f"{', '.join(unknown)}, which it does not know" if unknown else "no rows"
            raise ValueError(f"`dataset` must have rows in the identifier's languages. Received: {cut(received)}.")
        scores = self.predict(list(dataset.text))
        right = np.array([self.labels[place] for place in scores.argmax(axis=1)]) == np.array(dataset.label)
        report = chosen_threshold(scores.max(axis=1), right, max_loss=max_loss)
        self.threshold = report.threshold
        return report

    def labelled(self, dataset: LabelledTexts) -> Any:
        """The same texts, labelled by their languages in the identifier's own tags (`sw` for `swh_Latn`).

        Args:
            dataset: `Dataset`; its labels are not read.

        Returns: `Dataset`, such as `evaluate_by_language` takes.
        """
        dataset = as_dataset(dataset, labelled=False, language_needed=True)
        own = {tag: tags.lookup(tag, self.labels) or tag for tag in dataset.languages}
        label = [own[tag] for tag in dataset.language]
        return type(dataset)({"text": dataset.text, "language": dataset.language, "label": label})


def _different(labels):
    """Canonical tags, of which no two name the same language."""
    labels = tuple(tags.normalize(label) for label in labels)
    for place, label in enumerate(labels):
        same = next((other for other in labels[:place] if tags.equivalent(label, other)), None)
        if same is not None:
            raise ValueError(
                f"`languages` must be different ones. Received: '{cut(same)}' and '{cut(label)}', which name the same "
                f"({cut(tags.name(same))}). Leave one out; texts under either tag count for it."
            )
    return labels
