from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from keras_i18n.layers.ragged_rows import kept_left
from keras_i18n.layers.utf8_decoding import FIRST_BYTE, decode_bytes
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.tokenizers.sentencepiece_model import PieceType
from keras_i18n.tokenizers.unigram import UnigramTokenizer

_SPACE = "\u2581"


@keras.saving.register_keras_serializable(package="keras_i18n")
class PieceText(keras.layers.Layer):
    """The text of token ids, as `UnigramTokenizer.detokenize` gives it: pieces looked up in a table of code points.

    Make it with `PieceText.from_tokenizer(tokenizer)`. A piece of a byte becomes a part of a character; bytes that are
    no UTF-8 become U+FFFD.

    Args:
        num_pieces, longest: of the table: its rows, and the code points of the longest piece.

    Input shape: `(batch, tokens)`, int32 token ids, padded with -1 anywhere.
    Output shape: `(batch, length)`, int32 code points, padded with 0 on the right.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers, tokenizers
    >>> tokenizer = tokenizers.train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20)
    >>> layer = layers.PieceText.from_tokenizer(tokenizer)
    >>> "".join(map(chr, np.array(layer(np.array(tokenizer.tokenize(["to be"]))))[0]))
    'to be'
    """

    def __init__(self, num_pieces: int, longest: int, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        self.num_pieces, self.longest = int(num_pieces), int(longest)
        self.table = self.add_weight(
            name="codepoints", shape=(self.num_pieces, self.longest), dtype="int32", initializer="zeros"
        )

    @classmethod
    def from_tokenizer(cls, tokenizer: UnigramTokenizer, **options: Any) -> Self:
        """The layer of a tokenizer without a prefix."""
        rows = [
            _codepoints(piece, kind) for piece, kind in zip(tokenizer.model.pieces, tokenizer.model.types, strict=True)
        ]
        table = np.zeros((len(rows), max(map(len, rows))), "int32")
        for row, codepoints in zip(table, rows, strict=True):
            row[: len(codepoints)] = codepoints
        layer = cls(*table.shape, **options)
        layer.table.assign(table)
        return layer

    def build(self, token_ids_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, token_ids: Tensor) -> Tensor:
        rows = tf.gather(tf.convert_to_tensor(self.table), tf.maximum(token_ids, 0))
        rows = tf.where(tf.expand_dims(token_ids >= 0, -1), rows, 0)
        shape = tf.shape(token_ids)
        found = tf.reshape(rows, tf.stack([shape[0], shape[1] * self.longest]))
        found = kept_left(found, found > 0, 0)
        # spaces before the first word are those that the tokenizer put there
        is_text = tf.logical_and(found > 0, tf.not_equal(found, ord(" ")))
        begun = tf.cumsum(tf.cast(is_text, tf.int32), axis=1) > 0
        found = decode_bytes(tf.where(begun, found, 0))
        return kept_left(found, found > 0, 0)

    def compute_output_shape(self, token_ids_shape: Shape) -> Shape:
        return (token_ids_shape[0], None)

    def get_config(self) -> Config:
        return {**super().get_config(), "num_pieces": self.num_pieces, "longest": self.longest}


def _codepoints(piece, kind):
    if kind == PieceType.CONTROL:
        return [0]
    if kind == PieceType.UNKNOWN:  # as the library shows it
        return list(map(ord, " \u2047 "))
    if kind == PieceType.BYTE:
        return [FIRST_BYTE + int(piece[3:5], 16)]
    return [ord(character) for character in piece.replace(_SPACE, " ")]
