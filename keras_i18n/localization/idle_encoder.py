"""An encoder such as `universal` without the pretrained half that a language's texts do not use."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_i18n import networks
from keras_i18n.models import TextClassifier, TextEncoder
from keras_i18n.tokenizers import JoinedTokenizer

# cosine of the vectors with and without the pretrained half from which on it is left out: with `universal` on SIB-200 dev that are
# 179 of 205 languages, whose labels agree to 96 to 100 %; the 16 that the half was made for are far below
_SAME = 0.98
_TEXTS = 100  # of a language


def has_two_halves(model: Any) -> bool:
    """Whether a model stands on an encoder like `universal`: hashed n-grams, and a pretrained encoder's pieces beside them.

    >>> import keras_i18n as ki
    >>> has_two_halves(ki.TextEncoder.from_preset("universal"))
    True
    """
    joined = isinstance(model.tokenizer, JoinedTokenizer) and len(model.tokenizer.tokenizers) == 2
    return joined and networks.is_ngram_sentence_encoder(model.network)


def share_of_encoder(model: Any, texts: Mapping[str, Sequence[str]]) -> float:
    """How much of a text's vector the pretrained half gives, 0 .. 1, in the mean over languages.

    Args:
        model: see `has_two_halves`.
        texts: dict, language -> list of str; some are read.
    """
    gate = networks.gate_of(model.network)
    found = [gate.predict(_ids(model, some), verbose=0).mean() for some in texts.values() if some]
    return float(np.mean(found)) if found else 1.0


def without_idle_encoder(model: Any, texts: Mapping[str, Sequence[str]]) -> Any:
    """The model on n-grams alone where texts of every language keep their vectors without the rest; else itself.

    Args:
        model: see `has_two_halves`.
        texts: dict, language -> list of str; some are read. Without any the model stays as it is.
    """
    smaller = type(model).from_saved(
        tokenizer=model.tokenizer.tokenizers[0],
        network=networks.without_inner_encoder(networks.uncompiled(model.network)),
        config=model.to_config(),
    )
    full, own = (one.encoder if isinstance(one, TextClassifier) else one for one in (model, smaller))
    if not isinstance(full, TextEncoder) or not isinstance(own, TextEncoder) or not any(texts.values()):
        return model
    for some in texts.values():
        read = list(some[:_TEXTS])
        if read and float((full.encode(read) * own.encode(read)).sum(axis=1).mean()) < _SAME:
            return model
    return smaller


def _ids(model, texts):
    return model.tokenizer.pad(model.tokenize(list(texts[:_TEXTS])))
