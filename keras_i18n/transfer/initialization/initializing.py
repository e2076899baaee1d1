"""The table of methods, and the rows that one of them gives."""

import collections
import dataclasses

import numpy as np

from keras_i18n.shown import shown
from keras_i18n.transfer.initialization.chained import best
from keras_i18n.transfer.initialization.context import InitializationContext
from keras_i18n.transfer.initialization.lexicon import lexicon
from keras_i18n.transfer.initialization.neighbours import neighbours, sparsemax
from keras_i18n.transfer.initialization.parallel import parallel
from keras_i18n.transfer.initialization.simple import mean, parts, random

# name -> context -> rows float (pieces, dim), and bool (pieces,): whether the method had anything to go by
METHODS = {
    "random": random,
    "mean": mean,
    "parts": parts,
    "lexicon": lexicon,
    "parallel": parallel,
    "neighbours": neighbours,
    "sparsemax": sparsemax,
    "best": best,
}
CLASSES = ("copied", "combined", "random")


@dataclasses.dataclass(frozen=True, eq=False)
class InitializedRows:
    """Rows for new pieces and where each came from.

    Attributes:
        rows: float32 `(pieces, dim)`.
        classes: a str for each piece: "copied" (the source table has the piece), "combined" (from source rows),
            "random" (the method had nothing to go by).
        method: name of the method.

    Example:

    >>> InitializedRows(np.zeros((3, 2), "float32"), ("copied", "random", "random"), "parts").counts
    {'copied': 1, 'combined': 0, 'random': 2}
    """

    rows: np.ndarray
    classes: tuple
    method: str

    @property
    def counts(self) -> dict[str, int]:
        """dict, class -> number of pieces."""
        found = collections.Counter(self.classes)
        return {name: found[name] for name in CLASSES}


def initialize_rows(method: str, context: InitializationContext) -> InitializedRows:
    """Rows for new pieces by one of the methods.

    Pieces that the source table has are copied, whatever the method; what a method cannot tell is random.

    Args:
        method: a key of `METHODS`: "random", "mean", "parts" (rows of the old tokenizer's pieces), "lexicon",
            "parallel" (IBM model 1 over sentence pairs), "neighbours" (nearest in an auxiliary space), "sparsemax"
            (the same, sparse weights over shared pieces), "best" (lexicon, parallel, parts and mean in turn).
        context: `InitializationContext`.

    Returns:
        `InitializedRows`.

    Raises:
        ValueError: no such method, or the context lacks what the method needs.

    Example:

    >>> from keras_i18n.transfer import InitializationContext
    >>> context = InitializationContext(
    ...     pieces=["▁jua", "▁sun"], source_pieces=["▁city", "▁sun"], source_rows=np.eye(2),
    ...     parallel=[([1], [0]), ([0, 1], [0])])
    >>> result = initialize_rows("parallel", context)
    >>> result.classes, result.counts["copied"]
    (('combined', 'copied'), 1)
    """
    if method not in METHODS:
        raise ValueError(f"`method` must be one of {', '.join(map(repr, METHODS))}. Received: {shown(method)}.")
    rows, known = METHODS[method](context)
    rows = np.array(rows, np.float32)
    if not known.all():
        rows[~known] = random(context)[0][~known]
    copied = context.shared >= 0
    rows[copied] = context.source_rows[context.shared[copied]]
    classes = np.where(copied, "copied", np.where(known, "combined", "random"))
    return InitializedRows(rows=rows, classes=tuple(classes.tolist()), method=method)
