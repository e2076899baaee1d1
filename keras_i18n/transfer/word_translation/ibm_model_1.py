"""Which tokens translate which, from what stands together in sentence pairs: IBM model 1 in both directions."""

from typing import Any

import numpy as np


def translation_table(source: Any, target: Any, pair: Any, *, prior: Any = None, num_iterations: int = 5) -> Any:
    """Weights of all source and target tokens that stand in one pair.

    The weight is the product of the two probabilities, p(target | source) and p(source | target), which keeps frequent
    words from standing for everything, and of the number of pairs that have both. Memory grows with the tokens that
    share a sentence pair: some 40 bytes each.

    Source: Brown et al. 1993, "The Mathematics of Statistical Machine Translation"; both directions: Och, Ney 2003.

    Args:
        source, target, pair: int64 `(n,)`: a source token and a target token that both stand in this pair, each pair of
            tokens once a sentence pair.
        prior: called with the source and target tokens of the cells, int64 `(cells,)`; gives weights above zero, from
            which both probabilities start instead of from all being alike. Most words stand in one or two pairs, where
            nothing but such a start can tell their translation from the words beside it.
        num_iterations: of expectation maximisation.

    Returns:
        source, target int64 `(cells,)`, weight float64 `(cells,)`, and count int64 `(cells,)` of the pairs with both.

    >>> source, target, weight, count = translation_table(
    ...     np.array([0, 1, 0, 2]), np.array([5, 5, 5, 6]), np.array([0, 0, 1, 2]), num_iterations=10
    ... )
    >>> source[weight.argmax()], target[weight.argmax()]
    (np.int64(0), np.int64(5))
    """
    cell, cell_source, cell_target, count = _cells(source, target)
    start = np.ones(len(count)) if prior is None else np.asarray(prior(cell_source, cell_target), np.float64)
    forth = _probability(cell, pair, source, target, cell_source, start, num_iterations)
    back = _probability(cell, pair, target, source, cell_target, start, num_iterations)
    return cell_source, cell_target, forth * back * count, count


def translation_probabilities(source: Any, target: Any, pair: Any, *, num_iterations: int = 5) -> Any:
    """The probability of each target token given a source token that stands beside it, by IBM model 1.

    Args:
        source, target, pair: as in `translation_table`. num_iterations: of expectation maximisation.

    Returns:
        source, target int64 `(cells,)`, and p(target | source) float64 `(cells,)`.

    >>> source, target, probability = translation_probabilities(
    ...     np.array([0, 1, 0, 2]), np.array([5, 5, 5, 6]), np.array([0, 0, 1, 2])
    ... )
    >>> probability.tolist()
    [1.0, 1.0, 1.0]
    """
    cell, cell_source, cell_target, count = _cells(source, target)
    return (
        cell_source,
        cell_target,
        _probability(cell, pair, source, target, cell_source, np.ones(len(count)), num_iterations),
    )


def _cells(source, target):
    """Of each occurrence its cell, and of each cell its two tokens and how often it occurs."""
    cells, cell = np.unique(source * np.int64(target.max() + 1) + target, return_inverse=True)
    return cell, *np.divmod(cells, target.max() + 1), np.bincount(cell)


def _probability(cell, pair, given, made, cell_given, probability, num_iterations):
    """p(made | given) of each cell, float64 `(cells,)`.

    Within a pair every `made` token spreads one count over the `given` tokens beside it.
    """
    token, token_of = np.unique(pair * (made.max() + 1) + made, return_inverse=True)
    for _ in range(num_iterations):
        share = probability[cell]
        share /= np.maximum(np.bincount(token_of, share, len(token)), 1e-300)[token_of]
        counts = np.bincount(cell, share, len(cell_given))
        probability = counts / np.maximum(np.bincount(cell_given, counts), 1e-300)[cell_given]
    return probability
