"""An encoder such as `universal` without the half that a language's texts do not use."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_i18n import networks
from keras_i18n.models import TextClassifier

# cosine of the vectors with and without the pretrained half from which on it is left out: with `universal` on SIB-200 dev that are
# 179 of 205 languages, whose labels agree to 96 to 100 %; the 16 that the half was made for are far below
_SAME = 0.98
# the same for the n-grams, at whose place there are pieces then: German, Japanese, Thai and Turkish have more
_SAME_WITHOUT_NGRAMS = 0.99
# and the least in short sentences of everyday use: news is what the encoder was trained on, where its halves agree more than
# elsewhere. Arabic has .995 in news and .75 here, and lost a tenth of its labels without n-grams; the next, Portuguese, .86
_SAME_ELSEWHERE = 0.85
_TEXTS = 100  # of a language


def share_of_encoder(model: Any, texts: Mapping[str, Sequence[str]]) -> float:
    """How much of a text's vector the pretrained half gives, 0 .. 1, in the mean over languages.

    Args:
        model: see `has_two_halves`.
        texts: dict, language -> list of str; some are read.
    """
    gate = networks.gate_of(model.network)
    found = [gate.predict(_ids(model, some), verbose=0).mean() for some in texts.values() if some]
    return float(np.mean(found)) if found else 1.0


def without_idle_half(
    model: Any, texts: Mapping[str, Sequence[str]], elsewhere: Mapping[str, Sequence[str]] | None = None
) -> Any:
    """The model on n-grams alone, or on pieces alone, where texts of every language keep their vectors so; else itself.

    Args:
        model: see `has_two_halves`.
        texts: dict, language -> list of str; some are read. Without any the model stays as it is.
        elsewhere: texts of another kind, in which vectors may differ more.
    """
    read = [list(some[:_TEXTS]) for some in texts.values() if some]
    if not read:
        return model
    others = [list(some[:_TEXTS]) for some in (elsewhere or {}).values() if some]
    full = [_encoder(model).encode(some) for some in (*read, *others)]
    ngrams, pieces = model.tokenizer.tokenizers
    for tokenizer, half, same in (
        (ngrams, networks.without_inner_encoder, _SAME),
        (pieces, networks.without_ngrams, _SAME_WITHOUT_NGRAMS),
    ):
        smaller = type(model).from_saved(
            tokenizer=tokenizer, network=half(networks.uncompiled(model.network)), config=model.to_config()
        )
        found = [
            (_encoder(smaller).encode(some) * one).sum(axis=1).mean()
            for some, one in zip((*read, *others), full, strict=True)
        ]
        if min(found[: len(read)]) >= same and min(found) >= _SAME_ELSEWHERE:
            return smaller
    return model


def _encoder(model):
    return model.encoder if isinstance(model, TextClassifier) else model


def _ids(model, texts):
    return model.tokenizer.pad(model.tokenize(list(texts[:_TEXTS])))
