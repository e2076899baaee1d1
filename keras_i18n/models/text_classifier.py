import functools
from collections.abc import Mapping, Sequence
from typing import Any, Self

import keras
import numpy as np

from keras_i18n.models.classifier import checked_labels
from keras_i18n.models.convex.bag_fitting import bag_beside
from keras_i18n.models.creation.creating import PRESETS, Creation
from keras_i18n.models.creation.report import CreationReport
from keras_i18n.models.fitting import classifier_fitting
from keras_i18n.models.fitting.new_networks import new_network
from keras_i18n.models.from_keras import ClassifierFromKeras
from keras_i18n.models.heads.building import build_head
from keras_i18n.models.label_thresholds import LabelThresholds
from keras_i18n.models.network_checks import check_probabilities
from keras_i18n.models.presets import load_preset
from keras_i18n.models.saving.kinds import savable
from keras_i18n.models.several_labels import TextClassification
from keras_i18n.models.text_encoder import TextEncoder
from keras_i18n.models.text_inputs import MAX_CODEPOINTS
from keras_i18n.models.text_model import TextModel, sub_network
from keras_i18n.networks import bag_encoder
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Config, Path, Texts
from keras_i18n.shown import shown
from keras_i18n.tokenizers import JoinedTokenizer
from keras_i18n.tokenizers.tokenizer import Tokenizer
from keras_i18n.training.options import TrainingOptions, with_options_of

_VECTOR, _HEAD = "vector", "head"
_ROWS = 4096  # vectors scored at once


