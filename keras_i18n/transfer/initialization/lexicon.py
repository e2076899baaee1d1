"""Rows from a dictionary."""

import collections

import numpy as np

from keras_i18n.transfer.initialization.context import InitializationContext, text_of
from keras_i18n.transfer.initialization.weighted_rows import weighted_rows


def lexicon(context: InitializationContext) -> tuple[np.ndarray, np.ndarray]:
    """The mean of the rows of a new word's translations; only for pieces that are whole words of the lexicon.

    A translation of several source pieces counts as one: each of its pieces has its share.

    Source: Minixhofer, Paischer, Rekabsaz 2022, "WECHSEL", in its simplest form.
    """
    context.needs("lexicon", "lexicon", "tokenize")
    translations: dict[str, dict[str, None]] = collections.defaultdict(dict)  # dict: in order, each once
    for source, target in context.lexicon:
        translations[target.casefold()][source] = None
    found = [
        (place, word)
        for place, piece in enumerate(context.pieces)
        for word in translations.get(text_of(piece).casefold(), ())
    ]
    places, sources, weights = [], [], []
    for (place, _), ids in zip(found, context.tokenize([word for _, word in found]), strict=True):
        ids = [token for token in ids if token >= 0 and token != context.unknown_id]
        places += [place] * len(ids)
        sources += ids
        weights += [1 / len(ids)] * len(ids)
    return weighted_rows(
        context.source_rows,
        np.array(places, np.int64),
        np.array(sources, np.int64),
        np.array(weights, np.float64),
        len(context.pieces),
    )
