from typing import Any, Self

import keras

from keras_i18n.layers.framed_tokens import check_room, framed
from keras_i18n.layers.word_characters import WordCharacters
from keras_i18n.layers.wordpiece_segmentation import WordPieceSegmentation
from keras_i18n.protocols import Config, Shape, Tensor
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
        check_room(begin_id, end_id, max_tokens)
        self.characters = WordCharacters.from_config(characters)
        self.segmentation = WordPieceSegmentation.from_config(segmentation)
        self.begin_id, self.end_id, self.max_tokens = begin_id, end_id, max_tokens

    @classmethod
    def from_tokenizer(cls, tokenizer: WordPieceTokenizer, **options: Any) -> Self:
        """The layer of a `WordPieceTokenizer`; `options` are `max_tokens` (the tokenizer's unless given) and those
        of every layer.

        Raises:
            ValueError: for a vocabulary that cannot be compiled: see `wordpiece_tables.build`.
        """
        characters = WordCharacters.from_tables(
            tokenizer.characters, tokenizer.special_tokens, compose=tokenizer.compose
        )
        pieces = wordpiece_tables.build(tokenizer)
        segmentation = WordPieceSegmentation(
            **WordPieceSegmentation.config_of(pieces),
            unknown_id=tokenizer.unknown_id,
            max_word_length=tokenizer.max_word_length,
            max_word_bytes=tokenizer.max_word_bytes,
        )
        layer = cls(
            characters.get_config(),
            segmentation.get_config(),
            begin_id=tokenizer.begin_id,
            end_id=tokenizer.end_id,
            **{"max_tokens": tokenizer.max_tokens, **options},
        )
        layer.characters.set_weights(characters.get_weights())
        layer.segmentation.assign(pieces)
        return layer

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        ids = self.segmentation(self.characters(code_points))
        return framed(ids, begin_id=self.begin_id, end_id=self.end_id, max_tokens=self.max_tokens)

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