@savable
class TextClassifier(ClassifierFromKeras, TextModel, TextClassification):
    """Gives each text one of a set of labels, or as many of them as fit it.

    Args:
        tokenizer, languages, max_codepoints: as in `TextModel`.
        network: token ids -> a probability for each label; its last layer is a softmax, with `multi_label` a sigmoid.
            It is probed with one text.
        labels: the labels, in the order of the network's outputs.
        multi_label: whether a text may have several labels, or none. Scores then lie in 0 .. 1 each.
        thresholds: with `multi_label`, BCP-47 tag -> the score from which on a text has a label, for each label; 0.5
            unless given. `choose_thresholds` sets them.

    Example:

    >>> import keras_i18n as ki
    >>> train, test = ki.datasets.sample("assistant")
    >>> classifier = ki.TextClassifier.from_preset("universal", labels=train.labels)
    >>> history = classifier.fit(train.select(languages=["en"]), verbose=0)
    >>> classifier.classify(["Wie wird das Wetter morgen?"])[0].label
    'weather'
    """

    task = "text-classification"
    creation: CreationReport | None = None
    _saved = ("labels", "multi_label", *TextModel._saved)

    def __init__(
        self,
        *,
        tokenizer: Tokenizer,
        network: keras.Model,
        labels: Sequence[str],
        languages: Sequence[str] = (),
        max_codepoints: int = MAX_CODEPOINTS,
        multi_label: bool = False,
        thresholds: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        self.multi_label = bool(multi_label)
        super().__init__(tokenizer=tokenizer, network=network, languages=languages, max_codepoints=max_codepoints)
        self.labels = checked_labels(labels)
        if network.output_shape[-1] != len(self.labels):
            raise ValueError(
                f"`network` must have one output a label ({len(self.labels)}). Received: {shown(network.output_shape)}."
            )
        if thresholds and not self.multi_label:
            raise ValueError(f"`thresholds` need multi_label=True. Received: {shown(thresholds, limit=120)}.")
        self.thresholds = LabelThresholds(self.labels, thresholds)

    def check_network(self) -> np.ndarray | None:
        """As in `TextModel`; and the scores must be probabilities.

        Raises:
            ValueError: padding changes its answers, the empty text has none, or scores do not sum to 1 (with
                `multi_label`: do not lie in 0 .. 1).
        """
        scores = super().check_network()
        check_probabilities(self.network, scores, multi_label=self.multi_label)
        return scores

    @classmethod
    def from_preset(
        cls,
        name: str,
        *,
        labels: Sequence[str],
        head: Any = "kernel",
        multi_label: bool = False,
        **head_options: Any,
    ) -> Self:
        """A classifier on a pretrained encoder; its head is untrained.

        Args:
            name: a key of `keras_i18n.models.presets.PRESETS`, such as "universal".
            labels: the labels, such as `train.labels`.
            head: "kernel" (best from few texts), "mlp" or "linear".
            multi_label: whether a text may have several labels, or none.
            head_options: of the head: num_anchors and gamma for "kernel", hidden_dim and dropout for "mlp"; seed.
        """
        preset = load_preset(name)
        encoder = TextEncoder(tokenizer=preset.tokenizer, network=preset.network, languages=preset.languages)
        return cls.on_encoder(encoder, labels=labels, head=head, multi_label=multi_label, **head_options)

    @classmethod
    def on_encoder(
        cls,
        encoder: TextEncoder,
        *,
        labels: Sequence[str],
        head: Any = "kernel",
        multi_label: bool = False,
        **head_options: Any,
    ) -> Self:
        """A classifier on a `TextEncoder`, whose network it shares; options as in `from_preset`."""
        head_network = build_head(
            head, encoder.dim, len(checked_labels(labels)), multi_label=multi_label, **head_options
        )
        network = keras.Model(
            encoder.network.inputs[0],
            head_network(encoder.network.outputs[0]),
            name=f"{encoder.network.name}_classifier",
        )
        return cls(
            tokenizer=encoder.tokenizer,
            network=network,
            labels=labels,
            languages=encoder.languages,
            max_codepoints=encoder.max_codepoints,
            multi_label=multi_label,
        )

    @classmethod
    def create(
        cls,
        train: Any,
        *,
        validation_data: Any = None,
        preset: str | Sequence[str] | None = PRESETS,
        minutes: float | None = None,
        max_bytes: int | None = None,
        backup_dir: Path | None = None,
        seed: int = 0,
        progress: ProgressOption = None,
    ) -> Self:
        """The best classifier for labelled texts: tries what could suit them, and trains what does.

        The candidates are a pretrained encoder with a head, hashed words and n-grams, and both in one network, in which
        n-grams tell how far the encoder is to be heard. They are judged on texts that are held out, by language: three
        quarters the mean over languages, one quarter that of the worst of them. Another encoder than the first is tried where
        its package is there, it was made for one of the languages, and labels are in more than one; it must surely win.

        Args:
            train: labelled `Dataset`, or what `datasets.as_dataset` makes one of; a list of labels in every row makes a
                classifier with `multi_label`. Of more than 150,000 texts so many are drawn.
            validation_data: the same; candidates are then judged on it.
            preset: one encoder or several, of which the first is preferred; None for none.
            minutes: the budget: candidates for which no time is left are not tried; from 3 on choices are made on more texts.
            max_bytes: the most bytes of its weights in float32.
            backup_dir: folder that keeps the results of trials; a search that was killed goes on from there.
            seed: the same seed gives the same classifier.
            progress: called with a `Progress`: texts encoded, trials done.

        Returns:
            A trained `TextClassifier`; its `.creation` tells what was tried and why it was chosen (it is not saved).

        Raises:
            ValueError: no rows, one label only, a budget of nothing, no such preset.

        Example:

        >>> import keras_i18n as ki
        >>> train, test = ki.datasets.sample("assistant")
        >>> classifier = ki.TextClassifier.create(train.select(languages=["en", "sw"]), preset=None)
        >>> classifier.creation.chosen
        'n-grams'
        """
        budget: dict[str, Any] = {"minutes": minutes, "max_bytes": max_bytes, "backup_dir": backup_dir}
        rest: dict[str, Any] = {"preset": preset, "seed": seed, "progress": progress}
        return Creation(cls, train, validation_data, **budget, **rest).run()

    @classmethod
    def from_scratch(
        cls,
        labels: Sequence[str],
        *,
        kind: str = "ngrams",
        languages: Sequence[str] = (),
        multi_label: bool = False,
        num_buckets: int = 1 << 18,
        **options: Any,
    ) -> Self:
        """A new classifier over hashed words and n-grams, in which nothing is pretrained; it is untrained.

        Args:
            labels: the labels, such as `train.labels`.
            kind: "ngrams" for a linear model over n-grams, whose `fit` finds its optimum (50 texts a label are enough),
                or a name of `networks.build`, such as "pooling" or "lstm".
            languages: BCP-47 tags that it is made for.
            multi_label: whether a text may have several labels, or none.
            num_buckets: rows of the tables; with "ngrams" a file takes about `4 * num_buckets * (labels + 3)` bytes.
            options: word_lengths and ngram_lengths of the tokenizer; of `networks.build` for the other kinds.

        Raises:
            ValueError: no such kind, or an option out of its range.

        Example:

        >>> import keras_i18n as ki
        >>> train, test = ki.datasets.sample("assistant")
        >>> classifier = ki.TextClassifier.from_scratch(train.labels, num_buckets=20_000)
        >>> history = classifier.fit(train.select(languages=["en"]), verbose=0)
        >>> classifier.classify(["will it rain tomorrow"])[0].label
        'weather'
        """
        tokenizer, network = new_network(
            kind, num_labels=len(checked_labels(labels)), num_buckets=num_buckets, multi_label=multi_label, **options
        )
        return cls(tokenizer=tokenizer, network=network, labels=labels, languages=languages, multi_label=multi_label)

    @functools.cached_property
    def head(self) -> keras.Model | None:
        """The part of the network from a text's vector to its scores; None where it has no such part."""
        names = {layer.name for layer in self.network.layers}
        return self.network.get_layer(_HEAD) if {_VECTOR, _HEAD} <= names else None

    @functools.cached_property
    def encoder(self) -> TextEncoder | None:
        """The part of the network that gives a text's vector, as a `TextEncoder`; None where it has no such part."""
        if self.head is None:
            return None
        name = self.network.name.removesuffix("_classifier")
        return TextEncoder(
            tokenizer=self.tokenizer,
            network=sub_network(self.network, _VECTOR, name=name),
            languages=self.languages,
            max_codepoints=self.max_codepoints,
        )

    @functools.cached_property
    def bag_encoder(self) -> TextEncoder | None:
        """The encoder that stands beside the n-grams of a classifier from `create`; None where there is none."""
        network, tokenizer = bag_encoder(self.network), self.tokenizer
        if network is None or not isinstance(tokenizer, JoinedTokenizer):
            return None
        others = tokenizer.tokenizers[1:]
        return TextEncoder(
            tokenizer=JoinedTokenizer(others) if len(others) > 1 else others[0],
            network=network,
            languages=self.languages,
            max_codepoints=self.max_codepoints,
        )

    def with_encoder(self, encoder: TextEncoder) -> Self:
        """The same classifier over n-grams with another encoder beside it, as after a language was added to it.

        Args:
            encoder: whose vectors lie in the space of `.bag_encoder`'s.

        Raises:
            ValueError: the classifier has none, or vectors of another size.
        """
        tokenizer, network = bag_beside(self.network, self.tokenizer, encoder)
        config = {**self.to_config(), "languages": list(dict.fromkeys([*self.languages, *encoder.languages]))}
        return type(self).from_saved(tokenizer=tokenizer, network=network, config=config)

    def forget_graphs(self) -> None:
        """As in `TextModel`, and those of the encoder."""
        super().forget_graphs()
        if self.encoder is not None:
            self.encoder.forget_graphs()

    def predict(self, texts: Texts, *, progress: ProgressOption = None) -> np.ndarray:
        """Probabilities of the labels.

        Args:
            texts: list of str. The empty text is valid.
            progress: True to show it, or a function that is called with a `Progress` after each batch: texts done, of how many.

        Returns:
            float32 `(texts, labels)`; the columns are in the order of `.labels`.
        """
        if self.encoder is None:
            return super().predict(texts, progress=progress)
        return self._scores_of_vectors(self.encoder.encode(texts, progress=progress))

    def _scores_of_vectors(self, vectors):
        parts = [vectors[start : start + _ROWS] for start in range(0, max(len(vectors), 1), _ROWS)]
        return np.concatenate([np.asarray(self.head(part, training=False)) for part in parts])

    def to_config(self) -> Config:
        """As in `TextModel`, with the thresholds by language."""
        thresholds = {"thresholds": self.thresholds.by_language} if self.multi_label else {}
        return {**super().to_config(), **thresholds}

    @with_options_of(TrainingOptions)
    def fit(
        self, train: Any, *, validation_data: Any = None, trainable: str = "head", **options: Any
    ) -> keras.callbacks.History:
        """Trains with `keras.Model.fit`.

        Args:
            train: `Dataset` with labels (with `multi_label` a list of them in every row), or what `datasets.as_dataset` makes one of: the path of a file, a
                `pandas.DataFrame`, a `tf.data.Dataset` of `(text, label)`.
            validation_data: the same, with labels that the training data has too.
            trainable: "head" trains the head on vectors that are computed once (seconds); "all" trains the whole
                network, after its head, on batches of texts of about one length. A classifier over n-grams
                (`from_scratch`) has no such parts: its optimum is found at once, unless `epochs`, `learning_rate`,
                `optimizer` or `strategy` are given.
            epochs, batch_size, learning_rate, optimizer, early_stopping, callbacks: as in `TrainingOptions`.
            label_smoothing, class_weight, ridge, sampling_temperature, seed: as in `TrainingOptions`.
            device, strategy, mixed_precision, backup_dir, verbose, progress: as in `TrainingOptions`.

        Returns:
            Keras' `History`. Of a head of kind "kernel" its accuracy is that of training texts which were left out when
            their answer was made.

        Raises:
            TypeError: texts in another form; the message tells the way.
            ValueError: an empty data set, one label only, labels that the model or the training data lacks, a table
                with fewer rows than the tokenizer has ids, no such device, a loss that is no number.
            RuntimeError: a worker of `strategy` no longer answers.

        Warns:
            of labels without a training text, of languages that the model was not made for, and where the training ended near
            the share of the most frequent label.
        """
        return classifier_fitting.fit_classifier(
            self, train, validation_data=validation_data, trainable=trainable, **options
        )

    def clear_caches(self) -> None:
        """Forgets compiled functions; needed after layers of `.network` were replaced, not after training."""
        for name in ("_forward", "bag_encoder", "encoder", "head"):
            self.__dict__.pop(name, None)
