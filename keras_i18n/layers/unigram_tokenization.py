from typing import Any, Self

import keras
import tensorflow as tf

from keras_i18n.layers.framed_tokens import check_room, framed, prefixed
from keras_i18n.layers.text_normalization import TextNormalization
from keras_i18n.layers.unigram_segmentation import UnigramSegmentation
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.tokenizers import normalizer_tables, unigram_tables
from keras_i18n.tokenizers.sentencepiece_model import PieceType
from keras_i18n.tokenizers.unigram import UnigramTokenizer


@keras.saving.register_keras_serializable(package="keras_i18n")
class UnigramTokenization(keras.layers.Layer):
    """A `UnigramTokenizer` made of built-in operators: raw code points to the very ids of the sentencepiece library.

    Make it with `UnigramTokenization.from_tokenizer(tokenizer)`. It holds a `TextNormalization` and a
    `UnigramSegmentation`, whose tables are weights that do not train, so every file of a model carries them.

    Args:
        normalization: config of the `TextNormalization`.
        segmentation: config of the `UnigramSegmentation`.
        begin_id, end_id: token ids put around each text, or None.
        max_tokens: keep at most so many ids of a text, the end piece among them; None for all.
        prefix: text put before each text.

    Input shape: `(batch, length)`, int32 code points, padded with 0 on the right; any number at all is accepted.
    Output shape: `(batch, tokens)`, int32; padding is -1; there is at least one column.

    Raises:
        ValueError: for `max_tokens` below the number of begin and end pieces.

    Example:

    >>> import numpy as np
    >>> from keras_i18n import layers, tokenizers
    >>> tokenizer = tokenizers.train_unigram(["to be or not to be", "be not"] * 9, vocabulary_size=20, end=True)
    >>> layer = layers.UnigramTokenization.from_tokenizer(tokenizer)
    >>> ids = layer(np.array([[ord(character) for character in "to  be"]], "int32"))
    >>> bool((np.array(ids)[0] == tokenizer.tokenize(["to be"])[0]).all())
    True
    """

    def __init__(
        self,
        normalization: keras.layers.Layer | Config,
        segmentation: keras.layers.Layer | Config,
        *,
        begin_id: int | None = None,
        end_id: int | None = None,
        max_tokens: int | None = None,
        prefix: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        check_room(begin_id, end_id, max_tokens)
        self.normalization = TextNormalization.from_config(normalization)
        self.segmentation = UnigramSegmentation.from_config(segmentation)
        self.begin_id, self.end_id, self.max_tokens, self.prefix = begin_id, end_id, max_tokens, prefix

    @classmethod
    def from_tokenizer(cls, tokenizer: UnigramTokenizer, **options: Any) -> Self:
        """The layer of a `UnigramTokenizer`; `options` are `max_tokens` (the tokenizer's unless given) and those of
        every layer.

        Raises:
            ValueError: for a model that cannot be compiled: see `normalizer_tables.build`, `unigram_tables.build`.
        """
        model = tokenizer.model
        if model.whitespace_as_suffix:
            raise ValueError(
                "A compiled tokenizer needs white space in front of words. Received: a model with "
                "treat_whitespace_as_suffix=True. Train it without."
            )
        symbols = tuple(
            tuple(map(ord, piece))
            for piece, kind in zip(model.pieces, model.types, strict=True)
            if kind == PieceType.USER_DEFINED
        )
        rules = normalizer_tables.of_charsmap(model.charsmap, symbols)
        pieces = unigram_tables.build(model)
        normalization = TextNormalization.config_of(
            rules,
            add_dummy_prefix=model.add_dummy_prefix,
            remove_extra_whitespaces=model.remove_extra_whitespaces,
            escape_whitespaces=model.escape_whitespaces,
        )
        layer = cls(
            normalization,
            UnigramSegmentation.config_of(pieces, tokenizer.groups, tokenizer.vocabulary_size),
            begin_id=tokenizer.begin_id,
            end_id=tokenizer.end_id,
            prefix=tokenizer.prefix,
            **{"max_tokens": tokenizer.max_tokens, **options},
        )
        layer.normalization.assign(rules)
        layer.segmentation.assign(pieces)
        return layer

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        code_points = prefixed(tf.cast(code_points, tf.int32), self.prefix)
        ids = self.segmentation(self.normalization(code_points))
        return framed(ids, begin_id=self.begin_id, end_id=self.end_id, max_tokens=self.max_tokens)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], None)

    def get_config(self) -> Config:
        return super().get_config() | {
            "normalization": self.normalization.get_config(),
            "segmentation": self.segmentation.get_config(),
            "begin_id": self.begin_id,
            "end_id": self.end_id,
            "max_tokens": self.max_tokens,
            "prefix": self.prefix,
        }
