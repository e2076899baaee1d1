"""Rows from sentence pairs: which source tokens stand where a new token stands, by IBM model 1."""

import numpy as np

from keras_i18n.transfer.initialization.weighted_rows import weighted_rows

_LEAST = 0.01  # of the strongest source token's weight: what is below counts for nothing


def parallel(context):
    """The mean of the source rows that a new piece translates, weighted by expected counts.

    Rounds of IBM model 1 in both directions over the sentence pairs; the weight of a source token is the product of
    the two probabilities, which keeps frequent words from standing for everything, and of the number of pairs that
    have both. Memory grows with the pairs of tokens that share a sentence pair: some 40 bytes each.

    Source: Brown et al. 1993, "The Mathematics of Statistical Machine Translation"; both directions: Och, Ney 2003.
    """
    context.needs("parallel", "parallel")
    source, place, pair = _cells(context)
    if not len(pair):
        return np.zeros((len(context.pieces), context.dim)), np.zeros(len(context.pieces), bool)
    cells, cell = np.unique(source * np.int64(len(context.pieces)) + place, return_inverse=True)
    cell_source, cell_place = np.divmod(cells, len(context.pieces))
    forth = _translation(cell, pair, source, place, cell_source, cell_place, context.num_iterations)
    back = _translation(cell, pair, place, source, cell_place, cell_source, context.num_iterations)
    weight = forth * back * np.bincount(cell)
    strongest = np.zeros(len(context.pieces))
    np.maximum.at(strongest, cell_place, weight)
    keep = weight > _LEAST * strongest[cell_place]
    return weighted_rows(context.source_rows, cell_place[keep], cell_source[keep], weight[keep], len(context.pieces))


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


def _translation(cell, pair, given, made, cell_given, cell_made, num_iterations):
    """p(made | given) of each cell, float64 `(cells,)`.

    Within a pair every `made` token spreads one count over the `given` tokens beside it.
    """
    token, token_of = np.unique(pair * (made.max() + 1) + made, return_inverse=True)
    probability = np.ones(len(cell_given))
    for _ in range(num_iterations):
        share = probability[cell]
        share /= np.maximum(np.bincount(token_of, share, len(token)), 1e-300)[token_of]
        counts = np.bincount(cell, share, len(cell_given))
        probability = counts / np.maximum(np.bincount(cell_given, counts), 1e-300)[cell_given]
    return probability
