"""A vocabulary for the new language, of the kind that the model has."""

from typing import Any

import numpy as np

from keras_i18n import tokenizers
from keras_i18n.protocols import Texts, TokenIds
from keras_i18n.shown import cut


def _unigram(old, texts, vocabulary_size):
    name = old.model.normalizer_name
    folds = name.endswith("_cf")
    normalizer = name.removesuffix("_cf")
    return tokenizers.train_unigram(
        texts,
        vocabulary_size=vocabulary_size or old.vocabulary_size,
        normalizer=normalizer if normalizer in ("nmt_nfkc", "nfkc", "identity") else "nmt_nfkc",
        lower_case=folds,
        byte_fallback=old.model.byte_fallback,
        begin=old.begin_piece is not None,
        end=old.end_piece is not None,
    )


def _characters(old, texts, vocabulary_size):
    return tokenizers.CharacterTokenizer.train(texts, max_characters=vocabulary_size, begin=old.begin, end=old.end)


# kind of the model's tokenizer -> how one like it is trained
_TRAINED_LIKE = {"UnigramTokenizer": _unigram, "CharacterTokenizer": _characters}


def train_like(old: Any, texts: Texts, *, vocabulary_size: int | None = None) -> Any:
    """A tokenizer of the kind of `old`, trained on texts.

    Raises:
        ValueError: no texts, or a kind that has no pieces to train.
    """
    texts = list(texts)
    if not texts:
        raise ValueError(
            "A new vocabulary needs texts of the language: `texts`, `parallel`, or a `tokenizer` of its own. "
            "Received: none."
        )
    kind = type(old).__name__
    if kind not in _TRAINED_LIKE:
        raise ValueError(
            f"The model's tokenizer must be one of {', '.join(_TRAINED_LIKE)} for a new one like it. Received: {cut(kind)}. "
            "Give the new `tokenizer`."
        )
    return _TRAINED_LIKE[kind](old, texts, vocabulary_size)


def bare_ids(tokenizer: Any, texts: Texts) -> TokenIds:
    """Token ids of texts without begin and end pieces."""
    special = [token for token in (tokenizer.begin_id, tokenizer.end_id) if token is not None]
    return [ids[~np.isin(ids, special)] for ids in tokenizer.tokenize(list(texts))]
