from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np

from keras_i18n import layers
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
    >>> encoder = TextEncoder.from_preset("universal")
    >>> vectors = encoder.encode(["Where is the station?", "¿Dónde está la estación?", "I like cheese."])
    >>> bool(vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3)
    True
    """

    task = "text-embedding"

    @classmethod
    def from_preset(cls, name: str) -> Self:
        """A pretrained encoder.

        Args:
            name: a key of `keras_i18n.models.presets.PRESETS`, such as "universal".

        Raises:
            ValueError: no such preset. ImportError: the package with its weights is not installed.
        """
        preset = load_preset(name)
        return cls(tokenizer=preset.tokenizer, network=preset.network, languages=preset.languages)

    @classmethod
    def from_keras(
        cls,
        model: keras.Model | Path,
        *,
        tokenizer: Any = None,
        languages: Sequence[str] = (),
        padding_id: int | None = None,
        output: int | str | None = None,
    ) -> Self:
        """An encoder of a Keras model that gives a vector a text; `model` as in `TextClassifier.from_keras`.

        Args:
            model: functional or sequential `keras.Model` whose first layer is a `TextVectorization` or `StringLookup`; a
                text embedder or backbone of KerasHub, or a network of token ids, with `tokenizer`; or the `.keras` or
                `.h5` file of one. Where it gives a vector for each token, their mean is taken.
            tokenizer: of a network that takes token ids: one of this package, a tokenizer or preprocessor of KerasHub, or the
                path of a `tokenizer.json`.
            languages: BCP-47 tags that the model was made for.
            padding_id: what a network of token ids knows as padding; None for KerasHub's own, and else 0.
            output: which of several outputs, by place or name, such as "pooled_output"; None for "sequence_output" where
                there is one of that name.

        Raises:
            ValueError: a model of another kind, a text layer that is no data, or an input that nobody fills.
        """
        model = model if isinstance(model, keras.Model) else from_keras.read(model)
        if output is None and isinstance(getattr(model, "output", None), dict) and "sequence_output" in model.output:
            output = "sequence_output"
        tokenizer, network = from_keras.split(
            model, languages, tokenizer=tokenizer, padding_id=padding_id, output=output
        )
        if len(network.output_shape) == 3:
            mask = layers.PaddingMask(name="text_mask")(network.inputs[0])
            vector = layers.MaskedMean(name="mean")(network.outputs[0], mask=mask)
            network = keras.Model(network.inputs[0], vector, name=network.name)
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
