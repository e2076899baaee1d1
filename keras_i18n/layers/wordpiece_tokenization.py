from typing import Any, Self

import keras
import tensorflow as tf

from keras_i18n.layers.word_characters import WordCharacters
from keras_i18n.layers.wordpiece_segmentation import PADDING_ID, WordPieceSegmentation
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import cut
from keras_i18n.tokenizers import wordpiece_tables
from keras_i18n.tokenizers.wordpiece import WordPieceTokenizer


@keras.saving.register_keras_serializable(package="keras_i18n")
class WordPieceTokenization(keras.layers.Layer):
    """A `WordPieceTokenizer` made of built-in operators: raw code points to the very ids of its `tokenize`.

    Make it with `WordPieceTokenization.from_tokenizer(tokenizer)`. It holds a `WordCharacters` and a
    `WordPieceSegmentation`, whose tables are weights that do not train, so every file of a model carries them.

    Args:
        characters: config of the `WordCharacters`.
        segmentation: config of the `WordPieceSegmentation`.
        begin_id, end_id: token ids put around each text, or None.
        max_tokens: keep at most so many ids of a text, the end piece among them; None for all.

    Input shape: `(batch, length)`, int32 code points, padded with 0 on the right; any number at all is accepted.
    Output shape: `(batch, tokens)`, int32; padding is -1; there is at least one column.

    Raises:
        ValueError: for `max_tokens` below the number of begin and end pieces.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers, tokenizers
    >>> tokenizer = tokenizers.WordPieceTokenizer(["[UNK]", "to", "##day", "!"])
    >>> layer = layers.WordPieceTokenization.from_tokenizer(tokenizer)
    >>> np.array(layer(np.array([[ord(character) for character in "Today!"]], "int32"))).tolist()
    [[1, 2, 3]]
    """

    def __init__(
        self,
        characters: Config,
        segmentation: Config,
        *,
        begin_id: int | None = None,
        end_id: int | None = None,
        max_tokens: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        special = (begin_id is not None) + (end_id is not None)
        if max_tokens is not None and max_tokens < max(special, 1):
            raise ValueError(f"`max_tokens` must be at least {max(special, 1)}. Received: {cut(max_tokens)}.")
        self.characters = WordCharacters.from_config(characters)
        self.segmentation = WordPieceSegmentation.from_config(segmentation)
        self.begin_id, self.end_id, self.max_tokens = begin_id, end_id, max_tokens

    @classmethod
    def from_tokenizer(cls, tokenizer: WordPieceTokenizer, **options: Any) -> Self:
        """The layer of a `WordPieceTokenizer`; `options` are `max_tokens` and those of every layer.

        Raises:
            ValueError: for a vocabulary that cannot be compiled: see `wordpiece_tables.build`.
        """
        characters = WordCharacters.from_tables(tokenizer.characters, tokenizer.special_tokens)
        pieces = wordpiece_tables.build(tokenizer)
        segmentation = WordPieceSegmentation(
            **WordPieceSegmentation.config_of(pieces),
            unknown_id=tokenizer.unknown_id,
            max_word_length=tokenizer.max_word_length,
        )
        layer = cls(
            characters.get_config(),
            segmentation.get_config(),
            begin_id=tokenizer.begin_id,
            end_id=tokenizer.end_id,
            **options,
        )
        layer.characters.set_weights(characters.get_weights())
        layer.segmentation.assign(pieces)
        return layer

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        ids = self.segmentation(self.characters(code_points))
        before, after = self.begin_id is not None, self.end_id is not None
        if self.max_tokens is not None:
            ids = ids[:, : self.max_tokens - before - after]
        if before or after:
            count = tf.reduce_sum(tf.cast(tf.not_equal(ids, PADDING_ID), tf.int32), axis=1, keepdims=True)
            ids = ids[:, : tf.maximum(tf.reduce_max(count), 0)]  # of no text the largest is the least number there is
        if before:
            ids = tf.pad(ids, [[0, 0], [1, 0]], constant_values=self.begin_id)
            count += 1
        if after:
            ids = tf.pad(ids, [[0, 0], [0, 1]], constant_values=PADDING_ID)
            ids = tf.where(tf.equal(tf.expand_dims(tf.range(tf.shape(ids)[1]), 0), count), self.end_id, ids)
        return ids

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], None)

    def get_config(self) -> Config:
        return super().get_config() | {
            "characters": self.characters.get_config(),
            "segmentation": self.segmentation.get_config(),
            "begin_id": self.begin_id,
            "end_id": self.end_id,
            "max_tokens": self.max_tokens,
        }
