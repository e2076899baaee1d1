"""Whether a model stands on an encoder of two halves."""

from typing import Any

from keras_i18n import networks
from keras_i18n.tokenizers import JoinedTokenizer


def has_two_halves(model: Any) -> bool:
    """Whether a model stands on an encoder like `universal`: hashed n-grams, and a pretrained encoder's pieces beside them.

    >>> import keras_i18n as ki
    >>> has_two_halves(ki.TextEncoder.from_preset("universal"))
    True
    """
    joined = isinstance(model.tokenizer, JoinedTokenizer) and len(model.tokenizer.tokenizers) == 2
    return joined and networks.is_ngram_sentence_encoder(model.network)
