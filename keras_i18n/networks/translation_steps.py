"""A translation network taken apart: the source is read once, the translation is written token by token."""

from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers import DecoderBlock
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
        self._encoder = keras.Model(
            network.inputs[0], [self._layer("memory").output, self._layer("source_mask").output], name="encoder"
        )

    def read(self, source_ids: Tensor) -> list[Any]:
        """What the steps need of a source: for each block keys and values, and at the end the mask.

        Args:
            source_ids: int32 `(batch, source_tokens)`.
        """
        vectors, mask = self._encoder(source_ids, training=False)
        return [*(block.source.project(vectors) for block in self.blocks), mask]

    def first_states(self, batch: Tensor, most_tokens: Tensor) -> list[Tensor]:
        """The states before the first token, all blocks' in one list."""
        return [state for block in self.blocks for state in block.first_states(batch, most_tokens)]

    def write(
        self, token_ids: Tensor, states: list[Tensor], place: Tensor, source: list[Any]
    ) -> tuple[Tensor, list[Tensor]]:
        """Scores of the token that follows.

        Args:
            token_ids: int32 `(batch,)`, the last token. states: those after the token before. place: int32, how many
                tokens came before it. source: what `read` gave.

        Returns:
            Logits float32 `(batch, vocabulary)` and the new states.
        """
        embedding, (*projected, mask) = self._layer("embedding"), source
        vectors = self._layer("target_scale")(embedding(tf.expand_dims(token_ids, 1)))
        if self._positions is not None:
            vectors = self._positions(vectors, first=place)
        vector, new_states, rest = tf.squeeze(vectors, axis=1), [], list(states)
        for block, own in zip(self.blocks, projected, strict=True):
            count = len(states) // len(self.blocks)
            vector, changed = block.step(vector, rest[:count], place, own, mask)
            new_states += changed
            rest = rest[count:]
        return tf.cast(embedding(self._layer("decoder_norm")(vector), reverse=True), "float32"), new_states
