"""Two spaces of vectors become one: linear maps from pairs, refined by what finds each other."""

from keras_i18n.transfer.alignment.aligning import Alignment, align, shared_pairs
from keras_i18n.transfer.alignment.linear_maps import MAPS, correlated, mutual_pairs, procrustes, rcsls, ridge

__all__ = ["MAPS", "Alignment", "align", "correlated", "mutual_pairs", "procrustes", "rcsls", "ridge", "shared_pairs"]
