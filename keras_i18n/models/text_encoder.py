from collections.abc import Sequence
from typing import Self

import keras
import numpy as np

from keras_i18n.models import from_keras
from keras_i18n.models.presets import load_preset
from keras_i18n.models.saving.kinds import savable
from keras_i18n.models.text_model import TextModel
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Path, Texts


@savable
class TextEncoder(TextModel):
    """Turns texts into vectors, so that texts of like meaning lie close, whatever their language.

    Args:
        tokenizer, network, languages, max_codepoints: as in `TextModel`; the network gives one vector a text.

    Example:

    >>> from keras_i18n import TextEncoder
    >>> encoder = TextEncoder.from_preset("use_multilingual_v3")
    >>> vectors = encoder.encode(["Where is the station?", "¿Dónde está la estación?", "I like cheese."])
    >>> bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3)
    True
    """

    task = "text-embedding"

    @classmethod
    def from_preset(cls, name: str) -> Self:
        """A pretrained encoder.

        Args:
            name: a key of `keras_i18n.models.presets.PRESETS`, such as "use_multilingual_v3".

        Raises:
            ValueError: no such preset. ImportError: the package with its weights is not installed.
        """
        preset = load_preset(name)
        return cls(tokenizer=preset.tokenizer, network=preset.network, languages=preset.languages)

    @classmethod
    def from_keras(cls, model: keras.Model | Path, *, languages: Sequence[str] = ()) -> Self:
        """An encoder of a Keras model that takes strings and gives a vector a text; `model` as in
        `TextClassifier.from_keras`.

        Args:
            model: functional or sequential `keras.Model` whose first layer is a `TextVectorization` or `StringLookup`; or
                its `.keras` or `.h5` file.
            languages: BCP-47 tags that the model was made for.

        Raises:
            ValueError: a model of another kind, or a text layer that is no data.
        """
        tokenizer, network = from_keras.split(model, languages)
        return cls(tokenizer=tokenizer, network=network, languages=languages)

    @property
    def dim(self) -> int:
        """Numbers of a vector."""
        return self.network.output_shape[-1]

    def encode(self, texts: Texts, *, progress: ProgressOption = None) -> np.ndarray:
        """Vectors of texts; the same as `predict`.

        Args:
            texts: list of str.
            progress: True to show it, or a function that is called with a `Progress` after each batch: texts done, of how many.

        Returns:
            float32 `(texts, dim)`.
        """
        return self.predict(texts, progress=progress)
