from typing import Any, Self

import keras
import tensorflow as tf

from keras_i18n.layers.framed_tokens import check_room, framed, prefixed, with_prefix_space
from keras_i18n.layers.sentencepiece_merging import SentencePieceMerging
from keras_i18n.layers.text_normalization import TextNormalization, clean_code_points
from keras_i18n.protocols import Config, Shape, Tensor
from keras_i18n.tokenizers import normalizer_tables, sentencepiece_bpe_tables
from keras_i18n.tokenizers.sentencepiece_bpe import SentencePieceBPETokenizer


@keras.saving.register_keras_serializable(package="keras_i18n")
class SentencePieceBPETokenization(keras.layers.Layer):
    """A `SentencePieceBPETokenizer` made of built-in operators: raw code points to the ids of the sentencepiece library.

    Make it with `SentencePieceBPETokenization.from_tokenizer(tokenizer)`. It holds a `TextNormalization` and a
    `SentencePieceMerging`, whose tables are weights that do not train, so every file of a model carries them.

    Args:
        normalization: config of the `TextNormalization`.
        merging: config of the `SentencePieceMerging`.
        begin_id, end_id: token ids put around each text, or None.
        max_tokens: keep at most so many ids of a text, the end piece among them; None for all.
        prefix: text put before each text.
        prefix_space: whether a text that does not begin with a space gets one.

    Input shape: `(batch, length)`, int32 code points, padded with 0 on the right; any number at all is accepted.
    Output shape: `(batch, tokens)`, int32; padding is -1; there is at least one column.

    Raises:
        ValueError: for `max_tokens` below the number of begin and end pieces.

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
    >>> ids = np.array(layer(np.array([[ord(character) for character in "to be"]], "int32")))[0]
    >>> ids.tolist() == tokenizer.tokenize(["to be"])[0].tolist()
    True
    """

    def __init__(
        self,
        normalization: Config,
        merging: Config,
        *,
        begin_id: int | None = None,
        end_id: int | None = None,
        max_tokens: int | None = None,
        prefix: str = "",
        prefix_space: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"dtype": "int32", **kwargs, "trainable": False})
        check_room(begin_id, end_id, max_tokens)
        self.normalization = TextNormalization.from_config(normalization)
        self.merging = SentencePieceMerging.from_config(merging)
        self.begin_id, self.end_id, self.max_tokens, self.prefix = begin_id, end_id, max_tokens, prefix
        self.prefix_space = bool(prefix_space)

    @classmethod
    def from_tokenizer(cls, tokenizer: SentencePieceBPETokenizer, **options: Any) -> Self:
        """The layer of a `SentencePieceBPETokenizer`; `options` are `max_tokens` (the tokenizer's unless given) and those
        of every layer.

        Raises:
            ValueError: for a model that cannot be compiled: see `normalizer_tables.build`,
                `sentencepiece_bpe_tables.build`.
        """
        model = tokenizer.model
        if model.whitespace_as_suffix:
            raise ValueError(
                "A compiled tokenizer needs white space in front of words. Received: a model with "
                "treat_whitespace_as_suffix=True. Train it without."
            )
        rules = normalizer_tables.of_charsmap(model.charsmap)
        tables = sentencepiece_bpe_tables.build(tokenizer)
        normalization = TextNormalization.config_of(
            rules,
            add_dummy_prefix=model.add_dummy_prefix,
            remove_extra_whitespaces=model.remove_extra_whitespaces,
            escape_whitespaces=model.escape_whitespaces,
        )
        merging = {
            **SentencePieceMerging.config_of(tables),
            "vocabulary_size": tokenizer.vocabulary_size,
            "unknown_id": tokenizer.unknown_id,
        }
        layer = cls(
            normalization,
            merging,
            begin_id=tokenizer.begin_id,
            end_id=tokenizer.end_id,
            prefix=tokenizer.prefix,
            prefix_space=tokenizer.prefix_space,
            **{"max_tokens": tokenizer.max_tokens, **options},
        )
        layer.normalization.assign(rules)
        layer.merging.assign(tables)
        return layer

    def build(self, input_shape: Shape | None = None) -> None:
        self.built = True

    def call(self, code_points: Tensor) -> Tensor:
        code_points = prefixed(tf.cast(code_points, tf.int32), self.prefix)
        if self.prefix_space:
            code_points = with_prefix_space(clean_code_points(code_points))
        ids = self.merging(self.normalization(code_points))
        return framed(ids, begin_id=self.begin_id, end_id=self.end_id, max_tokens=self.max_tokens)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], None)

    def get_config(self) -> Config:
        return super().get_config() | {
            "normalization": self.normalization.get_config(),
            "merging": self.merging.get_config(),
            "begin_id": self.begin_id,
            "end_id": self.end_id,
            "max_tokens": self.max_tokens,
            "prefix": self.prefix,
            "prefix_space": self.prefix_space,
        }
