"""One Keras layer a file. Masks are explicit: `mask = PaddingMask()(token_ids)`, then `layer(x, mask=mask)`."""

from keras_i18n.layers.masked_mean import MaskedMean
from keras_i18n.layers.multilingual_embedding import MultilingualEmbedding
from keras_i18n.layers.padding_mask import PaddingMask

__all__ = [
    "MaskedMean",
    "MultilingualEmbedding",
    "PaddingMask",
]
