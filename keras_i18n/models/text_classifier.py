import functools
from collections.abc import Callable, Sequence
from typing import Any, Self

import keras
import numpy as np

from keras_i18n.models.classifier import Classifier, checked_labels
from keras_i18n.models.fitting import classifier_fitting
from keras_i18n.models.heads.building import build_head
from keras_i18n.models.network_checks import check_probabilities
from keras_i18n.models.presets import load_preset
from keras_i18n.models.saving.kinds import savable
from keras_i18n.models.text_encoder import TextEncoder
from keras_i18n.models.text_inputs import MAX_CODEPOINTS
from keras_i18n.models.text_model import TextModel, sub_network
from keras_i18n.progress import Progress
from keras_i18n.protocols import Texts
from keras_i18n.tokenizers.tokenizer import Tokenizer

_VECTOR, _HEAD = "vector", "head"
_ROWS = 4096  # vectors scored at once


@savable
class TextClassifier(TextModel, Classifier):
    """Gives each text one of a set of labels.

    Args:
        tokenizer, languages, max_codepoints: as in `TextModel`.
        network: token ids -> a probability for each label; its last layer is a softmax. It is probed with one text.
        labels: the labels, in the order of the network's outputs.

    Example:

    >>> import keras_i18n as ki
    >>> train, test = ki.datasets.sample("assistant")
    >>> classifier = ki.TextClassifier.from_preset("use_multilingual_v3", labels=train.labels)
    >>> history = classifier.fit(train.select(languages=["en"]), verbose=0)
    >>> classifier.classify(["¿Va a llover mañana?"])[0].label
    'weather'
    """

    task = "text-classification"
    _saved = ("labels", *TextModel._saved)

    def __init__(
        self,
        *,
        tokenizer: Tokenizer,
        network: keras.Model,
        labels: Sequence[str],
        languages: Sequence[str] = (),
        max_codepoints: int = MAX_CODEPOINTS,
    ) -> None:
        super().__init__(tokenizer=tokenizer, network=network, languages=languages, max_codepoints=max_codepoints)
        self.labels = checked_labels(labels)
        if network.output_shape[-1] != len(self.labels):
            raise ValueError(
                f"`network` must have one output a label ({len(self.labels)}). Received: {network.output_shape}."
            )

    def check_network(self) -> np.ndarray | None:
        """As in `TextModel`; and the scores must be probabilities.

        Raises:
            ValueError: padding changes its answers, the empty text has none, or scores do not sum to 1.
        """
        scores = super().check_network()
        check_probabilities(self.network, scores)
        return scores

    @classmethod
    def from_preset(cls, name: str, *, labels: Sequence[str], head: Any = "kernel", **head_options: Any) -> Self:
        """A classifier on a pretrained encoder; its head is untrained.

        Args:
            name: a key of `keras_i18n.models.presets.PRESETS`, such as "use_multilingual_v3".
            labels: the labels, such as `train.labels`.
            head: "kernel" (best from few texts), "mlp" or "linear".
            head_options: of the head: num_anchors and gamma for "kernel", hidden_dim and dropout for "mlp"; seed.
        """
        preset = load_preset(name)
        encoder = TextEncoder(tokenizer=preset.tokenizer, network=preset.network, languages=preset.languages)
        return cls.on_encoder(encoder, labels=labels, head=head, **head_options)

    @classmethod
    def on_encoder(
        cls, encoder: TextEncoder, *, labels: Sequence[str], head: Any = "kernel", **head_options: Any
    ) -> Self:
        """A classifier on a `TextEncoder`, whose network it shares; options as in `from_preset`."""
        head_network = build_head(head, encoder.dim, len(checked_labels(labels)), **head_options)
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
        )

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

    def forget_graphs(self) -> None:
        """As in `TextModel`, and those of the encoder."""
        super().forget_graphs()
        if self.encoder is not None:
            self.encoder.forget_graphs()

    def predict(self, texts: Texts, *, progress: Callable[[Progress], object] | None = None) -> np.ndarray:
        """Probabilities of the labels.

        Args:
            texts: list of str. The empty text is valid.
            progress: called with a `Progress` after each batch: texts done, of how many.

        Returns:
            float32 `(texts, labels)`; the columns are in the order of `.labels`.
        """
        if self.encoder is None:
            return super().predict(texts, progress=progress)
        return self._scores_of_vectors(self.encoder.encode(texts, progress=progress))

    def _scores_of_vectors(self, vectors):
        parts = [vectors[start : start + _ROWS] for start in range(0, max(len(vectors), 1), _ROWS)]
        return np.concatenate([np.asarray(self.head(part, training=False)) for part in parts])

    def fit(
        self, train: Any, *, validation_data: Any = None, trainable: str = "head", **options: Any
    ) -> keras.callbacks.History:
        """Trains with `keras.Model.fit`.

        Args:
            train: `Dataset` with labels, or what `datasets.as_dataset` makes one of: the path of a file, a
                `pandas.DataFrame`, a `tf.data.Dataset` of `(text, label)`.
            validation_data: the same, with labels that the training data has too.
            trainable: "head" trains the head on vectors that are computed once (seconds); "all" trains the whole
                network, after its head, on batches of texts of about one length.
            options: of `keras_i18n.models.TrainingOptions`: epochs, batch_size, learning_rate, optimizer,
                label_smoothing, class_weight, early_stopping, callbacks, backup_dir, ridge, seed,
                sampling_temperature, device, strategy, verbose, progress.

        Returns:
            Keras' `History`.

        Raises:
            TypeError: texts in another form; the message tells the way.
            ValueError: an empty data set, one label only, labels that the model or the training data lacks, a table
                with fewer rows than the tokenizer has ids, no such device, a loss that is no number.
            RuntimeError: a worker of `strategy` no longer answers.
        """
        return classifier_fitting.fit_classifier(
            self, train, validation_data=validation_data, trainable=trainable, **options
        )

    def clear_caches(self) -> None:
        """Forgets compiled functions; needed after layers of `.network` were replaced, not after training."""
        for name in ("_forward", "encoder", "head"):
            self.__dict__.pop(name, None)
