from collections.abc import Callable
from typing import Any, Self

import keras
import numpy as np

from keras_i18n import networks
from keras_i18n.forked import refuse_forked
from keras_i18n.models.classifier import Classifier, ranked
from keras_i18n.models.localized_labels import LocalizedLabels
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Array, Shape
from keras_i18n.shown import shown

_BATCH = 256


class ImageClassifier(Classifier):
    """Any network that reads no text, with labels that have names in many languages: what such a network needs to leave
    through the same formats and the same verification as a text model.

    Compile and fit `.network` as any `keras.Model`.

    Args:
        network: functional `keras.Model` with one input (images, or any other numbers) and one score for each label.
        labels: `LocalizedLabels`, or a list of str.

    Raises:
        ValueError: another number of inputs, or of outputs than labels.

    Example:

    >>> import keras, numpy as np
    >>> from keras_i18n import models
    >>> image = keras.Input((8, 8, 1))
    >>> scores = keras.layers.Dense(10, activation="softmax")(keras.layers.Flatten()(image))
    >>> classifier = models.ImageClassifier(keras.Model(image, scores), models.LocalizedLabels.digits())
    >>> classifier.predict(np.zeros((2, 8, 8, 1))).shape
    (2, 10)
    >>> classifier.classify(np.zeros((1, 8, 8, 1)), language="fr")[0].label in classifier.localized_labels.names["fr"]
    True
    """

    task = "image-classification"

    def __init__(self, network: keras.Model, labels: Any) -> None:
        self.localized_labels = labels if isinstance(labels, LocalizedLabels) else LocalizedLabels(labels)
        num_labels = len(self.localized_labels.labels)
        if len(getattr(network, "inputs", ())) != 1 or network.output_shape != (None, num_labels):
            raise ValueError(
                f"`network` must be a functional keras.Model with one input and one score for each of {num_labels} labels. "
                f"Received: {shown(network)} with outputs {shown(getattr(network, 'output_shape', None))}."
            )
        self.network = network

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the scores."""
        return self.localized_labels.labels

    def predict(self, images: Array, *, progress: ProgressOption = None) -> np.ndarray:
        """Scores of the labels.

        Args:
            images: array of the network's input shape, or a list of such images.
            progress: True to show it, or a function that is called with a `Progress` after each batch: images done, of how many.

        Returns:
            float32 `(images, labels)`.
        """
        refuse_forked()
        images = checked_images(images, self.network.inputs[0].shape[1:])
        found = [np.zeros((0, len(self.labels)), "float32")]
        counter = Counter(progress, "images", total=len(images))
        for start in range(0, len(images), _BATCH):
            part = images[start : start + _BATCH]
            found.append(keras.ops.convert_to_numpy(self.network(part, training=False)))
            counter.add(len(part))
        return np.concatenate(found)

    def classify(self, images: Array, *, top: int = 1, language: str | None = None) -> list[Any]:
        """The best label of each image, or the `top` best, as in `Classifier`; by its name in `language` if given."""
        names = self.labels if language is None else self.localized_labels.in_language(language)
        return ranked(self.predict(images), names, top=top)

    def with_networks(self, change: Callable[[keras.Model], keras.Model]) -> Self:
        """The same classifier around `change(network)`; itself where that is the same network."""
        network = change(self.network)
        return self if network is self.network else type(self)(network, self.localized_labels)

    def to_keras(self) -> keras.Model:
        """The model that is exported; its one input is called `images`."""
        (given,) = self.network.inputs
        images = keras.Input(given.shape[1:], dtype=given.dtype, name="images")
        network = networks.uncompiled(self.network)
        return keras.Model(images, network(images), name=f"images_in_{self.network.name}")


def checked_images(images: Array, shape: Shape) -> np.ndarray:
    """An array `(images, *shape)`; None in `shape` fits any size.

    Raises:
        ValueError: another shape.
    """
    images = np.asarray(images, "float32")
    if images.size == 0 and images.ndim == 1:
        return np.zeros((0, *[size or 1 for size in shape]), "float32")
    fits = images.ndim == len(shape) + 1 and all(
        size in (None, given) for size, given in zip(shape, images.shape[1:], strict=True)
    )
    if not fits:
        raise ValueError(
            f"`images` must have the shape (images, {', '.join(map(str, shape))}). Received: {images.shape}."
        )
    return images
