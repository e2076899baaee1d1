from typing import Any

import numpy as np

from keras_i18n.export.runner import Runner
from keras_i18n.models.image_classifier import checked_images
from keras_i18n.progress import Counter, ProgressOption
from keras_i18n.protocols import Array

_BATCH = 64


class ImageRunner(Runner):
    """An exported file that reads images: `predict(images)`, `classify(images, language=...)`."""

    def predict(self, images: Array, *, progress: ProgressOption = None) -> np.ndarray:
        """Runs the file.

        Args:
            images: array of the shape that the file takes, or a list of such images.
            progress: True to show it, or a function that is called with a `Progress` after each batch: images done, of how many.

        Returns:
            float32 `(images, labels)`, as the model's own `predict`.

        Raises:
            ValueError: images of another shape.
        """
        images = checked_images(images, self.metadata.image_shape)
        found = [np.zeros((0, len(self.labels)), "float32")]
        counter = Counter(progress, "images", total=len(images))
        for start in range(0, len(images), _BATCH):
            part = images[start : start + _BATCH]
            found.append(self._run(images=part)[0])
            counter.add(len(part))
        return np.concatenate(found)

    def replay_inputs(self) -> list[Any]:
        return [example["image"] for example in self.metadata.golden]
