"""A translation network taken apart: the source is read once, the translation is written token by token."""

from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers import DecoderBlock
from keras_i18n.networks.translation import adapter_of
from keras_i18n.protocols import Tensor
from keras_i18n.shown import cut, shown


class TranslationSteps:
    """The layers of a translation network, run step by step.

    It shares the layers of the network.

    Args:
        network: as `networks.translation` builds it.

    Raises:
        ValueError: another network.
    """

    def __init__(self, network: keras.Model) -> None:
        names = {layer.name for layer in network.layers}
        needed = {"source_mask", "memory", "embedding", "target_scale", "decoder_norm"}
        if not needed <= names or len(network.inputs) != 2:
            raise ValueError(
                "A translation network must be one of `networks.translation`. Received: "
                f"'{cut(network.name)}', which lacks {shown(sorted(needed - names))}."
            )
        self.blocks = [layer for layer in network.layers if isinstance(layer, DecoderBlock)]
        self._layer = network.get_layer
        self._positions = self._layer("target_positions") if "target_positions" in names else None
        read = [self._layer("memory").output, self._layer("source_mask").output]
        self.adapters = [
            self._layer(adapter_of(block.name)) for block in self.blocks if adapter_of(block.name) in names
        ]
        if self.adapters:
            read.append(self._layer("added_language").output)
        self._encoder = keras.Model(network.inputs[0], read, name="encoder")

    def read(self, source_ids: Tensor) -> list[Any]:
        """What the steps need of a source: for each block keys and values, the mask, and where languages were added the
        place of the one to write.

        Args:
            source_ids: int32 `(batch, source_tokens)`.
        """
        vectors, *rest = self._encoder(source_ids, training=False)
        return [*(block.source.project(vectors) for block in self.blocks), *rest]

    def language_of(self, source: list[Any]) -> Tensor | None:
        """Of what `read` gave: int32 `(batch,)`, the place of the added language, -1 for none; None where none was added."""
        return source[-1] if self.adapters else None

    def first_states(self, batch: Tensor, most_tokens: Tensor) -> list[Tensor]:
        """The states before the first token, all blocks' in one list."""
        return [state for block in self.blocks for state in block.first_states(batch, most_tokens)]

    def write(
        self,
        token_ids: Tensor,
        states: list[Tensor],
        place: Tensor,
        source: list[Any],
        rows: Tensor | None = None,
    ) -> tuple[Tensor, list[Tensor]]:
        """Scores of the token that follows.

        Args:
            token_ids: int32 `(batch,)`, the last token. states: those after the token before. place: int32, how many
                tokens came before it. source: what `read` gave. rows: `(tokens, dim)`, what `rows_of` gave, to score these
                tokens alone.

        Returns:
            Logits float32 `(batch, vocabulary)`, or `(batch, tokens)` of some, and the new states.
        """
        embedding, language = self._layer("embedding"), self.language_of(source)
        projected, mask = source[: len(self.blocks)], source[len(self.blocks)]
        vectors = self._layer("target_scale")(embedding(tf.expand_dims(token_ids, 1)))
        if self._positions is not None:
            vectors = self._positions(vectors, first=place)
        vector, new_states, rest = tf.squeeze(vectors, axis=1), [], list(states)
        for number, (block, own) in enumerate(zip(self.blocks, projected, strict=True)):
            count = len(states) // len(self.blocks)
            vector, changed = block.step(vector, rest[:count], place, own, mask)
            if language is not None:
                vector = self.adapters[number](tf.expand_dims(vector, 1), language=language)[:, 0]
            new_states += changed
            rest = rest[count:]
        vector = self._layer("decoder_norm")(vector)
        scores = embedding(vector, reverse=True) if rows is None else tf.matmul(vector, rows, transpose_b=True)
        return tf.cast(scores, "float32"), new_states

    def rows_of(self, token_ids: Tensor) -> Tensor:
        """What scores some tokens: int32 `(tokens,)` -> `(tokens, dim)`."""
        return tf.squeeze(self._layer("embedding")(tf.expand_dims(token_ids, 0)), axis=0)
