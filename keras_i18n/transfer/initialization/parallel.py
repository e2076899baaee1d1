"""Rows from sentence pairs: which source tokens stand where a new token stands, by IBM model 1."""

import numpy as np

from keras_i18n.transfer.initialization.context import InitializationContext
from keras_i18n.transfer.initialization.weighted_rows import weighted_rows
from keras_i18n.transfer.word_translation.ibm_model_1 import translation_table

_LEAST = 0.01  # of the strongest source token's weight: what is below counts for nothing


def parallel(context: InitializationContext) -> tuple[np.ndarray, np.ndarray]:
    """The mean of the source rows that a new piece translates, weighted by expected counts.

    The weights are those of `translation_table`, between the source's tokens and the new pieces.
    """
    context.needs("parallel", "parallel")
    source, place, pair = _cells(context)
    if not len(pair):
        return np.zeros((len(context.pieces), context.dim)), np.zeros(len(context.pieces), bool)
    source, place, weight, _ = translation_table(source, place, pair, num_iterations=context.num_iterations)
    strongest = np.zeros(len(context.pieces))
    np.maximum.at(strongest, place, weight)
    keep = weight > _LEAST * strongest[place]
    return weighted_rows(context.source_rows, place[keep], source[keep], weight[keep], len(context.pieces))


def _cells(context):
    """Source ids, places of new pieces and pair numbers of all tokens that stand in one pair, each once a pair."""
    columns = ([], [], [])
    unknown_id = -1 if context.unknown_id is None else context.unknown_id
    for number, (source_ids, target_ids) in enumerate(context.parallel):
        source_ids = np.unique(np.asarray(source_ids, np.int64))
        source_ids = source_ids[(source_ids >= 0) & (source_ids != unknown_id)]
        places = np.unique(context.places(target_ids))
        places = places[places >= 0]
        columns[0].append(np.repeat(source_ids, len(places)))
        columns[1].append(np.tile(places, len(source_ids)))
        columns[2].append(np.full(len(source_ids) * len(places), number))
    return tuple(np.concatenate(column) if column else np.zeros(0, np.int64) for column in columns)
