"""The layer of a tokenizer, by the tokenizer's type: a new tokenizer is a row."""

from typing import Any

import keras

from keras_i18n.layers.byte_pair_tokenization import BytePairTokenization
from keras_i18n.layers.character_tokenization import CharacterTokenization
from keras_i18n.layers.joined_tokenization import JoinedTokenization
from keras_i18n.layers.ngram_tokenization import NgramTokenization
from keras_i18n.layers.sentencepiece_bpe_tokenization import SentencePieceBPETokenization
from keras_i18n.layers.text_vectorization import TextVectorizationTokenization
from keras_i18n.layers.unigram_tokenization import UnigramTokenization
from keras_i18n.layers.wordpiece_tokenization import WordPieceTokenization
from keras_i18n.shown import shown
from keras_i18n.tokenizers import (
    BytePairTokenizer,
    CharacterTokenizer,
    JoinedTokenizer,
    NgramTokenizer,
    SentencePieceBPETokenizer,
    TextVectorizationTokenizer,
    UnigramTokenizer,
    WordPieceTokenizer,
)
from keras_i18n.tokenizers.tokenizer import Tokenizer

LAYERS: dict[type, Any] = {
    BytePairTokenizer: BytePairTokenization,
    CharacterTokenizer: CharacterTokenization,
    JoinedTokenizer: JoinedTokenization,
    NgramTokenizer: NgramTokenization,
    SentencePieceBPETokenizer: SentencePieceBPETokenization,
    TextVectorizationTokenizer: TextVectorizationTokenization,
    UnigramTokenizer: UnigramTokenization,
    WordPieceTokenizer: WordPieceTokenization,
}


def tokenization_layer(tokenizer: Tokenizer, **options: Any) -> keras.layers.Layer:
    """The Keras layer that does what a tokenizer does: raw code points in, the very same token ids out.

    Args:
        tokenizer: an object of one of the types in `keras_i18n.tokenizers`.
        **options: of the layer, such as `max_tokens` (keep at most so many ids of a text).

    Returns:
        A layer from int32 code points `(batch, length)`, padded with 0, to int32 token ids `(batch, tokens)`,
        padded with -1.

    Raises:
        TypeError: for an object of another type.
        ValueError: for a tokenizer that cannot be compiled.

    >>> import numpy as np
    >>> from keras_i18n.tokenizers import NgramTokenizer
    >>> layer = tokenization_layer(NgramTokenizer(num_buckets=50, ngram_lengths=(3,)))
    >>> layer(np.array([[104, 105]], "int32")).shape[0]
    1
    """
    if isinstance(tokenizer, JoinedTokenizer):
        return LAYERS[JoinedTokenizer].from_tokenizer(tokenizer, make=tokenization_layer, **options)
    for kind, layer in LAYERS.items():
        if isinstance(tokenizer, kind):
            return layer.from_tokenizer(tokenizer, **options)
    known = ", ".join(kind.__name__ for kind in LAYERS)
    raise TypeError(f"A tokenizer must be one of {known}. Received: {shown(tokenizer)}.")
