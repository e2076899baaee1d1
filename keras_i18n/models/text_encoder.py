from typing import Self

import numpy as np

from keras_i18n.models.presets import load_preset
from keras_i18n.models.saving.kinds import savable
from keras_i18n.models.text_model import TextModel
from keras_i18n.progress import ProgressOption
from keras_i18n.protocols import Texts


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
