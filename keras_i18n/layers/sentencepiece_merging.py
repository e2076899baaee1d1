"""The merges of a SentencePiece BPE model inside of a graph, and what becomes of unknown characters."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_i18n.layers.pair_merging import PairMerging
from keras_i18n.layers.ragged_rows import spread_positive
from keras_i18n.layers.texts_in_rows import in_rows
from keras_i18n.layers.utf8 import byte_at, byte_counts
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.tokenizers.sentencepiece_bpe_tables import PAGE_BITS

TABLES = ("pages", "letters", "byte_ids")


@keras.saving.register_keras_serializable(package="keras_i18n")
class SentencePieceMerging(keras.layers.Layer):
    """Merges the characters of normalised texts into pieces, as the sentencepiece library does.

    A text begins as its characters; `PairMerging` merges those that spell pieces. What is no piece in the end becomes the
    bytes of its UTF-8, or the unknown piece, once for unknown characters side by side.

    Args:
        shapes: dict, table name -> shape, of the tables of `SentencePieceBPETables`.
        merging: config of the `PairMerging`.
        vocabulary_size: number of pieces; higher numbers are characters that are part of pieces and none alone.
        unknown_id: token id of what no pieces spell.

    Input shape: `(batch, length)`, int32 code points of normalised texts, padded with 0 on the right.
    Output shape: `(batch, tokens)`, int32, padded with -1 on the right; at least one place wide.

    Example:

    >>> import io
    >>> import numpy as np
    >>> import sentencepiece
    >>> from keras_i18n import layers, tokenizers
    >>> model, texts = io.BytesIO(), ["to be or not to be"] * 9
    >>> sentencepiece.SentencePieceTrainer.train(
    ...     sentence_iterator=iter(texts), model_writer=model, model_type="bpe", vocab_size=16, minloglevel=2
    ... )
    >>> tokenizer = tokenizers.SentencePieceBPETokenizer(model.getvalue())
    >>> layer = layers.SentencePieceBPETokenization.from_tokenizer(tokenizer)
    >>> ids = layer.merging(layer.normalization(np.array([[ord(character) for character in "to be"]], "int32")))
    >>> [tokenizer.pieces[number] for number in np.array(ids)[0]]
    ['▁to', '▁be']
    """

    def __init__(
        self, shapes: Mapping[str, Any], merging: Config, *, vocabulary_size: int, unknown_id: int, **kwargs: Any
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        self.shapes = {name: tuple(shapes[name]) for name in TABLES}
        self.merging = PairMerging.from_config(merging)
        self.vocabulary_size, self.unknown_id = int(vocabulary_size), int(unknown_id)
        self.tables = {
            name: self.add_weight(
                name=name, shape=shape, dtype="int32", initializer="zeros", trainable=False, autocast=False
            )
            for name, shape in self.shapes.items()
            if shape != (0,)
        }

    @classmethod
    def config_of(cls, tables: Any) -> Config:
        """What of the config `SentencePieceBPETables` decide."""
        shapes = {name: getattr(tables, name).shape for name in TABLES}
        return {"shapes": shapes, "merging": PairMerging.config_of(tables.merges)}

    def assign(self, tables: Any) -> None:
        """Takes over the numbers of `SentencePieceBPETables`."""
        for name, variable in self.tables.items():
            variable.assign(getattr(tables, name))
        self.merging.assign(tables.merges)

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        table = {name: tf.convert_to_tensor(variable) for name, variable in self.tables.items()}
        shape = tf.shape(code_points)
        row = tf.truncatediv(tf.range(shape[0] * shape[1] + 1), tf.maximum(shape[1], 1))
        flat = tf.concat([tf.reshape(code_points, [-1]), [0]], axis=0)
        last = tf.equal(tf.range(tf.size(flat)), tf.size(flat) - 1)
        row = tf.where(last, shape[0], row)
        kept = tf.cast(tf.reshape(tf.where(tf.not_equal(flat, 0) | last), [-1]), tf.int32)
        flat, row = tf.gather(flat, kept), tf.gather(row, kept)
        page = tf.gather(table["pages"], tf.bitwise.right_shift(flat, PAGE_BITS))
        letters = tf.gather(table["letters"], page + flat)
        begins = tf.concat([[True], tf.not_equal(row[1:], row[:-1])], axis=0)
        pieces, places = self.merging(letters, begins)
        row, flat = tf.gather(row, places), tf.gather(flat, places)
        unknown = (pieces < 0) | (pieces >= self.vocabulary_size)
        unknown &= row < shape[0]
        if self.shapes["byte_ids"][0]:
            counts = tf.where(unknown, byte_counts(flat), 1)
            source, place, _ = spread_positive(tf.expand_dims(counts, 0))
            source, place = source[0], place[0]
            is_byte = tf.gather(unknown, source)
            byte = byte_at(tf.gather(flat, source), tf.gather(counts, source), place)
            byte = tf.gather(table["byte_ids"], tf.where(is_byte, byte, 0))
            pieces, row = tf.where(is_byte, byte, tf.gather(pieces, source)), tf.gather(row, source)
        else:
            again = unknown[1:] & unknown[:-1] & tf.equal(row[1:], row[:-1])
            kept = tf.cast(tf.reshape(tf.where(tf.concat([[True], tf.logical_not(again)], axis=0)), [-1]), tf.int32)
            pieces = tf.gather(tf.where(unknown, self.unknown_id, pieces), kept)
            row = tf.gather(row, kept)
        return in_rows(pieces, row, shape[0])

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], None)

    def get_config(self) -> Config:
        return super().get_config() | {
            "shapes": {name: list(shape) for name, shape in self.shapes.items()},
            "merging": self.merging.get_config(),
            "vocabulary_size": self.vocabulary_size,
            "unknown_id": self.unknown_id,
        }
