from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_i18n.layers.activations import get_activation
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown


@keras.saving.register_keras_serializable(package="keras_i18n")
class LanguageAdapter(keras.layers.Layer):
    """A small net for each language between the layers that all share: down to a bottleneck, up again, added.

    It starts as the identity, so putting it into a trained network changes nothing until a language is trained. See
    Pfeiffer et al. 2020, "MAD-X: An Adapter-Based Framework for Multi-Task Cross-Lingual Transfer".

    Args:
        languages: names of the languages, in the order of their numbers.
        bottleneck_dim: size of the bottleneck.
        activation: name of the activation there.

    Input shape: `vectors` `(batch, tokens, dim)`; `language` int32 `(batch,)`, the place of each text's language in
    `languages`, -1 for none of them: such a text passes unchanged. With one language, `language` may be left out.
    Output shape: that of the vectors.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers
    >>> adapter = layers.LanguageAdapter(["sw", "tr"], 2)
    >>> adapter(np.ones((3, 5, 4), "float32"), language=np.array([0, 1, -1], "int32")).shape
    TensorShape([3, 5, 4])
    """

    def __init__(
        self,
        languages: Sequence[str],
        bottleneck_dim: int,
        *,
        activation: str | Callable[[Tensor], Tensor] = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        languages = tuple(languages) if not isinstance(languages, str) else ()
        if not languages or len(set(languages)) != len(languages):
            raise ValueError(f"`languages` must be a list of distinct languages. Received: {shown(languages)}.")
        if int(bottleneck_dim) < 1:
            raise ValueError(f"`bottleneck_dim` must be at least 1. Received: {shown(bottleneck_dim)}.")
        self.languages = languages
        self.bottleneck_dim = int(bottleneck_dim)
        self.activation = get_activation(activation)
        self.supports_masking = True

    def build(self, vectors_shape: Shape, language_shape: Shape | None = None) -> None:
        dim, count = vectors_shape[-1], len(self.languages)
        # each language's matrix has the variance that it would have alone
        initializer = keras.initializers.RandomNormal(stddev=dim**-0.5)
        self.down = self.add_weight(name="down", shape=(count, dim, self.bottleneck_dim), initializer=initializer)
        self.down_bias = self.add_weight(name="down_bias", shape=(count, self.bottleneck_dim), initializer="zeros")
        self.up = self.add_weight(name="up", shape=(count, self.bottleneck_dim, dim), initializer="zeros")
        self.up_bias = self.add_weight(name="up_bias", shape=(count, dim), initializer="zeros")
        self.built = True

    def call(self, vectors: Tensor, language: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        if language is None:
            if len(self.languages) > 1:
                raise ValueError(f"`language` must tell which of {list(self.languages)} a text is in. Received: None.")
            hidden = self.activation(ops.matmul(vectors, self.down[0]) + self.down_bias[0])
            return vectors + ops.matmul(hidden, self.up[0]) + self.up_bias[0]
        language = ops.cast(language, "int32")
        number = ops.maximum(language, 0)
        down, up = ops.take(self.down, number, axis=0), ops.take(self.up, number, axis=0)
        down_bias, up_bias = ops.take(self.down_bias, number, axis=0), ops.take(self.up_bias, number, axis=0)
        hidden = self.activation(ops.matmul(vectors, down) + ops.expand_dims(down_bias, 1))
        changed = vectors + ops.matmul(hidden, up) + ops.expand_dims(up_bias, 1)
        known = ops.expand_dims(ops.expand_dims(language >= 0, -1), -1)
        return ops.where(known, changed, vectors)

    def language_resources(self, language: str) -> dict[str, np.ndarray]:
        """The weights of one language: dict of "down", "down_bias", "up", "up_bias"."""
        number = self._number(language)
        return {name: getattr(self, name).numpy()[number] for name in ("down", "down_bias", "up", "up_bias")}

    def set_language_resources(self, language: str, resources: Mapping[str, np.ndarray]) -> None:
        """Swaps the weights of one language, as from `language_resources`; those of the others stay bit for bit."""
        number, present = self._number(language), self.language_resources(language)
        for name, values in resources.items():
            expected = present[name].shape if name in present else None
            if np.shape(values) != expected:
                raise ValueError(f"{name!r} must have the shape {expected}. Received: {shown(np.shape(values))}.")
        for name, values in resources.items():
            weight = getattr(self, name).numpy()
            weight[number] = values
            getattr(self, name).assign(weight)

    def _number(self, language):
        if language not in self.languages:
            raise ValueError(f"`language` must be one of {list(self.languages)}. Received: {shown(language)}.")
        return self.languages.index(language)

    def compute_output_shape(self, vectors_shape: Shape, language_shape: Shape | None = None) -> Shape:
        return vectors_shape

    def get_config(self) -> Config:
        return {
            **super().get_config(),
            "languages": list(self.languages),
            "bottleneck_dim": self.bottleneck_dim,
            "activation": keras.activations.serialize(self.activation),
        }
