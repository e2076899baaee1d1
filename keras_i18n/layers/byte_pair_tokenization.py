from typing import Any, Self

import keras
import tensorflow as tf

from keras_i18n.layers.byte_words import ByteWords
from keras_i18n.layers.framed_tokens import check_room, framed
from keras_i18n.layers.pair_merging import PairMerging
from keras_i18n.layers.texts_in_rows import in_rows
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.shown import shown
from keras_i18n.tokenizers import merge_tables
from keras_i18n.tokenizers.byte_pair import BytePairTokenizer


@keras.saving.register_keras_serializable(package="keras_i18n")
class BytePairTokenization(keras.layers.Layer):
    """A `BytePairTokenizer` made of built-in operators: raw code points to the very ids of its `tokenize`.

    Make it with `BytePairTokenization.from_tokenizer(tokenizer)`. It holds a `ByteWords` and a `PairMerging`, whose
    tables are weights that do not train, so every file of a model carries them.

    Args:
        words: config of the `ByteWords`.
        merging: config of the `PairMerging`.
        begin_id, end_id: token ids put around each text, or None.
        max_tokens: keep at most so many ids of a text, the end piece among them; None for all.

    Input shape: `(batch, length)`, int32 code points, padded with 0 on the right; any number at all is accepted.
    Output shape: `(batch, tokens)`, int32; padding is -1; there is at least one column.

    Raises:
        ValueError: for `max_tokens` below the number of begin and end pieces.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers, tokenizers
    >>> pieces = [*tokenizers.byte_pair.ALPHABET, "to", "Ġto"]
    >>> tokenizer = tokenizers.BytePairTokenizer(pieces, [("t", "o"), ("Ġ", "to")])
    >>> layer = layers.BytePairTokenization.from_tokenizer(tokenizer)
    >>> np.array(layer(np.array([[ord(character) for character in "to tot"]], "int32"))).tolist()
    [[256, 257, 116]]
    """

    def __init__(
        self,
        words: Config,
        merging: Config,
        *,
        begin_id: int | None = None,
        end_id: int | None = None,
        max_tokens: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        check_room(begin_id, end_id, max_tokens)
        self.words = ByteWords.from_config(words)
        self.merging = PairMerging.from_config(merging)
        self.begin_id, self.end_id, self.max_tokens = begin_id, end_id, max_tokens

    @classmethod
    def from_tokenizer(cls, tokenizer: BytePairTokenizer, **options: Any) -> Self:
        """The layer of a `BytePairTokenizer`; `options` are `max_tokens` (the tokenizer's unless given) and those
        of every layer.

        Raises:
            ValueError: for more merges than fit, or pieces that `whole_words` alone gives.
        """
        if tokenizer.only_whole:
            raise ValueError(
                "A compiled tokenizer must give every piece by its merges. Received: one whose `whole_words` gives "
                f"{shown(sorted(tokenizer.only_whole)[:3])} that they do not. Take `whole_words=False`."
            )
        words = ByteWords.from_tokenizer(tokenizer)
        tables = merge_tables.build(tokenizer.ranks)
        merging = PairMerging(**PairMerging.config_of(tables))
        layer = cls(
            words.get_config(),
            merging.get_config(),
            begin_id=tokenizer.begin_id,
            end_id=tokenizer.end_id,
            **{"max_tokens": tokenizer.max_tokens, **options},
        )
        layer.words.set_weights(words.get_weights())
        layer.merging.assign(tables)
        return layer

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        pieces, begins, row = self.words(code_points)
        pieces, places = self.merging(pieces, begins)
        ids = in_rows(pieces, tf.gather(row, places), tf.shape(code_points)[0])
        return framed(ids, begin_id=self.begin_id, end_id=self.end_id, max_tokens=self.max_tokens)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], None)

    def get_config(self) -> Config:
        return super().get_config() | {
            "words": self.words.get_config(),
            "merging": self.merging.get_config(),
            "begin_id": self.begin_id,
            "end_id": self.end_id,
            "max_tokens": self.max_tokens,
        }
